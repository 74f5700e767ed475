"""Nobody's name, e-mail address or telephone number comes in with a public record."""

import pytest

from marketplace.extensions import db
from marketplace.imports.contacts import EMAIL, PHONE
from marketplace.imports.contracts_finder import CONTACTS
from marketplace.imports.tables import read_rows
from marketplace.listings.models import Listing
from marketplace.organisations.models import PastWork
from tests.imports.conftest import AWARD, NOTICE, write_csv


def whole_database() -> str:
    """Every value of every row of every table, but for fingerprints, whose digits say nothing."""
    return "\n".join(
        str(value)
        for table in db.metadata.sorted_tables
        for row in db.session.execute(db.select(table)).mappings()
        for column, value in row.items()
        if column != "source_mark"
    )


def texts_by_notice() -> dict[str, str]:
    works = db.session.execute(db.select(PastWork.source_key, PastWork.title, PastWork.description))
    listings = db.session.execute(db.select(Listing.source_key, Listing.title, Listing.body))
    found: dict[str, str] = {}
    for key, title, body in [*works, *listings]:
        found[str(key)] = f"{found.get(str(key), '')}\n{title}\n{body}"
    return found


def test_nothing_of_a_contact_is_anywhere_in_the_database(run, tmp_path):
    telling = "Ring Jo Bloggs on 01388 496 012, or write to jo.bloggs@parish.example or sam@roofs.example."
    rows = [
        NOTICE | {"Description": f"Slates. {telling}", "Title": "Roof (ask Jo Bloggs)"},
        AWARD | {"Notice Identifier": "DCC-2", "Description": f"Slates. {telling}"},
    ]

    run("contracts-finder", write_csv(tmp_path / "notices.csv", rows))

    dump = whole_database()
    assert "Slates." in dump
    assert not [word for word in ("Bloggs", "496 012", "@parish", "sam@", "Slater") if word in dump]


@pytest.mark.real_data
def test_no_contact_of_the_real_files_is_anywhere_in_the_database(run, shared_data):
    awards = sorted((shared_data / "contracts-finder-2020").glob("awards_*.csv"))
    open_notices = shared_data / "contracts-finder-open-2025" / "notices.csv"

    run("contracts-finder", *awards, open_notices, "--on", "2025-11-10")
    run("charities", shared_data / "charities-ukcat" / "charities.csv")

    dump = whole_database()
    assert EMAIL.findall(dump) == []
    assert PHONE.findall(dump) == []
    stored = texts_by_notice()
    for path in (*awards, open_notices):
        for _line, row in read_rows(path):
            theirs = stored.get(row["Notice Identifier"].strip(), "")
            buyer = row["Organisation Name"].casefold()
            for value in filter(None, (row.get(column, "").strip() for column in CONTACTS)):
                # The files give “Procurement Team” for every name: elsewhere it is a buyer's own words.
                assert value.casefold() in buyer or value not in theirs, row["Notice Identifier"]
