"""Taking a place, giving it back, being reminded, and saying whether one came."""

from datetime import datetime, timedelta

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import QuantityKind
from marketplace.pledges import services as pledges
from marketplace.pledges.models import End
from marketplace.volunteering import calendars, jobs, queries, services
from tests.factories import NOON, UserFactory
from tests.scenes import events, letters
from tests.volunteering.conftest import DAY, TODAY


def at_noon(day):
    return datetime.combine(day, NOON.timetz())


def test_a_place_is_taken_once_however_often_it_is_asked_for(outing):
    delivery, ann = outing.delivery(places=2), outing.colleague()

    first = outing.join(delivery, ann)

    assert outing.join(delivery, ann).id == first.id
    assert queries.number_signed_up(delivery.id) == 1
    assert events().count("sign_up.made") == 1


def test_there_are_no_more_people_than_places(outing):
    delivery = outing.delivery(places=2)
    outing.join(delivery)
    outing.join(delivery)

    with pytest.raises(Refused, match="Every place is taken"):
        outing.join(delivery)


def test_a_place_given_back_is_somebody_elses_and_can_be_taken_again(outing):
    delivery = outing.delivery(places=1)
    ann, ben = outing.colleague("Ann"), outing.colleague("Ben")
    hers = outing.join(delivery, ann)
    services.take_back(hers, actor=ann, now=NOON)
    services.take_back(hers, actor=ann, now=NOON)

    his = outing.join(delivery, ben)
    with pytest.raises(Refused, match="Every place is taken"):
        outing.join(delivery, ann)
    services.take_back(his, actor=ben, now=NOON)

    assert outing.join(delivery, ann).id == hers.id
    assert [each.user_id for each in queries.signed_up(delivery)] == [ann.id]
    assert events().count("sign_up.taken_back") == 2


def test_without_a_number_of_places_as_many_come_as_like(outing):
    delivery = outing.delivery(places=None)
    for _ in range(9):
        outing.join(delivery)

    assert queries.left(delivery, 9) is None


def test_only_people_of_the_giving_organisation_sign_up(outing):
    delivery = outing.delivery()

    for stranger in (outing.warden, UserFactory()):
        with pytest.raises(Refused, match="Only people of Finchale Mutual"):
            services.join(delivery, actor=stranger, now=NOON)


def test_nobody_signs_up_to_what_is_not_peoples_time(outing):
    outing.need.quantities[0].kind = QuantityKind.GOODS
    db.session.commit()

    with pytest.raises(Refused, match="Nobody can sign up"):
        outing.join(outing.delivery())


def test_nobody_signs_up_once_the_day_has_been(outing):
    delivery, ann = outing.delivery(), outing.colleague()
    place = outing.join(delivery, ann)
    later = at_noon(DAY + timedelta(days=1))

    with pytest.raises(Refused, match="Nobody can sign up"):
        services.join(delivery, actor=outing.colleague(), now=later)
    with pytest.raises(Refused, match="Say whether you came instead"):
        services.take_back(place, actor=ann, now=later)


def test_nobody_signs_up_to_what_was_called_off(outing):
    delivery = outing.delivery()
    pledges.withdraw(delivery.pledge, end=End.GIVER, actor=outing.lead, now=NOON)
    db.session.commit()

    with pytest.raises(Refused, match="Nobody can sign up"):
        outing.join(delivery)


def test_places_are_never_fewer_than_people(outing):
    delivery = outing.delivery(places=6)
    outing.join(delivery)
    outing.join(delivery)

    with pytest.raises(Refused, match="2 people signed up already"):
        services.set_places(delivery, 1, actor=outing.lead, now=NOON)
    services.set_places(delivery, 2, actor=outing.lead, now=NOON)

    with pytest.raises(Refused, match="Every place is taken"):
        outing.join(delivery)


def test_there_are_no_more_places_than_the_charity_can_host(outing):
    outing.need.host_a_week = 8
    outing.delivery(places=3)
    delivery = outing.delivery(places=1)

    with pytest.raises(Refused, match="They can host 8 helpers a week"):
        services.set_places(delivery, 6, actor=outing.lead, now=NOON)
    services.set_places(delivery, 5, actor=outing.lead, now=NOON)

    assert delivery.places == 5


def test_who_may_not_promise_does_not_say_how_many_can_come(outing):
    looks = outing.colleague()
    looks.memberships[0].may_pledge = False
    db.session.commit()

    with pytest.raises(Refused, match="You may look and suggest"):
        services.set_places(outing.delivery(), 3, actor=looks, now=NOON)


def test_everybody_is_reminded_the_day_before_and_only_once(outing):
    delivery = outing.delivery()
    outing.join(delivery, outing.colleague("Ann"))
    gone = outing.join(delivery, outing.colleague("Ben"))
    services.take_back(gone, actor=gone.user, now=NOON)
    eve = at_noon(DAY - timedelta(days=1))

    assert services.remind(now=NOON) == 0
    assert services.remind(now=eve) == 1
    assert services.remind(now=eve) == 0

    assert [name for name, _ in letters()].count("signup_reminder") == 1


def test_who_signs_up_late_is_reminded_on_the_day(outing):
    delivery = outing.delivery()
    services.remind(now=at_noon(DAY - timedelta(days=1)))
    outing.join(delivery)

    assert services.remind(now=at_noon(DAY)) == 1


def test_nobody_is_reminded_of_what_is_off(outing):
    delivery = outing.delivery()
    outing.join(delivery)
    pledges.withdraw(delivery.pledge, end=End.RECEIVER, actor=outing.warden, now=NOON)
    db.session.commit()

    assert services.remind(now=at_noon(DAY)) == 0


