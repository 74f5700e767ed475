"""What goes into the index, and how it is kept in step with the database."""

from datetime import date, timedelta

import pytest
from click.testing import Result
from flask import Flask

from marketplace import outbox
from marketplace.discovery import documents, services
from marketplace.discovery.cli import search as commands
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import ListingStatus, Quantity, QuantityKind
from marketplace.opportunities.models import OpportunityKind
from marketplace.organisations.models import Organisation, OrganisationKind, OrganisationStatus, PastWork
from search.schema import Query
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    PlaceFactory,
    UserFactory,
)
from tests.scenes import counted_queries

TODAY = NOON.date()


@pytest.fixture(autouse=True)
def empty_index(app: Flask) -> None:
    services.rebuild()


def indexed(app: Flask) -> set[str]:
    """The keys the engine holds."""
    found = app.extensions["search"].search(Query("", place="county-durham", limit=100))
    return {hit.key for hit in found.hits}


def index_again(*keys: str) -> None:
    outbox.add("search.index", keys=list(keys))
    db.session.commit()
    outbox.drain()


def test_a_listing_becomes_a_document_with_what_people_look_for(app):
    need = NeedFactory(title="Chairs", body="We sit on the floor.", organisation__name="Howden Hall")
    need.categories = ["food-drink/event-catering", "cleaning"]
    need.ward_code = "E05000001"
    need.quantities = [
        Quantity(kind=kind, wanted=2, promised=0, what=what, position=position)
        for position, (kind, what) in enumerate(
            [(QuantityKind.VOLUNTEERS, ""), (QuantityKind.GOODS, "stools")]
        )
    ]
    db.session.commit()
    document = documents.of_listing(need, "county-durham", today=TODAY)

    assert (document.key, document.family, document.place) == (f"need:{need.id}", "need", "county-durham")
    assert (document.title, document.organisation) == ("Chairs", "Howden Hall")
    assert (document.body, document.audience, document.state) == ("We sit on the floor.", "public", "open")
    assert "Event catering" in document.keywords
    assert document.keywords.endswith("stools")
    assert document.categories == ("cleaning", "food-drink/event-catering")
    assert (document.quantity_kinds, document.kinds) == (("goods", "volunteers"), ())
    assert (document.organisation_kind, document.organisation_size) == ("voluntary", "")
    assert (document.ward, document.lat, document.lon) == ("E05000001", need.lat, need.lon)
    assert document.published_on == TODAY


def test_the_money_in_a_listing_and_the_kind_of_work_can_be_filtered(app):
    work = OpportunityFactory(kind=OpportunityKind.GRANT, value_low=500, value_high=9_000)
    sold = CapabilityFactory(typical_low=100, typical_high=None)
    grant, capability = (documents.of_listing(row, "county-durham", today=TODAY) for row in (work, sold))

    assert (grant.kinds, grant.value_bands) == (("grant",), ("under-5k", "5k-25k"))
    assert (capability.kinds, capability.value_low, capability.value_high) == ((), 100, None)


@pytest.mark.parametrize("status", [each for each in ListingStatus if each is not ListingStatus.PUBLISHED])
def test_only_what_is_on_the_board_is_open(app, status):
    document = documents.of_listing(NeedFactory.build(id=1, status=status), "durham", today=TODAY)

    assert document.state == "closed"


def test_an_organisation_becomes_a_document_too(app):
    hall = OrganisationFactory(
        name="Howden Hall", about="A hall.", kind=OrganisationKind.BUSINESS, staff=12, turnover=400_000
    )
    hall.interests = ["cleaning"]
    db.session.commit()
    document = documents.of_organisation(hall, "county-durham", today=TODAY)

    assert (document.key, document.title, document.categories) == (
        f"organisation:{hall.id}", "Howden Hall", ("cleaning",),
    )  # fmt: skip
    assert (document.body, document.state) == ("A hall.", "open")
    assert "Cleaning" in document.keywords
    assert (document.organisation_kind, document.organisation_size) == ("business", "small")


def did(organisation: Organisation, *titles: str) -> None:
    """Give it a history, one award a day, the last the latest."""
    first = len(organisation.past_work)
    organisation.past_work += [
        PastWork(
            source="contracts-finder", source_key=str(place), title=title,
            awarded_on=TODAY - timedelta(days=900 - place),
        )
        for place, title in enumerate(titles, start=first)
    ]  # fmt: skip
    db.session.commit()


def test_an_organisation_is_found_by_what_it_was_paid_for(app):
    firm = OrganisationFactory(name="Dale Ltd", about="")
    did(firm, "Damp surveys", "Roof repairs", "Roof repairs")
    index_again(f"organisation:{firm.id}")
    found = documents.of_keys([f"organisation:{firm.id}"])[f"organisation:{firm.id}"]

    assert found is not None
    assert found.keywords.splitlines() == ["Roof repairs", "Damp surveys"]
    hits = app.extensions["search"].search(Query("damp survey", place="county-durham")).hits
    assert [hit.key for hit in hits] == [found.key]
    assert services.compare().keys == ()


