"""Contracts Finder's export: every oddity the world puts in it, and the real files."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from marketplace.imports.contacts import mask_contacts
from marketplace.imports.contracts_finder import (
    CONTACTS,
    NEEDED,
    SUPPLIERS,
    Notice,
    Rejected,
    Supplier,
    read_notices,
    read_suppliers,
    supplier_key,
)
from marketplace.imports.tables import UnreadableTable, read_rows

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
AWARDS = ("contracts-finder-2020/awards_a.csv", "contracts-finder-2020/awards_b.csv")
OPEN = "contracts-finder-open-2025/notices.csv"
ROOFERS = "[Dale Roofing Ltd ,|1 High St, Crook DL15 9AA|COMPANIES_HOUSE|01234567|Yes|No]"
ROW = {
    "Notice Identifier": "DCC-1",
    "Notice Type": "Contract",
    "Organisation Name": "Weardale Parish Council",
    "Status": "Awarded",
    "Published Date": "2020-09-28T07:23:04Z",
    "Title": "Roof repairs",
    "Description": "Slates and gutters.",
    "Postcode": "dl13 2tj",
    "Region": "North East,North West",
    "Cpv Codes": "45261000 45260000 45261000 ",
    "Links": "see mailto:clerk@parish.example https://parish.example/roof ",
    "Start Date": "01/10/2020",
    "End Date": "31/03/2021",
    "Closing Date": "01/09/2020",
    "Is sub-contract": "NO",
    "Suitable for SME": "Yes",
    "Suitable for VCO": "No",
    "OJEU Contract Type": "Works",
    "Value Low": "1000",
    "Value High": "2500.50",
    "Awarded Date": "20/09/2020",
    "Awarded Value": "1999.99",
    SUPPLIERS: ROOFERS,
}


@pytest.fixture
def read(tmp_path):
    """Writes rows that differ from ROW as told, and reads them back."""

    def _read(*changes: dict[str, str]) -> list[Notice | Rejected]:
        path = tmp_path / "notices.csv"
        headings = list(dict.fromkeys([*ROW, *(key for change in changes for key in change)]))
        with path.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, headings)
            table.writeheader()
            table.writerows(ROW | change for change in changes)
        return list(read_notices(path))

    return _read


def test_an_award_is_read_whole(read):
    assert read({}) == [
        Notice(
            id="DCC-1",
            kind="awarded",
            stage="contract",
            title="Roof repairs",
            description="Slates and gutters.",
            buyer_name="Weardale Parish Council",
            buyer_postcode="DL13 2TJ",
            region="North East, North West",
            cpv=("45261000", "45260000"),
            contract_type="works",
            is_subcontract=False,
            value_low=1000,
            value_high=2500,
            published_on=date(2020, 9, 28),
            closes_on=date(2020, 9, 1),
            starts_on=date(2020, 10, 1),
            ends_on=date(2021, 3, 31),
            awarded_on=date(2020, 9, 20),
            awarded_value=2000,
            suppliers=(Supplier("Dale Roofing Ltd", "DL15 9AA", True, False, company_number="01234567"),),
            suitable_for_sme=True,
            suitable_for_vcse=False,
            url="https://parish.example/roof",
        )
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Title": "*** TEST Notice ***"}, "a test of the system"),
        ({"Title": "  ***test sb 02042025"}, "a test of the system"),
        ({"Notice Identifier": " "}, "no notice identifier"),
        ({"Title": ""}, "no title"),
        ({"Organisation Name": ""}, "which organisation is buying"),
        ({"Status": "Withdrawn"}, "“Withdrawn”; only open and awarded"),
    ],
)
def test_what_is_not_a_notice_is_rejected_with_its_line_and_a_reason(read, change, reason):
    kept, rejected = read({}, change)

    assert isinstance(kept, Notice)
    assert isinstance(rejected, Rejected)
    assert rejected.line == 3
    assert reason in rejected.reason


def test_testing_people_is_real_work(read):
    (notice,) = read({"Title": "Test and trace call centre"})

    assert isinstance(notice, Notice)


def test_a_row_that_spilt_over_its_columns_is_rejected_not_misread(tmp_path):
    path = tmp_path / "notices.csv"
    path.write_text(",".join(NEEDED) + "\n" + ",".join("x" for _ in NEEDED) + ",spilt\n", encoding="utf-8")

    (rejected,) = read_notices(path)

    assert rejected == Rejected(
        2, "x", "It has more cells than the first line has columns; a comma may lack quotation marks."
    )


@pytest.mark.parametrize(
    ("change", "field", "value", "doubt"),
    [
        ({"Awarded Date": "20/08/2028"}, "awarded_on", date(2020, 9, 28), "dated 20 August 2028, after the"),
        ({"Awarded Date": "30/02/2020"}, "awarded_on", None, "30/02/2020, is not a day in the calendar"),
        ({"End Date": "31/03/2102"}, "ends_on", None, "31 March 2102, is too far away to be meant"),
        ({"Closing Date": "01/01/1970"}, "closes_on", None, "1 January 1970, is too long ago"),
        ({"End Date": "01/09/2020"}, "ends_on", None, "ends on 1 September 2020, before it starts"),
        ({"Published Date": ""}, "published_on", None, "no publication date"),
        ({"Published Date": "last week"}, "published_on", None, "last week, can't be read"),
        ({"Awarded Value": "tbc"}, "awarded_value", None, "tbc, is not a sum of money"),
        ({"Value Low": "9000"}, "value_high", 9000, "above its highest"),
        ({SUPPLIERS: ""}, "suppliers", (), "names no supplier"),
    ],
)
def test_what_cannot_be_is_left_out_and_said_and_the_notice_kept(read, change, field, value, doubt):
    (notice,) = read(change)

    assert getattr(notice, field) == value
    assert len(notice.doubts) == 1
    assert doubt in notice.doubts[0]


@pytest.mark.parametrize("written", ["", "0", "1", "0.00", "£1"])
def test_nothing_nought_and_one_pound_all_mean_not_said(read, written):
    (notice,) = read({"Value Low": written, "Value High": written, "Awarded Value": written})

    assert (notice.value_low, notice.value_high, notice.awarded_value) == (None, None, None)
    assert notice.doubts == ()


def test_a_machines_first_of_january_in_year_one_is_simply_not_said(read):
    (notice,) = read({"Closing Date": "01/01/1", "Status": "Open", "Notice Type": "Pipeline"})

    assert (notice.closes_on, notice.doubts, notice.stage) == (None, (), "pipeline")


def test_the_contracts_own_days_come_before_those_first_advertised(read):
    (notice,) = read({"Contract start date": "05/10/2020", "Contract end date": "04/10/2022"})

    assert (notice.starts_on, notice.ends_on) == (date(2020, 10, 5), date(2022, 10, 4))


def test_an_open_notice_has_no_award_whatever_its_cells_say(read):
    (notice,) = read({"Status": "Open", "Published Date": "2020-08-20T23:51:56+01:00", SUPPLIERS: ""})

    assert (notice.kind, notice.awarded_on, notice.awarded_value, notice.doubts) == ("open", None, None, ())
    assert notice.published_on == date(2020, 8, 20)


@pytest.mark.parametrize(
    ("cell", "suppliers"),
    [
        ("", []),
        ("[null|null|NONE||No|No]", []),
        ("[Beijing Aeonmed|null|NONE||No|No]", [("Beijing Aeonmed", None)]),
        ("[Bits [UK] Ltd|Leeds LS11DB|NONE||No|No]", [("Bits [UK] Ltd", "LS1 1DB")]),
        ("[Bars Ltd|UNIT 5 | FRIMLEY ROAD | GU16 7QR|NONE||No|No]", [("Bars Ltd", "GU16 7QR")]),
        ("[A Ltd|Hull\n HU14 3HF|NONE||No|No][B|1 Rd|NONE||No|No]", [("A Ltd", "HU14 3HF"), ("B", None)]),
        ("[A Ltd|DL1 1AA|NONE||No|No][A LIMITED|DL1 1AA|NONE||No|No]", [("A Ltd", "DL1 1AA")]),
        ("Only a name", [("Only a name", None)]),
    ],
)
def test_a_supplier_cell_is_read_however_it_is_written(cell, suppliers):
    assert [(each.name, each.postcode) for each in read_suppliers(cell)] == suppliers


def test_a_framework_names_every_supplier_in_one_cell_and_what_each_is():
    cell = "".join(f"[Firm {number}|DL{number} 1AA|NONE||No|No]" for number in range(1, 61))

    assert len(read_suppliers(cell)) == 60
    charity, sole = read_suppliers(
        "[Hub|x|CHARITY_COMMISSION|1000003|Yes|Yes][Jo|x|NONE_SOLE_TRADER||Yes|No]"
    )
    assert (charity.charity_number, charity.company_number, charity.vcse) == ("1000003", None, True)
    assert sole.sole_trader


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AECOM Limited", "Aecom Ltd."),
        ("The J&B Co. Limited", "J & B Company Ltd ,"),
        ("Metroline West Limited,", "METROLINE WEST LTD"),
        ("VINCI CONSTRUCTION UK LIMITED T/A VINCI FACILITIES", "Vinci Construction (UK) Limited"),
        ("Café Zoë trading as Zoe's", "CAFE ZOE"),
        ("Hope Street C.I.C.", "Hope Street Community Interest Company"),
        ("Bob’s Buns", "Bobs Buns"),
    ],
)
def test_one_supplier_spelt_two_ways_has_one_key(one, other):
    assert supplier_key(one) == supplier_key(other) != ""


def test_different_bodies_keep_different_keys_and_no_name_comes_to_nothing():
    names = ("Dale Ltd", "Dale LLP", "Dale plc", "Dale Group Ltd", "Dale CIC", "Limited", "The", "t/a Buns")
    keys = [supplier_key(name) for name in names]
    assert len(set(keys)) == len(keys)
    assert all(keys)
    assert supplier_key(" ,- ") == ""


@pytest.mark.parametrize(
    "contact",
    [
        "jo.bloggs+bids@council.example",
        "0191 496 0123",
        "(01388) 60 12 34",
        "+44 (0)7700 900123",
        "07700-900-123",
    ],
)
def test_contact_details_inside_a_description_are_masked(read, contact):
    (notice,) = read({"Description": f"Write to {contact} today.", "Title": f"Roof, ring {contact}"})

    assert notice.description == "Write to [contact removed] today."
    assert notice.title == "Roof, ring [contact removed]"


@pytest.mark.parametrize(
    "text", ["2019/S 034-076867", "£0123456789", "CPV 03000000", "01/04/2020 to 31/03/2021"]
)
def test_numbers_that_are_not_telephones_are_left_alone(text):
    assert mask_contacts(text) == text


def test_the_contact_columns_reach_no_object_even_when_the_description_repeats_them(read):
    contact = {
        "Contact Name": "Dana Scully",
        "Contact Email": "dana@fbi.example",
        "Contact Telephone": "ext. 5521",
        "Contact Address 1": "935 Pennsylvania Avenue",
        "Contact Address 2": "Room 51",
        "Contact Town": "Quantico",
        "Contact Postcode": "ZZ99 9ZZ",
        "Supplier's contact name": "Fox Mulder",
    }
    (notice,) = read(contact | {"Description": "Ask Dana Scully (ext. 5521) or FOX MULDER, not Jo."})

    assert notice.description.startswith("Ask [contact removed] ([contact removed]) or [contact removed],")
    assert not any(value in repr(notice) for value in contact.values())


def test_a_contact_called_after_the_council_does_not_take_the_council_out(read):
    (notice,) = read({"Contact Name": "Parish Council", "Description": "The Parish Council needs slates."})

    assert notice.description == "The Parish Council needs slates."


def test_text_is_unescaped_and_its_spaces_closed_up(read):
    (notice,) = read(
        {"Title": "Bob&apos;s\n   roof", "Description": "One   two\r\n\r\n\r\n\r\n  three &amp; four "}
    )

    assert notice.title == "Bob's roof"
    assert notice.description == "One two\n\nthree & four"


def test_another_kind_of_file_says_which_columns_it_lacks(tmp_path):
    path = tmp_path / "spend.csv"
    path.write_text("Supplier,Amount\nA,1\n", encoding="utf-8")

    with pytest.raises(UnreadableTable, match="“Notice Identifier”"):
        list(read_notices(path))


@pytest.fixture(scope="module")
def real() -> dict[str, list[Notice | Rejected]]:
    if not DATA.exists():
        pytest.skip("the public records (../shared/data) are not beside this checkout")
    return {name: list(read_notices(DATA / name)) for name in (*AWARDS, OPEN)}


@pytest.mark.real_data
def test_the_real_awards_are_1001_over_both_files_and_none_is_lost(real):
    notices = [notice for name in AWARDS for notice in real[name]]

    assert [len(real[name]) for name in AWARDS] == [1000, 380]
    assert {type(notice) for notice in notices} == {Notice}
    assert {notice.kind for notice in notices} == {"awarded"}
    assert len({notice.id for notice in notices}) == 1001
    assert all(notice.suppliers and notice.cpv and notice.published_on for notice in notices)
    assert max(notice.awarded_on for notice in notices if notice.awarded_on).year == 2020


@pytest.mark.real_data
def test_of_the_496_open_notices_two_are_tests_and_the_rest_are_read(real):
    assert len(real[OPEN]) == 496
    assert [r.reason for r in real[OPEN] if isinstance(r, Rejected)] == [
        "It is a test of the system, not work to be done."
    ] * 2
    stages = Counter(notice.stage for notice in real[OPEN] if isinstance(notice, Notice))
    assert stages == {"contract": 378, "pipeline": 95, "early-engagement": 21}


@pytest.mark.real_data
def test_the_longest_real_supplier_cell_keeps_each_of_its_firms(real):
    cells = [row[SUPPLIERS] for name in AWARDS for _, row in read_rows(DATA / name)]
    longest = max(cells, key=lambda cell: cell.count("]["))
    named = {supplier_key(entry.split("|")[0].lstrip("[")) for entry in longest.split("][")}

    assert longest.count("][") + 1 == 135
    assert {supplier_key(each.name) for each in read_suppliers(longest)} == named


@pytest.mark.real_data
def test_no_real_contact_is_in_any_notice(real):
    for name, notices in real.items():
        rows = read_rows(DATA / name)
        for (_, row), notice in zip(rows, notices, strict=True):
            shown = repr(notice)
            buyer = row["Organisation Name"].casefold()
            for column in CONTACTS:
                contact = row[column].strip()
                assert not contact or contact.casefold() in buyer or contact not in shown
            assert "procurement@example.org" not in shown  # what the real addresses were replaced by
