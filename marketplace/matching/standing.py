"""How each organisation stands: what it has room for, how it answered so far, and when it was last seen."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from marketplace.capacity.models import Capacity
from marketplace.fetching import Ids, fetched
from marketplace.listings.models import Family, Listing
from marketplace.matching.models import Match, MatchStatus

ANSWERS = (MatchStatus.INTERESTED, MatchStatus.DECLINED, MatchStatus.CONVERTED)
TIME_TO_ANSWER = timedelta(days=7)  # before that, silence says nothing


@dataclass(frozen=True, slots=True)
class Standing:
    """`room` says how many more introductions it can take on a side, where it said so."""

    room: dict[str, int] = field(default_factory=dict)  # “spend”, “support”
    asked: int = 0
    answered: int = 0
    seen_on: date | None = None


def of(ids: Ids, *, today: date) -> dict[int, Standing]:
    """The standing of these organisations, or of all."""
    left, answers = room(ids, today=today), {row.organisation_id: row for row in _answers(ids, today)}
    seen = {row.organisation_id: row.at for row in fetched(_SEEN, _LISTING.organisation_id, ids)}
    return defaultdict(
        Standing,
        {
            number: Standing(
                room=left.get(number, {}),
                asked=answers[number].asked if number in answers else 0,
                answered=answers[number].answered if number in answers else 0,
                seen_on=seen[number].date() if number in seen else None,
            )
            for number in {*left, *answers, *seen}
        },
    )


def room(ids: Ids, *, today: date) -> dict[int, dict[str, int]]:
    """By side, how many more introductions those can take that said so."""
    said = {row.organisation_id: row for row in fetched(_CAPACITY, Capacity.organisation_id, ids)}
    taken = _taken(None if ids is None else said, today)
    return {number: _room(row, taken[number]) for number, row in said.items()}


def said_no(listing_ids: Collection[int]) -> dict[int, set[str]]:
    """Of each listing, the organisations that said it isn't for them: a no always wins."""
    found: dict[int, set[str]] = defaultdict(set)
    query = select(Match.listing_id, Match.organisation_id).where(Match.status == MatchStatus.DECLINED)
    for row in fetched(query, Match.listing_id, listing_ids):
        found[row.listing_id].add(str(row.organisation_id))
    return found


def met(listing_ids: Collection[int], *, today: date) -> dict[int, set[str]]:
    """Of each opportunity, who was introduced to it this quarter: it is itself what takes their room.

    Whoever says there is no room at all has none for these either.
    """
    found: dict[int, set[str]] = defaultdict(set)
    query = (
        select(Match.listing_id, Match.organisation_id)
        .join(Listing, Listing.id == Match.listing_id)
        .join(Capacity, Capacity.organisation_id == Match.organisation_id)
        .where(*_takes_room(today), Capacity.jobs_a_quarter > 0)
    )
    for row in fetched(query, Match.listing_id, listing_ids):
        found[row.listing_id].add(str(row.organisation_id))
    return found


def quarter_of(day: date) -> datetime:
    """The first instant of its quarter."""
    return datetime.combine(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1), time(), UTC)


_CAPACITY = select(
    Capacity.organisation_id, Capacity.jobs_a_quarter, Capacity.hours_left, Capacity.money_left
)
_LISTING = Listing.__table__.c
_SEEN = select(_LISTING.organisation_id, func.max(_LISTING.updated_at).label("at")).group_by(
    _LISTING.organisation_id
)


def _room(row: Any, taken: int) -> dict[str, int]:
    """What is left of what it said. Hours and pounds are no introductions: only none of either means none."""
    found = {}
    if row.jobs_a_quarter is not None:
        found["spend"] = max(0, row.jobs_a_quarter - taken)
    gives = [left for left in (row.hours_left, row.money_left) if left is not None]
    if gives and not any(gives):
        found["support"] = 0
    return found


def _taken(ids: Ids, today: date) -> dict[int, int]:
    """How many introductions of the quarter take room."""
    query = (
        select(Match.organisation_id, func.count(Match.id).label("number"))
        .join(Listing, Listing.id == Match.listing_id)
        .where(*_takes_room(today))
    )
    rows = fetched(query.group_by(Match.organisation_id), Match.organisation_id, ids)
    return defaultdict(int, {row.organisation_id: row.number for row in rows})


def _takes_room(today: date) -> tuple[ColumnElement[bool], ...]:
    """Introductions to work this quarter that were not declined: each may still become a job."""
    return (
        Listing.family == Family.OPPORTUNITY,
        Match.introduced_at >= quarter_of(today),
        Match.status != MatchStatus.DECLINED,
    )


def _answers(ids: Ids, today: date) -> Iterable[Any]:
    """How many introductions it had time to answer, and how many it answered; a no is an answer."""
    until = datetime.combine(today, time(), UTC) - TIME_TO_ANSWER
    answered = case((Match.status.in_(ANSWERS), 1), else_=0)
    had_time = (Match.notified_at < until) | Match.status.in_(ANSWERS)
    query = select(
        Match.organisation_id, func.count(Match.id).label("asked"), func.sum(answered).label("answered")
    ).where(had_time)
    return fetched(query.group_by(Match.organisation_id), Match.organisation_id, ids)
