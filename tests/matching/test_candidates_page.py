"""Who could do this: the list whoever asks chooses from, side by side, inviting, and putting forward."""

from datetime import date, timedelta

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.listings.models import Family, Listing
from marketplace.matching import candidates
from marketplace.matching.models import DeclineReason, Match, MatchStatus
from marketplace.organisations.models import PastWork
from tests.factories import (
    NOON,
    MatchFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.scenes import counted_queries, events, letters, member_of, signed_in
from tests.visitor import Visitor, said

PLURAL = {Family.NEED: "needs", Family.OPPORTUNITY: "opportunities"}


def at(listing: Listing, rest: str = "") -> str:
    return f"/{PLURAL[listing.family]}/{listing.id}/who-could{rest}"


def fits(listing: Listing, name: str, fit: float, **facts: object) -> Match:
    match: Match = MatchFactory(listing=listing, organisation__name=name, fit=fit, score=round(fit), **facts)
    return match


@pytest.fixture
def lunch(app: Flask) -> Listing:
    listing: Listing = OpportunityFactory(
        organisation__name="Council", value_low=2000, value_high=4000, closes_on=date(2099, 1, 1)
    )
    return listing


@pytest.fixture
def buyer(app: Flask, lunch: Listing) -> Visitor:
    return signed_in(Visitor(app), member_of(lunch.organisation))


@pytest.fixture
def convener(app: Flask) -> Visitor:
    return signed_in(Visitor(app), UserFactory(is_convener=True))


def names(visitor: Visitor) -> list[str]:
    return [said(tag) for tag in visitor.page.select(".pf-candidate h3")]


def test_they_stand_best_first_with_reasons_and_what_they_said(lunch, buyer):
    fits(lunch, "Second", 60, status=MatchStatus.INTERESTED)
    fits(lunch, "First", 80)
    fits(lunch, "Third", 40, status=MatchStatus.DECLINED, declined_reason=DeclineReason.TOO_FAR)
    fits(lunch, "Gone", 90, retired_at=NOON)
    db.session.commit()
    buyer.open(at(lunch))

    assert buyer.heading == "Three organisations could do this"
    assert names(buyer) == ["First", "Second", "Third"]
    assert "Both mention chairs." in buyer.text
    assert [said(tag) for tag in buyer.page.select(".pf-candidate .govuk-tag")] == [
        "Interested",
        "Not this time",
    ]
    assert "Too far" not in buyer.response.text


def test_what_is_private_to_those_who_fit_stays_with_them(lunch, buyer):
    parts = [{"name": "size", "points": 20, "words": "About 8% of your turnover"}]
    match = fits(lunch, "Firm", 20, parts=parts, status=MatchStatus.SNOOZED)
    other = fits(lunch, "Other", 10)
    match.organisation.turnover, match.organisation.postcode = 250_000, "DL14 7AB"
    db.session.commit()
    for rest in ("", f"/compare?pick={match.id}&pick={other.id}", f"/invite?pick={match.id}"):
        page = buyer.open(at(lunch, rest)).response.text
        for secret in ("turnover</", "8%", "250", "DL14", "Later", "later"):
            assert secret not in page
    assert "Firm" in buyer.heading


def test_only_those_who_ask_and_the_convener_see_it(app, lunch, convener):
    match = fits(lunch, "Firm", 20)
    db.session.commit()
    supplier = signed_in(Visitor(app), member_of(match.organisation))

    for rest in ("", "/compare", f"/invite?pick={match.id}", "/put-forward"):
        supplier.open(at(lunch, rest), status=403)
        assert Visitor(app).open(at(lunch, rest)).path.startswith("/sign-in")
    convener.open(at(lunch, f"/invite?pick={match.id}"), status=403)
    assert names(convener.open(at(lunch))) == ["Firm"]
    convener.click("Firm")
    assert convener.path == f"/organisations/{match.organisation_id}"


def test_a_need_has_the_page_under_needs_and_nowhere_else(app):
    need = NeedFactory()
    MatchFactory(listing=need)
    visitor = signed_in(Visitor(app), member_of(need.organisation)).open(at(need))

    assert visitor.heading == "One organisation could help with this"
    visitor.open(f"/opportunities/{need.id}/who-could", status=404)


def test_it_can_be_narrowed_to_those_interested_not_asked_or_verified(lunch, buyer):
    fits(lunch, "Keen", 60, status=MatchStatus.INTERESTED)
    fits(lunch, "Asked", 50, invited_at=NOON)
    fits(lunch, "Charity", 40, organisation__source="charity-register", organisation__source_key="1")
    fits(lunch, "Quiet", 30)
    db.session.commit()

    assert names(buyer.open(at(lunch)).click("Interested")) == ["Keen"]
    assert names(buyer.click("Not asked yet")) == ["Charity", "Quiet"]
    assert names(buyer.click("Only those a public register knows")) == ["Charity"]
    assert names(buyer.click("All")) == ["Charity"]
    assert names(buyer.click("Interested")) == []
    assert buyer.heading == "Four organisations could do this"
    assert names(buyer.click("Show all")) == ["Keen", "Asked", "Charity", "Quiet"]
    assert names(buyer.open(at(lunch, "?show=everything&after=x&pick=-1&pick=99999999999"))) != []


def test_a_long_list_goes_on_behind_the_last_and_keeps_what_was_ticked(lunch, buyer, monkeypatch):
    monkeypatch.setattr(candidates, "ON_A_PAGE", 2)
    rows = [fits(lunch, f"Firm {number}", 50) for number in range(5)]  # the same fit: by id
    db.session.commit()
    buyer.open(at(lunch))
    assert names(buyer) == ["Firm 0", "Firm 1"]

    buyer.open(at(lunch, f"?pick={rows[0].id}&after={rows[1].id}"))
    assert names(buyer) == ["Firm 2", "Firm 3"]
    ticked = buyer.page.select("#picks input[name=pick][checked]")
    assert [tag["value"] for tag in ticked] == [str(rows[0].id)]
    assert names(buyer.open(at(lunch, f"?after={rows[3].id}"))) == ["Firm 4"]


def test_the_number_of_statements_does_not_grow_with_the_list(lunch, buyer):
    def statements() -> int:
        db.session.commit()
        with counted_queries() as seen:
            buyer.open(at(lunch))
        return len(seen)

    for number in range(2):
        fits(lunch, f"Firm {number}", 50)
    few = statements()
    for number in range(15):
        fits(lunch, f"More {number}", 40, organisation__company_number=str(number))

    assert statements() == few


def test_where_nobody_fits_it_says_what_whoever_asks_can_change(lunch, buyer):
    lunch.title, lunch.body, lunch.reach_miles = "Lunch", "For us.", 5
    db.session.commit()
    buyer.open(at(lunch))

    assert buyer.heading == "Nobody here fits yet"
    assert "two sentences are enough" in buyer.text
    assert "within 5 miles" in buyer.text
    buyer.click("Change the notice")
    assert buyer.path == f"/opportunities/{lunch.id}/edit"


def test_side_by_side_shows_points_credentials_and_past_work(lunch, buyer):
    one, two = fits(lunch, "One", 62), fits(lunch, "Two", 40)
    lunch.must_have = ["public-liability-5m"]
    one.organisation.credentials = ["public-liability-10m", "safeguarding-policy"]
    for day, title in ((date(2026, 1, 5), "A wedding"), (date(2026, 11, 1), "A fair"), (None, "Undated")):
        db.session.add(
            PastWork(organisation=two.organisation, title=title, awarded_on=day, source="x", source_key=title)
        )
    db.session.commit()
    buyer.open(at(lunch, f"/compare?pick={two.id}&pick={one.id}"))
    rows = {
        said(row.find("th")): [said(cell.find_all("span")[-1]) for cell in row.find_all("td")]
        for row in buyer.page.select("tbody tr")
    }

    assert buyer.heading == "Two who could, side by side"
    assert [said(tag) for tag in buyer.page.select("thead th")] == ["One", "Two"]
    assert rows["How well they fit"] == ["62 of 100", "40 of 100"]
    assert rows["Distance"] == ["+22 4 miles apart."] * 2
    assert rows["Public liability insurance, £5 million"] == ["Yes, they say", "Not said"]
    assert "Safeguarding policy" in rows["What else they hold"][0]
    assert rows["Public work done before"][0] == "None that we know of"
    assert rows["Public work done before"][1].startswith("3 pieces of work; the latest: “A fair”")


def test_one_or_five_cannot_be_compared_and_stay_ticked(lunch, buyer):
    rows = [fits(lunch, f"Firm {number}", 50) for number in range(5)]
    db.session.commit()
    for chosen in (rows[:1], rows):
        picks = "&".join(f"pick={match.id}" for match in chosen)
        buyer.open(at(lunch, f"/compare?{picks}"))
        assert "Tick 2 to 4" in buyer.text
        ticked = buyer.page.select("input[name=pick][checked]")
        assert {tag["value"] for tag in ticked} == {str(match.id) for match in chosen}


def test_inviting_shows_who_is_left_out_and_why_before_anything_is_sent(lunch, buyer):
    free, keen = fits(lunch, "Free", 60), fits(lunch, "Keen", 50, status=MatchStatus.INTERESTED)
    nobody = fits(
        lunch, "Nobody", 40, organisation__claimed_at=None, organisation__website="https://n.example"
    )
    member_of(free.organisation)
    db.session.commit()
    picks = "&".join(f"pick={match.id}" for match in (free, keen, nobody))
    buyer.open(at(lunch, f"/invite?{picks}"))

    assert buyer.heading == "Ask Free to look at it"
    assert "They have answered already." in buyer.text
    assert "https://n.example" in buyer.text
    assert letters() == []
    buyer.press("Send the invitation", words="x" * 301, status=422)
    assert "at most 300" in buyer.text
    buyer.press("Send the invitation", words="You did it so well.")
    assert buyer.path == at(lunch)
    assert "We have written to Free." in buyer.text
    assert "Invited on" in buyer.text
    db.session.expire_all()
    assert free.invited_words == "You did it so well."
    assert len(letters()) == 1


def test_what_changed_since_the_page_was_made_is_said_and_nothing_is_lost(lunch, buyer):
    free, soon_full = fits(lunch, "Free", 60), fits(lunch, "Taken", 50)
    db.session.commit()
    buyer.open(at(lunch, f"/invite?pick={free.id}&pick={soon_full.id}"))
    soon_full.status = MatchStatus.INTERESTED
    db.session.commit()
    buyer.press("Send the invitations")

    assert "We have written to Free." in buyer.text
    assert "Not invited: Taken. They have answered already." in buyer.text


def test_matches_of_another_notice_cannot_be_picked(lunch, buyer):
    other = MatchFactory()
    db.session.commit()
    buyer.open(at(lunch, f"/invite?pick={other.id}"))

    assert buyer.path == at(lunch)
    assert "Tick who to invite first." in buyer.text


def test_the_convener_finds_somebody_by_name_and_puts_them_forward(app, lunch, convener):
    OrganisationFactory(name="Crook Lunch Kitchen", claimed_at=None)
    OrganisationFactory(name="Far Place", status="suspended")
    db.session.commit()
    convener.open(f"/opportunities/{lunch.id}").click("Who could do this").click("Put somebody forward")
    convener.press("Look", q="nobody of that name")
    assert "Nobody here is called" in convener.text
    convener.press("Look", q="KITCHEN crook").click("Crook Lunch Kitchen")
    assert "Nobody speaks for them here yet" in convener.text
    convener.press("Put them forward", status=422)
    assert "Say why the two fit" in convener.text
    convener.press("Put them forward", words="They cook for the show.")

    assert convener.path == at(lunch)
    assert names(convener) == ["Crook Lunch Kitchen"]
    assert "They cook for the show." in convener.text
    convener.press("Take it back for Crook Lunch Kitchen")
    assert names(convener) == []
    assert events()[-2:] == ["match.put_forward", "match.put_forward_taken_back"]


def test_whoever_asks_reads_why_somebody_was_put_forward_and_cannot_undo_it(lunch, buyer):
    fits(lunch, "Kitchen", 0, parts=[], put_forward_at=NOON, put_forward_words="They know the hall.")
    db.session.commit()
    buyer.open(at(lunch))

    assert "They know the hall." in buyer.text
    assert "by hand" in buyer.text
    assert "Take it back" not in buyer.text
    assert "Put somebody forward" not in buyer.text


def test_those_put_forward_already_or_who_said_no_cannot_be_chosen(lunch, convener):
    fits(lunch, "Kitchen One", 50, put_forward_at=NOON)
    refused = fits(lunch, "Kitchen Two", 50, status=MatchStatus.DECLINED)
    fits(lunch, "Kitchen Three", 50)
    db.session.commit()
    convener.open(at(lunch, "/put-forward?q=kitchen"))

    links = [said(tag) for tag in convener.page.select("main .pf-list a")]
    assert links == ["Kitchen Three"]
    assert "Fits already: 50 of 100" in convener.text
    convener.open(at(lunch, f"/put-forward?organisation={refused.organisation_id}"))
    convener.press("Put them forward", words="Please.", status=422)
    assert "isn’t for them" in convener.text


def test_a_closed_notice_can_be_looked_at_and_nobody_invited(lunch, buyer, convener):
    fits(lunch, "Firm", 50)
    lunch.closes_on = NOON.date() - timedelta(days=400)
    db.session.commit()

    assert "Invite them" not in buyer.open(at(lunch)).text
    assert "Put somebody forward" not in convener.open(at(lunch)).text


def test_the_owner_reaches_it_from_the_notice(lunch, buyer):
    fits(lunch, "Firm", 50, parts=[{"name": "size", "points": 50, "words": "About 8% of a year’s turnover"}])
    db.session.commit()
    buyer.open(f"/opportunities/{lunch.id}")

    assert "8%" not in buyer.text
    buyer.click("Compare and invite")
    assert buyer.path == at(lunch)
