"""How each organisation stands: what it has room for, how it answered so far, and when it was last seen."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from marketplace.capacity.models import Capacity
from marketplace.listings.models import Family, Listing
from marketplace.matching.fetching import Ids, fetched
from marketplace.matching.models import Match, MatchStatus
from marketplace.messages import queries as messages
from marketplace.messages.models import Thread

ANSWERS = (MatchStatus.INTERESTED, MatchStatus.DECLINED, MatchStatus.CONVERTED)
TIME_TO_ANSWER = timedelta(days=7)  # before that, silence says nothing


@dataclass(frozen=True, slots=True)
class Standing:
    """`room` says how many more introductions it can take on a side, where it said so.

    `asked` and `answered` count introductions, and conversations that others began.
    """

    room: dict[str, int] = field(default_factory=dict)  # “spend”, “support”
    asked: int = 0
    answered: int = 0
    seen_on: date | None = None


def of(ids: Ids, *, today: date) -> dict[int, Standing]:
    """The standing of these organisations, or of all."""
    taken = _taken(ids, today)
    room = {
        row.organisation_id: _room(row, taken[row.organisation_id])
        for row in fetched(_CAPACITY, Capacity.organisation_id, ids)
    }
    asked, answered = _answers(ids, today)
    seen = {row.organisation_id: row.at for row in fetched(_SEEN, Listing.organisation_id, ids)}
    return defaultdict(
        Standing,
        {
            number: Standing(
                room=room.get(number, {}),
                asked=asked[number],
                answered=answered[number],
                seen_on=seen[number].date() if number in seen else None,
            )
            for number in {*room, *asked, *seen}
        },
    )


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
_SEEN = select(Listing.organisation_id, func.max(Listing.updated_at).label("at")).group_by(
    Listing.organisation_id
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


def _answers(ids: Ids, today: date) -> tuple[Counter[int], Counter[int]]:
    """Of each, how many introductions and first messages it had time to answer, and how many it answered.

    A no is an answer; a message is answered if words come back within a week.
    """
    until = datetime.combine(today, time(), UTC) - TIME_TO_ANSWER
    answered = case((Match.status.in_(ANSWERS), 1), else_=0)
    had_time = (Match.notified_at < until) | Match.status.in_(ANSWERS)
    query = select(
        Match.organisation_id, func.count(Match.id).label("asked"), func.sum(answered).label("answered")
    ).where(had_time)
    asked_for: Counter[int] = Counter()
    answered_of: Counter[int] = Counter()
    for row in (
        *fetched(query.group_by(Match.organisation_id), Match.organisation_id, ids),
        *fetched(messages.answers_given(until), Thread.asked_id, ids),
    ):
        asked_for[row[0]] += row.asked
        answered_of[row[0]] += row.answered
    return asked_for, answered_of
