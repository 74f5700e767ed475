"""Introductions: of all matches, the ones both sides have room to answer, chosen together.

A match is something that fits; an introduction is one we put before people, on a desk or in a letter. Nobody
gets more than they can answer, and few are left with none.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from marketplace.capacity.models import Capacity
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing, Quantity, QuantityKind
from marketplace.matching import sources, standing
from marketplace.matching.fetching import AT_ONCE, fetched
from marketplace.matching.models import Match, MatchStatus
from search.ranking.assignment import Introduction, assign

PERIOD = timedelta(days=28)  # what nobody answered in that time takes no room any more
AN_ORGANISATION_READS = 15  # introductions in a period, where it has not said
AN_ASK_TAKES = 10  # answers that a notice can deal with in a period

WAITING = (MatchStatus.SUGGESTED, MatchStatus.NOTIFIED, MatchStatus.OPENED, MatchStatus.SNOOZED)


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
    pairs = [Introduction(str(row.listing_id), str(row.organisation_id), row.fit / 100) for row in rows]
    chosen = {
        (int(each.party), int(each.want))
        for each in assign(pairs, _named(organisations_room(able, now)), _named(asks_room(asks, now)))
    }
    ids = [row.id for row in rows if (row.organisation_id, row.listing_id) in chosen]
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        db.session.execute(
            db.update(Match).where(Match.id.in_(some)).values(introduced_at=now),
            execution_options={"synchronize_session": "fetch"},
        )
    return len(ids)


def organisations_room(ids: Collection[int], now: datetime) -> dict[int, int]:
    """Introductions each can still answer: what it said, or what anybody reads in a period."""
    said, taken = room_left(ids, now), _taken(Match.organisation_id, ids, now)
    return {
        number: max(0, AN_ORGANISATION_READS - taken[number]) if left is None else left
        for number, left in said.items()
    }


def room_left(organisation_ids: Collection[int], now: datetime) -> dict[int, int | None]:
    """Introductions to work each can still take this quarter; None where it has not said."""
    stand = standing.of(organisation_ids, today=now.date())
    return {number: stand[number].room.get("spend") for number in organisation_ids}


def asks_room(ids: Collection[int], now: datetime) -> dict[int, int]:
    """How many more answers each ask can deal with: a need that is nearly met, or fully hosted, fades."""
    taken, hosts = _taken(Match.listing_id, ids, now), _hosting(ids, now)
    lacking = {want.listing_id: want for want in _lacking(ids)}
    return {
        number: max(
            0,
            min(
                round(AN_ASK_TAKES * (lacking[number].share if number in lacking else 1.0) + 0.499),
                hosts.get(number, AN_ASK_TAKES),
            )
            - taken[number],
        )
        for number in ids
    }


def _candidates(
    now: datetime, listing_ids: Collection[int] | None, organisation_ids: Collection[int] | None
) -> list[Row[Any]]:
    """Matches that wait, fit, and were not introduced yet; of open asks only."""
    query = (
        select(Match.id, Match.organisation_id, Match.listing_id, Match.fit)
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


def _taken(side: Any, ids: Collection[int], now: datetime) -> Counter[int]:
    """Introductions of the period that were not declined, of each on one side."""
    query = select(side.label("whose"), func.count(Match.id).label("times")).where(
        Match.introduced_at > now - PERIOD, Match.status != MatchStatus.DECLINED, Match.retired_at.is_(None)
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
    """Of needs for volunteers whose host said how many it can take: what that leaves each of them."""
    query = (
        select(Listing.id, Capacity.volunteers_a_month)
        .join(Capacity, Capacity.organisation_id == Listing.organisation_id)
        .join(Quantity, Quantity.listing_id == Listing.id)
        .where(
            Listing.family == Family.NEED,
            Quantity.kind == QuantityKind.VOLUNTEERS,
            Capacity.volunteers_a_month.is_not(None),
        )
    )
    return {row.id: row.volunteers_a_month for row in fetched(query, Listing.id, ids)}


def _named(room: dict[int, int]) -> dict[str, int]:
    return {str(number): left for number, left in room.items()}
