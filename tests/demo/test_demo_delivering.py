"""What came of promises, conversations and work in the demo: all of it by the verbs that people use."""

from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from marketplace.accounts.models import User
from marketplace.demo import drawing
from marketplace.demo.people import demo_people
from marketplace.extensions import db
from marketplace.files import services as files
from marketplace.ledger import verifying
from marketplace.messages.models import Message, Thread, ThreadReader
from marketplace.organisations.models import Organisation
from marketplace.pledges import turns
from marketplace.pledges.models import Bundle, Delivery, End, Pledge, PledgeStatus, Rhythm, Settled, Story
from marketplace.portfolio.models import Shortlisted
from marketplace.responses import queries as answers
from marketplace.responses.deadlines import closed_on, is_overdue
from marketplace.responses.models import Outcome, OutcomeKind, Question, Response, ResponseStatus
from marketplace.teams.models import Budget, TeamLimit
from marketplace.volunteering.models import SignUp
from tests.demo.conftest import MONDAY


def of(status: PledgeStatus) -> list[Pledge]:
    return list(db.session.scalars(db.select(Pledge).where(Pledge.status == status).order_by(Pledge.id)))


def harrier() -> Organisation:
    return db.session.scalars(db.select(Organisation).where(Organisation.name == "Harrier Foods")).one()


def test_the_ledger_of_the_demo_is_whole(demo: Flask):
    report = verifying.check(whole=True, now=MONDAY)
    db.session.rollback()

    assert report.is_whole, report.faults
    assert report.entries > 200


def test_something_is_given_again_and_again_and_some_of_it_was_confirmed(demo: Flask):
    (meals,) = [row for row in of(PledgeStatus.PARTLY_DELIVERED) if row.is_request]
    states = [each.status for each in meals.deliveries]

    assert meals.rhythm is Rhythm.WEEKLY
    assert states == ["confirmed"] * 5 + ["planned"] * 3


def test_each_kind_of_trouble_is_there(demo: Flask):
    settled = db.session.scalars(db.select(Delivery).where(Delivery.settled.is_not(None))).one()
    given_long_ago = [row for row in of(PledgeStatus.DELIVERED) if row.escalated_at]

    assert settled.settled is Settled.UPHELD
    assert settled.confirmed == settled.delivered
    assert [turns.turn(row).end for row in (*of(PledgeStatus.DISPUTED), *given_long_ago)] == [None, None]
    assert any(row.accepted < row.quantity for row in of(PledgeStatus.SCHEDULED))
    assert any(row.proposed_by is End.RECEIVER for row in of(PledgeStatus.ACCEPTED))


def test_who_waits_waits_for_a_line_that_is_full(demo: Flask):
    waiting = of(PledgeStatus.WAITING)

    assert {row.is_request for row in waiting} == {True, False}
    assert [row.quantity_row.missing for row in waiting] == [0, 0]


def test_a_colleague_waits_for_a_yes_and_the_budget_holds_what_was_promised(demo: Flask):
    (draft,) = of(PledgeStatus.DRAFT)
    anil = db.session.get_one(User, draft.offered_by_id)
    budget = db.session.scalars(db.select(Budget)).one()
    held = db.session.scalars(db.select(Pledge).where(Pledge.budget_id == budget.id)).all()

    assert draft.giver is harrier()
    assert anil.email == demo_people()[3].email
    assert draft.quantity > (db.session.get_one(TeamLimit, harrier().id).hours or 0)
    assert budget.hours_used + budget.money_used + budget.goods_used == sum(row.reserved for row in held) > 0
    assert db.session.scalar(db.select(db.func.count(Shortlisted.id))) == 2


def test_people_signed_up_and_some_of_them_came(demo: Flask):
    places = list(db.session.scalars(db.select(SignUp)))

    assert len({row.user_id for row in places}) == 3
    assert any(row.came for row in places)
    assert any(row.delivery.due_on > MONDAY.date() for row in places)


def test_a_bundle_is_five_promises_that_each_go_their_own_way(demo: Flask):
    bundle = db.session.scalars(db.select(Bundle)).one()

    assert len({row.receiver_id for row in bundle.pledges}) == 5
    assert len({row.status for row in bundle.pledges}) == 5


def test_thanks_are_on_the_board_with_a_picture_anybody_may_see(demo: Flask):
    for story in db.session.scalars(db.select(Story)):
        with Image.open(BytesIO(files.contents(story.file))) as picture:
            assert picture.size == drawing.SIZE
        assert story.file.is_public
        assert story.words


@pytest.mark.parametrize("name", drawing.PICTURES)
def test_a_picture_is_small_and_always_the_same(name):
    assert drawing.drawn(name) == drawing.drawn(name)
    assert len(drawing.drawn(name)) < 40_000


def test_one_message_waits_to_be_read_and_what_is_older_was(demo: Flask):
    for thread in db.session.scalars(db.select(Thread)):
        read = list(
            db.session.scalars(db.select(ThreadReader.read_to_id).where(ThreadReader.thread_id == thread.id))
        )
        query = db.select(Message).where(Message.thread_id == thread.id).order_by(Message.id)
        messages = list(db.session.scalars(query))
        assert len(messages) >= 3
        assert (messages[-1].id in read) == (messages[-1].sent_at < MONDAY - timedelta(days=3))


def test_a_question_waits_and_others_were_answered(demo: Flask):
    asked = list(db.session.scalars(db.select(Question)))

    assert [row.is_open for row in asked].count(True) == 1
    assert len(asked) >= 4


def test_a_buyer_has_not_decided_for_too_long(demo: Flask):
    council = db.session.scalars(
        db.select(Organisation).where(Organisation.name == "Weardale & Vale Council")
    ).one()
    (minibus,) = answers.undecided(council)
    shortlisted = [row.status for row in answers.to(minibus)]

    closed = closed_on(minibus, today=MONDAY.date())
    assert closed is not None
    assert is_overdue(closed, today=MONDAY.date())
    assert shortlisted == [ResponseStatus.SHORTLISTED] * 2
    assert all(row.note and row.price_low for row in answers.to(minibus))


def test_decisions_say_why_and_what_was_paid(demo: Flask):
    outcomes = list(db.session.scalars(db.select(Outcome).order_by(Outcome.id)))
    lost = list(db.session.scalars(db.select(Response).where(Response.status == ResponseStatus.LOST)))
    payments = [payment for outcome in outcomes for payment in outcome.payments]

    assert {row.kind for row in outcomes} == {OutcomeKind.AWARDED, OutcomeKind.PARTLY}
    assert any(row.winner_name for row in outcomes)
    assert lost
    assert all(row.reason for row in lost)
    assert any(row.did_well and row.do_better for row in lost)
    assert {payment.agreed_at is None for payment in payments} == {True, False}
