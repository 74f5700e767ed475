"""The four shelves of matches in a browser: read, answered where they lie, saved, and taken back."""

from datetime import timedelta

import pytest
from bs4 import Tag
from flask import Flask

from marketplace.desk import routes
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.matching import services
from marketplace.matching.models import DeclineReason, Match
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import PledgeStatus
from marketplace.responses.models import Response, ResponseStatus
from tests.factories import (
    NOON,
    MatchFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    PledgeFactory,
    UserFactory,
)
from tests.scenes import member_of, signed_in
from tests.visitor import Visitor, said


@pytest.fixture
def college(app: Flask) -> Organisation:
    made: Organisation = OrganisationFactory(name="The College")
    return made


@pytest.fixture
def at_the_college(college: Organisation, visitor: Visitor) -> Visitor:
    return signed_in(visitor, member_of(college))


def fits(college: Organisation, title: str, **more: object) -> Match:
    made: Match = MatchFactory(organisation=college, listing__title=title, **more)
    db.session.commit()
    return made


def titles(page: Visitor) -> list[str]:
    """The notices on the page, in order."""
    return [said(tag) for tag in page.page.select("main h2.govuk-heading-m a, main h2.govuk-heading-s a")]


def card_of(page: Visitor, title: str) -> Tag:
    return next(tag for tag in page.page.find_all("article") if said(tag.find("h2")) == title)


def test_a_notice_shows_who_asks_how_far_why_and_how_well_it_fits(college, at_the_college):
    fits(
        college, "Twelve chairs", listing__organisation__name="Village Hall", listing__lat=54.714,
        listing__lon=-1.745, listing__town="Crook", listing__closes_on=NOON.date() + timedelta(days=3650),
    )  # fmt: skip
    words = said(card_of(at_the_college.open("/desk/matches"), "Twelve chairs"))

    for part in (
        "Village Hall",
        "Crook, 4 miles",
        "Needed by",
        "62 of 100",
        "Both mention chairs.",
        "4 miles apart.",
    ):
        assert part in words
    assert "New to you" not in words


def test_a_notice_nobody_saw_gets_a_place_to_learn_by_and_says_so(app, college, at_the_college):
    for number in range(8):
        fits(college, f"Notice {number}", fit=60.0 - number, score=60 - number)
    at_first = at_the_college.open("/desk").text  # has room for six
    app.extensions["exposure"].write()

    assert at_first.count("New to you: shown to learn whether it fits.") == 0
    assert at_the_college.open("/desk").text.count("New to you: shown to learn whether it fits.") == 1


def test_an_invitation_stands_first_with_the_words_it_came_with(college, at_the_college):
    fits(college, "Well paid", fit=95.0, score=95)
    fits(
        college, "Twelve chairs", fit=20.0, score=20, listing__organisation__name="Village Hall",
        invited_at=NOON, invited_words="You helped us last year.",
    )  # fmt: skip
    by_hand = {
        "put_forward_at": NOON,
        "put_forward_words": "They have a van.",
        "parts": [],
        "score": 0,
        "fit": 0,
    }
    fits(college, "A piano", **by_hand)
    page = at_the_college.open("/desk/matches")

    assert titles(page) == ["Twelve chairs", "A piano", "Well paid"]
    assert "Village Hall asks you to look at this. “You helped us last year.”" in page.text
    forward = said(card_of(page, "A piano"))
    assert "The convener put this forward. “They have a van.”" in forward
    assert "of 100" not in forward


def test_each_shelf_says_how_much_lies_on_it(college, at_the_college):
    actor = UserFactory()
    fits(college, "New one")
    services.save(fits(college, "Kept one"), actor=actor, now=NOON)
    services.snooze(fits(college, "Put off"), actor=actor, now=NOON)
    services.decline(fits(college, "Turned down"), DeclineReason.TOO_FAR, "", actor=actor, now=NOON)
    db.session.commit()

    for shelf, title in (("", "New one"), ("/saved", "Kept one"), ("/done", "Turned down")):
        page = at_the_college.open(f"/desk/matches{shelf}")
        assert titles(page) == [title]
        assert [said(tag) for tag in page.page.select(".moj-sub-navigation a")] == [
            "New 1", "Saved 1", "Later 1", "Done 1",
        ]  # fmt: skip
        assert len(page.page.select(".moj-sub-navigation [aria-current=page]")) == 1


