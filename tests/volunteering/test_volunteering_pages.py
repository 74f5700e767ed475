"""Coming along, from the letter to “yes, I came”, as each side sees it."""

from datetime import timedelta

import pytest

from marketplace import clock
from marketplace.extensions import db
from marketplace.volunteering import services
from tests.factories import NOON, UserFactory
from tests.scenes import counted_queries, letters, signed_in
from tests.volunteering.conftest import DAY


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The pages see the day that the scene speaks of; a test may move it on."""
    instant = [NOON]
    monkeypatch.setattr(clock, "now", lambda: instant[0])

    def move(by):
        instant[0] += by

    return move


def test_somebody_signs_up_and_changes_their_mind(outing, visitor):
    outing.delivery(places=2)
    ann = signed_in(visitor, outing.colleague())

    ann.open("/volunteering")
    assert "2 of 2 places left" in ann.text
    ann.press("I’ll come : A thousand trees at Hamsterley on 3 December 2026")
    assert "You have a place" in ann.text
    assert ann.heading == "One day out ahead of you"
    assert "1 of 2 places left. You are coming." in ann.text

    ann.press("I can’t come after all : A thousand trees at Hamsterley")

    assert "Your place is free again" in ann.text
    assert ann.heading == "You have no day out yet"


def test_a_full_day_says_so(outing, visitor):
    delivery = outing.delivery(places=1)
    outing.join(delivery)
    ann = signed_in(visitor, outing.colleague())

    ann.open("/volunteering")

    assert "Every place is taken" in ann.text


def test_the_lead_sees_names_and_the_charity_first_names(outing, visitor):
    delivery = outing.delivery()
    outing.join(delivery, outing.colleague("Ann Marsh"))

    signed_in(visitor, outing.lead).open(f"/deliveries/{delivery.id}/people")
    assert "Ann Marsh" in visitor.text
    assert "Signed up" in visitor.text
    visitor.press("Sign out")
    signed_in(visitor, outing.warden).open(f"/deliveries/{delivery.id}/people")

    assert "Ann , Finchale Mutual" in visitor.text
    assert "Marsh" not in visitor.response.text
    assert "Save" not in visitor.text


def test_the_lead_says_how_many_can_come(outing, visitor):
    delivery = outing.delivery(places=None)
    outing.join(delivery)
    outing.join(delivery)
    lead = signed_in(visitor, outing.lead).open(f"/deliveries/{delivery.id}/people")

    lead.press("Save", places="1", status=422)
    assert "2 people signed up already" in lead.text
    lead.press("Save", places="4")

    assert "4 places, 2 free" in lead.text


def test_from_the_letter_to_yes_i_came(outing, visitor, today):
    delivery = outing.delivery(places=6)
    ann = outing.colleague("Ann Marsh")
    place = outing.join(delivery, ann)
    today(DAY - NOON.date() + timedelta(days=1))
    services.ask(now=clock.now())
    db.session.commit()
    assert ("did_you_come", ann.email) in letters()

    signed_in(visitor, ann).open(f"/sign-ups/{place.id}")
    assert visitor.heading == "Did you come?"
    visitor.press("Yes, I came : A thousand trees at Hamsterley")

    assert visitor.heading == "You came. Thank you"
    visitor.open("/volunteering")
    assert "Where you have been" in visitor.text


def test_the_lead_says_who_came_and_sees_how_much_that_is(outing, visitor, today):
    delivery = outing.delivery(places=6)
    for name in ("Ann Marsh", "Ben Okafor"):
        outing.join(delivery, outing.colleague(name))
    today(DAY - NOON.date())
    lead = signed_in(visitor, outing.lead).open(f"/deliveries/{delivery.id}/people")

    lead.press("Came : Ann Marsh").press("Didn’t come : Ben Okafor")

    assert lead.path == f"/deliveries/{delivery.id}/people"
    assert "Going by who came, that is 2 hours of planting" in lead.text
    lead.click("Report it")
    assert lead.page.find("input", {"name": "quantity"})["value"] == "2"


def test_an_entry_for_the_calendar_can_be_downloaded(outing, visitor):
    delivery, undated = outing.delivery(), outing.delivery(on=None)
    ann = signed_in(visitor, outing.colleague())

    ann.open(f"/deliveries/{delivery.id}/calendar.ics")
    assert ann.response.mimetype == "text/calendar"
    assert "DTSTART;VALUE=DATE:20261203" in ann.response.text
    ann.open(f"/deliveries/{undated.id}/calendar.ics", status=404)


def test_somebody_else_cannot_take_my_place_back(outing, visitor, app):
    delivery = outing.delivery()
    place = outing.join(delivery)
    ben = signed_in(visitor, outing.colleague())
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        answer = ben.client.post(f"/sign-ups/{place.id}/take-back")
    finally:
        app.config["WTF_CSRF_ENABLED"] = True

    assert answer.status_code == 404


def test_without_an_organisation_the_page_says_what_to_do(app, visitor):
    signed_in(visitor, UserFactory()).open("/volunteering")

    assert "You don’t act for an organisation yet" in visitor.text


def test_the_page_takes_as_many_statements_for_many_as_for_few(outing, visitor):
    ann = outing.colleague()
    signed_in(visitor, ann)

    def fill(number):
        for _ in range(number):
            outing.join(outing.delivery(), ann)
            outing.delivery()

    def statements():
        visitor.open("/volunteering")
        with counted_queries() as seen:
            visitor.open("/volunteering")
        return seen

    fill(2)
    few = statements()
    fill(6)
    many = statements()
    assert len(many) == len(few), "\n".join(many)
