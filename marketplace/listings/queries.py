"""Listings of every family, read."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func
from sqlalchemy.orm import joinedload

from marketplace.credentials.catalogue import Credential
from marketplace.credentials.catalogue import catalogue as credentials
from marketplace.extensions import db
from marketplace.listings.models import ASKS, Listing, ListingStatus
from marketplace.organisations.models import Organisation, PastWork

PUBLIC = (ListingStatus.PUBLISHED, ListingStatus.CLOSED, ListingStatus.COMPLETED, ListingStatus.EXPIRED)


def with_owner() -> Select[Any]:
    """The start of a query for listings that are to be shown."""
    return db.select(Listing).options(joinedload(Listing.organisation))


def by_ids(ids: Iterable[int]) -> dict[int, Listing]:
    """The public listings among these, by id: whatever an index says, nothing private is shown."""
    rows = db.session.scalars(with_owner().where(Listing.id.in_(list(ids)), Listing.status.in_(PUBLIC)))
    return {row.id: row for row in rows}


def newest(family: str, *, limit: int) -> Sequence[Listing]:
    """Open listings of a family, newest first."""
    query = with_owner().where(Listing.family == family, Listing.status == ListingStatus.PUBLISHED)
    return db.session.scalars(
        query.order_by(Listing.published_at.desc(), Listing.id.desc()).limit(limit)
    ).all()


def open_by_family() -> dict[str, int]:
    """How many open listings each family has."""
    query = (
        db.select(Listing.family, func.count())
        .where(Listing.status == ListingStatus.PUBLISHED)
        .group_by(Listing.family)
    )
    return {family.value: number for family, number in db.session.execute(query)}


def published_by(organisation: Organisation) -> Sequence[Listing]:
    """An organisation's open listings, newest first."""
    query = with_owner().where(
        Listing.organisation_id == organisation.id, Listing.status == ListingStatus.PUBLISHED
    )
    return db.session.scalars(query.order_by(Listing.published_at.desc()).limit(50)).all()


def of_organisation(organisation: Organisation) -> Sequence[Listing]:
    """Everything an organisation wrote, drafts and all, latest change first."""
    query = with_owner().where(Listing.organisation_id == organisation.id)
    return db.session.scalars(query.order_by(Listing.updated_at.desc()).limit(100)).all()


def must_have(listing: Listing) -> Sequence[Credential]:
    """What whoever answers must hold; only asks have any."""
    return credentials().among(listing.must_have) if listing.family in ASKS else ()


def past_work_of(organisation: Organisation, *, limit: int = 10) -> Sequence[PastWork]:
    """What it was paid to do before, latest first."""
    query = db.select(PastWork).where(PastWork.organisation_id == organisation.id)
    return db.session.scalars(query.order_by(PastWork.awarded_on.desc(), PastWork.id).limit(limit)).all()


def past_their_last_day(today: date) -> Sequence[Listing]:
    """Open listings whose last day has gone."""
    query = db.select(Listing).where(
        Listing.status == ListingStatus.PUBLISHED,
        func.coalesce(Listing.closes_on, Listing.expires_on) < today,
    )
    return db.session.scalars(query.order_by(Listing.id)).all()
