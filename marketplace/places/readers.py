"""Reading files of postcodes (Code-Point Open, ONS Postcode Directory), a row at a time."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from marketplace.places import grid, postcodes
from marketplace.places.gazetteer import UnreadableFile
from marketplace.places.tally import Rejected

_AT_ONCE = 5_000  # rows turned from grid references to degrees together
_WARD = re.compile(r"[EWSN][0-9]{8}")  # a nine-character GSS code; older files hold other codes

# The United Kingdom with its islands, in degrees.
_SOUTH, _NORTH, _WEST, _EAST = 49.8, 60.95, -8.75, 1.85

NOT_A_POSTCODE = "the postcode does not have the shape of one"
NO_POSITION = "no position is known (quality 90)"
NOT_A_NUMBER = "the position is not a number"
OUTSIDE = "the position is outside the United Kingdom"
IRISH_GRID = "only an Irish grid reference is given"
TERMINATED = "the postcode is no longer in use"
TOO_SHORT = "columns are missing"


@dataclass(frozen=True, slots=True)
class PostcodeRow:
    """One postcode, its point in degrees (WGS 84), and its ward if the file says."""

    code: str
    lat: float
    lon: float
    ward_code: str | None
    line: int = 0


@dataclass(frozen=True, slots=True)
class _Columns:
    """Which column holds what; None where the file has no such column."""

    postcode: int
    east: int | None
    north: int | None
    lat: int | None
    lon: int | None
    ward: int | None
    quality: int | None  # 90 (Code-Point) or 9 (ONS): no position
    ended: int | None

    @property
    def last(self) -> int:
        return max(
            part for part in (self.postcode, self.east, self.north, self.lat, self.lon) if part is not None
        )


# Code-Point Open comes without a header: ten columns since 2011, nineteen before.
_WITHOUT_HEADER = {
    10: _Columns(postcode=0, quality=1, east=2, north=3, ward=9, lat=None, lon=None, ended=None),
    19: _Columns(postcode=0, quality=1, east=10, north=11, ward=17, lat=None, lon=None, ended=None),
}
# What the columns have been called over the years, the best first.
_NAMES = {
    "postcode": r"pcds|pcd|pcd7|pcd8|pcd2|postcode|pc",
    "east": r"oseast1m|east1m|eastings?|ea",
    "north": r"osnrth1m|north1m|northings?|no",
    "lat": r"lat|latitude",
    "lon": r"long|lon|longitude",
    "ward": r"osward|wd\d\dcd|wd|ward|admin_ward_code|wc",
    "quality": r"osgrdind|gridind|positional_quality_indicator|pq",
    "ended": r"doterm",
}


@dataclass(frozen=True, slots=True)
class _OnGrid:
    """A row whose position still waits to be turned into degrees."""

    code: str
    easting: float
    northing: float
    ward_code: str | None
    line: int


def read_postcodes(path: Path) -> Iterator[PostcodeRow | Rejected]:
    """Each postcode of the file in turn, or why its row was refused; memory stays small.

    Raises `UnreadableFile` if it is neither Code-Point Open nor an ONS Postcode Directory.
    """
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            reader = csv.reader(file)
            first = next(reader, None)
            columns = _columns(first or [], path)
            read = _row_reader(columns)
            rows = (read(row, reader.line_num) for row in _from(first, reader) if row and not _is_header(row))
            while batch := list(islice(rows, _AT_ONCE)):
                yield from _to_degrees(batch)
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror}.") from error
    except csv.Error as error:
        raise UnreadableFile(f"{path.name} is not a CSV file: {error}.") from error


def _from(first: list[str] | None, rest: Iterator[list[str]]) -> Iterator[list[str]]:
    if first is not None:
        yield first
    yield from rest


def _is_header(row: Sequence[str]) -> bool:
    return bool(re.fullmatch(_NAMES["postcode"], row[0].strip().lower()))


def _columns(first: Sequence[str], path: Path) -> _Columns:
    if first and postcodes.normalise(first[0]) and len(first) in _WITHOUT_HEADER:
        return _WITHOUT_HEADER[len(first)]
    header = [name.strip().lower() for name in first]
    found = {part: _find(names, header) for part, names in _NAMES.items()}
    postcode, has = found.pop("postcode"), {part for part, index in found.items() if index is not None}
    if postcode is None or not (has >= {"lat", "lon"} or has >= {"east", "north"}):
        raise UnreadableFile(
            f"{path.name} is neither Code-Point Open nor an ONS Postcode Directory: "
            "it needs a postcode with eastings and northings, or with lat and long."
        )
    return _Columns(postcode=postcode, **found)


def _find(names: str, header: Sequence[str]) -> int | None:
    for name in names.split("|"):
        for index, given in enumerate(header):
            if re.fullmatch(name, given):
                return index
    return None


def _row_reader(columns: _Columns) -> Callable[[Sequence[str], int], PostcodeRow | _OnGrid | Rejected]:
    """A function from a row and its line to what it says, for these columns."""
    last, ended, ward, quality = columns.last, columns.ended, columns.ward, columns.quality
    in_degrees = columns.lat is not None and columns.lon is not None

    def read(row: Sequence[str], line: int) -> PostcodeRow | _OnGrid | Rejected:
        if len(row) <= last:
            return Rejected(line, TOO_SHORT)
        code = postcodes.normalise(row[columns.postcode])
        if code is None:
            return Rejected(line, NOT_A_POSTCODE)
        if _cell(row, ended):
            return Rejected(line, TERMINATED)
        if _cell(row, quality) in ("90", "9"):
            return Rejected(line, NO_POSITION)
        given = _cell(row, ward)
        ward_code = given if _WARD.fullmatch(given) else None
        position = _degrees if in_degrees else _metres
        return position(row, columns, code, ward_code, line)

    return read


def _cell(row: Sequence[str], index: int | None) -> str:
    return row[index].strip() if index is not None and index < len(row) else ""


def _degrees(
    row: Sequence[str], columns: _Columns, code: str, ward_code: str | None, line: int
) -> PostcodeRow | Rejected:
    try:
        lat, lon = float(_cell(row, columns.lat)), float(_cell(row, columns.lon))
    except ValueError:
        return Rejected(line, NOT_A_NUMBER)
    if lat > 99:  # the directory's way of saying that it doesn't know
        return Rejected(line, NO_POSITION)
    return _checked(code, lat, lon, ward_code, line)


def _metres(
    row: Sequence[str], columns: _Columns, code: str, ward_code: str | None, line: int
) -> _OnGrid | Rejected:
    try:
        easting, northing = float(_cell(row, columns.east)), float(_cell(row, columns.north))
    except ValueError:
        return Rejected(line, NOT_A_NUMBER)
    if easting == northing == 0:
        return Rejected(line, NO_POSITION)
    if code.startswith("BT"):
        return Rejected(line, IRISH_GRID)
    if not grid.on_grid(easting, northing):
        return Rejected(line, OUTSIDE)
    return _OnGrid(code, easting, northing, ward_code, line)


def _to_degrees(
    batch: Sequence[PostcodeRow | _OnGrid | Rejected],
) -> Iterator[PostcodeRow | Rejected]:
    """The same rows in the same order, grid references turned to degrees in one go."""
    waiting = [row for row in batch if isinstance(row, _OnGrid)]
    lats, lons = grid.to_lat_lon([row.easting for row in waiting], [row.northing for row in waiting])
    points = zip(lats.round(6).tolist(), lons.round(6).tolist(), strict=True)  # a tenth of a metre
    for row in batch:
        if isinstance(row, _OnGrid):
            lat, lon = next(points)
            yield _checked(row.code, lat, lon, row.ward_code, row.line)
        else:
            yield row


def _checked(code: str, lat: float, lon: float, ward_code: str | None, line: int) -> PostcodeRow | Rejected:
    if not (_SOUTH <= lat <= _NORTH and _WEST <= lon <= _EAST):  # not-a-number fails too
        return Rejected(line, OUTSIDE)
    return PostcodeRow(code, lat, lon, ward_code, line)
