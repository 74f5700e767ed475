"""What an organisation did in a month, in sentences: read for many organisations at once, from the ledger.

A fixed number of statements for a page of people, however many organisations they belong to.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from flask import url_for
from sqlalchemy import func
from sqlalchemy.orm import InstrumentedAttribute

from marketplace import mail
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.ledger.models import LedgerEntry, Side, Stage
from marketplace.listings.models import PLAIN, Listing, QuantityKind
from marketplace.mail.models import MailMessage, MailRun, Stream
from marketplace.organisations.models import Membership, Organisation
from marketplace.responses.models import Response
from marketplace.subscriptions import queries as letters
from marketplace.subscriptions import services as subscriptions
from marketplace.web.words import LOCAL, count, joined

AT_MOST_A_DAY = 3  # letters to one person, without those they asked for; beyond, this one waits a day
PEOPLE_AT_ONCE = 500

GAVE = {  # what is said of whoever gave or bought, in this order
    (Side.SUPPORT, Stage.PROMISED): "You promised {}.",
    (Side.SUPPORT, Stage.DELIVERED): "You gave {}.",
    (Side.SUPPORT, Stage.CONFIRMED): "Of what you gave, {} was confirmed by whoever got it.",
    (Side.SPEND, Stage.AWARDED): "You awarded work worth {}.",
    (Side.SPEND, Stage.PAID): "You paid {} for work that was agreed here.",
}
GOT = {
    (Side.SUPPORT, Stage.ACCEPTED): "You said yes to {}.",
    (Side.SUPPORT, Stage.CONFIRMED): "You received {}, and confirmed it.",
    (Side.SPEND, Stage.AWARDED): "You won work worth {}.",
    (Side.SPEND, Stage.PAID): "You were paid {} for work that was agreed here.",
}


class Counted(NamedTuple):
    """Rows of which so many are said: the columns of whose they are and when they came about; the words."""

    whose: Any
    at: Any
    sentence: str
    names: tuple[str, str]


COUNTED = (
    Counted(
        Response.supplier_id, Response.interested_at, "You answered {}.", ("opportunity", "opportunities")
    ),
    Counted(
        Response.buyer_id, Response.interested_at, "You had {} to what you asked for.", ("answer", "answers")
    ),
    Counted(Listing.organisation_id, Listing.published_at, "You put up {}.", ("notice", "notices")),
)

Lines = defaultdict[int, list[str]]


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the place’s own days; `ends` is the first instant after it."""

    begins: datetime
    ends: datetime
    told_on: date  # the first of the next

    @property
    def words(self) -> str:
        return f"{self.begins:%B %Y}"


def month_before(day: date) -> Month:
    """The month before the one that this day is in."""
    told_on = day.replace(day=1)
    first = (told_on - timedelta(days=1)).replace(day=1)
    begins, ends = (datetime.combine(each, time(), LOCAL) for each in (first, told_on))
    return Month(begins, ends, told_on)


def did(organisation_ids: Collection[int], month: Month) -> dict[int, list[str]]:
    """What each of these did, in sentences; whoever did nothing is left out."""
    lines: Lines = defaultdict(list)
    _from_the_ledger(lines, LedgerEntry.giver_id, GAVE, organisation_ids, month)
    _from_the_ledger(lines, LedgerEntry.receiver_id, GOT, organisation_ids, month)
    for what in COUNTED:
        _counted(lines, what, organisation_ids, month)
    return {organisation_id: said for organisation_id, said in lines.items() if said}


def write_page(run: MailRun, month: Month, *, after: int, now: datetime) -> int | None:
    """Write to the next people by id; returns the last who was looked at, or None where there was nobody.

    Whoever has had enough letters today is left for tomorrow.
    """
    query = db.select(User).where(User.id > after, User.confirmed_at.is_not(None))
    belongs = db.select(Membership.id).where(Membership.user_id == User.id).exists()
    people = db.session.scalars(query.where(belongs).order_by(User.id).limit(PEOPLE_AT_ONCE)).all()
    if not people:
        return None
    ids = [person.id for person in people]
    left_out = {*subscriptions.gets(Stream.SUMMARY, ids), *_written(run, ids), *_had_enough(ids, now)}
    theirs = _organisations_of([each for each in ids if each not in left_out])
    lines = did({each for those in theirs.values() for each, _ in those}, month)
    drafts = [
        _draft(person, month, [(name, lines[each]) for each, name in theirs[person.id] if each in lines])
        for person in people
        if any(each in lines for each, _ in theirs.get(person.id, ()))
    ]
    mail.queue_many(run, drafts, now)
    return ids[-1]


