"""The convener's letter of a day: what waits and what broke, or no letter."""

from datetime import timedelta

import pytest

from marketplace import outbox
from marketplace.desk import jobs, todo
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, MailRun, Stream
from marketplace.outbox.models import OutboxRow
from marketplace.pledges.models import Delivery, DeliveryStatus, PledgeStatus
from marketplace.subscriptions import services as subscriptions
from tests.factories import NOON, PledgeFactory, UserFactory

TODAY = NOON.date()


@pytest.fixture
def convener(app):
    return UserFactory(is_convener=True, email="convener@place.example")


def gave_up(name: str = "search.index", *, days: int = 0) -> None:
    at = NOON - timedelta(days=days)
    db.session.add(
        OutboxRow(name=name, payload={}, created_at=at, due_at=at, attempts=10, failed_at=at, error="X")
    )
    db.session.flush()


def written() -> list[MailMessage]:
    return list(db.session.scalars(db.select(MailMessage).order_by(MailMessage.id)))


def test_a_day_with_nothing_to_do_has_no_letter_and_no_run(convener):
    assert todo.write(TODAY, now=NOON) == 0
    assert written() == []
    assert db.session.scalars(db.select(MailRun)).all() == []


def test_what_waits_is_listed_with_where_it_is_decided(convener):
    pledge = PledgeFactory(status=PledgeStatus.DISPUTED)
    db.session.add(
        Delivery(
            pledge_id=pledge.id, number=1, quantity=3, delivered=3, status=DeliveryStatus.DISPUTED,
            disputed_at=NOON,
        )
    )  # fmt: skip
    gave_up()
    gave_up("mail.send", days=3)

    assert todo.write(TODAY, now=NOON) == 1

    (letter,) = written()
    assert (letter.stream, letter.user_id, letter.template) == (Stream.TO_DO, convener.id, "convener_todo")
    assert letter.subject == "1 promise seen differently by its two sides, and 1 thing more"
    assert letter.words["waiting"][0]["url"].startswith("http://localhost/")
    assert letter.words["broken"] == ["1 job gave up since yesterday: search.index (1)."]
    assert "/letters/stop/" in letter.unsubscribe_url


def test_letters_that_are_held_are_told(convener):
    for settled in ({}, {"sent_at": NOON}):
        db.session.add(
            MailMessage(
                stream=Stream.NEWS,
                address="a@b.example",
                subject="S",
                created_at=NOON,
                held_at=NOON,
                **settled,
            )
        )
    todo.write(TODAY, now=NOON)

    (letter,) = [each for each in written() if each.template]
    assert letter.words["broken"] == ["1 letter is held: the mail service has not said whether it took it."]


def test_once_a_day_however_often_it_is_asked_for(convener):
    gave_up()

    assert [todo.write(TODAY, now=NOON) for _ in range(3)] == [1, 0, 0]
    assert todo.write(TODAY + timedelta(days=1), now=NOON) == 1
    assert len(written()) == 2


def test_only_conveners_who_want_it_get_it(convener):
    gave_up()
    UserFactory()
    UserFactory(is_convener=True, confirmed_at=None)
    subscriptions.stop(convener, Stream.TO_DO, source="one click", now=NOON)

    assert todo.write(TODAY, now=NOON) == 0


def test_the_job_writes_it_and_it_leaves(convener, monkeypatch):
    monkeypatch.setattr("marketplace.clock.now", lambda: NOON)
    gave_up()
    jobs.write_todo()
    db.session.commit()
    outbox.drain()

    db.session.rollback()
    (letter,) = written()
    assert letter.sent_at is not None
