"""Several people writing at the same moment, on a real database."""

from collections import Counter

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.messages import queries, services
from marketplace.messages.models import Message, Thread
from marketplace.organisations.models import Organisation
from tests.factories import NOON
from tests.pledges.test_pledge_races import together

AT_ONCE = 12


def writing(scene, words: str, form_key: str, *, by_hall: bool = False):
    """An act that looks everything up by id, as a request would."""
    need_id, college_id, hall_id = scene.need.id, scene.college.id, scene.hall.id
    user_id = scene.secretary.id if by_hall else scene.giver.id

    def act() -> None:
        college = db.session.get_one(Organisation, college_id)
        thread = services.thread_of(db.session.get_one(type(scene.need), need_id), college, now=NOON)
        services.post(
            thread,
            words,
            organisation=db.session.get_one(Organisation, hall_id if by_hall else college_id),
            actor=db.session.get_one(User, user_id),
            now=NOON,
            form_key=form_key,
        )

    return act


def test_two_who_begin_at_once_begin_one_conversation(app, scene):
    acts = [
        writing(scene, f"Message {number}", f"form {number}", by_hall=bool(number % 2))
        for number in range(AT_ONCE)
    ]

    assert together(app, acts) == {"done": AT_ONCE}

    thread = db.session.execute(db.select(Thread)).scalar_one()
    ids = Counter(db.session.scalars(db.select(Message.organisation_id)))
    assert ids == {scene.hall.id: AT_ONCE // 2, scene.college.id: AT_ONCE // 2}
    for organisation in (scene.hall, scene.college):
        last = db.select(db.func.max(Message.id)).where(Message.organisation_id == organisation.id)
        assert thread.last_id_of(organisation.id) == db.session.scalar(last)


def test_the_same_form_many_times_at_once_is_one_message(app, scene):
    assert together(app, [writing(scene, "Once.", "one form")] * 8) == {"done": 8}
    assert db.session.scalar(db.select(db.func.count()).select_from(Message)) == 1
    assert queries.number_unread(scene.hall.id, scene.secretary.id) == 1


def test_reading_on_many_pages_at_once_makes_one_place(app, scene):
    message = scene.say("Hello", by=scene.giver)
    db.session.commit()
    thread_id, user_id, message_id = message.thread_id, scene.secretary.id, message.id

    def read() -> None:
        services.read_to(db.session.get_one(Thread, thread_id), db.session.get_one(User, user_id), message_id)

    assert together(app, [read] * 8) == {"done": 8}
    assert queries.number_unread(scene.hall.id, scene.secretary.id) == 0
