"""Where things are: the place, its towns, and the point behind what somebody typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import g
from sqlalchemy import exists, select

from marketplace.errors import NotSetUp, Refused
from marketplace.extensions import db
from marketplace.places import postcodes
from marketplace.places.models import District, Place, Postcode, Town, Ward


class Precision(StrEnum):
    """How closely a location is known: a street or so, a postcode district, a town."""

    POSTCODE = "postcode"
    DISTRICT = "district"
    TOWN = "town"


@dataclass(frozen=True, slots=True)
class Location:
    """A point in degrees (WGS 84), and the words for where it is."""

    lat: float
    lon: float
    ward_code: str | None
    label: str
    precision: Precision


class UnknownPlace(Refused):
    """Nobody here knows where that is; `towns` are the names to choose from instead."""

    def __init__(self, message: str, *, towns: Sequence[str], field: str = "") -> None:
        super().__init__(message, field=field)
        self.towns = tuple(towns)


def current() -> Place | None:
    """The place this installation serves, or None before one is added; asked for once in a request."""
    known: int | None = g.get("place_id")
    place = db.session.get(Place, known) if known else None
    if place is None:
        place = db.session.scalar(select(Place).order_by(Place.id).limit(1))
        g.place_id = place.id if place else None
    return place


def require_place() -> Place:
    """The place this installation serves; raises `NotSetUp` with what to do first."""
    place = current()
    if place is None:
        raise NotSetUp("There is no place yet. Run `marketplace places add` first.")
    return place


def towns(place: Place) -> list[Town]:
    """The towns of the place and its neighbours, by name."""
    return list(db.session.scalars(select(Town).where(Town.place_id == place.id).order_by(Town.name)))


def ward_names(place: Place) -> dict[str, str]:
    """The names of the place's wards by code, in the order of the names; none where none were loaded."""
    query = select(Ward.code, Ward.name).where(Ward.place_id == place.id).order_by(Ward.name, Ward.code)
    return {row.code: row.name for row in db.session.execute(query)}


def ward_name(code: str | None) -> str:
    """The ward's name, or nothing where its boundary was never loaded."""
    if not code:
        return ""
    return db.session.scalar(select(Ward.name).where(Ward.code == code)) or ""


def locate_or_none(text: str | None, *, field: str = "") -> Location | None:
    """Where that is, or None for a blank; raises `UnknownPlace` for what nobody knows."""
    return locate(text, field=field) if text and text.strip() else None


def locate(text: str, *, field: str = "") -> Location:
    """The point behind a postcode, a postcode district or a town's name.

    Raises `UnknownPlace` rather than guess: never a wrong pin.
    """
    code = postcodes.normalise(text)
    found = _postcode(code) if code else _district(text) or _town(text)
    if found is None and code is None and (code := postcodes.find_in(text)):
        found = _postcode(code)
    if found is None:
        raise _unknown(text, code, field)
    return found


def _postcode(code: str) -> Location | None:
    row = db.session.get(Postcode, code)
    if row is not None:
        return Location(row.lat, row.lon, row.ward_code, postcodes.pretty(code), Precision.POSTCODE)
    district = postcodes.outward(code)
    if db.session.scalar(select(exists().where(Postcode.district == district))):
        return None  # we hold this district's postcodes, and it is not among them
    return _district(district)


def _district(text: str) -> Location | None:
    code = postcodes.district_only(text)
    row = db.session.get(District, code) if code else None
    return Location(row.lat, row.lon, None, row.code, Precision.DISTRICT) if row else None


def _town(text: str) -> Location | None:
    place = current()
    if place is None:
        return None
    wanted = _town_key(text)
    rows = db.session.execute(select(Town.name, Town.lat, Town.lon).where(Town.place_id == place.id))
    for name, lat, lon in rows:
        if _town_key(name) == wanted:
            return Location(lat, lon, None, name, Precision.TOWN)
    return None


def _town_key(name: str) -> str:
    """What two spellings of a town share: “st johns chapel”, “St. John's Chapel”; “Durham”, “Durham City”."""
    key = re.sub(r"[^a-z]+", " ", re.sub(r"[.'’]", "", name.casefold())).strip()
    return key.removesuffix(" city")


def _unknown(text: str, code: str | None, field: str) -> UnknownPlace:
    place = current()
    names = [town.name for town in towns(place)] if place else []
    if code:
        message = (
            f"We don't know the postcode {postcodes.pretty(code)}. Check it, or choose the nearest town."
        )
    else:
        message = (
            f"We don't know a place called “{text.strip()}”. Enter a postcode, or choose the nearest town."
        )
    return UnknownPlace(message, towns=names, field=field)
