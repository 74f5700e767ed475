"""Awarded notices become organisations with a history."""

from datetime import date

import pytest

from marketplace.extensions import db
from marketplace.imports.contracts_finder import SUPPLIERS
from marketplace.organisations.models import Organisation, OrganisationKind, PastWork
from marketplace.outbox.models import OutboxRow
from marketplace.places.models import Postcode
from tests.factories import NOON
from tests.imports.conftest import AWARD


@pytest.fixture
def import_awards(import_notices):
    return lambda *changes: import_notices(*changes, like=AWARD)


def suppliers(*entries: str) -> dict[str, str]:
    return {SUPPLIERS: "".join(f"[{entry}]" for entry in entries)}


def works() -> list[PastWork]:
    return list(db.session.scalars(db.select(PastWork).order_by(PastWork.id)))


def count(model: type) -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(model)) or 0


def test_an_award_gives_its_supplier_a_history(import_awards, organisation):
    assert import_awards({}) == "new 1, changed 0, unchanged 0, rejected 0"

    roofer = organisation("Dale Roofing Ltd")
    assert (roofer.kind, roofer.is_claimed, roofer.company_number) == (
        OrganisationKind.BUSINESS,
        False,
        "01234567",
    )
    assert (roofer.town, roofer.postcode, roofer.ward_code) == ("Crook", "DL15 9AA", "E05000001")
    (work,) = roofer.past_work
    assert (work.title, work.buyer_name, work.value) == ("Roof repairs", "Weardale Parish Council", 2000)
    assert work.awarded_on == date(2026, 10, 20)
    assert work.categories
    assert all("/" in slug for slug in work.categories[:1])


def test_the_same_award_twice_changes_nothing(import_awards, everything):
    import_awards({})
    before = everything()

    assert import_awards({}, {}) == "new 0, changed 0, unchanged 1, rejected 0"
    assert everything() == before


def test_a_corrected_award_changes_the_history_and_does_not_add_to_it(import_awards):
    import_awards({})

    assert import_awards({"Awarded Value": "3000"}) == "new 0, changed 1, unchanged 0, rejected 0"
    assert [work.value for work in works()] == [3000]


def test_work_that_is_new_or_renamed_reaches_the_index(import_awards, organisation):
    def queued() -> set[str]:
        rows = db.session.scalars(db.select(OutboxRow).where(OutboxRow.name == "search.index"))
        return {key for row in rows for key in row.payload["keys"]}

    import_awards({})
    for change in ({"Notice Identifier": "DCC-2", "Title": "Gutters"}, {"Title": "Slates"}):
        db.session.execute(db.delete(OutboxRow))
        db.session.commit()
        import_awards(change)
        assert queued() == {f"organisation:{organisation('Dale Roofing Ltd').id}"}

    db.session.execute(db.delete(OutboxRow))
    db.session.commit()
    import_awards({"Title": "Slates"})
    assert queued() == set()


def test_of_two_wordings_of_one_award_the_latest_counts_in_whatever_order(import_awards):
    later = {"Title": "Roof and gutters", "Published Date": "2026-11-05T09:00:00Z"}

    assert import_awards(later, {}) == "new 1, changed 0, unchanged 0, rejected 0"
    assert [work.title for work in works()] == ["Roof and gutters"]
    assert import_awards({}, later) == "new 0, changed 0, unchanged 1, rejected 0"


def test_two_awards_under_one_identifier_keep_their_own_suppliers_and_values(import_awards):
    other = {**suppliers("Slate Ltd|Crook|NONE||Yes|No"), "Awarded Value": "500"}

    assert import_awards({}, other) == "new 1, changed 0, unchanged 0, rejected 0"
    assert {(work.organisation.name, work.value) for work in works()} == {
        ("Dale Roofing Ltd", 2000),
        ("Slate Ltd", 500),
    }


def test_a_framework_of_135_suppliers_gives_each_a_history(import_awards):
    import_awards(suppliers(*(f"Supplier {number} Ltd|Leeds|NONE||Yes|No" for number in range(135))))

    assert (count(Organisation), count(PastWork)) == (135, 135)


