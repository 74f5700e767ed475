"""Categories offered while a notice or a profile is written."""

import pytest

from marketplace.categories import queries
from marketplace.extensions import db
from marketplace.listings.models import Listing
from search.classify import CategoryModel, UnreadableModel
from tests.factories import CapabilityFactory, OrganisationFactory
from tests.scenes import member_of, signed_in
from tests.visitor import Visitor, said

ROOF = {"title": "The hall roof leaks", "body": "Slates came off in the gale and the gutters are full."}
ROOFING = "buildings-repairs/roofing"


@pytest.fixture
def hall(app):
    return OrganisationFactory(
        name="Howden Hall", about="A food bank: parcels of food, and hot lunches cooked daily."
    )


@pytest.fixture
def browser(visitor: Visitor, hall) -> Visitor:
    user = member_of(hall)
    db.session.commit()
    return signed_in(visitor, user)


def ticks(browser: Visitor) -> dict[str, bool]:
    """The boxes on offer, and whether each is ticked."""
    boxes = browser.page.find_all("input", {"name": "likely"})
    return {str(box["value"]): box.has_attr("checked") for box in boxes}


def wrong(browser: Visitor) -> list[str]:
    """What the error summary says."""
    return [said(link) for link in browser.page.select(".govuk-error-summary__list li")]


def ask(browser: Visitor, **sent: str):
    token = browser.open("/desk").page.find("input", {"name": "csrf_token"})["value"]
    return browser._ask("POST", "/categories/suggest", data={"csrf_token": token, **sent})


def test_text_is_answered_with_likely_categories(browser):
    likely = ask(browser, text=ROOF["body"]).json["likely"]

    assert {"slug": ROOFING, "name": "Roofing and gutters"} in likely
    assert len(likely) <= queries.AT_MOST


def test_a_profile_is_offered_the_topmost_categories_alone(browser):
    likely = [each["slug"] for each in ask(browser, text=ROOF["body"], shelves="yes").json["likely"]]

    assert likely[0] == "buildings-repairs"
    assert not any("/" in slug for slug in likely)


@pytest.mark.parametrize("text", ["", "x", "qqqq wwww", "roof " * 50_000], ids=range(4))
def test_any_text_has_an_answer(browser, text):
    answer = ask(browser, text=text)

    assert (answer.status_code, answer.mimetype) == (200, "application/json")


def test_only_people_who_have_signed_in_may_ask_and_only_with_their_token(visitor, browser, app):
    stranger = Visitor(app).open("/sign-in")
    token = stranger.page.find("input", {"name": "csrf_token"})["value"]
    answer = stranger._ask("POST", "/categories/suggest", data={"csrf_token": token, "text": "a roof"})

    assert "/sign-in" in answer.location
    assert browser._ask("POST", "/categories/suggest", data={"text": "a roof"}).status_code == 400


def test_a_new_form_offers_nothing_and_an_unfinished_one_what_is_likely(browser):
    assert ticks(browser.open("/capabilities/new")) == {}

    browser.press("Save and see it", status=422, **ROOF, where="Crook")
    assert wrong(browser) == ["Choose what it’s about"]
    assert ticks(browser)[ROOFING] is False


def test_a_tick_is_as_good_as_choosing_from_the_list(browser):
    browser.open("/capabilities/new").press("Save and see it", status=422, **ROOF, where="")
    browser.press("Save and see it", status=422, likely=[ROOFING], where="")
    assert wrong(browser) == ["Enter a postcode or town"]
    assert ticks(browser)[ROOFING] is True

    browser.press("Save and see it", where="Crook")
    db.session.rollback()
    assert db.session.execute(db.select(Listing)).scalar_one().categories == [ROOFING]


def test_a_tick_joins_what_was_chosen_and_a_made_up_one_is_refused(browser):
    browser.open("/capabilities/new").press("Save and see it", status=422, **ROOF, where="")
    browser.press("Save and see it", status=422, likely=["space-travel"], where="Crook")
    browser.press("Save and see it", category="cleaning", likely=[ROOFING], where="Crook")
    db.session.rollback()

    assert set(db.session.execute(db.select(Listing)).scalar_one().categories) == {"cleaning", ROOFING}


def test_an_edit_offers_what_is_not_chosen_yet(browser, hall):
    listing = CapabilityFactory(organisation=hall, **ROOF)
    listing.categories = ["cleaning"]
    db.session.commit()
    assert ROOFING in ticks(browser.open(f"/capabilities/{listing.id}/edit"))

    listing.categories = ["cleaning", ROOFING]
    db.session.commit()
    assert ROOFING not in ticks(browser.open(f"/capabilities/{listing.id}/edit"))


def test_a_profile_marks_the_likely_interests(browser, hall):
    browser.open(f"/organisations/{hall.id}/edit")
    box = browser.page.find("input", {"name": "interests", "value": "food-drink"})
    hint = browser.page.find(id=box["aria-describedby"])

    assert hint.get_text(strip=True) == "Likely, from what you wrote"


def test_without_a_model_the_forms_work_and_nothing_is_offered(browser, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise UnreadableModel("it is damaged")

    monkeypatch.setattr(CategoryModel, "load", broken)

    assert ask(browser, text=ROOF["body"]).json == {"likely": []}
    browser.open("/capabilities/new").press("Save and see it", status=422, **ROOF, where="Crook")
    assert ticks(browser) == {}
    assert "the model cannot be read" in caplog.text


def test_a_category_that_left_our_list_is_not_offered(monkeypatch):
    class Old:
        def suggest(self, _text: str, _limit: int) -> tuple[tuple[str, float], ...]:
            return (("left-the-list", 0.9), ("cleaning", 0.5))

    monkeypatch.setattr(CategoryModel, "load", Old)

    assert [each.slug for each in queries.likely("anything")] == ["cleaning"]
