"""Introductions: of all matches, the ones both sides have room to answer, chosen together.

A match is something that fits; an introduction is one we put before people, on a desk or in a letter. Nobody
gets more than they can answer, and few are left with none.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Date, Row, bindparam, exists, func, select

from marketplace.capacity.models import Capacity
from marketplace.extensions import UtcDateTime, db
from marketplace.fetching import Ids, Rows
from marketplace.listings.models import Family, Listing, Quantity, QuantityKind
from marketplace.matching import sources, standing
from marketplace.matching.models import Match, MatchStatus
from search.ranking.assignment import Introduction, assign

PERIOD = timedelta(days=28)  # what nobody answered in that time takes no room any more
AT_ONCE = 5_000  # matches changed in one statement
AN_ORGANISATION_READS = 15  # introductions in a period, where it has not said
AN_ASK_TAKES = 10  # answers that a notice can deal with in a period
A_ROUNDING = 1e-9  # that a share may be out by

WAITING = (MatchStatus.SUGGESTED, MatchStatus.NOTIFIED, MatchStatus.OPENED, MatchStatus.SNOOZED)

_MATCH, _LISTING, _CAPACITY = Match.__table__.c, Listing.__table__.c, Capacity.__table__.c
_QUANTITY = Quantity.__table__.c
_TODAY, _SINCE = bindparam("today", type_=Date), bindparam("since", type_=UtcDateTime)

_BOTH = Match.__table__.join(Listing.__table__, _LISTING.id == _MATCH.listing_id)
_CANDIDATES = (
    select(_MATCH.id, _MATCH.organisation_id, _MATCH.listing_id, _MATCH.fit, _LISTING.family)
    .select_from(_BOTH)
    .where(
        _MATCH.retired_at.is_(None),
        _MATCH.introduced_at.is_(None),
        _MATCH.status.in_(WAITING),
        *sources.still_open(_TODAY),
    )
    .order_by(_MATCH.id)
)
_OF_ASKS = Rows(_CANDIDATES, _MATCH.listing_id)
_OF_ORGANISATIONS = Rows(_CANDIDATES, _MATCH.organisation_id)
_AGREED = Rows(
    select(_MATCH.organisation_id.label("whose"), func.count(_MATCH.id).label("times"))
    .select_from(_BOTH)
    .where(
        _LISTING.family == Family.OPPORTUNITY,
        _MATCH.status.in_((MatchStatus.INTERESTED, MatchStatus.CONVERTED)),
        func.coalesce(_MATCH.converted_at, _MATCH.interested_at) >= _SINCE,
    )
    .group_by(_MATCH.organisation_id),
    _MATCH.organisation_id,
)
_JOBS = Rows(select(_CAPACITY.organisation_id, _CAPACITY.jobs_a_quarter), _CAPACITY.organisation_id)
_FOR_VOLUNTEERS = select(_LISTING.id, _LISTING.organisation_id).where(
    _LISTING.family == Family.NEED,
    exists().where(_QUANTITY.listing_id == _LISTING.id, _QUANTITY.kind == QuantityKind.VOLUNTEERS),
)
_HOSTED = Rows(_FOR_VOLUNTEERS, _LISTING.organisation_id)
_HOSTING = Rows(
    _FOR_VOLUNTEERS.add_columns(_CAPACITY.volunteers_a_month)
    .join_from(Listing, Capacity, _CAPACITY.organisation_id == _LISTING.organisation_id)
    .where(_CAPACITY.volunteers_a_month.is_not(None)),
    _LISTING.id,
)
# Of each need, the largest share of anything it asked for that is missing still.
_LACKING = Rows(
    select(
        _QUANTITY.listing_id, (1.0 - func.min(1.0 * _QUANTITY.promised / _QUANTITY.wanted)).label("share")
    ).group_by(_QUANTITY.listing_id),
    _QUANTITY.listing_id,
)


def _introduced(whose: ColumnElement[int], *conditions: ColumnElement[bool]) -> Rows[int]:
    """Introductions since some time that were not declined, counted by one side."""
    query = select(whose.label("whose"), func.count(_MATCH.id).label("times")).where(
        _MATCH.introduced_at > _SINCE,
        _MATCH.status != MatchStatus.DECLINED,
        _MATCH.retired_at.is_(None),
        *conditions,
    )
    return Rows(query.group_by(whose), whose)


_TO_ORGANISATIONS, _TO_ASKS = _introduced(_MATCH.organisation_id), _introduced(_MATCH.listing_id)
_TO_WORK = _introduced(
    _MATCH.organisation_id,
    exists().where(_LISTING.id == _MATCH.listing_id, _LISTING.family == Family.OPPORTUNITY),
)


def introduce(
    now: datetime,
    *,
    listing_ids: Ids = None,
    organisation_ids: Ids = None,
) -> int:
    """Introduce whom there is room for, of all or among these; returns how many were introduced."""
    rows = _candidates(now, listing_ids, organisation_ids)
    if not rows:
        return 0
    asks, able = {row.listing_id for row in rows}, {row.organisation_id for row in rows}
    room = organisations_room(able, now)
    found = {(str(row.listing_id), _whose_room(row, room)): row for row in rows}
    pairs = [Introduction(ask, whose, row.fit / 100) for (ask, whose), row in found.items()]
    asks_left = {str(number): left for number, left in asks_room(asks, now).items()}
    ids = sorted(found[each.want, each.party].id for each in assign(pairs, room, asks_left))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        db.session.execute(
            db.update(Match).where(Match.id.in_(some)).values(introduced_at=now),
            execution_options={"synchronize_session": "evaluate"},
        )
    return len(ids)


def organisations_room(ids: Collection[int], now: datetime) -> dict[str, int]:
    """Introductions each can still answer: what anybody reads in a period.

    Whoever said how many jobs they can start has so much room for work, under “3:work”, and the other for
    needs alone: no room for work is no reason to give nothing.
    """
    said, taken = room_left(ids, now), _taken(_TO_ORGANISATIONS, ids, now)
    to_work = _taken(_TO_WORK, {number for number, left in said.items() if left is not None}, now)
    room: dict[str, int] = {}
    for number, left in said.items():
        read = taken[number]
        if left is not None:
            room[f"{number}:work"] = left
            read -= to_work[number]
        room[str(number)] = max(0, AN_ORGANISATION_READS - read)
    return room


def room_left(organisation_ids: Collection[int], now: datetime) -> dict[int, int | None]:
    """Introductions to work each can still take this quarter; None where it has not said."""
    room = standing.room(organisation_ids, today=now.date())
    return {number: room.get(number, {}).get("spend") for number in organisation_ids}


def jobs_left(organisation_ids: Collection[int], now: datetime) -> dict[int, int | None]:
    """Jobs each can still take on this quarter, whatever it was introduced to: what it said yes to is taken.

    For whoever asks it by hand: an introduction it has not answered keeps nobody from writing to it.
    """
    said = {row.organisation_id: row.jobs_a_quarter for row in _JOBS.of(organisation_ids)}
    since = standing.quarter_of(now.date())
    agreed = _AGREED.of(organisation_ids, since=since)
    taken = {row.whose: row.times for row in agreed}
    return {
        number: None if (jobs := said.get(number)) is None else max(0, jobs - taken.get(number, 0))
        for number in organisation_ids
    }


def asks_room(ids: Collection[int], now: datetime) -> dict[int, int]:
    """How many more answers each ask can deal with: a need that is nearly met, or fully hosted, fades."""
    taken, hosted = _taken(_TO_ASKS, ids, now), _hosting(ids, now)
    lacking = {row.listing_id: row.share for row in _LACKING.of(ids)}
    left = {
        number: ceil(AN_ASK_TAKES * lacking.get(number, 1.0) - A_ROUNDING) - taken[number] for number in ids
    }
    return {number: max(0, min(left[number], hosted.get(number, AN_ASK_TAKES))) for number in ids}


def _candidates(now: datetime, asks: Ids, organisations: Ids) -> Sequence[Row[Any]]:
    """Matches that wait, fit, and were not introduced yet; of open asks only."""
    if asks is not None:
        return _OF_ASKS.of(asks, today=now.date())
    return _OF_ORGANISATIONS.of(organisations, today=now.date())


def _whose_room(row: Row[Any], room: Mapping[str, int]) -> str:
    """The name of the room that an introduction takes."""
    of_work = f"{row.organisation_id}:work"
    return of_work if row.family is Family.OPPORTUNITY and of_work in room else str(row.organisation_id)


def _taken(introduced: Rows[int], ids: Ids, now: datetime) -> Counter[int]:
    """Introductions of the period that were not declined, of each on one side."""
    found: Counter[int] = Counter()
    for row in introduced.of(ids, since=now - PERIOD):
        found[row.whose] = row.times
    return found


def _hosting(ids: Collection[int], now: datetime) -> dict[int, int]:
    """Of needs for volunteers whose host said how many it can take: a share each of what that leaves."""
    needs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in _HOSTING.of(ids):
        needs[row.organisation_id, row.volunteers_a_month].append(row.id)
    taken = _hosted({host for host, _ in needs}, now)
    room: dict[int, int] = {}
    for (host, many), theirs in needs.items():
        each, over = divmod(max(0, many - taken[host]), len(theirs))
        room |= {number: each + (place < over) for place, number in enumerate(sorted(theirs))}
    return room


def _hosted(hosts: Collection[int], now: datetime) -> Counter[int]:
    """Introductions of the period to each host's needs for volunteers."""
    rows = _HOSTED.of(hosts)
    owners = {row.id: row.organisation_id for row in rows}
    found: Counter[int] = Counter()
    for number, times in _taken(_TO_ASKS, owners, now).items():
        found[owners[number]] += times
    return found
