"""What goes into the index, and how it is kept in step with the database."""

import pytest
from click.testing import Result
from flask import Flask

from marketplace import outbox
from marketplace.discovery import documents
from marketplace.discovery.cli import search as commands
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import ListingStatus
from marketplace.organisations.models import OrganisationStatus
from search.schema import Query
from tests.factories import NOON, NeedFactory, OrganisationFactory, PlaceFactory, UserFactory


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
    need.categories = ["food-drink/event-catering"]
    db.session.commit()
    document = documents.of_listing(need, "county-durham")

    assert (document.key, document.family, document.place) == (f"need:{need.id}", "need", "county-durham")
    assert (document.title, document.organisation) == ("Chairs", "Howden Hall")
    assert "We sit on the floor." in document.body
    assert "Event catering" in document.body
    assert document.categories == ("food-drink/event-catering",)
    assert (document.lat, document.lon, document.published_on) == (need.lat, need.lon, NOON.date())


def test_an_organisation_becomes_a_document_too(app):
    hall = OrganisationFactory(name="Howden Hall", about="A hall.")
    hall.interests = ["cleaning"]
    db.session.commit()
    document = documents.of_organisation(hall, "county-durham")

    assert (document.key, document.title, document.categories) == (
        f"organisation:{hall.id}", "Howden Hall", ("cleaning",),
    )  # fmt: skip
    assert document.body.startswith("A hall.")


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


def rebuild(app: Flask) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(commands, ["rebuild"])


def test_the_command_builds_it_anew_and_forgets_what_is_gone(app):
    need = NeedFactory()
    NeedFactory(status=ListingStatus.WITHDRAWN)
    index_again("need:1", "organisation:1")
    need_key = f"need:{need.id}"
    db.session.delete(need.organisation.memberships[0]) if need.organisation.memberships else None
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
