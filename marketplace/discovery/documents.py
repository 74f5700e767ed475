"""Listings and organisations as documents of the search index."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from marketplace.categories.catalogue import catalogue
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.listings.queries import PUBLIC
from marketplace.organisations.models import Organisation, OrganisationStatus
from marketplace.places.models import Place
from search.schema import Document

AT_ONCE = 1000


def everything() -> Iterator[Document]:
    """All that is public, a slice at a time."""
    places = _places()
    for listing in _in_slices(_public_listings(), Listing):
        yield of_listing(listing, places[listing.place_id])
    for organisation in _in_slices(_active(), Organisation):
        yield of_organisation(organisation, places[organisation.place_id])


def of_keys(keys: Iterable[str]) -> dict[str, Document | None]:
    """Each key's document as the database has it now; None for what is not public or not there."""
    places = _places()
    found: dict[str, Document | None] = dict.fromkeys(keys)
    numbers = {key: int(key.partition(":")[2]) for key in found}
    organisation_ids = [number for key, number in numbers.items() if key.startswith("organisation:")]
    listing_ids = [number for key, number in numbers.items() if not key.startswith("organisation:")]
    for listing in db.session.scalars(_public_listings().where(Listing.id.in_(listing_ids))):
        found[f"{listing.family}:{listing.id}"] = of_listing(listing, places[listing.place_id])
    for organisation in db.session.scalars(_active().where(Organisation.id.in_(organisation_ids))):
        found[f"organisation:{organisation.id}"] = of_organisation(
            organisation, places[organisation.place_id]
        )
    return found


def of_listing(listing: Listing, place: str) -> Document:
    return Document(
        key=f"{listing.family}:{listing.id}",
        family=listing.family.value,
        place=place,
        title=listing.title,
        summary=listing.summary,
        body=f"{listing.body}\n{_category_words(listing.categories)}",
        organisation=listing.organisation.name,
        categories=tuple(listing.categories),
        lat=listing.lat,
        lon=listing.lon,
        published_on=listing.published_at.date() if listing.published_at else None,
        closes_on=listing.closes_on,
    )


def of_organisation(organisation: Organisation, place: str) -> Document:
    return Document(
        key=f"organisation:{organisation.id}",
        family="organisation",
        place=place,
        title=organisation.name,
        body=f"{organisation.about}\n{_category_words(organisation.interests)}",
        categories=tuple(organisation.interests),
        lat=organisation.lat,
        lon=organisation.lon,
        published_on=organisation.created_at.date(),
    )


def _category_words(slugs: Iterable[str]) -> str:
    """Names and other words of the categories, so that “buffet” finds event catering."""
    found = [catalogue().get(slug) for slug in slugs]
    return " ".join(" ".join((each.name, *each.also)) for each in found if each)


def _public_listings() -> Select[Any]:
    return db.select(Listing).options(joinedload(Listing.organisation)).where(Listing.status.in_(PUBLIC))


def _active() -> Select[Any]:
    return db.select(Organisation).where(Organisation.status == OrganisationStatus.ACTIVE)


def _in_slices(query: Select[Any], model: type[Listing] | type[Organisation]) -> Iterator[Any]:
    last = 0
    while rows := db.session.scalars(query.where(model.id > last).order_by(model.id).limit(AT_ONCE)).all():
        yield from rows
        last = rows[-1].id
        db.session.expunge_all()


def _places() -> dict[int, str]:
    return {row.id: row.slug for row in db.session.execute(db.select(Place.id, Place.slug))}
