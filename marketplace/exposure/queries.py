"""How much everything was seen over some weeks, and how much an equal share would have been."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_

from marketplace.exposure.models import Channel, Exposure
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing, ListingStatus
from marketplace.organisations.models import Organisation, OrganisationKind, OrganisationStatus
from search.ranking.fairness import Account

DAYS = 28  # in the window that floors are about
AT_ONCE = 5_000  # ids in one statement


@dataclass(frozen=True, slots=True)
class Window:
    """Some days, both ends among them. A day is one of UTC."""

    first: date
    last: date

    @classmethod
    def until(cls, last: date, days: int = DAYS) -> "Window":
        return cls(last - timedelta(days=days - 1), last)


class Total(NamedTuple):
    """All that was shown through one channel; `explored` are the places given to learn by."""

    channel: Channel
    explored: bool
    times: int
    weight: float


class OnBoard(NamedTuple):
    """A listing that was open in a window, from one of its days to another."""

    key: str
    family: Family
    opened_on: date
    closed_on: date | None
    ward_code: str | None
    organisation_id: int


class Who(NamedTuple):
    """What an organisation is grouped by."""

    id: int
    kind: OrganisationKind
    staff: int | None
    turnover: int | None
    balance_sheet: int | None
    facts_on: date | None
    ward_code: str | None
    joined_at: datetime
    is_claimed: bool


def totals(window: Window) -> list[Total]:
    """All that was shown, by channel and by whether a place was given to learn by."""
    query = db.select(
        Exposure.channel, Exposure.explored, func.sum(Exposure.times), func.sum(Exposure.weight)
    )
    query = query.where(_within(window)).group_by(Exposure.channel, Exposure.explored)
    return [Total(*row) for row in db.session.execute(query)]


def on_board(window: Window) -> list[OnBoard]:
    """The listings that were open in the window, of organisations that are active."""
    query = db.select(
        Listing.id,
        Listing.family,
        Listing.created_at,
        Listing.published_at,
        Listing.status,
        _ended_at(),
        Listing.ward_code,
        Listing.organisation_id,
    )
    query = query.join(Listing.organisation).where(
        Organisation.status == OrganisationStatus.ACTIVE, _open(window.first, window.last)
    )
    return [_on_board(row) for row in db.session.execute(query)]


def organisations(window: Window) -> list[Who]:
    """Active organisations that speak for themselves, or had a listing open in the window."""
    owners = db.select(Listing.organisation_id).where(_open(window.first, window.last))
    was_here = Organisation.created_at < _midnight_after(window.last)
    query = db.select(
        Organisation.id,
        Organisation.kind,
        Organisation.staff,
        Organisation.turnover,
        Organisation.balance_sheet,
        Organisation.facts_on,
        Organisation.ward_code,
        func.coalesce(Organisation.claimed_at, Organisation.created_at),
        Organisation.claimed_at.is_not(None),
    ).where(
        Organisation.status == OrganisationStatus.ACTIVE,
        or_(and_(Organisation.claimed_at.is_not(None), was_here), Organisation.id.in_(owners)),
    )
    return [Who(*row) for row in db.session.execute(query)]


def received(window: Window) -> dict[str, float]:
    """The exposure of each subject, wherever it was shown; who was shown nowhere is left out."""
    query = db.select(Exposure.subject, func.sum(Exposure.weight)).where(_within(window))
    rows = db.session.execute(query.group_by(Exposure.subject))
    return {subject: float(weight) for subject, weight in rows}


def account(window: Window, subjects: Iterable[str] | None = None) -> Account:
    """What each subject, or each of these, was seen in matches, and what it was due of them."""
    found = Account()
    if subjects is None:
        _fill(found, window)
        return found
    keys = list(subjects)
    for start in range(0, len(keys), AT_ONCE):
        _fill(found, window, Exposure.subject.in_(keys[start : start + AT_ONCE]))
    return found


def owed(subjects: Iterable[str], *, length: int, today: date) -> dict[str, float]:
    """What these are owed on a list of `length` places that any of them could stand on; one statement.

    Above 0 up to 1: how much of what orders aim at is missing over the last 28 days. Who has it is left out.
    """
    keys = list(dict.fromkeys(subjects))
    return account(Window.until(today), keys).owed(keys, length)


def _fill(found: Account, window: Window, *conditions: ColumnElement[bool]) -> None:
    query = db.select(Exposure.subject, func.sum(Exposure.weight), func.sum(Exposure.due))
    query = query.where(_within(window), Exposure.channel != Channel.BOARD, *conditions)
    for subject, weight, due in db.session.execute(query.group_by(Exposure.subject)):
        found.received[subject], found.due[subject] = weight, due


def _within(window: Window) -> ColumnElement[bool]:
    return Exposure.day.between(window.first, window.last)


def _on_board(row: Any) -> OnBoard:
    id_, family, created_at, published_at, status, ended_at, ward_code, organisation_id = row
    opened_on = max(created_at, published_at).date()  # a notice from elsewhere was published before it came
    closed_on = None if status is ListingStatus.PUBLISHED or ended_at is None else ended_at.date()
    return OnBoard(f"{family}:{id_}", family, opened_on, closed_on, ward_code, organisation_id)


def _open(first: date, last: date) -> ColumnElement[bool]:
    """On the board on one of these days; one that was closed and put up again counts as open all along."""
    return and_(
        Listing.published_at < _midnight_after(last),
        Listing.created_at < _midnight_after(last),
        or_(
            Listing.status == ListingStatus.PUBLISHED,
            and_(Listing.status != ListingStatus.DRAFT, _ended_at() >= _midnight_after(first, days=0)),
        ),
    )


def _ended_at() -> ColumnElement[Any]:
    return func.coalesce(Listing.closed_at, Listing.withdrawn_at)


def _midnight_after(day: date, *, days: int = 1) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(), UTC)
