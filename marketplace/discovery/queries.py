"""The rows behind what a search found, and the searches people keep."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload, lazyload

from marketplace.accounts.models import User
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.listings.queries import PUBLIC
from marketplace.organisations.models import Organisation, OrganisationStatus
from marketplace.places.models import Place

Row = Listing | Organisation


def rows_of(keys: Iterable[str], place: Place, *, with_categories: bool = False) -> dict[str, Row]:
    """The public rows of this place among these keys: whatever an index says, nothing else is shown."""
    listing_ids, organisation_ids = numbers(keys)
    found: dict[str, Row] = {}
    if listing_ids:
        owner = joinedload(Listing.organisation).lazyload(Organisation.interest_rows)
        query = db.select(Listing).options(owner).where(*public_listings(place), Listing.id.in_(listing_ids))
        if not with_categories:
            query = query.options(lazyload(Listing.category_rows))
        found |= {f"{row.family}:{row.id}": row for row in db.session.scalars(query)}
    if organisation_ids:
        organisations = db.select(Organisation).where(
            *public_organisations(place), Organisation.id.in_(organisation_ids)
        )
        if not with_categories:
            organisations = organisations.options(lazyload(Organisation.interest_rows))
        found |= {f"organisation:{row.id}": row for row in db.session.scalars(organisations)}
    return found


def numbers(keys: Iterable[str]) -> tuple[list[int], list[int]]:
    """The ids of listings among the keys, and those of organisations."""
    listings, organisations = [], []
    for key in keys:
        family, _, number = key.partition(":")
        if number.isdecimal():
            (organisations if family == "organisation" else listings).append(int(number))
    return listings, organisations


def public_listings(place: Place) -> tuple[Any, ...]:
    """What makes a listing of this place everybody's to read."""
    return (
        Listing.place_id == place.id,
        Listing.status.in_(PUBLIC),
        Listing.organisation.has(Organisation.status == OrganisationStatus.ACTIVE),
    )


def public_organisations(place: Place) -> tuple[Any, ...]:
    """The same for an organisation."""
    return Organisation.place_id == place.id, Organisation.status == OrganisationStatus.ACTIVE


def searches_of(user: User) -> Sequence[SavedSearch]:
    """What this person keeps, latest first."""
    query: Select[Any] = db.select(SavedSearch).where(SavedSearch.user_id == user.id)
    return db.session.scalars(query.order_by(SavedSearch.id.desc()).limit(200)).all()
