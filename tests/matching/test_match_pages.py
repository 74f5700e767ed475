"""A match read and answered in a browser, from both of its sides and from neither."""

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.matching import changes
from marketplace.matching.changes import Change
from marketplace.matching.models import Match, MatchStatus
from tests.factories import (
    NOON,
    PASSWORD,
    MatchFactory,
    MembershipFactory,
    OpportunityFactory,
    UserFactory,
)
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


@pytest.fixture
def hall(app: Flask, match: Match) -> Visitor:
    return signed_in(Visitor(app), member_of(match.listing.organisation))


def now_is(match: Match) -> MatchStatus:
    db.session.rollback()
    db.session.expire_all()
    return match.status


def test_both_sides_read_the_same_score_and_reasons(match, college, hall):
    for page in (college, hall):
        page.open(f"/matches/{match.id}")
        assert "62 of 100" in page.heading
        assert "Both mention chairs." in page.text
        assert [tag.get_text() for tag in page.page.select(".pf-fit .pf-num")] == ["+40", "+22"]
    assert "Interested" in [tag.get_text().strip() for tag in college.page.find_all("button")]
    assert "Interested" not in [tag.get_text().strip() for tag in hall.page.find_all("button")]


def test_reading_it_from_the_other_side_does_not_count_as_opened(match, hall):
    hall.open(f"/matches/{match.id}")
    assert now_is(match) is MatchStatus.SUGGESTED


def test_reading_it_counts_as_opened(match, college):
    college.open(f"/matches/{match.id}")
    assert now_is(match) is MatchStatus.OPENED


def test_nobody_else_reads_it(app, match, visitor):
    stranger = MembershipFactory().user
    signed_in(visitor, stranger).open(f"/matches/{match.id}", status=404)

    assert Visitor(app).open(f"/matches/{match.id}").path.startswith("/sign-in")


def test_the_other_side_cannot_answer_for_them(match, hall):
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
    assert "comes back on" in college.text
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


def test_a_match_of_a_notice_that_was_taken_down_still_has_a_page(match, college):
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


def test_the_asker_does_not_read_what_tells_of_a_turnover(app, match, college, hall):
    match.parts = [*match.parts[:1], {"name": "size", "points": 22, "words": "About 8% of your turnover"}]
    db.session.commit()
    path = f"/matches/{match.id}"

    assert "About 8% of your turnover" in college.open(path).text
    assert "turnover" not in hall.open(path).text
    assert "The size fits them" in hall.text


def test_what_is_missing_stands_under_the_reasons(match, college):
    match.parts = [*match.parts, {"name": "size", "points": 0, "words": "The value is not given"}]
    db.session.commit()
    college.open(f"/matches/{match.id}")

    assert [tag.get_text() for tag in college.page.select(".pf-fit .pf-num")] == ["+40", "+22"]
    assert "What is missing The value is not given" in college.text


def test_the_model_that_ranked_it_is_named(match, college, hall):
    for page in (college, hall):
        assert "Ranked by model 2026.1 on 23 November 2026." in page.open(f"/matches/{match.id}").text


def test_what_would_change_it_is_shown_to_whoever_fits_alone(match, college, hall, monkeypatch):
    found = [
        Change("Add “asbestos removal” to your capability", 12, 3, "/capabilities/1/edit"),
        Change("Widen to 15 miles", None, 1, None),
    ]
    monkeypatch.setattr(changes, "for_match", lambda match, now: found)
    college.open(f"/matches/{match.id}")

    assert "What would change this" in college.text
    assert "Add “asbestos removal” to your capability +12 here, 3 more open needs" in college.text
    assert "Widen to 15 miles 1 more open need" in college.text
    assert college.page.find("a", href="/capabilities/1/edit") is not None
    assert "What would change this" not in hall.open(f"/matches/{match.id}").text


def test_nothing_is_promised_where_nothing_would_change_it(match, college):
    assert "What would change this" not in college.open(f"/matches/{match.id}").text


def test_it_is_saved_and_taken_from_the_saved_on_its_own_page(match, college):
    college.open(f"/matches/{match.id}").press("Save")
    assert college.path == f"/matches/{match.id}"
    assert "You saved it on" in college.text
    college.press("Take from saved")

    assert "Not sure yet?" in college.text


def test_the_asker_cannot_save_for_them(match, hall):
    hall.open(f"/matches/{match.id}")
    assert "Save" not in [tag.get_text().strip() for tag in hall.page.find_all("button")]
    token = hall.page.find("input", attrs={"name": "csrf_token"})["value"]
    with hall.app.app_context():
        sent = hall.client.post(f"/matches/{match.id}/save", data={"csrf_token": token})

    assert sent.status_code == 404


@pytest.mark.parametrize(
    "elsewhere", ["https://elsewhere.example/desk", "//elsewhere.example", "/needs", "desk"]
)
def test_an_answer_leads_back_to_the_desk_and_nowhere_else(match, college, elsewhere):
    college.open(f"/matches/{match.id}").press("Later")
    college.open("/desk")
    token = college.page.find("input", attrs={"name": "csrf_token"})["value"]
    with college.app.app_context():
        sent = college.client.post(
            f"/matches/{match.id}/answer", data={"csrf_token": token, "answer": "later", "next": elsewhere}
        )

    assert sent.headers["Location"] == "/desk"


def test_the_asker_may_invite_them_once(match, hall):
    hall.open(f"/matches/{match.id}").click("Invite them")
    assert "The College" in hall.text

    match.invited_at, match.invited_words = NOON, "You helped us last year."
    db.session.commit()
    hall.open(f"/matches/{match.id}")
    assert "Invite them" not in hall.text
    assert "You asked them on 23 November 2026. “You helped us last year.”" in hall.text
    hall.click("Who else could do this")


def test_who_speaks_for_nobody_yet_is_not_invited(match, hall):
    match.organisation.claimed_at = None
    db.session.commit()
    hall.open(f"/matches/{match.id}")

    assert "Nobody speaks for them here yet" in hall.text
    assert "Invite them" not in hall.text


def test_a_pair_put_forward_by_hand_says_who_did_and_why(match, college, hall):
    match.put_forward_at, match.put_forward_by_id = NOON, UserFactory(name="Hilary Dunn").id
    match.put_forward_words, match.parts, match.score = "They have a van.", [], 0
    db.session.commit()

    for page in (college, hall):
        page.open(f"/matches/{match.id}")
        assert page.heading == "Village Hall and The College"
        assert (
            "Hilary Dunn, the convener, put this forward on 23 November 2026. “They have a van.”" in page.text
        )
        assert "of 100" not in page.text


def test_what_no_longer_fits_keeps_its_story(match, college, hall):
    match.interested_at, match.retired_at = NOON, NOON + timedelta(days=1)
    match.status = MatchStatus.OPENED
    db.session.commit()

    for page, words in ((college, "You said you are interested"), (hall, "They said they are interested")):
        page.open(f"/matches/{match.id}")
        assert page.heading == "This no longer fits"
        assert words in page.text
        assert "No longer suggested" in page.text
        assert not page.page.select(".pf-three")


def test_why_they_said_no_stays_with_them(match, college, hall):
    college.open(f"/matches/{match.id}/not-for-me").press("Not for me", reason="other", words="Bad roads")
    hall.open(f"/matches/{match.id}")

    assert "It isn’t for them this time" in hall.text
    assert "Bad roads" not in hall.text
    assert "Bad roads" in college.open(f"/matches/{match.id}").text


def _committed(match: Match) -> str:
    email: str = member_of(match.listing.organisation).email
    db.session.commit()
    return email
