"""Matches, read from both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, case, func, or_
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.listings import advice
from marketplace.listings.models import ASKS, Listing, ListingStatus
from marketplace.matching.models import Match, MatchStatus
from marketplace.messages.ties import tie
from marketplace.organisations.models import Organisation


class Shelf(StrEnum):
    """Where a match lies on the desk of the organisation that fits: each on one, or on none any more."""

    NEW = "new"  # open and unanswered
    SAVED = "saved"  # unanswered and kept, whatever became of the notice
    LATER = "later"  # to come back by itself
    DONE = "done"  # answered


@dataclass(frozen=True, slots=True)
class Page:
    """Some matches of a shelf, in its order."""

    matches: Sequence[Match]
    first: int  # the place of the first of them on the whole shelf, from 1
    after: int | None  # the match that the next page begins after; None on the last


def _shown(query: Select[Any]) -> Select[Any]:
    return query.options(
        joinedload(Match.listing).joinedload(Listing.organisation), joinedload(Match.organisation)
    )


@tie("match")
def are_matched(listing_id: int, organisation_id: int) -> bool:
    """Whether the two were brought together, so that either may write to the other."""
    return (
        db.session.scalar(
            db.select(Match.id).where(
                Match.listing_id == listing_id, Match.organisation_id == organisation_id, brought_together()
            )
        )
        is not None
    )


def brought_together() -> ColumnElement[bool]:
    """Chosen for both within what they can answer, or put together by somebody; other matches wait."""
    return or_(
        Match.introduced_at.is_not(None), Match.invited_at.is_not(None), Match.put_forward_at.is_not(None)
    )


_WHOSE, _TODAY = bindparam("whose", type_=Integer), bindparam("today", type_=Date)


@cache
def _on(shelf: Shelf) -> ColumnElement[bool]:
    """What puts a match of an organisation on a shelf, where its listing is joined."""
    unanswered = or_(
        Match.status.in_([MatchStatus.SUGGESTED, MatchStatus.NOTIFIED, MatchStatus.OPENED]),
        and_(Match.status == MatchStatus.SNOOZED, Match.snoozed_until <= _TODAY),
    )
    stands = and_(Match.retired_at.is_(None), Listing.status == ListingStatus.PUBLISHED)
    conditions = {
        Shelf.NEW: and_(
            unanswered,
            Match.saved_at.is_(None),
            brought_together(),
            stands,
            or_(Listing.closes_on.is_(None), Listing.closes_on >= _TODAY),
        ),
        Shelf.SAVED: and_(unanswered, Match.saved_at.is_not(None)),
        Shelf.LATER: and_(Match.status == MatchStatus.SNOOZED, Match.snoozed_until > _TODAY, stands),
        Shelf.DONE: Match.status.in_([MatchStatus.INTERESTED, MatchStatus.DECLINED, MatchStatus.CONVERTED]),
    }
    return and_(Match.organisation_id == _WHOSE, conditions[shelf])


_BY_HAND_FIRST = case((or_(Match.invited_at.is_not(None), Match.put_forward_at.is_not(None)), 0), else_=1)
_ANSWERED_AT = func.coalesce(Match.converted_at, Match.declined_at, Match.interested_at)

# What each shelf is in order of, and whether the greatest comes first.
_ORDER: Mapping[Shelf, tuple[tuple[ColumnElement[Any], bool], ...]] = {
    Shelf.NEW: ((_BY_HAND_FIRST, False), (Match.fit.expression, True), (Match.id.expression, False)),
    Shelf.SAVED: ((Match.saved_at.expression, True), (Match.id.expression, True)),
    Shelf.LATER: ((Match.snoozed_until.expression, False), (Match.id.expression, False)),
    Shelf.DONE: ((_ANSWERED_AT, True), (Match.id.expression, True)),
}


def page_of(
    organisation: Organisation,
    shelf: Shelf,
    *,
    today: date,
    after: int | None = None,
    limit: int,
) -> Page:
    """The matches on a shelf that come after the match `after`, or the first ones.

    Asked for by hand come first among the new, then the best; the others have the latest first, or what
    comes back soonest. A match that has left the shelf still marks where it stood.
    """
    order, condition, asked = _ORDER[shelf], _on(shelf), {"whose": organisation.id, "today": today}
    query = _shown(db.select(Match).join(Match.listing)).where(condition)
    first = 1
    mark = _place_of(after, organisation, shelf) if after is not None else None
    if mark is not None:
        beyond = _beyond(order, mark)
        before = db.select(func.count(Match.id)).join(Match.listing).where(condition, ~beyond)
        first += db.session.scalar(before, asked) or 0
        query = query.where(beyond)
    query = query.order_by(*(column.desc() if falls else column for column, falls in order))
    found = db.session.scalars(query.limit(limit + 1), asked).all()
    return Page(found[:limit], first, found[limit - 1].id if len(found) > limit else None)


def _place_of(match_id: int, organisation: Organisation, shelf: Shelf) -> Sequence[Any] | None:
    """Where a match of theirs stands in the order of a shelf, if it can stand there."""
    columns = [column for column, _ in _ORDER[shelf]]
    query = db.select(*columns).where(Match.id == match_id, Match.organisation_id == organisation.id)
    row = db.session.execute(query).first()
    return None if row is None or None in row else row


def _beyond(order: tuple[tuple[ColumnElement[Any], bool], ...], mark: Sequence[Any]) -> ColumnElement[bool]:
    """What comes after a mark: later in the first column where the two differ."""
    steps = []
    for depth, (column, falls) in enumerate(order):
        same = [earlier == value for (earlier, _), value in zip(order[:depth], mark, strict=False)]
        further = column < mark[depth] if falls else column > mark[depth]
        steps.append(and_(*same, further))
    return or_(*steps)


def numbers_of(organisation: Organisation, *, today: date) -> dict[Shelf, int]:
    """How many matches lie on each shelf, in one query."""
    row = db.session.execute(_numbers(), {"whose": organisation.id, "today": today}).one()
    return {shelf: int(number or 0) for shelf, number in zip(Shelf, row, strict=True)}


@cache
def _numbers() -> Select[Any]:
    sums = [func.sum(case((_on(shelf), 1), else_=0)) for shelf in Shelf]
    return db.select(*sums).select_from(Match).join(Match.listing).where(Match.organisation_id == _WHOSE)


def waiting_for(organisation: Organisation, *, today: date, limit: int = 20) -> Sequence[Match]:
    """New matches for an organisation: asked for by hand first, then the best."""
    return page_of(organisation, Shelf.NEW, today=today, limit=limit).matches


def number_waiting(organisation: Organisation, *, today: date) -> int:
    return numbers_of(organisation, today=today)[Shelf.NEW]


def says_little(organisation: Organisation) -> bool:
    """Whether what it says of itself, and of what it does or gives, is too short to be matched well."""
    query = db.select(Listing.title, Listing.body).where(
        Listing.organisation_id == organisation.id,
        Listing.status == ListingStatus.PUBLISHED,
        Listing.family.not_in(ASKS),
    )
    listed = [text for row in db.session.execute(query.limit(20)) for text in row]
    return advice.says_little(organisation.about, *listed)


def fits_for(listing: Listing, *, limit: int = 30) -> Sequence[Match]:
    """Organisations that fit an ask, best first; those who said no are left out."""
    query = _shown(db.select(Match)).where(
        Match.listing_id == listing.id, Match.retired_at.is_(None), Match.status != MatchStatus.DECLINED
    )
    return db.session.scalars(query.order_by(Match.fit.desc(), Match.id).limit(limit)).all()


def fit_of(organisation: Organisation | None, listing: Listing) -> Match | None:
    """How well one organisation fits one ask, if it does."""
    if organisation is None:
        return None
    query = db.select(Match).where(
        Match.organisation_id == organisation.id, Match.listing_id == listing.id, Match.retired_at.is_(None)
    )
    return db.session.scalar(query)


def fits_of(organisation: Organisation | None, listing_ids: Sequence[int]) -> dict[int, Match]:
    """The same for a page of listings, in one query."""
    if organisation is None or not listing_ids:
        return {}
    query = db.select(Match).where(
        Match.organisation_id == organisation.id,
        Match.listing_id.in_(listing_ids),
        Match.retired_at.is_(None),
    )
    return {match.listing_id: match for match in db.session.scalars(query)}
