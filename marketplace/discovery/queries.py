"""The rows behind what a search found, and the searches people keep."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, and_
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import User
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.listings.queries import PUBLIC
from marketplace.organisations.models import Organisation, OrganisationStatus
from marketplace.places.models import Place, Town

Row = Listing | Organisation
LONGEST_ID = 10  # digits: what no database of ours could hold is nobody's key


def rows_of(keys: Iterable[str], place: Place, *, with_categories: bool = False) -> dict[str, Row]:
    """The public rows of this place among these keys: whatever an index says, nothing else is shown.

    They are fetched by their ids alone. With the other conditions in the statement a database may read
    the whole place to find a page of it.
    """
    listing_ids, organisation_ids = numbers(keys)
    found: list[Row] = []
    if listing_ids:
        query = db.select(Listing).where(Listing.id.in_(listing_ids))
        query = query.options(joinedload(Listing.organisation))
        if with_categories:
            query = query.options(selectinload(Listing.category_rows))
        found += [row for row in db.session.scalars(query) if row.is_public and row.organisation.is_public]
    if organisation_ids:
        organisations = db.select(Organisation).where(Organisation.id.in_(organisation_ids))
        if with_categories:
            organisations = organisations.options(selectinload(Organisation.interest_rows))
        found += [row for row in db.session.scalars(organisations) if row.is_public]
    return {_key(row): row for row in found if row.place_id == place.id}


def _key(row: Row) -> str:
    return f"organisation:{row.id}" if isinstance(row, Organisation) else f"{row.family}:{row.id}"


class Spot(NamedTuple):
    """What a map or a suggestion says of a row, and where it is."""

    id: int
    family: str
    title: str
    town: str
    lat: float | None
    lon: float | None
    who: str = ""


def spots_of(keys: Iterable[str], place: Place) -> dict[str, Spot]:
    """The same as `rows_of`, for many: a few columns each."""
    listing_ids, organisation_ids = numbers(keys)
    found: list[Spot] = []
    if listing_ids:
        what = (Listing.id, Listing.family, Listing.title, Listing.town, Listing.lat, Listing.lon)
        query = db.select(and_(*public_listings(place)), *what, Organisation.name)
        query = query.select_from(Listing).join(Listing.organisation).where(Listing.id.in_(listing_ids))
        rows = db.session.execute(query)
        found += [Spot(id_, family.value, *rest) for shown, id_, family, *rest in rows if shown]
    if organisation_ids:
        who = (Organisation.id, Organisation.name, Organisation.town, Organisation.lat, Organisation.lon)
        names = db.select(and_(*public_organisations(place)), *who)
        rows = db.session.execute(names.where(Organisation.id.in_(organisation_ids)))
        found += [Spot(id_, "organisation", *rest) for shown, id_, *rest in rows if shown]
    return {f"{spot.family}:{spot.id}": spot for spot in found}


def town_middles(place: Place) -> dict[str, tuple[float, float]]:
    """Longitude and latitude of each town we know, in the place and around it, by name."""
    query = db.select(Town.name, Town.lon, Town.lat).where(Town.place_id == place.id).order_by(Town.name)
    return {name: (lon, lat) for name, lon, lat in db.session.execute(query)}


def numbers(keys: Iterable[str]) -> tuple[list[int], list[int]]:
    """The ids of listings among the keys, and those of organisations."""
    listings: list[int] = []
    organisations: list[int] = []
    for key in keys:
        family, _, number = key.partition(":")
        if number.isdecimal() and len(number) < LONGEST_ID:
            (organisations if family == "organisation" else listings).append(int(number))
    return listings, organisations


def public_listings(place: Place) -> tuple[Any, ...]:
    """What makes a listing of this place everybody's to read, where its organisation is joined.

    The sum keeps SQLite from the index that begins with the place: it holds nearly every row, unsorted.
    """
    return (
        Listing.place_id + 0 == place.id,
        Listing.status.in_(PUBLIC),
        Organisation.status == OrganisationStatus.ACTIVE,
    )


def public_organisations(place: Place) -> tuple[Any, ...]:
    """The same for an organisation."""
    return Organisation.place_id == place.id, Organisation.status == OrganisationStatus.ACTIVE


def searches_of(user: User) -> Sequence[SavedSearch]:
    """What this person keeps, latest first."""
    query: Select[Any] = db.select(SavedSearch).where(SavedSearch.user_id == user.id)
    return db.session.scalars(query.order_by(SavedSearch.id.desc()).limit(200)).all()
