"""Awards of public contracts, as the ranking benchmark reads them. Who the buyer was is never read."""

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from marketplace import places
from marketplace.bench import records
from marketplace.errors import Refused
from marketplace.places import postcodes
from marketplace.places.gazetteer import read_place
from search.geo import Point, miles_between

SAME_AREA = 15.0  # miles between two districts of one postcode area, when nobody knows where they are
ELSEWHERE = 100.0  # and between two areas
LEGAL_FORMS = frozenset({"ltd", "limited", "plc", "llp", "uk"})  # those that make no other supplier
MORE_FORMS = LEGAL_FORMS | {"inc", "cic", "cio", "llc"}  # and those a text leaves out as easily
CUT_OFF = 12  # letters: a name this long is found at the beginning of a word too, for files cut names short
AREAS = Path(places.__file__).with_name("areas.toml")
_WORD = re.compile(r"[^\W_]+")
_TRADING_AS = re.compile(r"\b(?:t\s*[/\\]\s*a|trading as)\b", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Z]+")

Points = Mapping[str, Point]


@dataclass(frozen=True, slots=True)
class Where:
    """Where something is, no finer than its postcode district such as “DL14”; empty where nobody said."""

    outcode: str = ""
    point: Point | None = None

    @property
    def area(self) -> str:
        """The letters of the district: “DL”."""
        found = _LETTERS.match(self.outcode)
        return found[0] if found else ""


NOWHERE = Where()


