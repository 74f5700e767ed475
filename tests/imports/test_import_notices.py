"""Open notices become opportunities of their buyers."""

from datetime import UTC, date, datetime

import pytest

from marketplace.discovery import services as discovery
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.opportunities.models import Opportunity, OpportunityKind
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.outbox.models import OutboxRow
from tests.factories import NOON


def opportunities() -> list[Opportunity]:
    return list(db.session.scalars(db.select(Opportunity).order_by(Opportunity.source_key)))


def only() -> Opportunity:
    (row,) = opportunities()
    return row


def test_an_open_notice_becomes_an_opportunity_of_its_buyer(import_notices):
    assert import_notices({}) == "new 1, changed 0, unchanged 0, rejected 0"

    row = only()
    assert (row.title, row.summary, row.body) == (
        "Roof repairs",
        "Slates and gutters.",
        "Slates and gutters. By spring.",
    )
    assert (row.kind, row.value_low, row.value_high) == (OpportunityKind.CONTRACT, 1000, 2500)
    assert (row.closes_on, row.starts_on, row.expires_on) == (
        date(2026, 11, 30),
        date(2027, 2, 1),
        date(2026, 11, 30),
    )
    assert (row.status, row.published_at) == (ListingStatus.PUBLISHED, datetime(2026, 11, 2, tzinfo=UTC))
    assert (row.town, row.postcode, row.ward_code) == ("Crook", "DL15 9AA", "E05000001")
    assert row.source_url == "https://parish.example/roof"
    assert row.categories
    assert (row.organisation.name, row.organisation.is_claimed) == ("Weardale Parish Council", False)


def test_the_same_notice_twice_changes_nothing(import_notices, everything):
    import_notices({})
    before = everything()

    assert import_notices({}, {}) == "new 0, changed 0, unchanged 1, rejected 0"
    assert everything() == before


def test_a_changed_notice_changes_its_opportunity(import_notices):
    import_notices({})

    changed = {"Title": "Roof and gutter repairs", "Cpv Codes": "55520000", "Postcode": ""}

    assert import_notices(changed) == "new 0, changed 1, unchanged 0, rejected 0"
    row = only()
    assert (row.title, row.postcode, row.lat, row.town) == ("Roof and gutter repairs", "", None, "North East")
    assert all(slug.startswith("food-drink") for slug in row.categories)


def test_an_opportunity_of_a_claimed_organisation_is_left_alone(import_notices):
    import_notices({})
    only().organisation.claimed_at = NOON
    db.session.commit()

    assert import_notices({"Title": "Other words"}) == "new 0, changed 0, unchanged 1, rejected 0"
    assert only().title == "Roof repairs"


def test_a_plan_is_refused_by_name(import_notices, run, tmp_path):
    plans = [
        {"Notice Identifier": "P-1", "Notice Type": "Pipeline"},
        {"Notice Identifier": "P-2", "Notice Type": "PreProcurement"},
    ]

    assert import_notices(*plans, {}) == "new 1, changed 0, unchanged 0, rejected 2"
    said = run("contracts-finder", tmp_path / "notices.csv").stdout
    assert "rejected 2: It is a plan, not yet open for answers. (lines 2, 3)" in said
    assert only().source_key == "DCC-1"


def test_a_test_of_the_system_is_refused_by_name(import_notices):
    assert import_notices({"Title": "*** TEST *** Roofs"}) == "new 0, changed 0, unchanged 0, rejected 1"


def test_a_plan_that_has_become_a_contract_is_taken_as_the_contract(import_notices):
    plan = {"Notice Type": "Pipeline", "Published Date": "2026-11-09T09:00:00Z"}

    assert import_notices({}, plan) == "new 1, changed 0, unchanged 0, rejected 0"


def test_a_notice_past_its_last_day_is_closed_and_stays_closed(import_notices):
    import_notices({"Closing Date": "20/11/2026"})

    row = only()
    assert (row.status, row.closed_at) == (ListingStatus.CLOSED, datetime(2026, 11, 21, tzinfo=UTC))
    assert import_notices({"Closing Date": "20/11/2026"}) == "new 0, changed 0, unchanged 1, rejected 0"