def test_when_it_is_off_those_who_would_have_come_are_told(outing):
    delivery = outing.delivery()
    ann = outing.join(delivery).user
    pledges.withdraw(delivery.pledge, end=End.RECEIVER, actor=outing.warden, now=NOON)
    db.session.commit()

    for _ in range(2):  # a job may run twice
        jobs.changed(delivery.pledge_id)

    assert letters().count(("signup_off", ann.email)) == 1


def test_when_the_day_moves_those_who_would_come_are_told_and_reminded_of_the_new_one(outing):
    delivery = outing.delivery()
    place = outing.join(delivery)
    services.remind(now=at_noon(DAY - timedelta(days=1)))
    later, moved = NOON + timedelta(hours=1), DAY + timedelta(days=7)
    pledges.propose(delivery.pledge, moved, "ten", end=End.GIVER, actor=outing.lead, now=later)
    db.session.commit()
    pledges.agree(delivery.pledge, end=End.RECEIVER, actor=outing.warden, now=later)
    db.session.commit()

    for _ in range(2):
        jobs.changed(delivery.pledge_id)

    assert letters().count(("signup_moved", place.user.email)) == 1
    assert place.reminded_at is None
    assert services.remind(now=at_noon(moved - timedelta(days=1))) == 1
    assert letters().count(("signup_reminder", place.user.email)) == 2


def test_who_signed_up_after_the_day_was_agreed_is_not_told_of_it(outing):
    delivery = outing.delivery()
    outing.join(delivery)

    jobs.changed(delivery.pledge_id)

    assert "signup_moved" not in [name for name, _ in letters()]


def test_afterwards_everybody_is_asked_once_whether_they_came(outing):
    delivery = outing.delivery()
    outing.join(delivery, outing.colleague("Ann"))
    said = outing.join(delivery, outing.colleague("Ben"))
    services.say(said, True, actor=said.user, now=at_noon(DAY))

    for days in (1, 2, 30):
        services.ask(now=at_noon(DAY + timedelta(days=days)))

    assert [name for name, _ in letters()].count("did_you_come") == 1


def test_whether_one_came_is_said_from_the_day_on(outing):
    place = outing.join(outing.delivery())

    with pytest.raises(Refused, match="Say so once it has been"):
        services.say(place, True, actor=place.user, now=NOON)
    services.say(place, True, actor=place.user, now=at_noon(DAY))
    services.say(place, False, actor=outing.lead, now=at_noon(DAY))

    assert place.came is False


@pytest.mark.parametrize(("came", "hours"), [(0, None), (1, 2), (3, 6), (6, 12)])
def test_who_came_says_how_much_was_given(outing, came, hours):
    delivery = outing.delivery(places=6)
    people = [outing.join(delivery) for _ in range(6)]
    for number, place in enumerate(people):
        services.say(place, number < came, actor=outing.lead, now=at_noon(DAY))
    db.session.commit()

    assert queries.suggested(delivery) == hours


def test_more_who_come_than_there_were_places_give_no_more_than_was_promised(outing):
    delivery = outing.delivery(places=None)
    for _ in range(3):
        services.say(outing.join(delivery), True, actor=outing.lead, now=at_noon(DAY))

    assert queries.suggested(delivery) == 12


def test_a_calendar_entry_is_one_whole_day_with_its_address(outing):
    delivery = outing.delivery(timing="Bring gloves, boots; tea at 11")

    entry = calendars.entry(delivery, url="https://board.example/pledges/1", host="board.example", now=NOON)

    lines = entry.replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert f"DTSTART;VALUE=DATE:{DAY:%Y%m%d}" in lines
    assert f"DTEND;VALUE=DATE:{DAY + timedelta(days=1):%Y%m%d}" in lines
    assert "SUMMARY:A thousand trees at Hamsterley\\, with Hamsterley Wood" in lines
    assert "DESCRIPTION:Bring gloves\\, boots\\; tea at 11 https://board.example/pledges/1" in lines
    assert all(len(line.encode()) <= 75 for line in entry.split("\r\n"))


def test_no_letter_of_a_long_line_is_cut(outing):
    outing.need.title = "Ysgol Bryn Elian: " + "ŵ" * 120
    delivery = outing.delivery()

    entry = calendars.entry(delivery, url="https://board.example/", host="board.example", now=NOON)

    assert "ŵ" * 120 in entry.replace("\r\n ", "")
    assert all(len(line.encode()) <= 75 for line in entry.split("\r\n"))


def test_a_delivery_without_a_day_has_no_entry(outing):
    with pytest.raises(ValueError, match="no day"):
        calendars.entry(outing.delivery(on=None), url="", host="x", now=NOON)


def test_open_places_are_the_firms_own_the_soonest_first_and_a_page_at_a_time(outing):
    soon = outing.delivery(on=TODAY + timedelta(days=2))
    late = outing.delivery(on=TODAY + timedelta(days=40))
    some_day = outing.delivery(on=None)
    ann = outing.colleague()
    outing.join(soon, ann)

    first = queries.open_for(outing.firm, ann, today=TODAY, limit=2)
    rest = queries.open_for(outing.firm, ann, today=TODAY, after=first.after, limit=2)

    assert [slot.delivery.id for slot in first.slots] == [soon.id, late.id]
    assert [slot.delivery.id for slot in rest.slots] == [some_day.id]
    assert rest.after is None
    assert [(slot.taken, slot.left, slot.mine is not None) for slot in first.slots] == [
        (1, 5, True),
        (0, 6, False),
    ]
    assert queries.open_for(outing.need.organisation, outing.warden, today=TODAY, limit=9).slots == []
