"""Handing letters over: each is claimed before the call and settled after it, in transactions of their own.

Between the two the provider has the word and we hold nothing open. A letter found claimed by an attempt that
died may have left or not; POLICY says what is done with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.sql.elements import ColumnElement

from marketplace.extensions import db, rows_changed
from marketplace.mail.letters import Fate, Kind, Outcome
from marketplace.mail.models import MailMessage, Stream
from marketplace.mail.runs import UNSETTLED, WAITS

# Longer than any attempt lasts, and shorter than the outbox's own lease of the rows that attempt it.
LEASE = timedelta(seconds=150)
LEASE_OF_THE_ROW = timedelta(minutes=3)
PATIENCE = timedelta(hours=6)  # a held letter of which no event came by then never reached the provider
LONGEST_TRY = timedelta(days=3)  # one reader's server may put a letter off


class Silence(StrEnum):
    """What is done with a letter whose answer was lost."""

    AGAIN = "again"
    HELD = "held"  # until an event of the provider tells
    SENT = "sent"  # counts as sent: at most once


# Writing a file again is harmless. A second copy of a letter somebody waits for is better than none. Of all
# else no second copy is sent: SendGrid's events tell what it has, and a mail server never does.
POLICY: Mapping[Kind, Mapping[Stream, Silence]] = {
    Kind.FILES: dict.fromkeys(Stream, Silence.AGAIN),
    Kind.SMTP: dict.fromkeys(Stream, Silence.SENT) | {Stream.ACCOUNT: Silence.AGAIN},
    Kind.SENDGRID: dict.fromkeys(Stream, Silence.HELD) | {Stream.ACCOUNT: Silence.AGAIN},
    Kind.SENDGRID_UNHEARD: dict.fromkeys(Stream, Silence.SENT) | {Stream.ACCOUNT: Silence.AGAIN},
}

_FREE: dict[str, Any] = {"handing_at": None, "handed_by": ""}
_IN_HAND = (*UNSETTLED, MailMessage.handing_at.is_not(None), MailMessage.held_at.is_(None))


def claim(*which: ColumnElement[bool], at_most: int, token: str, now: datetime) -> list[int]:
    """Take letters that wait, those written first; their ids. Until they are settled nobody else does."""
    first = select(MailMessage.id).where(*which, *WAITS).order_by(MailMessage.id).limit(at_most)
    claimed = db.session.scalars(
        update(MailMessage)
        .where(MailMessage.id.in_(first), *WAITS)  # again: another may have taken some since we looked
        .values(handing_at=now, handed_by=token)
        .returning(MailMessage.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(claimed)


def rows_of(ids: Sequence[int]) -> list[Any]:
    """All that is known of these letters, as plain rows."""
    table = MailMessage.__table__
    return list(db.session.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id)))


def in_hand_until(*which: ColumnElement[bool]) -> datetime | None:
    """When the last of these that are being handed over right now counts as abandoned; None if none is."""
    latest = db.session.scalar(select(func.max(MailMessage.handing_at)).where(*which, *_IN_HAND))
    return None if latest is None else latest + LEASE


def clear_abandoned(*which: ColumnElement[bool], kind: Kind, now: datetime) -> int:
    """Do what POLICY says with letters whose attempt died; returns how many there were."""
    abandoned = (*which, *_IN_HAND, MailMessage.handing_at <= now - LEASE)
    if not db.session.scalar(select(exists().where(*abandoned))):
        return 0  # nearly always; and asking holds nobody up
    found = 0
    for stream, silence in POLICY[kind].items():
        found += rows_changed(
            update(MailMessage)
            .where(*abandoned, MailMessage.stream == stream)
            .values(**_after(silence, now))
            .execution_options(synchronize_session=False)
        )
    return found


def settle(outcomes: Mapping[int, Outcome], *, kind: Kind, token: str, now: datetime) -> None:
    """Write down what became of letters that this attempt claimed; what is settled otherwise stays so."""
    if not outcomes:
        return
    told: dict[int, Any] = {}
    if any(outcome.fate in (Fate.UNKNOWN, Fate.LATER) for outcome in outcomes.values()):
        found = select(MailMessage.id, MailMessage.stream, MailMessage.created_at)
        told = {row.id: row for row in db.session.execute(found.where(MailMessage.id.in_(outcomes)))}
    values = {number: _settled(each, told.get(number), kind, now) for number, each in outcomes.items()}
    ours = (MailMessage.handed_by == token, *UNSETTLED)
    free = [number for number, value in values.items() if value is _FREE]
    if free:
        db.session.execute(
            update(MailMessage)
            .where(MailMessage.id.in_(free), *ours)
            .values(**_FREE)
            .execution_options(synchronize_session=False)
        )
    nothing = {"held_at": None, "sent_at": None, "refused_at": None, "refusal": "", "provider_id": ""}
    rows = [{**nothing, **value, "the_id": number} for number, value in values.items() if value is not _FREE]
    if rows:
        statement = (
            update(MailMessage.__table__)  # of the table, not the class: one statement for all of them
            .where(MailMessage.id == bindparam("the_id"), *ours)
            .values({name: bindparam(name) for name in nothing})
        )
        db.session.connection().execute(statement, rows)


def drop(reasons: Mapping[int, str], *, token: str, now: datetime) -> None:
    """Give up letters that nobody wants any more."""
    by_reason: dict[str, list[int]] = {}
    for number, reason in reasons.items():
        by_reason.setdefault(reason[:40], []).append(number)
    for reason, ids in by_reason.items():
        db.session.execute(
            update(MailMessage)
            .where(MailMessage.id.in_(ids), MailMessage.handed_by == token, *UNSETTLED)
            .values(dropped_at=now, dropped_why=reason)
            .execution_options(synchronize_session=False)
        )


def free_unheard_of(now: datetime) -> list[Any]:
    """Held letters of which the provider never told may go; their ids, runs and streams."""
    freed = db.session.execute(
        update(MailMessage)
        .where(*UNSETTLED, MailMessage.held_at <= now - PATIENCE)
        .values(held_at=None, **_FREE)
        .returning(MailMessage.id, MailMessage.run_id, MailMessage.stream)
        .execution_options(synchronize_session=False)
    )
    return list(freed)


def are_left(run_id: int) -> bool:
    """Whether letters of the run wait."""
    return bool(db.session.scalar(select(exists().where(MailMessage.run_id == run_id, *WAITS))))


def is_out_of_our_hands(number: int) -> bool:
    """Whether a letter is settled or held, so that it does not go again by itself."""
    return not db.session.scalar(select(exists().where(MailMessage.id == number, *WAITS)))


def stopped(outcomes: Iterable[Outcome]) -> Exception | None:
    """What stands in the way of further letters, if something does."""
    return next((each.problem for each in outcomes if each.problem is not None), None)


def _settled(outcome: Outcome, row: Any, kind: Kind, now: datetime) -> dict[str, Any]:
    match outcome.fate:
        case Fate.SENT:
            return {"sent_at": now, "provider_id": outcome.provider_id[:255]}
        case Fate.REFUSED:
            return {"refused_at": now, "refusal": outcome.words}
        case Fate.LATER if outcome.problem is None and now - row.created_at > LONGEST_TRY:
            return {"refused_at": now, "refusal": f"Put off for days: {outcome.words}"}
        case Fate.UNKNOWN:
            return _after(POLICY[kind][row.stream], now)
        case _:
            return _FREE


def _after(silence: Silence, now: datetime) -> dict[str, Any]:
    match silence:
        case Silence.HELD:
            return {"held_at": now}
        case Silence.SENT:
            return {"sent_at": now}
        case Silence.AGAIN:
            return _FREE