def test_of_a_long_history_the_latest_counts_and_what_has_no_date_comes_last(app):
    firm = OrganisationFactory()
    firm.past_work.append(PastWork(source="contracts-finder", source_key="undated", title="Undated"))
    did(firm, *(f"Work {number}" for number in range(documents.WORK_AT_MOST)))
    key = f"organisation:{firm.id}"
    before = documents.of_keys([key])[key]
    did(firm, "Another")
    after = documents.of_keys([key])[key]

    assert before is not None
    assert after is not None
    assert before.keywords.splitlines() == [
        f"Work {number}" for number in reversed(range(documents.WORK_AT_MOST))
    ]
    assert after.keywords.splitlines()[:2] == ["Another", f"Work {documents.WORK_AT_MOST - 1}"]
    assert len(after.keywords.splitlines()) == documents.WORK_AT_MOST


@pytest.mark.parametrize(
    ("source", "verified"), [(None, False), ("contracts-finder", False), ("charity-register", True)]
)
def test_a_register_vouches_for_an_organisation_and_an_award_notice_does_not(app, source, verified):
    need = NeedFactory(organisation__source=source, organisation__source_key="CCEW:1")
    about = documents.of_organisation(need.organisation, "county-durham", today=TODAY)

    assert (about.verified, documents.of_listing(need, "county-durham", today=TODAY).verified) == (
        verified,
        verified,
    )


def test_a_document_is_the_same_document_tomorrow(app):
    need = NeedFactory(organisation__staff=3)

    def marks(day: date) -> tuple[str, str]:
        listing = documents.of_listing(need, "durham", today=day)
        return listing.mark, documents.of_organisation(need.organisation, "durham", today=day).mark

    assert marks(TODAY) == marks(TODAY + timedelta(days=1))


def test_many_documents_take_no_more_statements_than_one(app):
    numbers = []
    for more in (1, 6):
        for _ in range(more):
            NeedFactory().categories = ["cleaning"]
            asker = OpportunityFactory().organisation
            asker.interests = ["cleaning"]
            did(asker, "Damp surveys", "Roof repairs")
        db.session.commit()
        keys = [one.key for one in documents.everything()]
        with counted_queries() as seen:
            found = documents.of_keys(keys)
        numbers.append(len(seen))
        assert None not in found.values()

    assert len(keys) == 28
    assert numbers[0] == numbers[1] <= 9


def test_a_row_no_index_could_hold_is_left_out_and_keeps_nobody_else_out(app):
    good, bad = NeedFactory(), NeedFactory(lat=200.0, lon=0.0)
    db.session.commit()
    keys = f"need:{good.id}", f"need:{bad.id}"
    services.rebuild()

    assert indexed(app) & set(keys) == {keys[0]}


@pytest.mark.parametrize("status", ListingStatus)
def test_only_what_is_public_goes_into_the_index(app, status):
    need = NeedFactory(status=status)
    index_again(f"need:{need.id}")

    assert (f"need:{need.id}" in indexed(app)) == need.is_public


@pytest.mark.parametrize("end", [ListingStatus.WITHDRAWN, ListingStatus.DRAFT])
def test_what_is_no_longer_public_is_taken_out(app, end):
    need, key = NeedFactory(), "need:1"
    index_again(key)
    assert indexed(app) == {key}
    need.status = end
    index_again(key)

    assert indexed(app) == set()


def test_a_suspended_organisation_is_taken_out(app):
    hall = OrganisationFactory()
    key = f"organisation:{hall.id}"
    index_again(key)
    assert indexed(app) == {key}
    hall.status = OrganisationStatus.SUSPENDED
    index_again(key)

    assert indexed(app) == set()


def test_a_key_of_nothing_is_no_error(app):
    PlaceFactory()
    index_again("need:999", "organisation:999")

    assert indexed(app) == set()


def test_publishing_and_taking_down_reach_the_index_through_the_outbox(app):
    need = NeedFactory(status=ListingStatus.DRAFT, published_at=None)
    listings.publish(need, actor=UserFactory(), now=NOON)
    db.session.commit()
    outbox.drain()
    assert indexed(app) == {f"need:{need.id}"}

    listings.withdraw(need, actor=UserFactory(), now=NOON)
    db.session.commit()
    outbox.drain()
    assert indexed(app) == set()


def test_the_notices_of_a_suspended_organisation_go_with_it(app):
    need = NeedFactory()
    key = f"organisation:{need.organisation_id}"
    index_again(key)
    assert indexed(app) == {key, f"need:{need.id}"}
    need.organisation.status = OrganisationStatus.SUSPENDED
    index_again(key)

    assert indexed(app) == set()


def rebuild(app: Flask) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(commands, ["rebuild"])


def test_the_command_builds_it_anew_and_forgets_what_is_gone(app):
    need = NeedFactory()
    NeedFactory(status=ListingStatus.WITHDRAWN)
    index_again("need:1", "organisation:1")
    need_key = f"need:{need.id}"
    result = rebuild(app)

    assert (result.exit_code, result.stdout.strip()) == (0, "indexed 3")
    assert indexed(app) == {need_key, "organisation:1", "organisation:2"}


def test_rebuilding_more_than_one_slice_leaves_nothing_out(app, monkeypatch):
    monkeypatch.setattr(documents, "AT_ONCE", 2)
    hall = OrganisationFactory()
    for _ in range(5):
        NeedFactory(organisation=hall)
    db.session.commit()

    assert rebuild(app).stdout.strip() == "indexed 6"
