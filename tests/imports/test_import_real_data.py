"""The public records beside the checkout, whole."""

from collections import Counter

import pytest

from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation, PastWork

pytestmark = pytest.mark.real_data


def count(model: type) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def test_both_award_files_and_the_open_notices_are_imported_once(run, shared_data, everything):
    files = [
        *sorted((shared_data / "contracts-finder-2020").glob("awards_*.csv")),
        shared_data / "contracts-finder-open-2025" / "notices.csv",
    ]

    first = run("contracts-finder", *files, "--on", "2025-11-10")
    before = everything()
    second = run("contracts-finder", *files, "--on", "2025-11-10")

    reasons = [
        "rejected 116: It is a plan, not yet open for answers. (lines 2, 3, 38, …)",
        "rejected 4: It names no supplier. (lines 3,612, 4,805, 5,105, …)",
        "rejected 2: It is a test of the system, not work to be done. (lines 2,000, 2,001)",
    ]
    assert first.stdout.splitlines() == [*reasons, "new 1,375, changed 0, unchanged 0, rejected 122"]
    assert second.stdout.splitlines() == [*reasons, "new 0, changed 0, unchanged 1,375, rejected 122"]
    assert everything() == before
    sources = Counter(db.session.scalars(db.select(Organisation.source)))
    assert sources == {"contracts-finder": 1878, "contracts-finder-buyer": 182}
    assert (count(PastWork), count(Listing)) == (2270, 378)


def test_the_charities_are_imported_once(run, shared_data, everything):
    path = shared_data / "charities-ukcat" / "charities.csv"

    first = run("charities", path)
    before = everything()
    second = run("charities", path)

    assert first.stdout == "new 2,918, changed 0, unchanged 0, rejected 0\n"
    assert second.stdout == "new 0, changed 0, unchanged 2,918, rejected 0\n"
    assert everything() == before
    names = db.session.scalars(db.select(Organisation.name))
    assert [name for name in names if name.isupper() and len(name.split()) > 1] == ["S M D C"]
