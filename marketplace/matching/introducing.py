"""Introductions: of all matches, the ones both sides have room to answer, chosen together.

A match is something that fits; an introduction is one we put before people, on a desk or in a letter. Nobody
gets more than they can answer, and few are left with none.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from marketplace.capacity.models import Capacity
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing, Quantity, QuantityKind
from marketplace.matching import sources, standing
from marketplace.matching.fetching import AT_ONCE, Ids, fetched
from marketplace.matching.models import Match, MatchStatus
from search.ranking.assignment import Introduction, assign

_JOBS = select(Capacity.organisation_id, Capacity.jobs_a_quarter)

PERIOD = timedelta(days=28)  # what nobody answered in that time takes no room any more
AN_ORGANISATION_READS = 15  # introductions in a period, where it has not said
AN_ASK_TAKES = 10  # answers that a notice can deal with in a period
A_ROUNDING = 1e-9  # that a share may be out by

WAITING = (MatchStatus.SUGGESTED, MatchStatus.NOTIFIED, MatchStatus.OPENED, MatchStatus.SNOOZED)

_WORK = select(Listing.id).where(Listing.family == Family.OPPORTUNITY)
_FOR_VOLUNTEERS = (
    select(Quantity.listing_id)
    .join(Listing, Listing.id == Quantity.listing_id)
    .where(Listing.family == Family.NEED, Quantity.kind == QuantityKind.VOLUNTEERS)
)


def introduce(
    now: datetime,
    *,
    listing_ids: Collection[int] | None = None,
    organisation_ids: Collection[int] | None = None,
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
            execution_options={"synchronize_session": "fetch"},
        )
    return len(ids)


def organisations_room(ids: Collection[int], now: datetime) -> dict[str, int]:
    """Introductions each can still answer: what anybody reads in a period.

    Whoever said how many jobs they can start has so much room for work, under “3:work”, and the other for
    needs alone: no room for work is no reason to give nothing.
    """
    said, taken = room_left(ids, now), _taken(Match.organisation_id, ids, now)
    to_work = _taken(Match.organisation_id, ids, now, Match.listing_id.in_(_WORK))
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
    stand = standing.of(organisation_ids, today=now.date())
    return {number: stand[number].room.get("spend") for number in organisation_ids}


def jobs_left(organisation_ids: Collection[int], now: datetime) -> dict[int, int | None]:
    """Jobs each can still take on this quarter, whatever it was introduced to: what it said yes to is taken.

    For whoever asks it by hand: an introduction it has not answered keeps nobody from writing to it.
    """
    said = {
        row.organisation_id: row.jobs_a_quarter
        for row in fetched(_JOBS, Capacity.organisation_id, organisation_ids)
    }
    since = standing.quarter_of(now.date())
    agreed = (
        select(Match.organisation_id.label("whose"), func.count(Match.id).label("times"))
        .join(Listing, Listing.id == Match.listing_id)
        .where(
            Listing.family == Family.OPPORTUNITY,
            Match.status.in_((MatchStatus.INTERESTED, MatchStatus.CONVERTED)),
            func.coalesce(Match.converted_at, Match.interested_at) >= since,
        )
        .group_by(Match.organisation_id)
    )
    taken = {row.whose: row.times for row in fetched(agreed, Match.organisation_id, organisation_ids)}
    return {
        number: None if (jobs := said.get(number)) is None else max(0, jobs - taken.get(number, 0))
        for number in organisation_ids
    }


def asks_room(ids: Collection[int], now: datetime) -> dict[int, int]:
    """How many more answers each ask can deal with: a need that is nearly met, or fully hosted, fades."""
    taken, hosted = _taken(Match.listing_id, ids, now), _hosting(ids, now)
    lacking = {row.listing_id: row.share for row in _lacking(ids)}
    left = {
        number: ceil(AN_ASK_TAKES * lacking.get(number, 1.0) - A_ROUNDING) - taken[number] for number in ids
    }
    return {number: max(0, min(left[number], hosted.get(number, AN_ASK_TAKES))) for number in ids}


def _candidates(
    now: datetime, listing_ids: Collection[int] | None, organisation_ids: Collection[int] | None
) -> list[Row[Any]]:
    """Matches that wait, fit, and were not introduced yet; of open asks only."""
    query = (
        select(Match.id, Match.organisation_id, Match.listing_id, Match.fit, Listing.family)
        .join(Listing, Listing.id == Match.listing_id)
        .where(
            Match.retired_at.is_(None),
            Match.introduced_at.is_(None),
            Match.status.in_(WAITING),
            *sources.still_open(now.date()),
        )
        .order_by(Match.id)
    )
    if listing_ids is not None:
        query = query.where(Match.listing_id.in_(listing_ids))
    if organisation_ids is not None:
        query = query.where(Match.organisation_id.in_(organisation_ids))
    return list(db.session.execute(query))


def _whose_room(row: Row[Any], room: Mapping[str, int]) -> str:
    """The name of the room that an introduction takes."""
    of_work = f"{row.organisation_id}:work"
    return of_work if row.family is Family.OPPORTUNITY and of_work in room else str(row.organisation_id)


def _taken(side: Any, ids: Ids, now: datetime, *conditions: ColumnElement[bool]) -> Counter[int]:
    """Introductions of the period that were not declined, of each on one side."""
    query = select(side.label("whose"), func.count(Match.id).label("times")).where(
        Match.introduced_at > now - PERIOD,
        Match.status != MatchStatus.DECLINED,
        Match.retired_at.is_(None),
        *conditions,
    )
    found: Counter[int] = Counter()
    for row in fetched(query.group_by(side), side, ids):
        found[row.whose] = row.times
    return found


def _lacking(ids: Collection[int]) -> Sequence[Row[Any]]:
    """Of each need, the largest share of anything it asked for that is missing still."""
    share = 1.0 - func.min(1.0 * Quantity.promised / Quantity.wanted)
    query = select(Quantity.listing_id, share.label("share")).group_by(Quantity.listing_id)
    return fetched(query, Quantity.listing_id, ids)


def _hosting(ids: Collection[int], now: datetime) -> dict[int, int]:
    """Of needs for volunteers whose host said how many it can take: a share each of what that leaves."""
    query = (
        select(Listing.id, Listing.organisation_id, Capacity.volunteers_a_month)
        .join(Capacity, Capacity.organisation_id == Listing.organisation_id)
        .where(Listing.id.in_(_FOR_VOLUNTEERS), Capacity.volunteers_a_month.is_not(None))
    )
    needs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in fetched(query, Listing.id, ids):
        needs[row.organisation_id, row.volunteers_a_month].append(row.id)
    taken = _hosted({host for host, _ in needs}, now)
    room: dict[int, int] = {}
    for (host, many), theirs in needs.items():
        each, over = divmod(max(0, many - taken[host]), len(theirs))
        room |= {number: each + (place < over) for place, number in enumerate(sorted(theirs))}
    return room


def _hosted(hosts: Collection[int], now: datetime) -> Counter[int]:
    """Introductions of the period to each host's needs for volunteers."""
    query = select(Listing.id, Listing.organisation_id).where(Listing.id.in_(_FOR_VOLUNTEERS))
    owners = {row.id: row.organisation_id for row in fetched(query, Listing.organisation_id, hosts)}
    found: Counter[int] = Counter()
    for number, times in _taken(Match.listing_id, owners, now).items():
        found[owners[number]] += times
    return found
