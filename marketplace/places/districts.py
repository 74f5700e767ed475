"""Reading a file of postcode districts: roughly how far away the rest of the country is."""

import csv
from collections.abc import Iterator
from pathlib import Path

from marketplace.places import postcodes
from marketplace.places.gazetteer import DistrictDetails, UnreadableFile
from marketplace.places.tally import Rejected

CODE_NAMES = ("outcode", "district", "postcode_district", "postcode")


def read_districts(path: Path) -> Iterator[DistrictDetails | Rejected]:
    """Each line of a CSV with a header of `outcode`, `lat` and `lon`; raises `UnreadableFile` for another."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            named = {name.strip().lower(): name for name in reader.fieldnames or ()}
            code_name = next((named[name] for name in CODE_NAMES if name in named), None)
            if code_name is None or not {"lat", "lon"} <= named.keys():
                raise UnreadableFile(f"{path}: give a CSV file with the columns outcode, lat and lon.")
            for line, row in enumerate(reader, start=2):
                yield _read(line, row[code_name], row[named["lat"]], row[named["lon"]])
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise UnreadableFile(f"{path} cannot be read as a CSV file: {problem}") from problem


def _read(line: int, code: str | None, lat: str | None, lon: str | None) -> DistrictDetails | Rejected:
    district = postcodes.district_only(code or "")
    if district is None:
        return Rejected(line, "the district does not have the shape of one")
    try:
        point = float(lat or ""), float(lon or "")
    except ValueError:
        return Rejected(line, "the position is not a number")
    if not (49.8 <= point[0] <= 60.95 and -8.75 <= point[1] <= 1.85):
        return Rejected(line, "the position is outside the United Kingdom")
    return DistrictDetails(district, *point)