def test_a_notice_closes_when_its_day_has_passed_and_opens_when_that_is_put_off(import_notices):
    import_notices({})

    assert import_notices({}, on="2026-12-01") == "new 0, changed 1, unchanged 0, rejected 0"
    assert only().status is ListingStatus.CLOSED
    import_notices({"Closing Date": "15/12/2026"}, on="2026-12-01")
    assert (only().status, only().closed_at) == (ListingStatus.PUBLISHED, None)


@pytest.mark.parametrize("status", [ListingStatus.CLOSED, ListingStatus.WITHDRAWN])
def test_what_somebody_closed_or_withdrew_stays_so(import_notices, status):
    import_notices({})
    row = only()
    row.move_to(status)
    row.closed_at = NOON
    db.session.commit()

    import_notices({"Title": "Other words"})

    assert (only().status, only().title) == (status, "Other words")


def test_a_notice_without_a_closing_date_runs_for_ninety_days(import_notices):
    import_notices({"Closing Date": ""})

    row = only()
    assert (row.status, row.closes_on, row.expires_on) == (
        ListingStatus.PUBLISHED,
        None,
        date(2027, 1, 31),
    )


def test_where_only_the_region_is_known_it_is_said_in_words(import_notices):
    regions = ["North East", "North East,London", "North East,London,Wales", ""]

    import_notices(
        *(
            {"Notice Identifier": f"R-{number}", "Postcode": "", "Region": region}
            for number, region in enumerate(regions)
        )
    )

    assert [row.town for row in opportunities()] == [
        "North East",
        "North East and London",
        "Several regions",
        "",
    ]


@pytest.mark.parametrize(
    ("buyer", "kind"),
    [
        ("Weardale Parish Council", OrganisationKind.PUBLIC),
        ("MINISTRY OF HOUSING, COMMUNITIES & LOCAL GOVERNMENT", OrganisationKind.PUBLIC),
        ("North Dale NHS Foundation Trust", OrganisationKind.ANCHOR),
        ("University of the Dales", OrganisationKind.ANCHOR),
        ("Dale College", OrganisationKind.ANCHOR),
        ("Dale Homes", OrganisationKind.ANCHOR),
        ("BIG BUILDERS LIMITED", OrganisationKind.ANCHOR),
    ],
)
def test_the_buyers_kind_is_told_from_its_name(import_notices, buyer, kind):
    import_notices({"Organisation Name": buyer})

    assert only().organisation.kind is kind


def test_one_buyer_spelt_in_several_ways_is_one_organisation(import_notices):
    import_notices(
        {"Organisation Name": "Dale Council : Dale Council"},
        {"Notice Identifier": "DCC-2", "Organisation Name": "The Dale Council"},
    )

    assert [row.name for row in db.session.scalars(db.select(Organisation))] == ["Dale Council"]


def test_another_buyers_notice_of_the_same_identifier_is_refused_by_name(import_notices):
    import_notices({})

    counts = import_notices({"Organisation Name": "Teesdale Council"})

    assert counts == "new 0, changed 0, unchanged 0, rejected 1"
    assert only().organisation.name == "Weardale Parish Council"


def test_values_are_put_the_right_way_round_and_absurd_ones_left_out(import_notices):
    import_notices(
        {"Notice Identifier": "V-1", "Value Low": "900", "Value High": "100"},
        {"Notice Identifier": "V-2", "Value Low": "100000", "Value High": "80000000000"},
    )

    assert [(row.value_low, row.value_high) for row in opportunities()] == [(100, 900), (100000, None)]


def test_a_subcontract_and_a_title_of_any_length_are_taken(import_notices):
    import_notices({"Is sub-contract": "YES", "Title": "Roofs and " * 60})

    row = only()
    assert row.kind is OpportunityKind.SUBCONTRACT
    assert len(row.title) <= 300
    assert row.title.endswith("…")


def test_the_index_is_told_and_the_matching_is_not(import_notices, app):
    discovery.rebuild()
    import_notices({})

    rows = list(db.session.scalars(db.select(OutboxRow)))
    assert {row.name for row in rows} == {"search.index"}
    assert all(row.done_at for row in rows)
    assert app.extensions["search"].health().documents == 2  # the opportunity and its buyer
