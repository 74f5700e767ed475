"""A promise from the need's page to “it came”, seen from both sides in a browser."""

import pytest

from marketplace import clock
from marketplace.extensions import db
from marketplace.pledges import services
from marketplace.pledges.models import DeliveryStatus, End, Pledge, PledgeStatus, Rhythm
from tests.factories import NOON, PASSWORD, MembershipFactory, OpportunityFactory, OrganisationFactory
from tests.pledges.conftest import FRIDAY
from tests.scenes import signed_in
from tests.visitor import Visitor

A_WEEK_LATER = "2026-12-04"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def giver(app, scene) -> Visitor:
    return signed_in(Visitor(app), scene.giver)


@pytest.fixture
def secretary(app, scene) -> Visitor:
    return signed_in(Visitor(app), scene.secretary)


def page_of(pledge: Pledge) -> str:
    db.session.commit()
    return f"/pledges/{pledge.id}"


def test_a_promise_is_made_accepted_given_and_confirmed(scene, giver, secretary):
    giver.open(f"/needs/{scene.need.id}").click("Promise something")
    giver.press("Promise it", each="8", words="On Friday.", starts_on=FRIDAY)
    assert "Village Hall has yet to answer" in giver.heading
    assert "Their move, by 27 November 2026" in giver.text

    secretary.open(giver.path)
    assert "say yes or no" in secretary.heading
    assert "On Friday." in secretary.text
    secretary.press("Yes, thank you")
    assert secretary.heading == "8 chairs on 27 November 2026: theirs to give"

    assert "yours to give" in giver.open(giver.path).heading
    giver.press("It is given", words="All eight.")
    assert "has yet to confirm" in giver.heading

    assert "Did it come?" in secretary.open(secretary.path).heading
    assert "All eight." in secretary.text
    secretary.press("Yes, it came")
    assert "both sides say so" in secretary.heading
    assert "both sides say so" in giver.open(giver.path).heading
    assert "given and confirmed" in Visitor(giver.app).open(f"/needs/{scene.need.id}").text


def test_a_promise_without_a_day_begins_with_agreeing_on_one(scene, giver, secretary):
    path = page_of(scene.accepted())
    assert "yours to give" in giver.open(path).heading
    giver.press("Propose this day", starts_on=FRIDAY, timing="From nine")
    assert "Village Hall has yet to answer" in giver.heading

    assert secretary.open(path).heading == "Tow Law Larder proposes 27 November 2026: does it suit you?"
    assert "From nine" in secretary.text
    secretary.press("Yes, that day suits us")
    assert "theirs to give" in secretary.heading
    assert "The day is agreed" in secretary.text


def test_another_day_may_be_proposed_instead_of_agreeing(scene, giver, secretary):
    pledge = scene.accepted()
    services.propose(pledge, FRIDAY, end=End.GIVER, actor=scene.giver, now=NOON)
    secretary.open(page_of(pledge)).press("Propose this day", starts_on=A_WEEK_LATER)

    assert "Village Hall proposes 4 December 2026" in giver.open(secretary.path).heading


def test_part_of_an_offer_is_accepted_on_another_day(scene, giver, secretary):
    pledge = scene.offer(8, starts_on=FRIDAY)
    secretary.open(page_of(pledge)).press("Yes to this", quantity="5", starts_on=A_WEEK_LATER)

    db.session.expire_all()
    assert (pledge.status, pledge.accepted) == (PledgeStatus.ACCEPTED, 5)
    assert "Village Hall proposes 4 December 2026" in giver.open(secretary.path).heading
    giver.press("Yes, that day suits us")
    assert giver.heading.startswith("5 chairs on 4 December 2026")


@pytest.mark.parametrize(
    ("quantity", "words"), [("9", "Say yes to that or to less"), ("some", "whole number"), ("0", "1 or more")]
)
def test_a_part_that_is_none_is_told_beside_the_question(scene, secretary, quantity, words):
    secretary.open(page_of(scene.offer(8))).press("Yes to this", status=422, quantity=quantity)

    assert words in secretary.text


def test_too_much_is_refused_on_the_form_with_what_is_left(scene, giver):
    giver.open(f"/needs/{scene.need.id}/pledge").press("Promise it", status=422, each="13", words="A lot.")

    assert "They still need 12 chairs. Promise at most that." in giver.text
    assert "A lot." in giver.text
    assert db.session.query(Pledge).count() == 0


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"each": ""}, "Enter how much"),
        ({"each": "0"}, "1 or more"),
        ({"each": "-2"}, "1 or more"),
        ({"each": "some"}, "whole number"),
        ({"each": "2", "rhythm": "weekly"}, "Enter how many times"),
        ({"each": "2", "rhythm": "weekly", "times": "99"}, "from 2 to 52"),
        ({"each": "2", "starts_on": "2026-11-01"}, "Choose today or a day to come"),
    ],
)
def test_what_cannot_be_promised_is_told_in_words(scene, giver, answers, words):
    giver.open(f"/needs/{scene.need.id}/pledge").press("Promise it", status=422, **answers)

    assert words in giver.text


def test_a_promise_for_several_weeks_is_given_one_time_after_another(scene, giver, secretary):
    giver.open(f"/needs/{scene.need.id}/pledge")
    giver.press("Promise it", each="2", rhythm="weekly", times="3", starts_on=FRIDAY)
    pledge = db.session.query(Pledge).one()
    assert (pledge.quantity, pledge.times, pledge.rhythm) == (6, 3, Rhythm.WEEKLY)
    assert "3 times, every week: 2 chairs each time" in giver.text

    secretary.open(giver.path).press("Yes, thank you")
    giver.open(giver.path).press("It is given")
    assert "Some of it is given" in giver.heading or "has yet to confirm" in giver.heading

    assert "says 2 chairs was given. Did it come?" in secretary.open(secretary.path).heading
    secretary.press("Yes, it came")
    assert "The rest is theirs to give" in secretary.heading
    giver.open(giver.path).click("Say something about this time : 11 December 2026")
    giver.press("Say so", reason="The weather")
    assert "The weather" in giver.text
    assert pledge.deliveries[2].status is DeliveryStatus.NOT_DELIVERED


