"""An answer and its end, seen from both sides in a browser."""

from marketplace.extensions import db
from marketplace.responses.models import Response, ResponseStatus
from tests.factories import MembershipFactory
from tests.scenes import signed_in
from tests.visitor import Visitor


def test_a_supplier_answers_and_the_buyer_shortlists_then_declines(app, scene):
    page = f"/opportunities/{scene.opportunity.id}"
    cook = signed_in(Visitor(app), scene.cook).open(page).click("Answer this")
    cook.press("Send it", status=422, words="")
    assert "Write a line or two" in cook.text
    cook.press("Send it", words="We could, on the 3rd.")
    assert "Your answer is with Town Council" in cook.heading

    buyer = signed_in(Visitor(app), scene.buyer).open(page).click("Tow Law Larder")
    assert "We could, on the 3rd." in buyer.text
    buyer.press("Put them on the shortlist")
    assert "on your shortlist" in buyer.heading
    assert "You are on the shortlist" in cook.open(cook.path).heading

    buyer.press("Not this time", status=422)
    assert "Choose a reason" in buyer.text
    buyer.press("Not this time", reason="The price was too high")
    assert "The price was too high" in cook.open(cook.path).text


def test_a_supplier_changes_the_words_and_takes_the_answer_back(app, scene):
    scene.answer("First words.")
    cook = signed_in(Visitor(app), scene.cook).open(f"/opportunities/{scene.opportunity.id}/respond")
    assert "First words." in cook.text
    cook.press("Send it", words="Better words.")
    assert "Better words." in cook.text
    cook.press("Take the answer back")

    assert "took this answer back" in cook.heading
    db.session.rollback()
    db.session.expire_all()
    assert db.session.execute(db.select(Response.status)).scalar_one() is ResponseStatus.WITHDRAWN


def test_nobody_else_reads_an_answer(app, scene, visitor):
    response = scene.answer()
    stranger = MembershipFactory().user

    signed_in(visitor, stranger).open(f"/responses/{response.id}", status=404)
    assert Visitor(app).open(f"/responses/{response.id}").path.startswith("/sign-in")


def test_a_buyer_cannot_answer_their_own_opportunity(scene, visitor):
    signed_in(visitor, scene.buyer).open(f"/opportunities/{scene.opportunity.id}/respond", status=403)
