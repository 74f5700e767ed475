"""How much everything was seen over some weeks, and how much an equal share would have been."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_

from marketplace.exposure import recording
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

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


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


class Shares:
    """What each open listing would have been seen, day by day, had all of its family been seen alike.

    Which lists a listing could have stood on is not kept, only what all lists of a day came to. So a day's
    lists count as one: its exposure of a family ÷ the listings of that family open on it (see `Account`).
    """

    def __init__(self, window: Window, daily: Mapping[Family, Mapping[date, float]]) -> None:
        self.window = window
        self._sums = {
            family: [0.0, *accumulate(shares.get(day, 0.0) for day in window.days)]
            for family, shares in daily.items()
        }

    def due(self, listing: OnBoard) -> float:
        """The sum over the days the listing was open."""
        sums = self._sums.get(listing.family)
        if sums is None:
            return 0.0
        end = self._at(listing.closed_on) + 1 if listing.closed_on else len(sums) - 1
        return max(0.0, sums[min(end, len(sums) - 1)] - sums[max(0, self._at(listing.opened_on))])

    def _at(self, day: date) -> int:
        return (day - self.window.first).days


def received(window: Window, subjects: Sequence[str] | None = None) -> dict[str, float]:
    """The exposure of each subject, or of these; who had none is left out."""
    query = db.select(Exposure.subject, func.sum(Exposure.weight)).where(_within(window))
    if subjects is not None:
        query = query.where(Exposure.subject.in_(subjects))
    rows = db.session.execute(query.group_by(Exposure.subject))
    return {subject: float(weight) for subject, weight in rows}


def totals(window: Window) -> list[Total]:
    """All that was shown, by channel and by whether a place was given to learn by."""
    query = db.select(
        Exposure.channel, Exposure.explored, func.sum(Exposure.times), func.sum(Exposure.weight)
    )
    query = query.where(_within(window)).group_by(Exposure.channel, Exposure.explored)
    rows = db.session.execute(query.order_by(Exposure.channel.desc(), Exposure.explored))
    return [Total(*row) for row in rows]


def shares(window: Window) -> Shares:
    """An equal share of what each family was seen, for each day; two statements."""
    seen = db.select(
        Exposure.day,
        *(func.sum(Exposure.weight).filter(Exposure.subject.startswith(f"{each}:")) for each in Family),
    )
    seen = seen.where(_within(window)).group_by(Exposure.day)
    daily: dict[Family, dict[date, float]] = defaultdict(dict)
    number = _open_by_day(window)
    for day, *weights in db.session.execute(seen):
        for family, weight in zip(Family, weights, strict=True):
            if weight and number[family].get(day):
                daily[family][day] = weight / number[family][day]
    return Shares(window, daily)


def on_board(window: Window) -> list[OnBoard]:
    """The listings that were open in the window, of organisations that are active."""
    return [_on_board(row) for row in db.session.execute(_listings().where(_open(window.first, window.last)))]


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
        or_(
            and_(Organisation.claimed_at.is_not(None), was_here),
            Organisation.id.in_(owners),
        ),
    )
    return [Who(*row) for row in db.session.execute(query)]


def account(listing_ids: Iterable[int], *, today: date) -> Account:
    """What those of these listings that are open were due over the 28 days before today, and what they got.

    What they were seen today counts already. The shares of past days don't change any more, so this
    process reckons them once a day; after that it takes two statements, however large the board.
    """
    past, ids = Window(today - timedelta(days=DAYS), today - timedelta(days=1)), list(listing_ids)
    reckoned = recording.memory().reckoned(today, lambda: shares(past))
    found = Account()
    for start in range(0, len(ids), AT_ONCE):
        query = _listings().where(Listing.id.in_(ids[start : start + AT_ONCE]), _open(today, today))
        some = [_on_board(row) for row in db.session.execute(query)]
        found.due.update({each.key: reckoned.due(each) for each in some})
        found.received.update(received(Window(past.first, today), [each.key for each in some]))
    return found


def owed(listing_ids: Iterable[int], *, length: int, today: date) -> dict[str, float]:
    """What these are owed on a list of `length` places that any of them could stand on, by key.

    Above 0 up to 1: how much of what orders aim at is missing. Who has it is left out.
    """
    found = account(listing_ids, today=today)
    return found.owed(found.due, length)


def _within(window: Window) -> ColumnElement[bool]:
    return Exposure.day.between(window.first, window.last)


def _listings() -> Select[Any]:
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
    return query.join(Listing.organisation).where(Organisation.status == OrganisationStatus.ACTIVE)


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


def _open_by_day(window: Window) -> dict[Family, dict[date, int]]:
    """How many listings of each family were open on each day."""
    numbers = [func.count(Listing.id).filter(_open(day, day)) for day in window.days]
    query = db.select(Listing.family, *numbers).join(Listing.organisation)
    query = query.where(
        Organisation.status == OrganisationStatus.ACTIVE, _open(window.first, window.last)
    ).group_by(Listing.family)
    found: dict[Family, dict[date, int]] = defaultdict(dict)
    for family, *counts in db.session.execute(query):
        found[family] = dict(zip(window.days, counts, strict=True))
    return found


def _midnight_after(day: date, *, days: int = 1) -> datetime:
    return datetime.combine(day + timedelta(days=days), time(), UTC)
