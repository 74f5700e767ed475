"""A match read and answered in a browser, from both of its sides and from neither."""

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.matching.models import Match, MatchStatus
from tests.factories import PASSWORD, MatchFactory, MembershipFactory, OpportunityFactory
from tests.scenes import member_of, signed_in
from tests.visitor import Visitor


@pytest.fixture
def match(app: Flask) -> Match:
    made: Match = MatchFactory(organisation__name="The College", listing__organisation__name="Village Hall")
    db.session.commit()
    return made


@pytest.fixture
def college(app: Flask, match: Match) -> Visitor:
    return signed_in(Visitor(app), member_of(match.organisation))


def now_is(match: Match) -> MatchStatus:
    db.session.rollback()
    db.session.expire_all()
    return match.status


def test_both_sides_read_the_same_score_and_reasons(app, match, college):
    college.open(f"/matches/{match.id}")
    hall = signed_in(Visitor(app), member_of(match.listing.organisation)).open(f"/matches/{match.id}")

    for page in (college, hall):
        assert "62 of 100" in page.heading
        assert "Both mention chairs." in page.text
        assert [tag.get_text() for tag in page.page.select(".pf-fit .pf-num")] == ["+40", "+22"]
    assert "Interested" in [tag.get_text().strip() for tag in college.page.find_all("button")]
    assert "Interested" not in [tag.get_text().strip() for tag in hall.page.find_all("button")]


def test_reading_it_from_the_other_side_does_not_count_as_opened(app, match):
    signed_in(Visitor(app), member_of(match.listing.organisation)).open(f"/matches/{match.id}")
    assert now_is(match) is MatchStatus.SUGGESTED


def test_reading_it_counts_as_opened(match, college):
    college.open(f"/matches/{match.id}")
    assert now_is(match) is MatchStatus.OPENED


def test_nobody_else_reads_it(app, match, visitor):
    stranger = MembershipFactory().user
    signed_in(visitor, stranger).open(f"/matches/{match.id}", status=404)

    assert Visitor(app).open(f"/matches/{match.id}").path.startswith("/sign-in")


def test_the_other_side_cannot_answer_for_them(app, match):
    hall = signed_in(Visitor(app), member_of(match.listing.organisation))
    hall.open(f"/matches/{match.id}/not-for-me", status=404)


def test_interested_in_a_need_goes_on_to_a_promise(match, college):
    college.open(f"/matches/{match.id}").press("Interested")

    assert college.path == f"/needs/{match.listing_id}/pledge"
    assert "We have told Village Hall" in college.text
    assert now_is(match) is MatchStatus.INTERESTED


def test_interested_in_an_opportunity_goes_on_to_an_answer(app, visitor):
    match = MatchFactory(listing=OpportunityFactory())
    signed_in(visitor, member_of(match.organisation)).open(f"/matches/{match.id}").press("Interested")

    assert visitor.path == f"/opportunities/{match.listing_id}/respond"


def test_later_says_when_it_comes_back(match, college):
    college.open(f"/matches/{match.id}").press("Later")

    assert college.path == "/desk"
    assert "two weeks" in college.text
    assert now_is(match) is MatchStatus.SNOOZED


def test_not_for_me_asks_why_and_can_be_taken_back(match, college):
    college.open(f"/matches/{match.id}").press("Not for me")
    assert college.path == f"/matches/{match.id}/not-for-me"
    college.press("Not for me", status=422)
    assert "Choose the main reason" in college.text
    college.press("Not for me", status=422, reason="other")
    assert "in a few words" in college.text
    college.press("Not for me", reason="too_far", words="Over the hill")
    assert college.path == "/desk"
    assert now_is(match) is MatchStatus.DECLINED

    college.open(f"/matches/{match.id}")
    assert "Over the hill" in college.text
    college.press("Take back")
    assert now_is(match) is MatchStatus.OPENED


def test_an_answer_nobody_offered_is_a_bad_request(match, college):
    page = college.open(f"/matches/{match.id}").page
    token = page.find("input", attrs={"name": "csrf_token"})["value"]
    with college.app.app_context():
        sent = college.client.post(
            f"/matches/{match.id}/answer", data={"csrf_token": token, "answer": "perhaps"}
        )

    assert sent.status_code == 400
    assert now_is(match) is MatchStatus.OPENED


def test_a_match_of_a_notice_that_was_taken_down_still_has_a_page(app, match, college):
    from marketplace.listings.models import ListingStatus

    match.listing.status = ListingStatus.WITHDRAWN
    db.session.commit()
    college.open(f"/matches/{match.id}")

    assert "no longer on the board" in college.text
    assert "Interested" not in [tag.get_text().strip() for tag in college.page.find_all("button")]


def test_the_owner_sees_who_fits_and_a_passer_by_does_not(app, match):
    owner = Visitor(app).sign_in(_committed(match), PASSWORD).open(f"/needs/{match.listing_id}")
    assert "The College" in owner.text

    assert "The College" not in Visitor(app).open(f"/needs/{match.listing_id}").text


def _committed(match: Match) -> str:
    email: str = member_of(match.listing.organisation).email
    db.session.commit()
    return email
