"""Ward boundaries: reading them from GeoJSON, and which ward a point lies in."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from marketplace.places.gazetteer import UnreadableFile
from marketplace.places.tally import Rejected

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CODE = re.compile(r"(?:wd|ward)_?\d{0,4}_?(?:cd|code)|code", re.IGNORECASE)
_NAME = re.compile(r"(?:wd|ward)_?\d{0,4}_?(?:nm|name)|name", re.IGNORECASE)
_AT_ONCE = 2_000  # points compared with every edge of a boundary together


@dataclass(frozen=True)
class WardShape:
    """A ward and the GeoJSON geometry (degrees, longitude first) of its boundary."""

    code: str
    name: str
    boundary: dict[str, Any]

    @cached_property
    def rings(self) -> list[Floats]:
        """Every outline and hole as (longitude, latitude) rows, the first point again at the end."""
        polygons = self.boundary["coordinates"]
        if self.boundary["type"] == "Polygon":
            polygons = [polygons]
        return [np.asarray(ring, dtype=float)[:, :2] for polygon in polygons for ring in polygon]

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Southernmost latitude, northernmost, westernmost longitude, easternmost."""
        points = np.concatenate(self.rings)
        (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        return south, north, west, east

    def holds(self, lats: Floats, lons: Floats) -> Flags:
        """Which of these points lie inside: a ray from each crosses the boundary an odd number of times."""
        inside = np.zeros(len(lats), dtype=bool)
        for start in range(0, len(lats), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            for ring in self.rings:  # a hole's crossings undo its outline's
                inside[part] ^= _crossings(lats[part], lons[part], ring) % 2 == 1
        return inside


class WardMap:
    """The wards loaded here, and which of them each point lies in."""

    def __init__(self, wards: Sequence[WardShape]) -> None:
        # Where two editions of a boundary overlap, the newer ward has the higher code and goes last.
        self._wards = sorted(wards, key=lambda ward: ward.code)
        self.codes = frozenset(ward.code for ward in wards)

    def __len__(self) -> int:
        return len(self._wards)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The box around all of them: south, north, west, east."""
        souths, norths, wests, easts = zip(*(ward.box for ward in self._wards), strict=True)
        return min(souths), max(norths), min(wests), max(easts)

    def wards_at(self, lats: ArrayLike, lons: ArrayLike) -> list[str | None]:
        """The code of the ward each point lies in, or None."""
        lat, lon = np.asarray(lats, dtype=float), np.asarray(lons, dtype=float)
        found: list[str | None] = [None] * len(lat)
        for ward in self._wards:
            south, north, west, east = ward.box
            near = np.flatnonzero((lat >= south) & (lat <= north) & (lon >= west) & (lon <= east))
            for index in near[ward.holds(lat[near], lon[near])].tolist():
                found[index] = ward.code
        return found


def read_wards(path: Path) -> Iterator[WardShape | Rejected]:
    """Each ward of a GeoJSON file, whatever year its properties are named after.

    Raises `UnreadableFile` if it is not a collection of GeoJSON features.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableFile(f"{path.name} is not a GeoJSON file of features.") from error
    if not isinstance(features, list):
        raise UnreadableFile(f"{path.name} is not a GeoJSON file of features.")
    return (_ward(feature, number) for number, feature in enumerate(features, start=1))


def _ward(feature: Any, number: int) -> WardShape | Rejected:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code, name = _property(properties, _CODE), _property(properties, _NAME)
    if not code or not name:
        return Rejected(number, "it has no ward code or no ward name (such as WD25CD and WD25NM)")
    if len(code) > 12 or len(name) > 120:
        return Rejected(number, "its ward code or name is too long")
    try:
        geometry = feature["geometry"]
        if geometry["type"] not in ("Polygon", "MultiPolygon"):
            return Rejected(number, "its boundary is not a Polygon or MultiPolygon")
        boundary = {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}
        ward = WardShape(code, name, boundary)
        south, north, west, east = ward.box
    except (KeyError, TypeError, ValueError, IndexError):
        return Rejected(number, "its boundary cannot be read")
    if not (-90 <= south <= north <= 90 and -180 <= west <= east <= 180):
        return Rejected(number, "its boundary is in grid references; download it in degrees (WGS 84)")
    return ward


def _property(properties: Any, names: re.Pattern[str]) -> str:
    given = properties if isinstance(properties, dict) else {}
    matching = sorted(key for key in given if names.fullmatch(key))
    return str(given[matching[-1]] or "").strip() if matching else ""


def _rounded(coordinates: Any) -> Any:
    """The same nested lists with six decimals: a tenth of a metre, a third of the size."""
    if isinstance(coordinates, list):
        return [_rounded(part) for part in coordinates]
    return round(float(coordinates), 6)


def _crossings(lats: Floats, lons: Floats, ring: Floats) -> NDArray[np.int64]:
    """How many edges of the ring a ray due east from each point crosses."""
    (x1, y1), (x2, y2) = ring[:-1].T, ring[1:].T
    sloped = y1 != y2  # a level edge is never crossed: its ends belong to its neighbours
    x1, y1, x2, y2 = x1[sloped], y1[sloped], x2[sloped], y2[sloped]
    lat, lon = lats[:, np.newaxis], lons[:, np.newaxis]
    spans = (y1 > lat) != (y2 > lat)
    at = x1 + (lat - y1) * ((x2 - x1) / (y2 - y1))
    crossed: NDArray[np.int64] = np.count_nonzero(spans & (lon < at), axis=1)
    return crossed
