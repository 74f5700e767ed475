"""The page and the panel on which an organisation says what it can take on."""

import threading

import pytest
from flask import render_template

from marketplace import clock
from marketplace.accounts.models import User
from marketplace.capacity import queries, services
from marketplace.capacity.models import Capacity
from marketplace.capacity.services import CapacityDetails
from marketplace.extensions import db
from marketplace.organisations.models import Organisation, OrganisationKind
from tests.factories import NOON, MembershipFactory, OrganisationFactory, UserFactory
from tests.scenes import counted_queries, member_of, signed_in
from tests.visitor import Visitor

FIELDS = tuple(CapacityDetails.__dataclass_fields__)


@pytest.fixture
def firm(app):
    return OrganisationFactory(kind=OrganisationKind.BUSINESS, name="The Larder")


@pytest.fixture
def browser(visitor, firm):
    return signed_in(visitor, member_of(firm))


def said(organisation):
    db.session.rollback()
    db.session.expire_all()
    return CapacityDetails.of(db.session.get(Capacity, organisation.id))


def shown(visitor):
    return {tag["name"] for tag in visitor.page.find_all("input", {"name": FIELDS})}


def test_what_is_said_is_there_when_the_page_is_opened_again(browser, firm):
    browser.open("/desk/capacity").press("Save", jobs_a_quarter="3", money_left="£1,500")

    assert browser.path == "/desk"
    assert "with that in mind" in browser.text
    assert said(firm) == CapacityDetails(jobs_a_quarter=3, money_left=1500)
    page = browser.open("/desk/capacity").page
    assert [page.find("input", {"name": name})["value"] for name in ("jobs_a_quarter", "hours_left")] == [
        "3",
        "",
    ]


def test_nought_and_an_empty_field_are_not_the_same(browser, firm):
    browser.open("/desk/capacity").press("Save", jobs_a_quarter="0", hours_left="")

    assert said(firm) == CapacityDetails(jobs_a_quarter=0)
    assert browser.open("/desk/capacity").page.find("input", {"name": "jobs_a_quarter"})["value"] == "0"


def test_a_hall_is_asked_for_volunteers_and_keeps_what_it_is_not_asked(app, visitor):
    hall = OrganisationFactory(name="Howden Hall")
    signed_in(visitor, member_of(hall)).open("/desk/capacity")

    assert shown(visitor) == {"jobs_a_quarter", "volunteers_a_month"}
    visitor.press("Save", volunteers_a_month="10")
    assert said(hall) == CapacityDetails(volunteers_a_month=10)


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"jobs_a_quarter": "-1"}, "Enter a whole number from 0 to 100,000"),
        ({"jobs_a_quarter": "a few"}, "Enter a whole number, such as 1500"),
        ({"hours_left": "100001"}, "Enter a whole number from 0 to 100,000"),
        ({"money_left": "99999999999999"}, "Enter a number of whole pounds, 0 or more"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(browser, firm, answers, sentence):
    browser.open("/desk/capacity").press("Save", status=422, **{"hours_left": "12", **answers})

    summary = browser.page.find(class_="govuk-error-summary")
    ((name, typed),) = answers.items()
    assert sentence in summary.get_text()
    assert summary.find("a")["href"] == f"#{name}"
    assert browser.page.find("input", {"name": name})["value"] == typed
    assert said(firm) == CapacityDetails()


def test_one_button_says_there_is_no_room_and_one_takes_it_back(browser, firm):
    browser.open("/desk/capacity").press("Save", jobs_a_quarter="3")
    browser.open("/desk/capacity").press("No room just now")
    assert "You have no room just now" in browser.text
    assert said(firm) == CapacityDetails(jobs_a_quarter=0, hours_left=0, money_left=0)

    browser.open("/desk/capacity").press("Room again")

    assert browser.path == "/desk"
    assert "as you had before" in browser.text
    assert said(firm) == CapacityDetails(jobs_a_quarter=3)


def test_from_another_browser_room_again_asks_how_much(app, browser, firm):
    browser.open("/desk/capacity").press("No room just now")
    colleague = signed_in(Visitor(app), member_of(firm))

    colleague.open("/desk/capacity").press("Room again")

    assert colleague.path == "/desk/capacity"
    assert "Say how much, if you like" in colleague.text
    assert said(firm) == CapacityDetails()


def test_what_one_organisation_had_is_never_given_to_another(app, visitor, firm):
    member, other = MembershipFactory(organisation=firm), OrganisationFactory(kind=OrganisationKind.BUSINESS)
    MembershipFactory(user=member.user, organisation=other)
    services.no_room(other, queries.room_of(other, now=NOON).asked, actor=member.user, now=NOON)
    signed_in(visitor, member.user)
    visitor.open("/desk/capacity").press("Save", jobs_a_quarter="7")
    visitor.open("/desk/capacity").press("No room just now")
    visitor.open("/accounts/switch").press(f"Act for them {other.name}")

    visitor.open("/desk/capacity").press("Room again")

    assert said(other) == CapacityDetails()


def test_somebody_without_an_organisation_has_nothing_to_say_here(app, visitor):
    signed_in(visitor, UserFactory()).open("/desk/capacity", status=403)


@pytest.mark.parametrize(
    ("numbers", "words", "button"),
    [
        ({}, "You haven’t said", "No room just now"),
        ({"jobs_a_quarter": 2}, "2 new jobs this quarter", "No room just now"),
        ({"jobs_a_quarter": 0, "hours_left": 0, "money_left": 0}, "No room just now.", "Room again"),
    ],
)
def test_the_panel_on_the_desk_says_how_it_stands(app, firm, numbers, words, button):
    if numbers:
        services.say(firm, CapacityDetails(**numbers), actor=UserFactory(), now=clock.now())
    with app.test_request_context():
        html = render_template("capacity/panel.html", room=queries.room_of(firm, now=clock.now()))

    assert words in html
    assert f">{button}<" in html
    assert ("You said so today" in html) == bool(numbers)


def test_what_a_panel_needs_is_two_statements_whatever_was_said(app, firm):
    services.say(firm, CapacityDetails(jobs_a_quarter=2, hours_left=3), actor=UserFactory(), now=NOON)
    for organisation in (firm, OrganisationFactory()):
        db.session.commit()
        db.session.refresh(organisation)
        with counted_queries() as seen:
            queries.room_of(organisation, now=NOON)
        assert len(seen) == 2


def test_two_colleagues_who_say_it_first_at_the_same_moment_both_get_through(app, firm):
    user_id, firm_id = UserFactory().id, firm.id
    db.session.commit()
    start, ended = threading.Barrier(2), []

    def say(number):
        with app.app_context():
            organisation, user = db.session.get_one(Organisation, firm_id), db.session.get_one(User, user_id)
            db.session.rollback()
            start.wait(timeout=30)
            services.say(organisation, CapacityDetails(jobs_a_quarter=number), actor=user, now=NOON)
            db.session.commit()
            ended.append(number)

    threads = [threading.Thread(target=say, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(ended) == [1, 2]
    assert said(firm).jobs_a_quarter in (1, 2)
