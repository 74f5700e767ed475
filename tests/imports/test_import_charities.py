"""Registered charities become voluntary groups with a profile."""

import pytest

from marketplace.extensions import db
from marketplace.imports.name_case import readable
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.places.models import Postcode
from tests.factories import NOON


def groups() -> list[Organisation]:
    return list(db.session.scalars(db.select(Organisation).order_by(Organisation.id)))


def test_a_charity_becomes_a_voluntary_group(import_charities):
    assert import_charities({}) == "new 1, changed 0, unchanged 0, rejected 0"

    (group,) = groups()
    assert (group.name, group.kind, group.is_claimed) == (
        "Stainton Women's Institute",
        OrganisationKind.VOLUNTARY,
        False,
    )
    assert (group.about, group.turnover, group.charity_number) == ("Talks and teas.", 1379, "1018726")
    assert (group.town, group.postcode, group.ward_code) == ("Crook", "DL15 9AA", "E05000001")
    assert group.interests


def test_the_same_charity_twice_changes_nothing(import_charities, everything):
    import_charities({})
    before = everything()

    assert import_charities({}) == "new 0, changed 0, unchanged 1, rejected 0"
    assert everything() == before


def test_the_rows_of_one_number_are_one_charity_with_the_codes_of_all(import_charities):
    import_charities({"UKCAT": "AR303"})
    (alone,) = groups()
    first = set(alone.interests)

    counts = import_charities({"UKCAT": "AR303"}, {"UKCAT": "ED101;CA103"})

    assert counts == "new 0, changed 1, unchanged 0, rejected 0"
    (joined,) = groups()
    assert first < set(joined.interests)


def test_one_number_in_two_registers_is_two_charities(import_charities):
    assert import_charities({}, {"source": "OSCR"}) == "new 2, changed 0, unchanged 0, rejected 0"


def test_at_most_six_categories_are_kept_and_the_narrow_ones_before_the_wide(import_charities):
    import_charities({"UKCAT": "AR303;ED101;CA103;EC105;EN102;EN104;RL201;HE101;SW101;AN101"})

    (group,) = groups()
    assert len(group.interests) == 6
    assert all("/" in slug for slug in group.interests)


def test_a_changed_charity_is_brought_up_to_date_with_its_pin(import_charities):
    import_charities({})

    moved = {"postcode": "LS1 1AA", "activities": "Talks only."}

    assert import_charities(moved) == "new 0, changed 1, unchanged 0, rejected 0"
    (group,) = groups()
    assert (group.about, group.postcode, group.lat, group.town) == ("Talks only.", "LS1 1AA", None, "")


def test_a_postcode_loaded_later_gives_the_charity_its_pin(import_charities):
    import_charities({"postcode": "LS1 1AA"})
    db.session.add(Postcode(code="LS11AA", district="LS1", lat=53.797, lon=-1.548))
    db.session.commit()

    assert import_charities({"postcode": "LS1 1AA"}) == "new 0, changed 1, unchanged 0, rejected 0"
    assert groups()[0].lat == 53.797
    assert import_charities({"postcode": "LS1 1AA"}) == "new 0, changed 0, unchanged 1, rejected 0"


def test_a_claimed_group_keeps_its_own_words(import_charities):
    import_charities({})
    groups()[0].claimed_at = NOON
    db.session.commit()

    assert import_charities({"activities": "Other."}) == "new 0, changed 0, unchanged 1, rejected 0"
    assert groups()[0].about == "Talks and teas."


def test_a_row_without_a_number_is_refused_by_name_and_the_rest_is_read(import_charities, run, tmp_path):
    assert import_charities({"reg_number": ""}, {}) == "new 1, changed 0, unchanged 0, rejected 1"
    assert (
        "rejected 1: It has no register number. (line 2)"
        in run("charities", tmp_path / "charities.csv").stdout
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("THE FRIENDS OF ST PETER'S CHURCH (UK)", "The Friends of St Peter's Church (UK)"),
        ("DURHAM YMCA AND NHS CHOIR CIO", "Durham YMCA and NHS Choir CIO"),
        ("1ST CROOK SCOUTS LTD", "1st Crook Scouts Ltd"),
        ("BURTON-ON-TRENT U3A", "Burton-on-Trent U3A"),
        ("THE McDONALD TRUST", "THE McDONALD TRUST"),
        ("THE MCDONALD AND O'BRIEN TRUST", "The McDonald and O'Brien Trust"),
        ("CROOK C.E. SCHOOL P.T.A.", "Crook C.E. School P.T.A."),
        ("HELPING HANDS - A CHARITY", "Helping Hands - A Charity"),
        ("Age UK Dales", "Age UK Dales"),
    ],
)
def test_a_name_in_capitals_is_written_as_people_would(written, read):
    assert readable(written) == read
