"""Letters about messages: soon, not too often, and one reminder."""

from datetime import timedelta

import pytest

from marketplace import outbox
from marketplace.extensions import db
from marketplace.mail.models import MailMessage
from marketplace.matching import standing
from marketplace.messages import services, telling
from marketplace.outbox.models import OutboxRow
from tests.factories import NOON, OrganisationFactory
from tests.messages.conftest import Scene
from tests.scenes import letters, member_of

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def go(scene, at, monkeypatch):
    """Let the outbox do, at an instant, what is due by then; without sending what it wrote."""
    monkeypatch.setitem(outbox.services.HANDLERS, "mail.send", lambda **_: None)

    def until(instant):
        at(instant)
        db.session.commit()
        outbox.drain()
        db.session.expire_all()

    return until


def written() -> list[MailMessage]:
    return list(db.session.scalars(db.select(MailMessage).order_by(MailMessage.id)))


def test_each_person_of_the_other_side_is_told_what_was_written(scene, at, go):
    colleague = member_of(scene.hall)
    at(NOON)
    scene.say("Would Tuesday do?", by=scene.giver)
    go(NOON)

    assert letters() == [("message_received", scene.secretary.email), ("message_received", colleague.email)]
    letter = written()[0]
    assert letter.subject == f"The College wrote about “{scene.need.title}”"
    assert "Would Tuesday do?" in letter.text
    assert scene.giver.name in letter.html
    assert scene.giver.email not in letter.text + letter.html
    assert letter.reply_to == ""  # nobody reads answers here


def test_letters_come_an_hour_apart_while_nobody_looks_and_tell_only_what_is_new(scene, at, go):
    at(NOON)
    scene.say("One", by=scene.giver)
    go(NOON)
    for minute, words in ((5, "Two"), (10, "Three")):
        at(NOON + minute * MINUTE)
        scene.say(words, by=scene.giver, now=NOON + minute * MINUTE)
        go(NOON + minute * MINUTE)
    assert len(letters()) == 1
    waiting = db.select(OutboxRow).where(OutboxRow.done_at.is_(None), OutboxRow.name == "messages.tell")
    assert [row.due_at for row in db.session.scalars(waiting)] == [NOON + HOUR]

    go(NOON + HOUR)
    [_, second] = written()
    assert "One" not in second.text
    assert "Two" in second.text
    assert "Three" in second.text
    go(NOON + 5 * HOUR)
    assert len(letters()) == 2


def test_whoever_has_looked_meanwhile_is_told_at_once(scene, at, go):
    at(NOON)
    message = scene.say("One", by=scene.giver)
    go(NOON)
    services.read_to(scene.thread, scene.secretary, message.id)
    scene.say("Two", by=scene.giver, now=NOON + MINUTE)
    go(NOON + MINUTE)

    assert len(letters()) == 2


def test_what_was_read_on_the_page_first_is_not_written_about(scene, at, go):
    at(NOON)
    message = scene.say("One", by=scene.giver)
    services.read_to(scene.thread, scene.secretary, message.id)
    go(NOON)

    assert letters() == []


def test_telling_twice_writes_once(scene, at, go):
    at(NOON)
    scene.say("One", by=scene.giver)
    telling.tell(scene.thread, now=NOON)
    go(NOON)

    assert len(letters()) == 1


def test_of_many_messages_the_last_few_are_written_out(scene):
    for number in range(8):
        scene.say(f"Message {number}.", by=scene.giver)
    telling.tell(scene.thread, now=NOON)

    [letter] = written()
    assert "3 earlier messages you have not read are on the page." in letter.text
    assert "Message 2." not in letter.text
    assert "Message 7." in letter.text


def reminders(now) -> list[str]:
    """Who was reminded just now."""
    before = len(written())
    telling.remind(now)
    db.session.flush()
    return [letter.address for letter in written()[before:]]


def test_whoever_leaves_it_unread_for_two_days_is_reminded_once(scene):
    scene.say("Would Tuesday do?", by=scene.giver)
    telling.tell(scene.thread, now=NOON)

    assert reminders(NOON + DAY) == []
    assert reminders(NOON + 2 * DAY) == [scene.secretary.email]
    assert written()[-1].subject.startswith("Unread: The College wrote")
    assert reminders(NOON + 3 * DAY) == []


def test_nobody_is_reminded_of_what_a_colleague_answered_or_of_what_is_long_past(scene):
    scene.say("Would Tuesday do?", by=scene.giver)
    assert reminders(NOON + 15 * DAY) == []
    member_of(scene.hall)
    scene.say("It would.", by=scene.secretary)

    assert reminders(NOON + 2 * DAY) == [scene.giver.email]


def test_the_letter_of_a_new_question_after_reading_can_be_reminded_of_again(scene: Scene):
    first = scene.say("One", by=scene.giver)
    reminders(NOON + 2 * DAY)
    services.read_to(scene.thread, scene.secretary, first.id)
    scene.say("Two", by=scene.giver, now=NOON + 3 * DAY)

    assert reminders(NOON + 5 * DAY) == [scene.secretary.email]


def test_how_an_organisation_answers_what_it_is_asked_counts_for_its_standing(scene):
    today = (NOON + 10 * DAY).date()
    scene.say("Would Tuesday do?", by=scene.giver)
    assert standing.of([scene.hall.id], today=NOON.date())[scene.hall.id].asked == 0
    assert standing.of([scene.hall.id], today=today)[scene.hall.id].asked == 1
    assert standing.of([scene.hall.id], today=today)[scene.hall.id].answered == 0

    other = OrganisationFactory()
    thread = services.thread_of(scene.need, other, now=NOON)
    services.post(thread, "Hi", organisation=other, actor=member_of(other), now=NOON, form_key="x")
    services.post(
        thread, "Yes", organisation=scene.hall, actor=scene.secretary, now=NOON + 2 * DAY, form_key="y"
    )
    found = standing.of(None, today=today)
    assert (found[scene.hall.id].asked, found[scene.hall.id].answered) == (2, 1)
    assert found[scene.college.id].asked == 0
