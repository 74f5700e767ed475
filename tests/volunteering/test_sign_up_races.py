"""Many colleagues who want the last places at the same moment, on a real database."""

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.pledges.models import Delivery
from marketplace.volunteering import queries, services
from marketplace.volunteering.models import SignUp
from tests.factories import NOON
from tests.pledges.test_pledge_races import together
from tests.scenes import events

AT_ONCE = 16


def joining(delivery_id, user_id):
    def act():
        delivery, user = db.session.get_one(Delivery, delivery_id), db.session.get_one(User, user_id)
        services.join(delivery, actor=user, now=NOON)

    return act


def test_sixteen_who_want_five_places_take_five(app, outing):
    delivery = outing.delivery(places=5)
    people = [outing.colleague().id for _ in range(AT_ONCE)]
    db.session.commit()

    ended = together(app, [joining(delivery.id, each) for each in people])

    assert ended == {"done": 5, "refused": 11}
    assert queries.number_signed_up(delivery.id) == 5


def test_one_person_who_presses_many_times_at_once_takes_one_place(app, outing):
    delivery, ann = outing.delivery(places=5), outing.colleague()
    db.session.commit()

    ended = together(app, [joining(delivery.id, ann.id)] * 8)

    assert ended == {"done": 8}
    assert queries.number_signed_up(delivery.id) == 1
    assert events().count("sign_up.made") == 1


def test_coming_and_going_at_once_never_fills_more_than_there_is(app, outing):
    delivery = outing.delivery(places=4)
    there = [outing.join(delivery).id for _ in range(4)]
    people = [outing.colleague().id for _ in range(8)]
    db.session.commit()

    def leaving(sign_up_id):
        def act():
            row = db.session.get_one(SignUp, sign_up_id)
            services.take_back(row, actor=row.user, now=NOON)

        return act

    delivery_id, lead_id = delivery.id, outing.lead.id

    def fewer():
        row, lead = db.session.get_one(Delivery, delivery_id), db.session.get_one(User, lead_id)
        services.set_places(row, 3, actor=lead, now=NOON)

    acts = [joining(delivery.id, each) for each in people] + [leaving(each) for each in there] + [fewer]
    ended = together(app, acts)

    assert set(ended) <= {"done", "refused"}
    assert queries.number_signed_up(delivery.id) <= delivery.places
