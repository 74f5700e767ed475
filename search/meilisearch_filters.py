"""Meilisearch's language for filters and places, as far as we speak it."""

from collections.abc import Collection, Iterable, Mapping
from math import ceil
from typing import Any

from search.geo import Point, miles_between
from search.meilisearch_layout import code

METRES_IN_A_MILE = 1609.344
HALF_ROUND_THE_WORLD = 12_500.0  # miles; nothing is farther


def one_of(name: str, values: Collection[str]) -> str:
    """One of these values; coded, none of them can end the quotation it stands in."""
    coded = ", ".join(f'"{code(value)}"' for value in sorted(values))
    return f"{name}_is IN [{coded}]"


def none_or_one_of(name: str, values: Collection[str]) -> str:
    """One of these values, or none at all."""
    return f"({one_of(name, values)} OR {name}_is IS EMPTY)"


def all_of(conditions: Iterable[str]) -> str:
    return " AND ".join(conditions)


def within(point: Point, miles: float) -> str:
    """What lies so near, up to the next whole metre, so that what lies on the very edge is in."""
    metres = ceil(min(miles, HALF_ROUND_THE_WORLD) * METRES_IN_A_MILE)
    return f"_geoRadius({_at(point)}, {metres})"


def located(point: Point) -> str:
    """What lies anywhere; whose place nobody knows lies within no distance of a point."""
    return within(point, HALF_ROUND_THE_WORLD)


def within_or_nowhere(point: Point, miles: float) -> str:
    """All but what is known to be farther."""
    return f"({within(point, miles)} OR NOT {located(point)})"


def geo_point(point: Point) -> str:
    """What is sorted by for the nearest first."""
    return f"_geoPoint({_at(point)})"


def miles_to(found: Mapping[str, Any], near: Point | None) -> float | None:
    """How far a hit is, if we know both places."""
    place = found.get("_geo")
    if near is None or place is None:
        return None
    return miles_between(near, Point(float(place["lat"]), float(place["lng"])))


def _at(point: Point) -> str:
    return f"{float(point.lat)!r}, {float(point.lon)!r}"
