"""Reading the TOML file that describes a place: its towns and the postcode districts around it."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from marketplace.places import postcodes

PACKAGED = "county-durham.toml"


class UnreadableFile(Exception):
    """A file that cannot be used at all; the message is a sentence saying what to do."""


@dataclass(frozen=True, slots=True)
class TownDetails:
    """A town, its middle in degrees, and whether it is in the place itself."""

    name: str
    lat: float
    lon: float
    inside: bool


@dataclass(frozen=True, slots=True)
class DistrictDetails:
    """A postcode district and the middle of its postcodes, in degrees."""

    code: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class PlaceDetails:
    """All that a place's file says."""

    slug: str
    name: str
    neighbours: tuple[str, ...]
    lat: float
    lon: float
    timezone: str
    towns: tuple[TownDetails, ...]
    districts: tuple[DistrictDetails, ...]


def read_place(path: Path | None = None) -> PlaceDetails:
    """The place in this file, or County Durham as it comes with the package.

    Raises `UnreadableFile` with what to put right.
    """
    source: Traversable = path or files("marketplace.places").joinpath(PACKAGED)
    try:
        raw = tomllib.loads(source.read_text(encoding="utf-8-sig"))
        return _place(raw)
    except OSError as error:
        raise UnreadableFile(f"{source.name} cannot be read: {error.strerror}.") from error
    except KeyError as error:
        raise UnreadableFile(f"{source.name} does not say {error.args[0]!r}.") from error
    except (ValueError, TypeError, AttributeError) as error:  # a TOML or UTF-8 error is a ValueError
        raise UnreadableFile(f"{source.name} cannot be used: {error}.") from error


def _place(raw: dict[str, Any]) -> PlaceDetails:
    lat, lon = _point(raw["lat"], raw["lon"], raw["name"])
    return PlaceDetails(
        slug=str(raw["slug"]),
        name=str(raw["name"]),
        neighbours=tuple(map(str, raw.get("neighbours", ()))),
        lat=lat,
        lon=lon,
        timezone=_timezone(str(raw.get("timezone", "Europe/London"))),
        towns=_once_each(_town(town) for town in raw["towns"]),
        districts=tuple(_district(code, point) for code, point in raw["districts"].items()),
    )


def _town(raw: dict[str, Any]) -> TownDetails:
    lat, lon = _point(raw["lat"], raw["lon"], raw["name"])
    return TownDetails(str(raw["name"]), lat, lon, bool(raw.get("inside", True)))


def _once_each(towns: Any) -> tuple[TownDetails, ...]:
    found = tuple(towns)
    names = [town.name for town in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{', '.join(twice)} appears twice among the towns")
    return found


def _district(code: str, point: Any) -> DistrictDetails:
    if (district := postcodes.district_only(code)) is None:
        raise ValueError(f"“{code}” is not a postcode district such as DL14")
    lat, lon = point
    return DistrictDetails(district, *_point(lat, lon, code))


def _point(lat: Any, lon: Any, of: str) -> tuple[float, float]:
    if not -90 <= float(lat) <= 90 or not -180 <= float(lon) <= 180:
        raise ValueError(f"the point of {of} is not a latitude and longitude")
    return float(lat), float(lon)


def _timezone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except ZoneInfoNotFoundError:
        raise ValueError(f"“{name}” is not a time zone such as Europe/London") from None
