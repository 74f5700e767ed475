"""Adding the place, and loading its postcodes and wards; nothing here commits."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, String, Table, any_, bindparam, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from marketplace import audit
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.places import postcodes, queries
from marketplace.places.boundaries import WardMap, WardShape
from marketplace.places.gazetteer import DistrictDetails, PlaceDetails, read_place
from marketplace.places.models import District, Place, Postcode, Town, Ward
from marketplace.places.readers import PostcodeRow
from marketplace.places.tally import Rejected, Tally

Keyed = type[District] | type[Postcode] | type[Ward]  # tables whose key is `code`

BATCH = 5_000  # postcodes saved, and committed by the caller, at a time


def add_place(details: PlaceDetails | None = None, *, is_demo: bool = False) -> Place:
    """Add the place, or bring it up to date with its file; County Durham unless told otherwise.

    `is_demo` counts when the place is first added: refreshing it never makes a demo real.
    """
    details = details or read_place()
    place = queries.current()
    if place is not None and place.slug != details.slug:
        raise Refused(f"This marketplace already serves {place.name}.")
    event = "place.updated" if place else "place.added"
    if place is None:
        place = Place(slug=details.slug, is_demo=is_demo)
        db.session.add(place)
    place.name = details.name
    place.neighbours = ", ".join(details.neighbours)
    place.lat, place.lon, place.timezone = details.lat, details.lon, details.timezone
    db.session.flush()
    _set_towns(place, details)
    _save(District, [asdict(district) for district in details.districts], Tally())
    audit.record(event, place, towns=len(details.towns), districts=len(details.districts))
    return place


def _set_towns(place: Place, details: PlaceDetails) -> None:
    """Make the towns those of the file; one it no longer names goes, since nothing refers to it by id."""
    known = {town.name: town for town in queries.towns(place)}
    for given in details.towns:
        town = known.pop(given.name, None)
        if town is None:
            town = Town(place_id=place.id, name=given.name)
            db.session.add(town)
        town.lat, town.lon, town.inside = given.lat, given.lon, given.inside
    for town in known.values():
        db.session.delete(town)


def ward_map() -> WardMap:
    """The wards loaded so far, ready to answer for many points."""
    rows = db.session.execute(select(Ward.code, Ward.name, Ward.boundary))
    return WardMap([WardShape(code, name, boundary) for code, name, boundary in rows])


def load_postcodes(rows: Iterable[PostcodeRow | Rejected], *, wards: WardMap | None = None) -> Tally:
    """Save one batch of postcodes and count what it changed; a later row for the same postcode is refused.

    A ward the file names is kept if its boundary is loaded; otherwise the boundaries decide.
    """
    tally = Tally()
    wanted: dict[str, PostcodeRow] = {}
    for row in rows:
        if isinstance(row, Rejected):
            tally.reject(row)
        elif row.code in wanted:
            tally.reject(Rejected(row.line, "the postcode is in the file twice"))
        else:
            wanted[row.code] = row
    values = _postcode_values(list(wanted.values()), ward_map() if wards is None else wards)
    _save(Postcode, values, tally)
    return tally


def load_districts(rows: Iterable[DistrictDetails | Rejected]) -> Tally:
    """Save postcode districts; they stand in where a district's own postcodes are not loaded."""
    tally = Tally()
    wanted: dict[str, DistrictDetails] = {}
    for row in rows:
        if isinstance(row, Rejected):
            tally.reject(row)
        else:
            wanted[row.code] = row
    _save(District, [asdict(row) for row in wanted.values()], tally)
    return tally


def load_boundaries(rows: Iterable[WardShape | Rejected], *, place: Place) -> Tally:
    """Save the wards of the place; `assign_wards` then gives them their postcodes."""
    tally = Tally()
    wanted: dict[str, WardShape] = {}
    for number, row in enumerate(rows, start=1):
        if isinstance(row, Rejected):
            tally.reject(row)
        elif row.code in wanted:
            tally.reject(Rejected(number, "the ward is in the file twice"))
        else:
            wanted[row.code] = row
    _save(Ward, [_ward_values(ward, place) for ward in wanted.values()], tally)
    return tally


def assign_wards(wards: WardMap) -> Iterator[int]:
    """Give loaded postcodes without a known ward the one they lie in; yields how many, batch by batch.

    The caller commits after each; what is left undone is found again the next time.
    """
    if not wards:
        return
    south, north, west, east = wards.box
    table = _table(Postcode)
    set_ward = update(table).where(table.c.code == bindparam("key")).values(ward_code=bindparam("ward"))
    unknown = (
        select(Postcode.code, Postcode.lat, Postcode.lon)
        .where(or_(Postcode.ward_code.is_(None), Postcode.ward_code.not_in(select(Ward.code))))
        .where(Postcode.lat.between(south, north), Postcode.lon.between(west, east))
        .order_by(Postcode.code)
        .limit(BATCH)
    )
    last = ""
    while batch := db.session.execute(unknown.where(Postcode.code > last)).all():
        last = batch[-1].code
        found = wards.wards_at([row.lat for row in batch], [row.lon for row in batch])
        changes = [{"key": row.code, "ward": ward} for row, ward in zip(batch, found, strict=True) if ward]
        if changes:
            db.session.execute(set_ward, changes)
        yield len(changes)


def _postcode_values(rows: Sequence[PostcodeRow], wards: WardMap) -> list[dict[str, Any]]:
    open_question = [row for row in rows if row.ward_code not in wards.codes]
    found = wards.wards_at([row.lat for row in open_question], [row.lon for row in open_question])
    inside = {row.code: ward for row, ward in zip(open_question, found, strict=True) if ward}
    return [
        {
            "code": row.code,
            "district": postcodes.outward(row.code),
            "lat": row.lat,
            "lon": row.lon,
            "ward_code": inside.get(row.code, row.ward_code),
        }
        for row in rows
    ]


def _ward_values(ward: WardShape, place: Place) -> dict[str, Any]:
    south, north, west, east = ward.box
    return {
        "code": ward.code,
        "name": ward.name,
        "place_id": place.id,
        "boundary": ward.boundary,
        "min_lat": south,
        "max_lat": north,
        "min_lon": west,
        "max_lon": east,
    }


def _save(model: Keyed, values: Sequence[dict[str, Any]], tally: Tally) -> None:
    """Insert or update the rows that differ from what is there, keyed by `code`, and count them."""
    table = _table(model)
    stored = {row["code"]: dict(row) for row in _stored(table, [value["code"] for value in values])}
    different = [value for value in values if stored.get(value["code"]) != value]
    new = sum(value["code"] not in stored for value in different)
    tally.new += new
    tally.changed += len(different) - new
    tally.unchanged += len(values) - len(different)
    if different:
        db.session.execute(_upsert(table), different)


def _stored(table: Table, codes: Sequence[str]) -> Iterator[Any]:
    among: ColumnElement[bool] = table.c.code.in_(codes)
    if _is_postgresql():  # one array travels far quicker than thousands of parameters
        among = table.c.code == any_(literal(list(codes), postgresql.ARRAY(String)))
    yield from db.session.execute(select(table).where(among)).mappings()


def _upsert(table: Table) -> Any:
    """An insert that updates instead where the code is there already, even if another load put it there."""
    dialect = postgresql if _is_postgresql() else sqlite
    statement: Any = dialect.insert(table)
    rest = {column.name: statement.excluded[column.name] for column in table.c if column.name != "code"}
    return statement.on_conflict_do_update(index_elements=["code"], set_=rest)


def _is_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _table(model: Keyed) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101  # SQLAlchemy types it wider than a mapped class can be
    return table
