"""Putting a row on the map from what a person typed."""

from typing import Protocol

from marketplace.places import postcodes, queries
from marketplace.places.models import Place
from search.geo import Point, miles_between

NEAR = 8.0  # miles; further from every town we know, the postcode district says more


class Pinned(Protocol):
    """Anything with a place on the map."""

    lat: float | None
    lon: float | None
    ward_code: str | None
    postcode: str
    town: str


def pin(row: Pinned, where: str) -> None:
    """Set point, ward, postcode and town from a postcode or a town's name; raises `UnknownPlace`."""
    location = queries.locate(where)
    code = postcodes.normalise(where) or postcodes.normalise(postcodes.find_in(where) or "")
    row.lat, row.lon, row.ward_code = location.lat, location.lon, location.ward_code
    row.postcode = postcodes.pretty(code) if code else ""
    if location.precision is queries.Precision.TOWN:
        row.town = location.label
    else:
        row.town = nearest_town(location.lat, location.lon) or location.label


def is_inside(place: Place, *, ward_code: str | None, lat: float | None, lon: float | None) -> bool | None:
    """Whether a point lies in the place: by its ward where boundaries are loaded, or by the nearest town.

    None where the point is not known.
    """
    wards = queries.ward_names(place)
    if wards and ward_code is not None:
        return ward_code in wards
    if lat is None or lon is None:
        return None
    here = Point(lat, lon)
    miles, inside = min(
        ((miles_between(here, Point(town.lat, town.lon)), town.inside) for town in queries.towns(place)),
        default=(NEAR + 1, False),
    )
    return inside and miles <= NEAR


def nearest_town(lat: float, lon: float) -> str:
    """The name of the closest town we know, or nothing when none is near."""
    place = queries.current()
    here = Point(lat, lon)
    distances = [
        (miles_between(here, Point(town.lat, town.lon)), town.name)
        for town in (queries.towns(place) if place else ())
    ]
    miles, name = min(distances, default=(NEAR + 1, ""))
    return name if miles <= NEAR else ""
