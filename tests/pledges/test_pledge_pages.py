"""A promise from the need's page to “it came”, seen from both sides in a browser."""

import pytest

from marketplace.extensions import db
from marketplace.pledges import services
from marketplace.pledges.models import Pledge
from tests.factories import NOON, PASSWORD, MembershipFactory
from tests.scenes import signed_in
from tests.visitor import Visitor


@pytest.fixture
def giver(app, scene) -> Visitor:
    return signed_in(Visitor(app), scene.giver)


@pytest.fixture
def secretary(app, scene) -> Visitor:
    return signed_in(Visitor(app), scene.secretary)


def test_a_promise_is_made_accepted_given_and_confirmed(scene, giver, secretary):
    giver.open(f"/needs/{scene.need.id}").click("Promise something")
    giver.press("Promise it", quantity="8", words="On Friday.")
    assert "Village Hall has yet to answer" in giver.heading

    secretary.open(giver.path)
    assert "say yes or no" in secretary.heading
    assert "On Friday." in secretary.text
    secretary.press("Yes, thank you")
    assert "theirs to give" in secretary.heading

    assert "yours to give" in giver.open(giver.path).heading
    giver.press("It is given")
    assert "has yet to confirm" in giver.heading

    assert "Did it come?" in secretary.open(secretary.path).heading
    secretary.press("Yes, it came")
    assert "both sides say so" in secretary.heading
    assert "both sides say so" in giver.open(giver.path).heading
    assert "given and confirmed" in Visitor(giver.app).open(f"/needs/{scene.need.id}").text


def test_too_much_is_refused_on_the_form_with_what_is_left(scene, giver):
    giver.open(f"/needs/{scene.need.id}/pledge").press(
        "Promise it", status=422, quantity="13", words="A lot."
    )

    assert "They still need 12 chairs. Promise at most that." in giver.text
    assert "A lot." in giver.text
    assert db.session.query(Pledge).count() == 0


@pytest.mark.parametrize(
    ("quantity", "words"),
    [("", "Enter how much"), ("0", "1 or more"), ("-2", "1 or more"), ("some", "whole number")],
)
def test_a_quantity_that_is_none_is_told_in_words(scene, giver, quantity, words):
    giver.open(f"/needs/{scene.need.id}/pledge").press("Promise it", status=422, quantity=quantity)

    assert words in giver.text


def test_the_same_form_sent_twice_shows_the_same_promise(scene, giver):
    form = giver.open(f"/needs/{scene.need.id}/pledge")
    page = form.response
    first = form.press("Promise it", quantity="2").path
    giver.response, giver.path = page, f"/needs/{scene.need.id}/pledge"
    second = giver.press("Promise it", quantity="2").path

    assert first == second
    assert db.session.query(Pledge).count() == 1


def test_a_no_needs_a_reason_and_the_giver_reads_it(scene, giver, secretary):
    pledge = scene.offer()
    db.session.commit()
    secretary.open(f"/pledges/{pledge.id}").press("No, not this time", status=422)
    assert "Choose a reason" in secretary.text
    secretary.press("No, not this time", reason="We have enough now")

    assert "We have enough now" in giver.open(f"/pledges/{pledge.id}").text
    assert "not this time" in giver.heading


def test_a_promise_taken_back_hangs_on_the_board_again(scene, giver):
    pledge = scene.offer(8)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    db.session.commit()
    assert "8 of 12" in giver.open(f"/needs/{scene.need.id}").text
    giver.open(f"/pledges/{pledge.id}").press("Take the promise back")

    assert "0 of 12" in giver.open(f"/needs/{scene.need.id}").text


def test_each_side_has_only_its_own_buttons(scene, giver, secretary):
    pledge = scene.offer()
    db.session.commit()
    path = f"/pledges/{pledge.id}"
    token = giver.open(path).page.find("input", attrs={"name": "csrf_token"})["value"]
    with giver.app.app_context():
        answer = giver.client.post(f"{path}/accept", data={"csrf_token": token})

    assert answer.status_code in (403, 404)
    assert "Yes, thank you" not in giver.open(path).text
    assert "Take the promise back" not in secretary.open(path).text


def test_nobody_else_reads_a_promise(app, scene):
    pledge = scene.offer()
    stranger = MembershipFactory().user
    db.session.commit()

    Visitor(app).sign_in(stranger.email, PASSWORD).open(f"/pledges/{pledge.id}", status=404)
    assert Visitor(app).open(f"/pledges/{pledge.id}").path.startswith("/sign-in")


def test_a_need_with_all_it_asked_for_sends_the_giver_back_kindly(scene, giver):
    services.accept(scene.offer(12), actor=scene.secretary, now=NOON)
    db.session.commit()
    giver.open(f"/needs/{scene.need.id}/pledge")

    assert giver.path == f"/needs/{scene.need.id}"
    assert "has all it asked for" in giver.text


def test_nobody_promises_towards_a_need_of_their_own(scene, secretary):
    secretary.open(f"/needs/{scene.need.id}/pledge", status=403)
