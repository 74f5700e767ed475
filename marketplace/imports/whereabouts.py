"""Where many postcodes are, found a batch at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from marketplace.extensions import db
from marketplace.places import postcodes, queries
from marketplace.places.models import District, Place, Postcode
from marketplace.places.pins import NEAR
from search.geo import Point, miles_between

AT_ONCE = 500  # postcodes asked for in one query


@dataclass(frozen=True, slots=True)
class Spot:
    """A point in degrees (WGS 84), its ward where known, and the nearest town, empty when none is near."""

    lat: float
    lon: float
    ward_code: str | None
    town: str


class Pinned(Protocol):
    """Anything with a place on the map."""

    lat: float | None
    lon: float | None
    ward_code: str | None
    town: str


class Whereabouts:
    """Answers as `places.queries.locate` does, with a few queries a batch where that takes some for each row.

    Postcodes are whole ones, spelt in any way. What was asked once is remembered for the run.
    """

    def __init__(self, place: Place) -> None:
        self._towns = [(Point(town.lat, town.lon), town.name) for town in queries.towns(place)]
        self._spots: dict[str, Spot | None] = {}

    def learn(self, written: Iterable[str | None]) -> None:
        """Look these up together, so that `of` asks the database nothing."""
        codes = {code for each in written if each and (code := postcodes.normalise(each))}
        new = sorted(codes - self._spots.keys())
        for start in range(0, len(new), AT_ONCE):
            self._look_up(new[start : start + AT_ONCE])

    def of(self, written: str | None) -> Spot | None:
        """Where a postcode is, or None for one nobody here knows: never a wrong pin."""
        code = postcodes.normalise(written or "")
        if code is None:
            return None
        if code not in self._spots:
            self._look_up([code])
        return self._spots[code]

    def town_of(self, written: str | None) -> Spot | None:
        """The middle of the town nearest to a postcode: where a person who works from home is shown."""
        spot = self.of(written)
        point = next((point for point, name in self._towns if spot and name == spot.town), None)
        return Spot(point.lat, point.lon, None, spot.town) if spot and point else None

    def _look_up(self, codes: list[str]) -> None:
        rows = select(Postcode.code, Postcode.lat, Postcode.lon, Postcode.ward_code)
        found = {row.code: row for row in db.session.execute(rows.where(Postcode.code.in_(codes)))}
        middles = self._middles({postcodes.outward(code) for code in codes if code not in found})
        for code in codes:
            if row := found.get(code):
                self._spots[code] = self._spot(row.lat, row.lon, row.ward_code)
            elif middle := middles.get(postcodes.outward(code)):
                self._spots[code] = self._spot(middle.lat, middle.lon, None)
            else:
                self._spots[code] = None

    def _middles(self, districts: set[str]) -> dict[str, Point]:
        """The middles of districts none of whose postcodes are loaded; of the others we know every one."""
        held = select(Postcode.district).where(Postcode.district.in_(districts)).distinct()
        vague = districts - set(db.session.scalars(held))
        rows = select(District.code, District.lat, District.lon).where(District.code.in_(vague))
        return {row.code: Point(row.lat, row.lon) for row in db.session.execute(rows)}

    def _spot(self, lat: float, lon: float, ward_code: str | None) -> Spot:
        here = Point(lat, lon)
        miles, town = min(
            ((miles_between(here, point), name) for point, name in self._towns), default=(NEAR, "")
        )
        return Spot(lat, lon, ward_code, town if miles <= NEAR else "")


def put_at(row: Pinned, spot: Spot | None) -> None:
    """Pin the row there; where nobody knows, take its pin away."""
    row.lat = spot.lat if spot else None
    row.lon = spot.lon if spot else None
    row.ward_code = spot.ward_code if spot else None
    row.town = spot.town if spot else ""
