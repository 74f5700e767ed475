"""From a price to a decision with reasons, and what everybody else sees of it."""

from datetime import timedelta

import pytest

from marketplace import clock
from marketplace.extensions import db
from marketplace.responses import services
from marketplace.responses.models import Outcome, Payment
from tests.factories import MembershipFactory, OpportunityFactory, OrganisationFactory, UserFactory
from tests.responses.conftest import WHY
from tests.scenes import counted_queries, letters, member_of, signed_in
from tests.visitor import Visitor

PRICE = {"price_low": 4321, "price_high": 5432}


@pytest.fixture
def answers(scene):
    """What the larder and two more answered, each with a price; it is closed since."""
    found = [scene.answer(**PRICE), scene.another(**PRICE), scene.another("Seaham Soup")]
    scene.close(now=clock.now())
    db.session.commit()
    return found


def buyer_at(app, scene, page):
    return signed_in(Visitor(app), scene.buyer).open(f"/opportunities/{scene.opportunity.id}{page}")


def test_a_supplier_is_interested_first_and_adds_a_price_later(app, scene):
    cook = signed_in(Visitor(app), scene.cook).open(f"/opportunities/{scene.opportunity.id}/respond")
    cook.press("Send it", words="We could.")
    assert "add a price" in cook.text
    cook.click("change your words or add a price")
    cook.press("Send it", status=422, price_low="600", price_high="500")
    assert "at least the lowest" in cook.text
    cook.press("Send it", price_low="", price_high="£1,500")
    assert "£1,500 without VAT" in cook.text

    buyer = buyer_at(app, scene, "/answers")
    assert "£1,500" in buyer.text


def test_a_price_is_shown_to_nobody_but_its_two_sides(app, scene, answers):
    pages = (
        f"/opportunities/{scene.opportunity.id}",
        f"/organisations/{scene.larder.id}",
        f"/organisations/{scene.opportunity.organisation_id}",
        f"/responses/{answers[1].id}",
        f"/opportunities/{scene.opportunity.id}/answers",
        f"/opportunities/{scene.opportunity.id}/answers/compare?pick={answers[0].id}&pick={answers[1].id}",
    )
    others = [
        signed_in(Visitor(app), user)
        for user in (MembershipFactory().user, scene.cook, UserFactory(is_convener=True))
    ]
    for page in pages:
        for visitor in (Visitor(app), *others):
            seen = visitor.client.get(page, follow_redirects=True).get_data(as_text=True)
            assert "4,321" not in seen
            assert "So could we." not in seen
    scene.decide(now=clock.now())
    db.session.commit()
    for visitor in (Visitor(app), *others):
        assert "4,321" not in visitor.open(pages[0]).response.text


def test_a_note_is_for_the_buyer_only(app, scene, answers):
    page = f"/responses/{answers[0].id}"
    buyer = signed_in(Visitor(app), scene.buyer).open(page)
    buyer.press("Keep the note", note="Ask about the oven.")
    assert "Ask about the oven." in buyer.open(page).response.text

    assert "oven" not in signed_in(Visitor(app), scene.cook).open(page).response.text


def test_answers_stand_side_by_side(app, scene, answers):
    buyer = buyer_at(app, scene, "/answers")
    buyer.press("Side by side", pick=answers[0].id)
    assert "Tick 2 to 4" in buyer.page.text
    buyer.press("Side by side", pick=[each.id for each in answers])

    assert "Three answers" in buyer.heading
    for words in (
        "Tow Law Larder",
        "£4,321 to £5,432",
        "Not said yet",
        "Not measured",
        "We could, on the 3rd.",
    ):
        assert words in buyer.text
    buyer.press("Shortlist Crook Bakery")
    assert "On your shortlist" in buyer.text
    buyer.press("Off the shortlist Crook Bakery")
    assert "On your shortlist" not in buyer.text


