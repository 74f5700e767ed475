"""An answer and its end, seen from both sides in a browser."""

from io import BytesIO

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


def test_a_quote_comes_with_the_answer_and_only_its_two_sides_read_it(app, scene):
    quote = (BytesIO(b"what,pounds\nsixty lunches,900\n"), "quote.csv")
    cook = signed_in(Visitor(app), scene.cook).open(f"/opportunities/{scene.opportunity.id}/respond")
    token = cook.page.find("input", {"name": "csrf_token"})["value"]
    with app.app_context():
        cook.client.post(cook.path, data={"csrf_token": token, "words": "Here is our price.", "quote": quote})
    response = db.session.scalars(db.select(Response)).one()
    page, file = f"/responses/{response.id}", f"/files/{response.quote_id}/quote.csv"

    assert "quote.csv" in cook.open(page).text
    buyer = signed_in(Visitor(app), scene.buyer).open(page).click("quote.csv")
    assert b"sixty lunches" in buyer.response.data
    signed_in(Visitor(app), MembershipFactory().user).open(file, status=404)

    cook.open(f"/opportunities/{scene.opportunity.id}/respond")
    cook.press("Send it", words="Ask us again.", drop_quote="y")
    assert "quote.csv" not in cook.text


def test_what_is_no_quote_comes_back_with_what_was_typed(app, scene):
    cook = signed_in(Visitor(app), scene.cook).open(f"/opportunities/{scene.opportunity.id}/respond")
    token = cook.page.find("input", {"name": "csrf_token"})["value"]
    sent = {
        "csrf_token": token,
        "words": "Here is our price.",
        "quote": (BytesIO(b"MZ\x90\x00"), "price.exe"),
    }
    with app.app_context():
        answer = cook.client.post(cook.path, data=sent)

    assert answer.status_code == 422
    assert "Here is our price." in answer.text
    assert db.session.query(Response).count() == 0
