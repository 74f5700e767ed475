"""The wards of the place as shapes light enough for a page (GeoJSON)."""

import json
from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

from marketplace.extensions import db
from marketplace.places.models import Place, Ward

STEP = 2_000  # steps to a degree: neighbours are drawn on the same grid, so no gap opens between them


def fingerprint(place: Place) -> str:
    """What changes whenever a boundary does, as far as its code, name and box tell."""
    query = db.select(Ward.code, Ward.name, Ward.min_lat, Ward.max_lat, Ward.min_lon, Ward.max_lon)
    rows = db.session.execute(query.where(Ward.place_id == place.id).order_by(Ward.code))
    return sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def wards(place_id: int, _fingerprint: str) -> bytes:
    """Every ward of the place, kept until its fingerprint changes."""
    query = db.select(Ward.code, Ward.name, Ward.boundary).where(Ward.place_id == place_id)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "MultiPolygon", "coordinates": list(_polygons(boundary))},
            "properties": {"code": code, "name": name},
        }
        for code, name, boundary in db.session.execute(query.order_by(Ward.name))
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":")).encode()


def _polygons(boundary: dict[str, Any]) -> Iterator[list[list[list[float]]]]:
    polygons = boundary["coordinates"]
    for polygon in [polygons] if boundary["type"] == "Polygon" else polygons:
        rings = [ring for ring in map(_lighter, polygon) if len(ring) > 3]
        if rings:
            yield rings


def _lighter(ring: Sequence[Sequence[float]]) -> list[list[float]]:
    """The ring on our grid, without the points that fall together."""
    found: list[list[float]] = []
    for lon, lat, *_ in ring:
        point = [round(lon * STEP) / STEP, round(lat * STEP) / STEP]
        if not found or found[-1] != point:
            found.append(point)
    return found