def test_the_same_form_sent_twice_shows_the_same_promise(scene, giver):
    form = giver.open(f"/needs/{scene.need.id}/pledge")
    page = form.response
    first = form.press("Promise it", each="2").path
    giver.response, giver.path = page, f"/needs/{scene.need.id}/pledge"
    second = giver.press("Promise it", each="2").path

    assert first == second
    assert db.session.query(Pledge).count() == 1


def test_a_no_needs_a_reason_and_the_giver_reads_it(scene, giver, secretary):
    path = page_of(scene.offer())
    secretary.open(path).press("No, not this time", status=422)
    assert "Choose a reason" in secretary.text
    secretary.press("No, not this time", reason="We have enough now", words="The school gave us some.")

    assert "not this time" in giver.open(path).heading
    assert "We have enough now. The school gave us some." in giver.text


def test_before_a_yes_a_promise_is_taken_back_with_one_button(scene, giver, secretary):
    path = page_of(scene.offer())
    giver.open(path).press("Take the promise back")

    assert giver.heading == "You called it off"
    assert secretary.open(path).heading == "Tow Law Larder called it off"


def test_a_promise_taken_back_after_a_yes_hangs_on_the_board_again(scene, giver):
    pledge = scene.accepted(8)
    db.session.commit()
    assert "8 of 12" in giver.open(f"/needs/{scene.need.id}").text
    giver.open(page_of(pledge)).press("Take the promise back", status=422)
    assert "Choose a reason" in giver.text
    giver.press("Take the promise back", reason="It took too long")

    assert "0 of 12" in giver.open(f"/needs/{scene.need.id}").text


def test_whoever_asked_may_call_it_off_too(scene, secretary):
    secretary.open(page_of(scene.accepted())).press("Call it off", reason="We can’t host it")

    assert "You called it off" in secretary.heading


def test_each_side_has_only_its_own_buttons(scene, giver, secretary):
    path = page_of(scene.offer())
    token = giver.open(path).page.find("input", attrs={"name": "csrf_token"})["value"]
    with giver.app.app_context():
        answer = giver.client.post(f"{path}/accept", data={"csrf_token": token})

    assert answer.status_code == 404
    assert "Yes, thank you" not in giver.open(path).text
    assert "Take the promise back" not in secretary.open(path).text


def test_nobody_else_reads_a_promise(app, scene):
    path = page_of(scene.offer())
    stranger = MembershipFactory().user
    db.session.commit()

    Visitor(app).sign_in(stranger.email, PASSWORD).open(path, status=404)
    assert Visitor(app).open(path).path.startswith("/sign-in")


def test_nobody_promises_towards_a_need_of_their_own(scene, secretary):
    secretary.open(f"/needs/{scene.need.id}/pledge", status=403)


def test_a_need_with_all_it_asked_for_has_a_waiting_list(scene, giver, secretary):
    first = scene.accepted(12)
    db.session.commit()
    giver.open(f"/needs/{scene.need.id}").click("Join the waiting list")
    giver.press("Promise it", status=422, each="3")
    assert "You can join the waiting list" in giver.text
    giver.press("Promise it", each="3", wait="y")
    assert "on the waiting list" in giver.heading
    assert "1 organisation waits for room" in giver.open(f"/needs/{scene.need.id}").text

    secretary.open(page_of(first)).press("Call it off", reason="Somebody else has given it")
    second = db.session.query(Pledge).order_by(Pledge.id.desc()).first()
    assert "offers 3 chairs: say yes or no" in secretary.open(page_of(second)).heading


def test_a_promise_counts_for_a_contract_of_the_giver(scene, giver, secretary):
    OpportunityFactory(organisation=scene.firm, title="Refit two kitchens")
    OpportunityFactory(organisation=scene.need.organisation, title="Not theirs")
    db.session.commit()
    giver.open(f"/needs/{scene.need.id}/pledge")
    assert "Refit two kitchens" in giver.text
    assert "Not theirs" not in giver.text
    mine = giver.page.find("option", string="Refit two kitchens")["value"]
    giver.press("Promise it", each="2", contract_id=mine)

    assert "Counts for the contract Refit two kitchens" in giver.text
    assert "Refit two kitchens" in secretary.open(giver.path).text


def test_a_promise_counts_as_given_by_another_organisation_of_the_person(scene, giver, secretary):
    need = scene.need.id
    giver.open(f"/needs/{need}/pledge")
    assert "Whose giving does it count as" not in giver.text
    parent = OrganisationFactory(name="Harbour Holdings")
    MembershipFactory(organisation=parent, user=scene.giver)
    db.session.commit()

    giver.open(f"/needs/{need}/pledge")
    giver.press("Promise it", each="2", credited_id=str(parent.id))

    assert "Counts as given by Harbour Holdings" in giver.text


def test_the_page_tells_what_happened_and_what_the_ledger_says(scene, giver):
    giver.open(page_of(scene.confirmed(8)))

    for sentence in (
        "Tow Law Larder promised 8 chairs",
        "Village Hall said yes to 8 chairs",
        "Tow Law Larder said that 8 chairs was given",
        "Village Hall confirmed that 8 chairs came",
    ):
        assert sentence in giver.text
    for stage in ("Promised", "Accepted", "Delivered", "Confirmed"):
        assert f"{stage} 8 chairs" in giver.text
