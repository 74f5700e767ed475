"""What SendGrid tells of letters: kept once, in any order, however often it comes.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update

from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.mail import runs
from marketplace.mail.mailers import asm_groups, number_of
from marketplace.mail.models import MailEvent, MailMessage, Stream, Why
from marketplace.mail.services import inserting
from marketplace.mail.suppressions import EVERY, lift, suppress

BLOCKED = "blocked"  # our name for a bounce of the type “blocked”: the server would not have it this time
DELIVERY = ("processed", "deferred", "delivered", "bounce", BLOCKED, "dropped")
LEAVING = ("spamreport", "unsubscribe", "group_unsubscribe", "group_resubscribe")
CAME_BACK = ("bounce", BLOCKED, "dropped")
BLOCKS, BLOCKS_WITHIN = 3, timedelta(days=30)
AT_ONCE = 500
LONGEST_WORDS = 200
EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_ADDRESS = re.compile(r"\S+@\S+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f]+")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `number` is the letter's, if it is one of ours; `group` is SendGrid's unsubscribe group."""

    event_id: str
    name: str
    number: int | None
    at: datetime
    words: str
    group: int | None


def take(elements: Sequence[Any], *, settings: Settings, now: datetime) -> Counter[str]:
    """Keep the events that are new, and do what follows from each; counts by what became of the elements.

    What cannot be read, or does not interest us (opens and clicks are not reading), is passed over.
    """
    counts: Counter[str] = Counter()
    told: list[Told] = []
    for element in elements:
        event = _read(element, settings, now)
        if event is None:
            counts["unreadable"] += 1
        elif event.name not in (*DELIVERY, *LEAVING):
            counts["ignored"] += 1
        else:
            told.append(event)
    for start in range(0, len(told), AT_ONCE):
        counts["new"] += _keep(told[start : start + AT_ONCE], settings, now)
    counts["repeated"] = len(told) - counts["new"]
    return counts


def _keep(told: Sequence[Told], settings: Settings, now: datetime) -> int:
    letters = _letters(event.number for event in told)
    rows = [
        {
            "event_id": event.event_id,
            "name": event.name,
            "message_id": event.number if event.number in letters else None,
            "at": event.at,
            "received_at": now,
            "words": event.words,
        }
        for event in {event.event_id: event for event in told}.values()
    ]
    statement = inserting(MailEvent).on_conflict_do_nothing(index_elements=["event_id"])
    new = set(db.session.scalars(statement.returning(MailEvent.event_id), rows))
    fresh = {event.event_id: event for event in told if event.event_id in new and event.number in letters}
    events = sorted(fresh.values(), key=lambda event: event.at)
    _settle(events)
    groups = {group: Stream(name) for name, group in asm_groups(settings.sendgrid_asm).items()}
    for event in events:
        if event.number is not None:
            _follow(event, letters[event.number], groups, now)
    _count_blocks([letters[each.number] for each in events if each.name == BLOCKED and each.number], now)
    touched = {letters[each.number].run_id for each in events if each.number}
    runs.end_those_done(touched - {None}, now)
    return len(new)


def _letters(numbers: Iterable[int | None]) -> dict[int, Any]:
    wanted = {number for number in numbers if number is not None}
    found = select(
        MailMessage.id, MailMessage.address, MailMessage.stream, MailMessage.run_id, MailMessage.user_id
    )
    return {row.id: row for row in db.session.execute(found.where(MailMessage.id.in_(wanted)))}


def _settle(events: Sequence[Told]) -> None:
    """A letter that was told of has left, or was refused; the earliest word of each kind stays."""
    arrived = [_instant(each) for each in events if each.name == "delivered"]
    returned = [_instant(each) for each in events if each.name in CAME_BACK]
    refused = [_instant(each) | {"refusal": each.words} for each in events if each.name == "dropped"]
    left = [_instant(each) for each in events if each.name in DELIVERY and each.name != "dropped"]
    table = MailMessage.__table__
    _set(arrived, {"delivered_at": "told_at"}, table.c.delivered_at.is_(None))
    _set(returned, {"failed_at": "told_at"}, table.c.failed_at.is_(None))
    unsettled = (table.c.sent_at.is_(None), table.c.refused_at.is_(None), table.c.dropped_at.is_(None))
    _set(left, {"sent_at": "told_at"}, *unsettled)
    _set(refused, {"refused_at": "told_at", "refusal": "refusal"}, *unsettled)