def test_comparing_three_asks_as_much_as_comparing_two(app, scene, answers):
    buyer = buyer_at(app, scene, "/answers")
    counts = []
    for picked in (answers[:2], answers):
        path = f"/opportunities/{scene.opportunity.id}/answers/compare?" + "&".join(
            f"pick={each.id}" for each in picked
        )
        with counted_queries() as seen:
            buyer.open(path)
        counts.append(len(seen))

    assert counts[0] == counts[1] <= 25


def test_a_buyer_decides_with_a_reason_for_everyone_and_keeps_what_was_typed(app, scene, answers):
    lost, third = answers[1:]
    buyer = buyer_at(app, scene, "/decide")
    buyer.press("Next", status=422)
    assert "Choose what you decided" in buyer.text
    buyer.press("Next", kind="awarded")
    typed = {
        f"reason_{lost.id}": "",
        f"do_better_{third.id}": "Say what a lunch costs.",
        "words": "Three good answers.",
    }
    buyer.press("Decide and tell them", status=422, value="9oo", **typed)
    assert "Choose who won" in buyer.text
    assert "Choose a reason for Crook Bakery" in buyer.text
    assert "Say what a lunch costs." in buyer.text

    buyer.press(
        "Decide and tell them", winner=scene.larder.id, value="4,900",
        **{f"reason_{lost.id}": "The price was too high"},
    )  # fmt: skip
    assert "Tow Law Larder won" in buyer.heading
    assert "£4,900 without VAT" in buyer.text

    soup = signed_in(Visitor(app), third.supplier.memberships[0].user).open(f"/responses/{third.id}")
    assert "said not this time" in soup.heading
    assert "Say what a lunch costs." in soup.text
    assert "Another answer fitted better" in soup.text
    notice = Visitor(app).open(f"/opportunities/{scene.opportunity.id}")
    assert (
        "It went to Tow Law Larder , based here." in notice.text
        or "It went to Tow Law Larder, based here." in notice.text
    )
    assert "4,900" not in notice.response.text
    assert [name for name, _ in letters()].count("outcome_lost") == 2


def test_another_organisation_is_found_by_name_without_losing_a_word(app, scene, answers):
    baker = OrganisationFactory(name="The Long Loaf")
    buyer = buyer_at(app, scene, "/decide?kind=partly")
    buyer.press("Find", look_for="loaf", words="Half of it.", **{f"do_better_{answers[0].id}": "More soup."})
    assert "The Long Loaf" in buyer.text
    assert "Half of it." in buyer.text
    assert "More soup." in buyer.text
    buyer.press("Decide and tell them", winner=baker.id, value=100)

    assert "The Long Loaf won part of it" in buyer.heading


@pytest.mark.parametrize(
    ("answers_typed", "says"),
    [({"winner_postcode": "nowhere"}, "whole postcode"), ({"winner_name": ""}, "name of whoever won")],
)
def test_a_winner_from_outside_needs_a_name_and_a_postcode_that_is_one(app, scene, answers_typed, says):
    scene.close(now=clock.now())
    buyer = buyer_at(app, scene, "/decide?kind=awarded")
    buyer.press(
        "Decide and tell them",
        status=422,
        **{"winner": "outside", "winner_name": "Buffets Ltd", **answers_typed},
    )

    assert says in buyer.text


def test_whoever_comes_second_sees_what_a_colleague_decided(app, scene, answers):
    first, second = (
        buyer_at(app, scene, "/decide?kind=cancelled"),
        signed_in(Visitor(app), member_of(scene.opportunity.organisation)),
    )
    second.open(first.path)
    first.press("Decide and tell them")
    second.press("Decide and tell them")

    assert "A colleague of yours decided this" in second.page.text
    assert "not going ahead" in second.heading
    assert db.session.query(Outcome).count() == 1


def test_while_it_takes_answers_the_page_offers_to_close_it(app, scene):
    scene.answer()
    buyer = buyer_at(app, scene, "/decide")
    assert "takes answers" in buyer.heading
    buyer.press("Close it now")

    assert "Everyone who answered hears by" in buyer.text


