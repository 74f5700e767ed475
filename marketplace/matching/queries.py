"""Matches, read from both sides."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import Organisation


def _shown(query: Select[Any]) -> Select[Any]:
    return query.options(
        joinedload(Match.listing).joinedload(Listing.organisation), joinedload(Match.organisation)
    )


def _waiting(organisation_id: int, today: date) -> tuple[Any, ...]:
    """Open, unanswered or snoozed until now."""
    return (
        Match.organisation_id == organisation_id,
        Match.retired_at.is_(None),
        or_(
            Match.status.in_([MatchStatus.SUGGESTED, MatchStatus.NOTIFIED, MatchStatus.OPENED]),
            (Match.status == MatchStatus.SNOOZED) & (Match.snoozed_until <= today),
        ),
        Listing.status == ListingStatus.PUBLISHED,
        or_(Listing.closes_on.is_(None), Listing.closes_on >= today),
    )


def waiting_for(organisation: Organisation, *, today: date, limit: int = 20) -> Sequence[Match]:
    """New matches for an organisation, best first."""
    query = _shown(db.select(Match).join(Match.listing)).where(*_waiting(organisation.id, today))
    return db.session.scalars(query.order_by(Match.fit.desc(), Match.id).limit(limit)).all()


def number_waiting(organisation: Organisation, *, today: date) -> int:
    query = db.select(func.count(Match.id)).join(Match.listing).where(*_waiting(organisation.id, today))
    return db.session.scalar(query) or 0


def answered_by(organisation: Organisation, *, limit: int = 20) -> Sequence[Match]:
    """Matches the organisation said yes, no or later to, latest first."""
    answered = [MatchStatus.INTERESTED, MatchStatus.DECLINED, MatchStatus.SNOOZED, MatchStatus.CONVERTED]
    query = _shown(db.select(Match)).where(
        Match.organisation_id == organisation.id, Match.status.in_(answered)
    )
    return db.session.scalars(query.order_by(Match.id.desc()).limit(limit)).all()


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