def _set(rows: Sequence[Mapping[str, Any]], values: Mapping[str, str], *conditions: Any) -> None:
    if rows:
        table = MailMessage.__table__
        statement = (
            update(table)
            .where(table.c.id == bindparam("the_id"), *conditions)
            .values({name: bindparam(given) for name, given in values.items()})
        )
        db.session.connection().execute(statement, list(rows))


def _instant(event: Told) -> dict[str, Any]:
    return {"the_id": event.number, "told_at": event.at}


def _follow(event: Told, letter: Any, groups: Mapping[int, Stream], now: datetime) -> None:
    """Who does not want letters, or cannot get them, gets no more from this moment."""
    stream = groups.get(event.group or 0, letter.stream)
    match event.name:
        case "bounce":
            suppress(letter.address, EVERY, Why.BOUNCED, now)
        case "spamreport":
            suppress(letter.address, EVERY, Why.SPAM, now)
        case "unsubscribe":
            suppress(letter.address, letter.stream, Why.UNSUBSCRIBED, now)
        case "group_unsubscribe":
            suppress(letter.address, stream, Why.UNSUBSCRIBED, now)
        case "group_resubscribe":
            lift(letter.address, stream)


def _count_blocks(letters: Sequence[Any], now: datetime) -> None:
    """A server that blocks us again and again is left alone; once or twice is its mood."""
    people = {letter.user_id: letter.address for letter in letters if letter.user_id is not None}
    if not people:
        return
    blocked = db.session.scalars(
        select(MailMessage.user_id)
        .join(MailEvent, MailEvent.message_id == MailMessage.id)
        .where(
            MailMessage.user_id.in_(people),
            MailMessage.address.in_(people.values()),
            MailEvent.name == BLOCKED,
            MailEvent.at >= now - BLOCKS_WITHIN,
        )
        .group_by(MailMessage.user_id)
        .having(func.count(MailEvent.id) >= BLOCKS)
    )
    for user_id in blocked:
        if user_id is not None:
            suppress(people[user_id], EVERY, Why.BLOCKED, now)


def _read(element: Any, settings: Settings, now: datetime) -> Told | None:
    """One element of a batch; None when it is not an event with an id, a name and an instant."""
    if not isinstance(element, dict):
        return None
    event_id, name, at = element.get("sg_event_id"), element.get("event"), element.get("timestamp")
    if not (isinstance(event_id, str) and 0 < len(event_id) <= 120 and event_id.isprintable()):
        return None
    if not isinstance(name, str) or isinstance(at, bool) or not isinstance(at, int | float):
        return None
    delivery, group = element.get("delivery"), element.get("asm_group_id")
    return Told(
        event_id=event_id,
        name=BLOCKED if name == "bounce" and element.get("type") == BLOCKED else name,
        number=number_of(delivery, settings) if isinstance(delivery, str) else None,
        at=_within(at, now),
        words=_reason(element),
        group=group if isinstance(group, int) else None,
    )


def _within(seconds: float, now: datetime) -> datetime:
    """Their clock, where it makes sense."""
    if EARLIEST.timestamp() <= seconds <= now.timestamp():
        return datetime.fromtimestamp(seconds, UTC)
    return now


def _reason(element: Mapping[str, Any]) -> str:
    """Why, as they put it, without anybody's address."""
    said = next(_sentences(element), "")
    return _ADDRESS.sub("…", _UNSEEN.sub(" ", said))[:LONGEST_WORDS]


def _sentences(element: Mapping[str, Any]) -> Iterator[str]:
    for name in ("reason", "response", "status"):
        if isinstance(said := element.get(name), str) and said:
            yield said
