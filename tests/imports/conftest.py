"""Files as registers export them, the commands that read them, and all that the database then holds."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from marketplace.extensions import db
from marketplace.imports.cli import imports
from marketplace.imports.contracts_finder import SUPPLIERS
from marketplace.organisations.models import Organisation
from marketplace.places.models import District, Place, Postcode, Town

SUPPLIER = "[Dale Roofing Ltd|1 High St, Crook DL15 9AA|COMPANIES_HOUSE|01234567|Yes|No]"
NOTICE = {
    "Notice Identifier": "DCC-1",
    "Notice Type": "Contract",
    "Organisation Name": "Weardale Parish Council",
    "Status": "Open",
    "Published Date": "2026-11-02T07:23:04Z",
    "Title": "Roof repairs",
    "Description": "Slates and gutters. By spring.",
    "Postcode": "DL15 9AA",
    "Region": "North East",
    "Cpv Codes": "45261000",
    "Links": "https://parish.example/roof",
    "Contact Name": "Jo Bloggs",
    "Contact Email": "jo.bloggs@parish.example",
    "Contact Telephone": "01388 496 012",
    "Supplier's contact name": "Sam Slater",
    "Start Date": "01/02/2027",
    "End Date": "31/03/2027",
    "Closing Date": "30/11/2026",
    "Is sub-contract": "NO",
    "Suitable for SME": "Yes",
    "Suitable for VCO": "No",
    "OJEU Contract Type": "Works",
    "Value Low": "1000",
    "Value High": "2500",
    "Awarded Date": "",
    "Awarded Value": "",
    SUPPLIERS: "",
}
AWARD = NOTICE | {
    "Status": "Awarded",
    "Awarded Date": "20/10/2026",
    "Awarded Value": "1999.99",
    SUPPLIERS: SUPPLIER,
}
CHARITY = {
    "reg_number": "1018726",
    "name": "STAINTON WOMEN'S INSTITUTE",
    "postcode": "DL15 9AA",
    "activities": "Talks and teas.",
    "source": "CCEW",
    "income": "1379.0",
    "UKCAT": "AR303",
    "ICNPTSO": "A11",
}


def write_csv(path: Path, rows: list[dict[str, str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


@pytest.fixture
def place(app: Flask) -> Place:
    """A place with one town, one postcode in it, and a district known only by its middle."""
    crook = Town(name="Crook", lat=54.714, lon=-1.745, inside=True)
    row = Place(slug="durham", name="County Durham", lat=54.7, lon=-1.7, towns=[crook])
    db.session.add_all(
        [
            row,
            Postcode(code="DL159AA", district="DL15", lat=54.7161, lon=-1.7432, ward_code="E05000001"),
            District(code="DH1", lat=54.777, lon=-1.566),
        ]
    )
    db.session.commit()
    return row


@pytest.fixture
def run(place: Place) -> Callable[..., Result]:
    """Runs `marketplace import ...` as if it were the day the tests are set on."""

    def _run(command: str, *arguments: object) -> Result:
        dated = ("--on", "2026-11-23") if command == "contracts-finder" and "--on" not in arguments else ()
        result = CliRunner().invoke(imports, [command, *map(str, arguments), *dated])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return _run


@pytest.fixture
def import_notices(run: Callable[..., Result], tmp_path: Path) -> Callable[..., str]:
    """Imports rows that differ from NOTICE, or from AWARD, as told; returns the line of counts."""

    def _import(*changes: dict[str, str], like: dict[str, str] = NOTICE, on: str = "2026-11-23") -> str:
        path = write_csv(tmp_path / "notices.csv", [like | change for change in changes])
        return run("contracts-finder", path, "--on", on).stdout.splitlines()[-1]

    return _import


@pytest.fixture
def import_charities(run: Callable[..., Result], tmp_path: Path) -> Callable[..., str]:
    """Imports rows that differ from CHARITY as told; returns the line of counts."""

    def _import(*changes: dict[str, str]) -> str:
        path = write_csv(tmp_path / "charities.csv", [CHARITY | change for change in changes])
        return run("charities", path).stdout.splitlines()[-1]

    return _import


@pytest.fixture
def organisation() -> Callable[[str], Organisation]:
    """The organisation of a name."""

    def _organisation(name: str) -> Organisation:
        return db.session.scalars(db.select(Organisation).where(Organisation.name == name)).one()

    return _organisation


NOT_THE_OUTCOME = {"outbox_row", "audit_event"}  # what was done to get there
WHENEVER = {
    "created_at",
    "updated_at",
    "suggested_at",
    "scored_at",
    "introduced_at",
}  # by the clock


@pytest.fixture
def everything(app: Flask) -> Callable[[], dict[str, list[str]]]:
    """All rows of all tables in words that do not depend on numbers given out or on the clock."""

    def _everything() -> dict[str, list[str]]:
        db.session.rollback()
        known: dict[tuple[str, Any], str] = {}
        tables = {}
        for table in db.metadata.sorted_tables:
            keys = [column.name for column in table.primary_key]
            words = []
            for row in db.session.execute(db.select(table)).mappings():
                said = repr([_said(column, row[column.name], known) for column in table.columns])
                if keys == ["id"]:
                    known[table.name, row["id"]] = said
                words.append(said)
            if table.name not in NOT_THE_OUTCOME:
                tables[table.name] = sorted(words)
        db.session.rollback()
        return tables

    return _everything


def _said(column: Any, value: Any, known: dict[tuple[str, Any], str]) -> Any:
    if column.name in WHENEVER:
        return column.name
    for key in column.foreign_keys:
        return known.get((key.column.table.name, value), value)
    return "number" if column.primary_key and column.name == "id" else value
