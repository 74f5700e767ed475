"""A generated county as rows of a database, for measuring pages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import count, islice
from typing import Any

from marketplace import clock
from marketplace.bench.generated import CENTRE, PLACE, TODAY, County
from marketplace.capabilities.models import Capability
from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingCategory, ListingStatus, Quantity
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.places.models import Place, Town, Ward
from search.schema import Document

AT_ONCE = 1_000
TOWNS = 20
STAFF = {"micro": 4, "small": 30, "medium": 120, "large": 600, "unknown": None}

Rows = dict[Any, list[dict[str, Any]]]


def fill(county: County, listings: int) -> None:
    """Put them in, a slice at a time. All are of the one place and public, as far as the board has them."""
    insert(place_rows(county))
    holders: dict[str, int] = {}
    numbers = count(1)
    documents = (each for each in county.documents(listings) if each.family != "organisation")
    while slice_ := list(islice(documents, AT_ONCE)):
        insert(_rows(county, slice_, holders, numbers))


def towns(county: County) -> list[str]:
    """Places people name when they say where they are."""
    return [f"{name.capitalize()} Town" for name in county.wards[:TOWNS]]


def insert(rows: Rows) -> None:
    """Rows by table, committed."""
    with db.engine.begin() as connection:
        for model, some in rows.items():
            connection.execute(model.__table__.insert(), some)


def place_rows(county: County) -> Rows:
    """The place itself, with its towns and wards."""
    lat, lon = CENTRE
    place = {"id": 1, "slug": PLACE, "name": "Countyshire", "lat": lat, "lon": lon}
    spots = county.spots[:: len(county.spots) // TOWNS]
    return {
        Place: [place],
        Town: [
            {"place_id": 1, "name": name, "lat": lat, "lon": lon, "inside": True}
            for name, (lat, lon, _) in zip(towns(county), spots, strict=False)
        ],
        Ward: [_ward(number, name) for number, name in enumerate(county.wards)],
    }


def _ward(number: int, name: str) -> dict[str, Any]:
    """A square of its own, wherever its listings are: pages about searches name wards and draw none."""
    south, west = 54.0 + (number // 12) / 20, -2.0 + (number % 12) / 20
    north, east = south + 0.05, west + 0.05
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "code": _ward_code(number),
        "name": name.capitalize(),
        "place_id": 1,
        "boundary": {"type": "Polygon", "coordinates": [ring]},
        "min_lat": south,
        "max_lat": north,
        "min_lon": west,
        "max_lon": east,
    }


def _ward_code(number: int) -> str:
    return f"E05{number:06}"


def _rows(
    county: County, documents: Iterable[Document], holders: dict[str, int], numbers: Iterator[int]
) -> Rows:
    """By table, each after those it points to."""
    rows: Rows = defaultdict(list)
    wards = {name: _ward_code(number) for number, name in enumerate(county.wards)}
    later = clock.today() - TODAY
    for document in documents:
        if document.organisation not in holders:
            holders[document.organisation] = len(holders) + 1
            rows[Organisation].append(_organisation(document, holders[document.organisation]))
    for document in documents:
        number = next(numbers)
        rows[Listing].append(
            _listing(document, number, later)
            | {"organisation_id": holders[document.organisation], "ward_code": wards.get(document.ward)}
        )
        model, own = _own(document)
        rows[model].append({"id": number, **own})
        rows[ListingCategory] += (
            {"listing_id": number, "category": slug} for slug in set(document.categories)
        )
        rows[Quantity] += (
            {"listing_id": number, "kind": kind, "wanted": 10, "promised": 2}
            for kind in document.quantity_kinds
        )
    return {model: some for model, some in rows.items() if some}


def _organisation(document: Document, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "place_id": 1,
        "kind": document.organisation_kind,
        "name": document.organisation.capitalize(),
        "staff": STAFF[document.organisation_size],
        "lat": document.lat,
        "lon": document.lon,
        "created_at": clock.now(),
    }


def _listing(document: Document, number: int, later: timedelta) -> dict[str, Any]:
    assert document.published_on is not None  # noqa: S101  # every generated listing has been published
    published = datetime.combine(document.published_on + later, time(9), UTC)
    closes_on = document.closes_on + later if document.closes_on else None
    past = document.state == "closed" or (closes_on is not None and closes_on < clock.today())
    return {
        "id": number,
        "family": document.family,
        "place_id": 1,
        "title": document.title,
        "summary": document.summary,
        "body": document.body,
        "lat": document.lat,
        "lon": document.lon,
        "status": ListingStatus.CLOSED if past else ListingStatus.PUBLISHED,
        "created_at": published,
        "updated_at": published,
        "published_at": published,
        "closes_on": closes_on,
    }


def _own(document: Document) -> tuple[Any, dict[str, Any]]:
    """What its family has beside what all share."""
    money = {"value_low": document.value_low, "value_high": document.value_high}
    own: dict[str, tuple[Any, dict[str, Any]]] = {
        "opportunity": (Opportunity, {"kind": (*document.kinds, "quote")[0], **money}),
        "need": (Need, {}),
        "capability": (Capability, {}),
        "offer": (Offer, {}),
    }
    return own[document.family]