@pytest.mark.parametrize(
    ("shelf", "heading"),
    [
        ("", "Nothing new fits you just now"), ("/saved", "Nothing is saved"),
        ("/later", "Nothing waits for later"), ("/done", "Nothing is answered yet"),
    ],
)  # fmt: skip
def test_an_empty_shelf_says_what_it_is_for(at_the_college, shelf, heading):
    page = at_the_college.open(f"/desk/matches{shelf}")

    assert page.heading == heading
    assert page.page.select(".pf-empty a")


def test_there_is_no_fifth_shelf(at_the_college):
    at_the_college.open("/desk/matches/lost", status=404)


def test_later_is_said_where_it_lies_and_taken_back_at_once(college, at_the_college):
    fits(college, "Twelve chairs")
    fits(college, "A piano", fit=10.0)
    at_the_college.open("/desk/matches").press("Later : Twelve chairs")

    assert at_the_college.path == "/desk/matches"
    assert "“Twelve chairs” comes back on" in at_the_college.text
    assert titles(at_the_college) == ["A piano"]
    at_the_college.press("Take back")
    assert at_the_college.path == "/desk/matches"
    assert titles(at_the_college) == ["Twelve chairs", "A piano"]


def test_not_for_me_comes_back_to_the_page_it_was_said_on(college, at_the_college):
    fits(college, "Twelve chairs")
    page = at_the_college.open("/desk/matches").press("Not for me : Twelve chairs")
    page.press("Not for me", status=422)
    page.press("Not for me", reason="too_far")

    assert page.path == "/desk/matches"
    assert page.heading == "Nothing new fits you just now"
    page.press("Take back")
    assert titles(page) == ["Twelve chairs"]


def test_yes_can_be_taken_back_from_the_page_it_led_to(college, at_the_college):
    match = fits(college, "Twelve chairs")
    page = at_the_college.open("/desk/matches").press("Interested : Twelve chairs")
    assert page.path == f"/needs/{match.listing_id}/pledge"
    page.press("Take back")

    assert (page.path, titles(page)) == ("/desk/matches", ["Twelve chairs"])


def test_what_is_saved_can_be_answered_or_taken_out(college, at_the_college):
    fits(college, "Twelve chairs")
    page = at_the_college.open("/desk/matches").press("Save : Twelve chairs")
    assert "“Twelve chairs” is saved." in page.text
    assert page.heading == "Nothing new fits you just now"

    page.open("/desk/matches/saved")
    assert "Interested : Twelve chairs" in [said(tag) for tag in page.page.find_all("button")]
    page.press("Take from saved : Twelve chairs")
    assert (page.path, page.heading) == ("/desk/matches/saved", "Nothing is saved")
    assert titles(page.open("/desk/matches")) == ["Twelve chairs"]


@pytest.mark.parametrize("status", [ListingStatus.WITHDRAWN, ListingStatus.CLOSED])
def test_what_was_saved_and_is_gone_can_only_be_taken_out(college, at_the_college, status):
    match = fits(college, "Twelve chairs")
    services.save(match, actor=UserFactory(), now=NOON)
    match.listing.status = status
    db.session.commit()
    page = at_the_college.open("/desk/matches/saved")

    assert ("no longer on the board" if status is ListingStatus.WITHDRAWN else "no more answers") in page.text
    assert "Interested : Twelve chairs" not in [said(tag) for tag in page.page.find_all("button")]
    page.press("Take from saved Twelve chairs")
    assert page.heading == "Nothing is saved"


def test_what_comes_back_later_can_be_brought_back_now(college, at_the_college):
    services.snooze(fits(college, "Twelve chairs"), actor=UserFactory(), now=NOON + timedelta(days=3650))
    db.session.commit()
    page = at_the_college.open("/desk/matches/later")
    assert "Comes back on 4 December" in page.text
    page.press("Bring it back now Twelve chairs")

    assert page.heading == "Nothing waits for later"
    assert titles(page.open("/desk/matches")) == ["Twelve chairs"]