def test_the_winner_starts_the_buyer_pays_and_the_winner_agrees(app, scene, answers):
    scene.decide(now=clock.now())
    outcome = db.session.scalars(db.select(Outcome)).one()
    page = f"/outcomes/{outcome.id}"
    cook = signed_in(Visitor(app), scene.cook).open(page)
    assert "You won" in cook.heading
    cook.press("It has begun")
    assert "It has begun" not in [button.text for button in cook.page.find_all("button")]

    buyer = signed_in(Visitor(app), scene.buyer).open(page)
    buyer.press("Declare it", status=422, pounds="901", paid_on=clock.today().isoformat())
    assert "£900 left" in buyer.text
    buyer.press("Declare it", pounds="900", paid_on=clock.today().isoformat(), payment_words="Invoice 7")
    assert "£900 paid of £900" in buyer.text
    cook.open(page).press("It came £900")
    assert "that it came" in buyer.open(page).text
    buyer.press("Take it back £900")

    assert db.session.scalars(db.select(Payment)).one().taken_back_at is not None


@pytest.mark.parametrize("who", ["buyer", "convener"])
def test_a_decision_is_put_right_by_its_buyer_or_the_convener(app, scene, answers, who):
    scene.decide(now=clock.now())
    outcome = db.session.scalars(db.select(Outcome)).one()
    user = scene.buyer if who == "buyer" else UserFactory(is_convener=True)
    visitor = signed_in(Visitor(app), user).open(f"/outcomes/{outcome.id}").click("Put the decision right")
    visitor.press("Put it right", winner=answers[1].supplier_id, value=1000)

    assert "Crook Bakery won" in visitor.heading
    assert "£1,000" in visitor.text


@pytest.mark.parametrize("who", ["loser", "stranger"])
def test_nobody_else_sees_the_decision_in_full_or_changes_it(app, scene, answers, who):
    scene.decide(now=clock.now())
    outcome = db.session.scalars(db.select(Outcome)).one()
    user = answers[1].supplier.memberships[0].user if who == "loser" else MembershipFactory().user
    visitor = signed_in(Visitor(app), user)

    visitor.open(f"/outcomes/{outcome.id}", status=404)
    visitor.open(f"/outcomes/{outcome.id}/correct", status=404)
    visitor.open(f"/opportunities/{scene.opportunity.id}/decide", status=403)
    visitor.open(f"/opportunities/{scene.opportunity.id}/answers", status=403)


def test_a_buyer_who_does_not_decide_is_shown_as_such(app, scene):
    council = scene.opportunity.organisation
    scene.close(now=clock.now() - timedelta(days=20))
    in_time = OpportunityFactory(organisation=council, title="Tea for twelve")
    db.session.commit()
    visitor = Visitor(app).open(f"/opportunities/{scene.opportunity.id}")
    assert "Closed 20 days ago: no decision yet" in visitor.text

    visitor.open(f"/organisations/{council.id}")
    assert "Decided 0 of 1 within two weeks of closing" in visitor.text
    assert "Closed 20 days ago: no decision yet" in visitor.text
    assert in_time.is_open


def test_within_two_weeks_the_notice_says_by_when(app, scene):
    scene.close(now=clock.now() - timedelta(days=3))
    db.session.commit()
    visitor = Visitor(app).open(f"/opportunities/{scene.opportunity.id}")

    assert "Closed 3 days ago. Everyone who answered hears by" in visitor.text
    assert "no decision yet" not in visitor.text


def test_what_comes_from_a_register_is_decided_there(app, scene):
    scene.opportunity.source, scene.opportunity.source_key = "contracts-finder", "1"
    scene.close(now=clock.now() - timedelta(days=40))
    db.session.commit()

    assert "no decision yet" not in Visitor(app).open(f"/opportunities/{scene.opportunity.id}").text


def test_a_no_before_the_decision_carries_advice(app, scene, answers):
    services.decline(answers[0], WHY, actor=scene.buyer, now=clock.now())
    cook = signed_in(Visitor(app), scene.cook).open(f"/responses/{answers[0].id}")

    for words in (WHY.reason, WHY.did_well, WHY.do_better):
        assert words in cook.text
