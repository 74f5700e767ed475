"""What whoever answers must have: asking for it, keeping it, reading it, lacking it."""

from datetime import timedelta

import pytest

from marketplace import clock
from marketplace.extensions import db
from marketplace.listings import queries, services
from marketplace.listings.models import ListingStatus
from tests.factories import (
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
)
from tests.scenes import counted_queries, jobs, member_of, signed_in
from tests.visitor import Visitor

PATHS = {"need": "needs", "opportunity": "opportunities"}
FACTORIES = {"need": NeedFactory, "opportunity": OpportunityFactory}
LINE = {"quantities-0-kind": "goods", "quantities-0-wanted": "12", "quantities-0-what": "chairs"}
OWN = {"need": LINE, "opportunity": {"closes_on": (clock.today() + timedelta(days=30)).isoformat()}}
SHARED = {"title": "Lunches", "body": "For forty.", "category": "food-drink", "where": "Crook"}


@pytest.fixture
def hall(app):
    return OrganisationFactory(name="Howden Hall")


@pytest.fixture
def browser(visitor, hall):
    return signed_in(visitor, member_of(hall))


def ticked(visitor):
    boxes = visitor.page.find_all("input", {"name": "must_have"})
    return [box["value"] for box in boxes if box.has_attr("checked")]


def reader(app, *credentials):
    """Somebody signed in for an organisation that holds these."""
    firm = OrganisationFactory(name="The Larder")
    firm.credentials = list(credentials)
    return signed_in(Visitor(app), member_of(firm))


@pytest.mark.parametrize("family", PATHS)
def test_what_is_asked_for_is_shown_to_everybody_and_ticked_again_on_editing(app, browser, family):
    path = f"/{PATHS[family]}"
    browser.open(f"{path}/new")
    browser.press("Save and see it", must_have=["food-hygiene-4", "dbs-enhanced"], **SHARED, **OWN[family])
    assert "Whoever answers must have Enhanced DBS checks Food hygiene rating of 4 or 5" in browser.text

    browser.press("Publish")
    stranger = Visitor(app).open(browser.path)
    assert "Whoever answers must have Enhanced DBS checks" in stranger.text
    assert "doesn’t say" not in stranger.text

    browser.click("Edit")
    assert sorted(ticked(browser)) == ["dbs-enhanced", "food-hygiene-4"]
    browser.press("Save changes", title="Hot lunches")
    assert "Food hygiene rating of 4 or 5" in browser.text

    browser.click("Edit").press("Save changes", must_have=["dbs-enhanced"])
    assert "Enhanced DBS checks" in browser.text
    assert "Food hygiene" not in browser.text


@pytest.mark.parametrize("family", PATHS)
def test_what_was_ticked_is_kept_when_something_else_is_wrong(browser, family):
    browser.open(f"/{PATHS[family]}/new")
    browser.press("Save and see it", status=422, **{**SHARED, **OWN[family], "title": ""}, must_have=["ssip"])

    assert ticked(browser) == ["ssip"]
    assert [fold.has_attr("open") for fold in browser.page.find_all("details", class_="pf-choosing")].count(
        True
    ) == 1


@pytest.mark.parametrize("family", PATHS)
def test_what_nobody_listed_is_refused_at_the_list(browser, family):
    browser.open(f"/{PATHS[family]}/new")
    browser.press("Save and see it", status=422, **SHARED, **OWN[family], must_have=["knighthood"])

    assert browser.page.find(class_="govuk-error-summary").find("a")["href"] == "#must_have"


@pytest.mark.parametrize("path", ["capabilities", "offers"])
def test_what_is_offered_asks_for_nothing(browser, path):
    browser.open(f"/{path}/new")

    assert browser.page.find("input", {"name": "must_have"}) is None


@pytest.mark.parametrize("family", PATHS)
def test_an_organisation_reads_which_of_them_it_lacks(app, family):
    listing = FACTORIES[family]()
    listing.must_have = ["public-liability-5m", "ssip", "gas-safe"]
    db.session.commit()

    page = reader(app, "public-liability-10m", "gas-safe").open(f"/{PATHS[family]}/{listing.id}")

    note = page.page.find(attrs={"role": "note"}).get_text(" ", strip=True)
    assert "The Larder doesn’t say that it has: SSIP health and safety assessment" in note
    assert "Public liability" not in note
    page.click("say so")
    assert page.path.partition("#")[0].endswith("/edit")


@pytest.mark.parametrize("credentials", [("ssip",), ("ssip", "gas-safe")])
def test_whoever_has_them_all_is_told_nothing(app, credentials):
    listing = OpportunityFactory()
    listing.must_have = ["ssip"]
    db.session.commit()

    assert (
        reader(app, *credentials).open(f"/opportunities/{listing.id}").page.find(attrs={"role": "note"})
        is None
    )


def test_the_owner_and_readers_of_a_closed_notice_are_not_told_what_they_lack(app, browser, hall):
    open_one, closed = OpportunityFactory(organisation=hall), OpportunityFactory(status=ListingStatus.CLOSED)
    open_one.must_have, closed.must_have = ["ssip"], ["ssip"]
    db.session.commit()

    for listing in (open_one, closed):
        browser.open(f"/opportunities/{listing.id}")
        assert "SSIP health and safety assessment" in browser.text
        assert browser.page.find(attrs={"role": "note"}) is None


@pytest.mark.parametrize("factory", [CapabilityFactory, OfferFactory])
def test_only_asks_are_read_for_what_they_ask(app, factory):
    listing = factory()
    db.session.commit()
    db.session.refresh(listing)

    with counted_queries() as seen:
        assert queries.must_have(listing) == ()
    assert seen == []


def test_asking_for_the_same_again_changes_nothing(app):
    listing = NeedFactory()
    services.set_must_have(listing, ["ssip", "gas-safe"])
    db.session.commit()
    services.set_must_have(listing, ["gas-safe", "ssip"])

    assert not db.session.is_modified(listing)
    assert not db.session.dirty
    assert jobs() == []