def test_what_was_answered_says_what_came_of_it(college, at_the_college):
    actor, need, quote = UserFactory(), NeedFactory(title="Chairs"), OpportunityFactory(title="Lunch")
    services.interested(fits(college, "A piano"), actor=actor, now=NOON)
    services.decline(fits(college, "A choir"), DeclineReason.TOO_FAR, "", actor=actor, now=NOON)
    pledge = PledgeFactory(
        listing=need, giver=college, quantity=3,
        form_key="a form", status=PledgeStatus.CONFIRMED, offered_at=NOON,
    )  # fmt: skip
    response = Response(
        opportunity=quote, supplier=college, buyer=quote.organisation, status=ResponseStatus.SHORTLISTED,
        interested_at=NOON,
    )  # fmt: skip
    db.session.add_all([pledge, response])
    for ask in (need, quote):
        MatchFactory(organisation=college, listing=ask)
        services.converted(college.id, ask.id, now=NOON)
    db.session.commit()
    page = at_the_college.open("/desk/matches/done")

    assert "You are interested, since 23 November." in page.text
    assert "Not for you: too far away. Said on 23 November." in page.text
    buttons = [said(tag) for tag in page.page.select("main .pf-list button")]
    assert sorted(buttons) == ["Take back A choir", "Take back A piano"]
    page.click("You answered: you are on the shortlist")
    assert page.path == f"/responses/{response.id}"
    page.open("/desk/matches/done").click("You promised 3 chairs: given and confirmed")
    assert page.path == f"/pledges/{pledge.id}"


def test_a_long_shelf_comes_a_page_at_a_time(college, at_the_college, monkeypatch):
    monkeypatch.setattr(routes, "MATCHES_ON_A_PAGE", 2)
    for number in range(5):
        fits(college, f"Chairs {number}", fit=90.0 - number)
    page = at_the_college.open("/desk/matches")
    assert (page.heading, titles(page)) == ("Five notices fit you", ["Chairs 0", "Chairs 1"])
    page.click("Next").click("Next")

    assert titles(page) == ["Chairs 4"]
    assert "Next" not in [said(tag) for tag in page.page.select(".govuk-pagination a")]
    db.session.expire_all()
    positions = db.session.scalars(db.select(Match.first_position).order_by(Match.fit.desc()))
    assert list(positions) == [1, 2, 3, 4, 5]
    assert titles(page.click("Back to the first")) == ["Chairs 0", "Chairs 1"]


@pytest.mark.parametrize("after", ["x", "-1", "0", "99999999999999999999", "2147483648", ""])
def test_an_address_that_makes_no_sense_shows_the_first_page(college, at_the_college, after):
    fits(college, "Twelve chairs")

    assert titles(at_the_college.open(f"/desk/matches?after={after}")) == ["Twelve chairs"]


@pytest.mark.parametrize("path", ["/desk", "/desk/matches"])
def test_what_is_shown_first_is_remembered_once(college, at_the_college, path):
    match = fits(college, "Twelve chairs")
    at_the_college.open(path)
    db.session.expire_all()
    first = (match.first_shown_at, match.first_position)
    assert first[0] is not None
    assert first[1] == 1
    fits(college, "Better", fit=99.0)
    at_the_college.open(path)
    db.session.expire_all()

    assert (match.first_shown_at, match.first_position) == first


def test_the_desk_shows_a_few_and_leads_to_the_rest(college, at_the_college):
    for number in range(routes.MATCHES_SHOWN + 1):
        fits(college, f"Chairs {number}")
    services.save(fits(college, "Kept one"), actor=UserFactory(), now=NOON)
    db.session.commit()
    page = at_the_college.open("/desk")

    assert len(page.page.select("article")) == routes.MATCHES_SHOWN
    assert titles(page.click("All 7")) == [f"Chairs {number}" for number in range(7)]
    assert titles(page.open("/desk").click("Saved 1")) == ["Kept one"]


@pytest.mark.parametrize("path", ["/desk", "/desk/matches"])
def test_an_organisation_of_few_words_is_told_that_two_sentences_are_enough(college, at_the_college, path):
    sentence = "Say more about the work to get better matches: two sentences are enough."
    assert sentence in at_the_college.open(path).text
    college.about = "Damp surveys, dry rot repairs, slate roofs, lead flashing and lime plaster for cottages."
    db.session.commit()

    assert sentence not in at_the_college.open(path).text