@dataclass(frozen=True, slots=True)
class Work:
    """What was awarded. `number` is its place among the awards of its file, in date order from 0."""

    number: int
    id: str
    date: date
    title: str
    description: str
    cpv: tuple[str, ...] = ()
    value: float | None = None  # £
    region: str = ""
    where: Where = NOWHERE

    @property
    def text(self) -> str:
        return f"{self.title}\n{self.description}"


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who won, as one award says it; `key` is the same however the name is written."""

    name: str
    key: str
    where: Where = NOWHERE
    sme: bool | None = None
    vcse: bool | None = None


@dataclass(frozen=True, slots=True)
class Award:
    """One award: the work, each of its winners once, and the district it was bought from."""

    work: Work
    suppliers: tuple[Supplier, ...]
    bought_from: Where = NOWHERE


def read(path: Path, points: Points | None = None) -> list[Award]:
    """Every award of a file, in date order and numbered so; the last of equal ids wins.

    Raises `Refused` with the line that says no id or no date, or whose suppliers are not a list of objects.
    Anything else may be absent, null or of the wrong type, and is then not known. Values of 0 and 1 mean
    that none was said.
    """
    points = points or {}
    found: dict[str, Award] = {}
    for number, record in records.read(path):
        award = _award(record, points, path, number)
        found.pop(award.work.id, None)
        found[award.work.id] = award
    if not found:
        raise records.problem(path, 1, "there are no awards in this file.")
    return in_date_order(found.values())


def in_date_order(awards: Iterable[Award]) -> list[Award]:
    """The awards by date, those of one day as they came, numbered from 0."""
    ordered = sorted(awards, key=lambda each: each.work.date)
    return [replace(each, work=replace(each.work, number=at)) for at, each in enumerate(ordered)]


def without(taught: Iterable[Award], asked: Iterable[Award]) -> list[Award]:
    """What may be learnt from for these queries: none of them, by their ids or word for word."""
    known = {said for each in asked for said in (each.work.id, each.work.text)}
    return in_date_order(each for each in taught if known.isdisjoint((each.work.id, each.work.text)))


def supplier_key(name: str) -> str:
    """What a name comes down to: “J. Smith & Co (UK) Limited” and “J SMITH AND CO LTD” are one supplier.

    Capitals, punctuation and “&” or “and” make no difference, nor do Ltd, Limited, plc, LLP and UK at its
    end. This reading gives the 196 queries and the mean of 1,215 candidates seen on Contracts Finder 2020.
    The importers have a finer key of their own, for bodies that must not be taken for each other.
    """
    return " ".join(_core(_WORD.findall(name.replace("&", " and ").casefold())))


def masked(text: str, suppliers: Iterable[Supplier]) -> str:
    """The text without the suppliers' names, however their legal form, capitals and punctuation are put.

    Whole words only: the name CAN leaves “candidate” alone. Both names of “A trading as B” go.
    """
    for supplier in suppliers:
        for name in dict.fromkeys((supplier.name, *_TRADING_AS.split(supplier.name))):
            if pattern := _written_anyhow(name):
                text = pattern.sub(" ", text)
    return text


def apart(one: Where, other: Where) -> float | None:
    """Miles between two districts; None if either is unknown.

    Where a middle is not known, what the postcodes share stands in for the distance.
    """
    if not one.outcode or not other.outcode:
        return None
    if one.outcode == other.outcode:
        return 0.0
    if one.point and other.point and one.point != other.point:
        return miles_between(one.point, other.point)
    return SAME_AREA if one.area == other.area else ELSEWHERE


def middles(path: Path | None = None) -> dict[str, Point]:
    """The middles of postcode districts: those around our place, and those of a CSV file.

    Under its letters alone each area of Great Britain has its own, for districts nobody knows better.

    The file has the columns outcode, lat and lon (degrees). Raises `Refused` if it has not.
    """
    areas = tomllib.loads(AREAS.read_text(encoding="utf-8"))
    found = {letters: Point(*middle) for letters, middle in areas.items()}
    found |= {each.code: Point(each.lat, each.lon) for each in read_place().districts}
    if path is None:
        return found
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if code := postcodes.district_only(row["outcode"]):
                    found[code] = Point(float(row["lat"]), float(row["lon"]))
    except KeyError as missing:
        raise Refused(f"{path.name} has no column {missing}. It needs outcode, lat and lon.") from None
    except (ValueError, TypeError, csv.Error) as trouble:
        raise Refused(f"{path.name} cannot be read as postcode districts: {trouble}.") from None
    return found


def _award(record: Mapping[str, Any], points: Points, path: Path, number: int) -> Award:
    work = Work(
        number=0,
        id=records.identifier(record, path, number),
        date=_day(record, path, number),
        title=records.text(record, "title"),
        description=records.text(record, "description"),
        cpv=_codes(record.get("cpv")),
        value=_pounds(record.get("value")),
        region=records.text(record, "region").strip(),
        where=_where(record.get("postcode"), points),
    )
    said = record.get("suppliers")
    if said is not None and not (isinstance(said, list) and all(isinstance(each, dict) for each in said)):
        raise records.problem(path, number, "“suppliers” must be a list of objects, each with a “name”.")
    suppliers: dict[str, Supplier] = {}
    for each in (_supplier(winner, points) for winner in said or ()):
        if each.key and each.key not in suppliers:
            suppliers[each.key] = each
    return Award(work, tuple(suppliers.values()), _where(record.get("buyer_postcode"), points))


def _supplier(said: Mapping[str, Any], points: Points) -> Supplier:
    name = " ".join(records.text(said, "name").split())
    sme, vcse = (said.get(flag) if isinstance(said.get(flag), bool) else None for flag in ("sme", "vcse"))
    return Supplier(name, supplier_key(name), _where(said.get("postcode"), points), sme, vcse)


def _day(record: Mapping[str, Any], path: Path, number: int) -> date:
    try:
        return date.fromisoformat(records.text(record, "date").strip()[:10])
    except ValueError:
        raise records.problem(
            path, number, "there is no date. Give the day of the award as “date”, such as 2020-07-31."
        ) from None


def _codes(said: Any) -> tuple[str, ...]:
    """CPV codes without their check digit: “72000000-5” is 72000000."""
    listed = said if isinstance(said, list) else [said]
    codes = (str(code).strip()[:8] for code in listed if isinstance(code, str | int))
    return tuple(code for code in codes if code.isdigit())


def _pounds(said: Any) -> float | None:
    sensible = isinstance(said, int | float) and not isinstance(said, bool) and 1 < said < 1e15
    return float(said) if sensible else None


def _where(said: Any, points: Points) -> Where:
    if not isinstance(said, str):
        return NOWHERE
    whole = postcodes.normalise(said) or postcodes.find_in(said)
    outcode = postcodes.outward(whole) if whole else postcodes.district_only(said)
    if not outcode:
        return NOWHERE
    return Where(outcode, points.get(outcode) or points.get(Where(outcode).area))


def _core(words: list[str], forms: frozenset[str] = LEGAL_FORMS) -> list[str]:
    """The words of a name without the legal forms at its end; all of them if there is nothing else."""
    kept = list(words)
    while kept and kept[-1].casefold() in forms:
        kept.pop()
    return kept or words


def _written_anyhow(name: str) -> re.Pattern[str] | None:
    """Finds a name in a text; None for a single letter, or nothing."""
    words = [word for word in _core(_WORD.findall(name), MORE_FORMS) if word.casefold() != "and"]
    letters = sum(map(len, words))
    if letters < 2:
        return None
    core = r"[\W_]+(?:and[\W_]+)?".join(map(re.escape, words))
    end = r"\w*" if letters >= CUT_OFF else r"(?!\w)"
    forms = "|".join(sorted(MORE_FORMS))
    return re.compile(rf"(?<!\w){core}{end}(?:[\W_]+(?:{forms})\b)*", re.IGNORECASE)