def test_one_supplier_spelt_in_several_ways_is_one_organisation_called_as_first_spelt(import_awards):
    import_awards(
        suppliers("J&B Co. Limited|Leeds|NONE||Yes|No"),
        {"Notice Identifier": "DCC-2", **suppliers("The J & B Company Ltd|Crook DL15 9AA|NONE||Yes|No")},
    )

    (row,) = db.session.scalars(db.select(Organisation))
    assert (row.name, row.postcode, len(row.past_work)) == ("J&B Co. Limited", "DL15 9AA", 2)


def test_the_first_postcode_stays(import_awards, organisation):
    import_awards({}, {"Notice Identifier": "DCC-2", **suppliers("Dale Roofing|DH1 1AA|NONE||Yes|No")})

    assert organisation("Dale Roofing Ltd").postcode == "DL15 9AA"


def test_an_unknown_postcode_is_kept_without_a_pin_until_it_is_loaded(import_awards, organisation):
    away = suppliers("Far Ltd|Leeds LS1 1AA|NONE||Yes|No")
    import_awards(away)
    far = organisation("Far Ltd")
    assert (far.postcode, far.lat, far.lon, far.town) == ("LS1 1AA", None, None, "")

    db.session.add(Postcode(code="LS11AA", district="LS1", lat=53.797, lon=-1.548))
    db.session.commit()

    assert import_awards(away) == "new 0, changed 1, unchanged 0, rejected 0"
    assert organisation("Far Ltd").lat == 53.797


def test_a_postcode_of_a_district_that_is_not_loaded_is_pinned_to_its_middle(import_awards, organisation):
    import_awards(suppliers("City Ltd|DH1 3AA|NONE||Yes|No"))

    city = organisation("City Ltd")
    assert (city.lat, city.ward_code) == (54.777, None)


@pytest.mark.parametrize("trader_first", [True, False])
def test_a_sole_traders_postcode_is_never_kept_only_the_town(import_awards, organisation, trader_first):
    trader = suppliers("Ann Smith|Crook DL15 9AA|NONE_SOLE_TRADER||Yes|No")
    firm = suppliers("Ann Smith|Crook DL15 9AA|NONE||Yes|No")
    rows = [trader, firm] if trader_first else [firm, trader]
    numbered = [row | {"Notice Identifier": f"DCC-{number}"} for number, row in enumerate(rows)]

    import_awards(*numbered)

    ann = organisation("Ann Smith")
    assert (ann.postcode, ann.town, ann.lat, ann.lon, ann.ward_code) == ("", "Crook", 54.714, -1.745, None)
    assert import_awards(*numbered) == "new 0, changed 0, unchanged 2, rejected 0"


@pytest.mark.parametrize(
    "entry",
    ["Hearth|Crook|CHARITY_COMMISSION|1018726|No|No", "Hearth CIC|Crook|NONE||No|Yes"],
)
def test_a_charity_or_social_enterprise_is_a_voluntary_group(import_awards, entry):
    import_awards(suppliers(entry))

    (row,) = db.session.scalars(db.select(Organisation))
    assert row.kind is OrganisationKind.VOLUNTARY


def test_an_organisation_somebody_claimed_gets_the_history_and_keeps_its_own_words(
    import_awards, organisation
):
    import_awards(suppliers("Dale Roofing Ltd|Crook|NONE||Yes|No"))
    organisation("Dale Roofing Ltd").claimed_at = NOON
    db.session.commit()

    import_awards({"Notice Identifier": "DCC-2"})

    roofer = organisation("Dale Roofing Ltd")
    assert (roofer.company_number, roofer.postcode, len(roofer.past_work)) == (None, "", 2)


def test_an_award_that_names_no_supplier_is_refused_by_name(import_awards, run, tmp_path):
    nobody = ["", "[See Attachment|||||]", "[Please see list of awarded suppliers at the link|||||]"]

    counts = import_awards(
        *({"Notice Identifier": f"DCC-{number}", SUPPLIERS: cell} for number, cell in enumerate(nobody))
    )

    assert counts == "new 0, changed 0, unchanged 0, rejected 3"
    again = run("contracts-finder", tmp_path / "notices.csv").stdout
    assert "rejected 3: It names no supplier. (lines 2, 3, 4)" in again
    assert count(Organisation) == 0


def test_what_no_column_holds_is_cut_or_left_out(import_awards):
    import_awards({"Title": "Roofs and " * 60, "Awarded Value": "25000000000", "Description": "Sla\0tes."})

    (work,) = works()
    assert len(work.title) <= 300
    assert work.title.endswith("…")
    assert (work.value, work.description) == (None, "Slates.")