def _draft(person: User, month: Month, did: Sequence[tuple[str, list[str]]]) -> mail.Draft:
    names = [name for name, _ in did]
    headline = f"What {names[0] if len(names) == 1 else 'your organisations'} did in {month.begins:%B}"
    return mail.Draft(
        user_id=person.id,
        address=person.email,
        template="monthly_summary",
        subject=headline,
        words={
            "person_name": person.name,
            "headline": headline,
            "month": month.words,
            "organisation_name": joined(names),
            "organisations": [{"name": name, "lines": lines} for name, lines in did],
            "ledger_url": mail.link(url_for("ledger.index")),
            "url": mail.link(url_for("desk.index")),
        },
        key=f"monthly_summary:{month.told_on.isoformat()}:{person.id}",
        unsubscribe_url=subscriptions.stop_url(person, Stream.SUMMARY),
    )


def _organisations_of(user_ids: Sequence[int]) -> dict[int, list[tuple[int, str]]]:
    """The organisations of each of these people: id and name."""
    query = (
        db.select(Membership.user_id, Organisation.id, Organisation.name)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.user_id.in_(user_ids))
        .order_by(Membership.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for user_id, organisation_id, name in db.session.execute(query):
        found.setdefault(user_id, []).append((organisation_id, name))
    return found


def _written(run: MailRun, user_ids: Sequence[int]) -> set[int]:
    query = db.select(MailMessage.user_id).where(
        MailMessage.run_id == run.id, MailMessage.user_id.in_(user_ids)
    )
    return {user_id for user_id in db.session.scalars(query) if user_id is not None}


def _had_enough(user_ids: Sequence[int], now: datetime) -> set[int]:
    since = datetime.combine(now.astimezone(LOCAL).date(), time(), LOCAL)
    had = letters.letters_since(user_ids, since)
    return {user_id for user_id, number in had.items() if number >= AT_MOST_A_DAY}


def _from_the_ledger(
    lines: Lines,
    end: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    sentences: dict[tuple[Side, Stage], str],
    organisation_ids: Collection[int],
    month: Month,
) -> None:
    """What stands of the month at each stage, corrections taken away."""
    entry = LedgerEntry
    query = (
        db.select(end, entry.side, entry.stage, entry.kind, func.sum(entry.quantity))
        .where(end.in_(organisation_ids), entry.at >= month.begins, entry.at < month.ends)
        .group_by(end, entry.side, entry.stage, entry.kind)
    )
    found: defaultdict[int, dict[tuple[Side, Stage], dict[str, int]]] = defaultdict(dict)
    for organisation_id, side, stage, kind, quantity in db.session.execute(query):
        if quantity > 0:
            found[organisation_id].setdefault((side, stage), {})[kind] = int(quantity)
    for organisation_id, sums in found.items():
        lines[organisation_id] += [
            sentence.format(_amounts(sums[step])) for step, sentence in sentences.items() if step in sums
        ]


def _amounts(by_kind: dict[str, int]) -> str:
    """“40 hours of volunteering, 12 items and £500”."""
    kinds = [kind for kind in QuantityKind if kind.value in by_kind]
    return joined([_amount(kind, by_kind[kind.value]) for kind in kinds])


def _amount(kind: QuantityKind, number: int) -> str:
    return f"£{number:,}" if kind is QuantityKind.MONEY else count(number, *PLAIN[kind])


def _counted(lines: Lines, what: Counted, organisation_ids: Collection[int], month: Month) -> None:
    """How many rows of the month there are of each organisation."""
    query = (
        db.select(what.whose, func.count())
        .where(what.whose.in_(organisation_ids), what.at >= month.begins, what.at < month.ends)
        .group_by(what.whose)
    )
    for organisation_id, number in db.session.execute(query):
        lines[organisation_id].append(what.sentence.format(count(number, *what.names)))
