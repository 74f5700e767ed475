"""The work is offered to one who answered, before anybody is told who won."""

import pytest

from marketplace.desk import queries as desk
from marketplace.errors import Refused
from marketplace.responses import deciding, queries, services
from marketplace.responses.models import Response, ResponseStatus
from tests.factories import NOON
from tests.responses.conftest import LATER, WHY, Scene
from tests.scenes import events, letters, signed_in
from tests.visitor import Visitor


def offer(scene: Scene, response: Response) -> None:
    deciding.offer_work(response, actor=scene.buyer, now=LATER)


@pytest.fixture
def answer(scene: Scene) -> Response:
    """An answer to a notice that has closed since."""
    response = scene.answer()
    scene.close()
    return response


def test_only_whoever_is_offered_the_work_hears_of_it(scene, answer):
    scene_letters = len(letters())
    offer(scene, answer)
    offer(scene, answer)  # the button was pressed twice

    assert (answer.status, answer.offered_at) == (ResponseStatus.OFFERED, LATER)
    assert letters()[scene_letters:] == [("response_offered", scene.cook.email)]
    assert events()[-1] == "response.offered"
    assert queries.outcome_of(scene.opportunity) is None


def test_it_is_offered_to_one_at_a_time(scene):
    mine, theirs = scene.answer(), scene.another()
    scene.close()
    offer(scene, mine)

    with pytest.raises(Refused, match=f"You have offered it to {scene.larder.name}. Wait for their answer"):
        offer(scene, theirs)


def test_nothing_is_offered_while_others_may_still_answer(scene):
    response = scene.answer()
    with pytest.raises(Refused, match="It still takes answers"):
        offer(scene, response)


def test_whoever_cannot_do_it_takes_the_answer_back_and_the_next_is_asked(scene):
    mine, theirs = scene.answer(), scene.another()
    scene.close()
    offer(scene, mine)
    services.withdraw(mine, actor=scene.cook, now=LATER)

    assert ("response_taken_back", scene.buyer.email) in letters()
    offer(scene, theirs)
    assert theirs.status is ResponseStatus.OFFERED


def test_an_answer_taken_back_unoffered_bothers_nobody(scene, answer):
    services.withdraw(answer, actor=scene.cook, now=LATER)

    assert "response_taken_back" not in [name for name, _ in letters()]


@pytest.mark.parametrize(
    ("ended", "words"), [("withdrawn", "have taken their answer back"), ("declined", "told them no already")]
)
def test_what_has_ended_is_not_offered_the_work(scene, answer, ended, words):
    if ended == "withdrawn":
        services.withdraw(answer, actor=scene.cook, now=NOON)
    else:
        services.decline(answer, WHY, actor=scene.buyer, now=NOON)

    with pytest.raises(Refused, match=words):
        offer(scene, answer)


def test_whoever_was_offered_it_can_still_be_told_no_with_a_reason(scene, answer):
    offer(scene, answer)
    services.decline(answer, WHY, actor=scene.buyer, now=LATER)

    assert (answer.status, answer.reason) == (ResponseStatus.DECLINED, WHY.reason)


def test_after_the_decision_nothing_is_offered(scene):
    answer = scene.answer()
    scene.decide()

    with pytest.raises(Refused, match="decided this"):
        offer(scene, answer)


def test_the_decision_makes_it_theirs(scene, answer):
    offer(scene, answer)
    scene.decide()

    assert (answer.status, answer.offered_at) == (ResponseStatus.WON, LATER)


def test_it_is_their_move_on_their_desk_and_nobody_elses(scene, answer):
    offer(scene, answer)
    buyer, title = scene.opportunity.organisation, scene.opportunity.title

    waits = [each.words for each in desk.waiting_for(scene.larder, today=LATER.date())]
    assert waits == [f"{buyer.name} would like you to do “{title}”"]
    assert "would like" not in " ".join(each.words for each in desk.waiting_for(buyer, today=LATER.date()))


def test_both_sides_read_what_comes_next(app, scene, answer):
    path = f"/responses/{answer.id}"
    buyer = signed_in(Visitor(app), scene.buyer).open(path).press("Offer them the work")
    assert buyer.heading == "You offered Tow Law Larder the work"
    assert "nobody else does" in buyer.text
    assert "Would you like them to do it?" not in buyer.text

    cook = signed_in(Visitor(app), scene.cook).open(path)
    assert cook.heading == "Town Council would like you to do it"
    assert "take your answer back, so that they can ask somebody else" in cook.text

    buyer.click("Record the decision")
    buyer.open(f"/opportunities/{scene.opportunity.id}/decide?kind=awarded")
    assert "You offered them the work" in buyer.text
    chosen = buyer.page.select("input[name=winner][checked]")
    assert [each["value"] for each in chosen] == [str(scene.larder.id)]


def test_only_the_buyer_is_asked_to_offer_it(app, scene, answer):
    cook = signed_in(Visitor(app), scene.cook).open(f"/responses/{answer.id}")

    assert "Offer them the work" not in cook.text
