"""Points on the earth and the miles between them."""

from dataclasses import dataclass
from math import asin, cos, degrees, isfinite, radians, sin, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_MILES = 3958.7613  # the mean radius, 6,371.0088 km (IUGG)


@dataclass(frozen=True, slots=True)
class Point:
    """A latitude and longitude in degrees (WGS 84)."""

    lat: float
    lon: float

    def __post_init__(self) -> None:
        """Refuse what is not on the globe; not-a-number fails both comparisons."""
        if not -90 <= self.lat <= 90 or not -180 <= self.lon <= 180:
            raise ValueError(f"Not a latitude and longitude in degrees: {self.lat}, {self.lon}")


@dataclass(frozen=True, slots=True)
class Box:
    """Bounds in degrees that hold a whole circle; `west` and `east` are None if no longitude is out."""

    south: float
    north: float
    west: float | None
    east: float | None


def miles_between(a: Point, b: Point) -> float:
    """Great-circle miles from one point to another, by the haversine formula."""
    lat_a, lat_b = radians(a.lat), radians(b.lat)
    across = sin((lat_b - lat_a) / 2) ** 2
    along = cos(lat_a) * cos(lat_b) * sin(radians(b.lon - a.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_MILES * asin(min(1.0, sqrt(across + along)))


def miles_matrix(lat1: ArrayLike, lon1: ArrayLike, lat2: ArrayLike, lon2: ArrayLike) -> NDArray[np.float64]:
    """Great-circle miles from each of n points (degrees) to each of m: shape (n, m).

    A point nobody knows is not-a-number in both coordinates, and so are its distances.
    """
    lat_a, lon_a = (np.radians(np.asarray(part, dtype=np.float64))[:, np.newaxis] for part in (lat1, lon1))
    lat_b, lon_b = (np.radians(np.asarray(part, dtype=np.float64))[np.newaxis, :] for part in (lat2, lon2))
    across = np.sin((lat_b - lat_a) / 2) ** 2
    along = np.cos(lat_a) * np.cos(lat_b) * np.sin((lon_b - lon_a) / 2) ** 2
    miles: NDArray[np.float64] = 2 * EARTH_RADIUS_MILES * np.arcsin(np.sqrt(np.minimum(1.0, across + along)))
    return miles


def box_around(centre: Point, miles: float) -> Box:
    """The smallest box that surely holds every point within `miles`, a hair wider for rounding."""
    reach = miles / EARTH_RADIUS_MILES + 1e-9  # an angle, in radians
    south, north = centre.lat - degrees(reach), centre.lat + degrees(reach)
    if not isfinite(reach) or south <= -90 or north >= 90:
        return Box(max(south, -90.0), min(north, 90.0), None, None)  # a pole is inside: every longitude is
    widest = degrees(asin(min(1.0, sin(reach) / cos(radians(centre.lat))))) + 1e-9
    west, east = centre.lon - widest, centre.lon + widest
    if west < -180 or east > 180:
        return Box(south, north, None, None)  # it crosses the date line, where longitudes start again
    return Box(south, north, west, east)
