"""How each organisation stands: what it has room for, how it answered so far, and when it was last seen."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select

from marketplace.capacity.models import Capacity
from marketplace.extensions import UtcDateTime
from marketplace.fetching import Ids, Rows
from marketplace.listings.models import Family, Listing
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
    left, until = room(ids, today=today), datetime.combine(today, time(), UTC) - TIME_TO_ANSWER
    asked, answered = _answers(ids, until)
    seen = {row.organisation_id: row.at for row in _SEEN.of(ids)}
    return defaultdict(
        Standing,
        {
            number: Standing(
                room=left.get(number, {}),
                asked=asked[number],
                answered=answered[number],
                seen_on=seen[number].date() if number in seen else None,
            )
            for number in {*left, *asked, *seen}
        },
    )


def room(ids: Ids, *, today: date) -> dict[int, dict[str, int]]:
    """By side, how many more introductions those can take that said so."""
    said = {row.organisation_id: row for row in _ROOM.of(ids)}
    rows = _TAKEN.of(None if ids is None else said, quarter=quarter_of(today))
    taken = {row.organisation_id: row.number for row in rows}
    return {number: _room(row, taken.get(number, 0)) for number, row in said.items()}


def said_no(listing_ids: Collection[int], by: Ids = None) -> dict[int, set[str]]:
    """Of each listing, who of all organisations, or of these, said it isn’t for them: a no always wins."""
    return _SAID_NO.of(listing_ids, by)


def met(listing_ids: Collection[int], by: Ids = None, *, today: date) -> dict[int, set[str]]:
    """Of each opportunity, who of all, or of these, was introduced to it this quarter.

    It is itself what takes their room. Whoever says there is no room at all has none for these either.
    """
    return _MET.of(listing_ids, by, quarter=quarter_of(today))


def quarter_of(day: date) -> datetime:
    """The first instant of its quarter."""
    return datetime.combine(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1), time(), UTC)


_MATCH, _LISTING, _CAPACITY = Match.__table__.c, Listing.__table__.c, Capacity.__table__.c
_QUARTER, _UNTIL = (bindparam(name, type_=UtcDateTime) for name in ("quarter", "until"))

# Introductions to work this quarter that were not declined: each may still become a job.
_TAKES_ROOM = (
    _LISTING.family == Family.OPPORTUNITY,
    _MATCH.introduced_at >= _QUARTER,
    _MATCH.status != MatchStatus.DECLINED,
)
_TO_A_LISTING = Match.__table__.join(Listing.__table__, _LISTING.id == _MATCH.listing_id)
_PAIR = select(_MATCH.listing_id, _MATCH.organisation_id)


class _Pairs:
    """Matches of some kind, read by either side."""

    def __init__(self, query: Select[Any]) -> None:
        self._of_listings = Rows(query, _MATCH.listing_id)
        self._by_organisations = Rows(query, _MATCH.organisation_id)

    def of(self, listing_ids: Collection[int], by: Ids, **parameters: Any) -> dict[int, set[str]]:
        """The organisations of each listing: of all of them, or of these."""
        found: dict[int, set[str]] = defaultdict(set)
        rows, keys = (self._of_listings, listing_ids) if by is None else (self._by_organisations, by)
        for row in rows.of(keys, **parameters):
            found[row.listing_id].add(str(row.organisation_id))
        return found


_SAID_NO = _Pairs(_PAIR.where(_MATCH.status == MatchStatus.DECLINED))
_MET = _Pairs(
    _PAIR.select_from(
        _TO_A_LISTING.join(Capacity.__table__, _CAPACITY.organisation_id == _MATCH.organisation_id)
    ).where(*_TAKES_ROOM, _CAPACITY.jobs_a_quarter > 0)
)
_ROOM = Rows(
    select(_CAPACITY.organisation_id, _CAPACITY.jobs_a_quarter, _CAPACITY.hours_left, _CAPACITY.money_left),
    _CAPACITY.organisation_id,
)
_TAKEN = Rows(
    select(_MATCH.organisation_id, func.count(_MATCH.id).label("number"))
    .select_from(_TO_A_LISTING)
    .where(*_TAKES_ROOM)
    .group_by(_MATCH.organisation_id),
    _MATCH.organisation_id,
)
_SEEN = Rows(
    select(_LISTING.organisation_id, func.max(_LISTING.updated_at).label("at")).group_by(
        _LISTING.organisation_id
    ),
    _LISTING.organisation_id,
)
_ANSWERED = Rows(  # introductions it had time to answer, and those it answered; a no is an answer
    select(
        _MATCH.organisation_id,
        func.count(_MATCH.id).label("asked"),
        func.sum(case((_MATCH.status.in_(ANSWERS), 1), else_=0)).label("answered"),
    )
    .where((_MATCH.notified_at < _UNTIL) | _MATCH.status.in_(ANSWERS))
    .group_by(_MATCH.organisation_id),
    _MATCH.organisation_id,
)
_SPOKEN_TO = Rows(messages.answers_given(_UNTIL), Thread.__table__.c.asked_id)


def _room(row: Any, taken: int) -> dict[str, int]:
    """What is left of what it said. Hours and pounds are no introductions: only none of either means none."""
    found = {}
    if row.jobs_a_quarter is not None:
        found["spend"] = max(0, row.jobs_a_quarter - taken)
    gives = [left for left in (row.hours_left, row.money_left) if left is not None]
    if gives and not any(gives):
        found["support"] = 0
    return found


def _answers(ids: Ids, until: datetime) -> tuple[Counter[int], Counter[int]]:
    """Of each, how many introductions and first messages it had time to answer, and how many it answered.

    A no is an answer; a message is answered if words come back within a week.
    """
    asked: Counter[int] = Counter()
    answered: Counter[int] = Counter()
    for row in (*_ANSWERED.of(ids, until=until), *_SPOKEN_TO.of(ids, until=until)):
        asked[row[0]] += row.asked
        answered[row[0]] += row.answered
    return asked, answered
