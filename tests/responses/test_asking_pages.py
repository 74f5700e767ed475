"""Questions and answers as people of each side see them."""

from tests.factories import MembershipFactory
from tests.scenes import signed_in
from tests.visitor import Visitor


def test_a_question_is_asked_answered_and_read_by_everybody_without_a_name(app, scene):
    page = f"/opportunities/{scene.opportunity.id}"
    cook = signed_in(Visitor(app), scene.cook).open(page).click("Ask a question")
    cook.press("Ask", status=422, words="")
    assert "Write your question" in cook.text
    cook.press("Ask", words="Is there a kitchen?")
    assert "Only you and they see it" in cook.text

    stranger = signed_in(Visitor(app), MembershipFactory().user).open(page)
    assert "kitchen" not in stranger.text
    assert "kitchen" not in Visitor(app).open(page).text

    buyer = signed_in(Visitor(app), scene.buyer).open(page)
    assert "Tow Law Larder asked" in buyer.text
    buyer.click("Answer it").press("Answer for everybody", answer="Yes, with an oven.")
    assert "Yes, with an oven." in buyer.text

    passer_by = Visitor(app).open(page)
    assert "Is there a kitchen?" in passer_by.text
    assert "Yes, with an oven." in passer_by.text
    for other in (passer_by, stranger.open(page)):
        assert "Tow Law Larder" not in other.response.text


def test_whoever_asked_takes_the_question_back(app, scene):
    cook = signed_in(Visitor(app), scene.cook).open(f"/opportunities/{scene.opportunity.id}/ask")
    cook.press("Ask", words="Is there a kitchen?")
    cook.press("Take it back “Is there a kitchen?”")

    assert "kitchen" not in cook.open(f"/opportunities/{scene.opportunity.id}").text


def test_once_it_is_closed_there_is_nothing_to_ask(app, scene):
    scene.close()
    cook = signed_in(Visitor(app), scene.cook).open(f"/opportunities/{scene.opportunity.id}/ask")

    assert cook.path == f"/opportunities/{scene.opportunity.id}"
    assert "takes no more answers" in cook.page.text
    assert "Ask a question" not in cook.text
