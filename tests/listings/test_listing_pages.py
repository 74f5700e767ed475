"""A notice of each family, from an empty form to a closed page, in a browser without JavaScript."""

from datetime import timedelta

import pytest
from flask import Flask

from marketplace import clock
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus, Quantity, QuantityKind
from tests.factories import NeedFactory, OfferFactory, OpportunityFactory, OrganisationFactory
from tests.scenes import member_of, signed_in
from tests.visitor import Visitor

PATHS = {"need": "needs", "offer": "offers", "opportunity": "opportunities", "capability": "capabilities"}
SHARED = {
    "title": "Twelve chairs for the hall",
    "body": "Ours broke. We meet on Fridays.",
    "category": "furniture-goods",
    "where": "Crook",
}
ONE_LINE = {"quantities-0-kind": "goods", "quantities-0-wanted": "12", "quantities-0-what": "chairs"}
OWN = {
    "need": ONE_LINE,
    "offer": ONE_LINE,
    "opportunity": {"closes_on": (clock.today() + timedelta(days=30)).isoformat(), "value_high": "£1,500"},
    "capability": {"reach_miles": "20"},
}


@pytest.fixture
def secretary(app: Flask) -> User:
    user = member_of(OrganisationFactory(name="Howden Hall"))
    db.session.commit()
    return user


@pytest.fixture
def browser(visitor: Visitor, secretary: User) -> Visitor:
    return signed_in(visitor, secretary)


def seen_by_anyone(app: Flask, page: str) -> bool:
    """Whether somebody who is not signed in gets to read it."""
    return Visitor(app).open(page).path == page


def the_listing() -> Listing:
    db.session.rollback()
    db.session.expire_all()
    return db.session.execute(db.select(Listing)).scalar_one()


@pytest.mark.parametrize("family", PATHS)
def test_a_notice_is_written_published_edited_taken_down_put_back_and_closed(app, browser, family):
    path = PATHS[family]
    browser.open(f"/{path}/new").press("Save and see it", **SHARED, **OWN[family])
    number = the_listing().id
    page = f"/{path}/{number}"
    assert browser.path == f"{page}/preview"
    assert browser.heading == SHARED["title"]
    assert "Nobody else sees it" in browser.text
    assert not seen_by_anyone(app, page)

    browser.press("Publish")
    assert browser.path == page
    assert "is on the board" in browser.text
    assert the_listing().is_open
    stranger = Visitor(app).open(page)
    assert (stranger.heading, "Howden Hall" in stranger.text) == (SHARED["title"], True)

    browser.click("Edit").press("Save changes", title="Fifteen chairs for the hall")
    assert browser.path == page
    assert "Your changes are on the board" in browser.text
    assert Visitor(app).open(page).heading == "Fifteen chairs for the hall"

    browser.press("Take down")
    assert browser.path == f"{page}/preview"
    assert not seen_by_anyone(app, page)

    browser.press("Put back").press("Publish")
    assert Visitor(app).open(page).heading == "Fifteen chairs for the hall"

    browser.press("Close")
    assert the_listing().status is ListingStatus.CLOSED
    assert "Closed" in Visitor(app).open(page).text


@pytest.mark.parametrize("family", PATHS)
def test_an_empty_form_says_what_is_missing_and_saves_nothing(browser, family):
    browser.open(f"/{PATHS[family]}/new").press("Save and see it", status=422, where="")

    assert browser.page.title.get_text().strip().startswith("Error:")
    for words in ("Give it a title", "Tell people more about it", "Choose what it’s about"):
        assert words in browser.text
    assert db.session.query(Listing).count() == 0


def test_what_was_typed_is_still_there_after_a_mistake(browser):
    browser.open("/needs/new")
    browser.press("Save and see it", status=422, **{**SHARED, **ONE_LINE, "where": "Atlantis"})

    fields = {tag.get("name"): tag.get("value") for tag in browser.page.find_all("input")}
    assert fields["title"] == SHARED["title"]
    assert fields["where"] == "Atlantis"
    assert fields["quantities-0-what"] == "chairs"
    assert "We don't know a place called “Atlantis”" in browser.text


def test_an_unknown_place_offers_the_towns_there_are(browser):
    browser.open("/needs/new")
    browser.press("Save and see it", status=422, **{**SHARED, **ONE_LINE, "where": "ZZ1 1ZZ"})

    assert "Bishop Auckland" in browser.response.text
    assert "Crook" in browser.response.text


def test_a_half_filled_line_is_told_at_its_line_and_in_the_summary(browser):
    browser.open("/needs/new")
    browser.press("Save and see it", status=422, **{**SHARED, **ONE_LINE, "quantities-0-wanted": ""})

    summary = browser.page.find(class_="govuk-error-summary")
    assert "Say how many, or clear this line" in summary.get_text()
    assert summary.find("a")["href"].startswith("#quantities-0")


def test_a_promise_that_was_edited_away_is_refused_on_the_form(browser, secretary):
    need = NeedFactory(
        organisation=secretary.memberships[0].organisation,
        quantities=[Quantity(kind=QuantityKind.GOODS, wanted=12, promised=5, what="chairs")],
    )
    need.categories = ["furniture-goods"]
    db.session.commit()
    browser.open(f"/needs/{need.id}/edit").press("Save changes", status=422, **{"quantities-0-wanted": 3})

    assert "You have been promised 5 chairs" in browser.text
    db.session.rollback()
    assert need.quantities[0].wanted == 12


def test_an_old_page_with_a_wrong_button_gets_a_sentence(app, browser, secretary):
    need = NeedFactory(organisation=secretary.memberships[0].organisation)
    db.session.commit()
    old = Visitor(app).sign_in(secretary.email, "three old chairs").open(f"/needs/{need.id}")
    browser.open(f"/needs/{need.id}").press("Close")

    old.press("Take down")

    assert "This notice is closed, so that can’t be done now" in old.text


def test_a_date_that_passed_while_it_was_a_draft_is_refused_in_words(browser, secretary):
    draft = OpportunityFactory(
        organisation=secretary.memberships[0].organisation, status=ListingStatus.DRAFT, published_at=None
    )
    draft.closes_on = clock.today() - timedelta(days=1)
    db.session.commit()
    browser.open(f"/opportunities/{draft.id}/preview").press("Publish")

    assert browser.path.endswith("/preview")
    assert "Choose a date in the future first" in browser.text


def test_a_colleague_of_another_organisation_cannot_touch_it(app, browser):
    theirs = OfferFactory(status=ListingStatus.DRAFT, published_at=None)
    db.session.commit()
    for page in ("", "/edit", "/preview"):
        browser.open(f"/offers/{theirs.id}{page}", status=404)


def test_choosing_a_kind_leads_to_each_form(browser):
    browser.open("/notices/new")
    links = {tag["href"] for tag in browser.page.find("main").find_all("a", href=True)}

    assert {f"/{path}/new" for path in PATHS.values()} <= links
