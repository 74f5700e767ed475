"""Questions before a notice closes: asked in private, answered for everybody without a name."""

from datetime import timedelta

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.responses import asking, queries
from marketplace.responses.jobs import remind_of_questions
from marketplace.responses.models import Question
from tests.factories import NOON, OrganisationFactory
from tests.scenes import events, letters, member_of


def ask(scene, words="Is there a kitchen?", *, key="one form"):
    return asking.ask(scene.opportunity, words, asker=scene.larder, actor=scene.cook, now=NOON, form_key=key)


def seen_by(scene, reader, *, own=False):
    return list(queries.questions_about(scene.opportunity, own=own, reader=reader))


def test_a_question_is_told_to_the_buyer_and_seen_by_nobody_else(scene):
    question = ask(scene)

    assert letters() == [("question_asked", scene.buyer.email)]
    assert events() == ["question.asked"]
    assert seen_by(scene, scene.larder) == [question]
    assert seen_by(scene, scene.opportunity.organisation, own=True) == [question]
    assert seen_by(scene, OrganisationFactory()) == seen_by(scene, None) == []


def test_the_same_form_twice_asks_once(scene):
    assert ask(scene) is ask(scene)
    assert len(letters()) == 1


def test_an_answer_is_for_everybody_and_told_to_whoever_asked_and_to_all_who_answered(scene):
    other = scene.another()
    question = ask(scene)
    asking.answer(question, "Yes, with an oven.", actor=scene.buyer, now=NOON)

    told = [address for name, address in letters() if name == "question_answered"]
    assert sorted(told) == sorted([scene.cook.email, other.supplier.memberships[0].user.email])
    assert seen_by(scene, None) == [question]


def test_answering_again_puts_the_words_right_and_writes_to_nobody(scene):
    question = ask(scene)
    asking.answer(question, "Yes.", actor=scene.buyer, now=NOON)
    before = letters()
    asking.answer(question, "No, sorry.", actor=scene.buyer, now=NOON + timedelta(hours=1))

    assert (question.answer, question.answered_at) == ("No, sorry.", NOON)
    assert letters() == before


def test_a_question_can_be_taken_back_until_it_is_answered(scene):
    question = ask(scene)
    asking.take_back(question, actor=scene.cook, now=NOON)
    asking.take_back(question, actor=scene.cook, now=NOON)

    assert events() == ["question.asked", "question.taken_back"]
    assert seen_by(scene, None, own=True) == []
    with pytest.raises(Refused, match="taken this question back"):
        asking.answer(question, "Yes.", actor=scene.buyer, now=NOON)

    second = ask(scene, key="another form")
    asking.answer(second, "Yes.", actor=scene.buyer, now=NOON)
    with pytest.raises(Refused, match="stays for everybody"):
        asking.take_back(second, actor=scene.cook, now=NOON)


def test_nothing_is_asked_once_it_is_closed_or_of_oneself(scene):
    with pytest.raises(Refused, match="your own notice"):
        asking.ask(
            scene.opportunity, "Me?", asker=scene.opportunity.organisation, actor=scene.buyer, now=NOON,
            form_key="own",
        )  # fmt: skip
    scene.close()
    with pytest.raises(Refused, match="takes no more answers"):
        ask(scene)


def test_nobody_asks_without_end(scene):
    for number in range(asking.AT_ONCE):
        ask(scene, key=f"form {number}")

    with pytest.raises(Refused, match="Wait for an answer"):
        ask(scene, key="one too many")


def test_a_question_that_waits_is_told_once_more_two_days_before_closing(scene):
    scene.opportunity.closes_on = NOON.date() + timedelta(days=4)
    waiting, answered = ask(scene), ask(scene, key="another form")
    asking.answer(answered, "Yes.", actor=scene.buyer, now=NOON)

    for days in (1, 2, 3, 4, 5):
        remind_of_questions(NOON + timedelta(days=days))
    assert [name for name, _ in letters()].count("question_due") == 1
    assert list(queries.unanswered(scene.opportunity.organisation)) == [waiting]


def test_whoever_asked_is_nobody_to_a_member_of_another_organisation(scene):
    ask(scene)
    stranger = member_of(OrganisationFactory())
    db.session.commit()

    assert db.session.scalars(db.select(Question)).one().asker_id != stranger.memberships[0].organisation_id
