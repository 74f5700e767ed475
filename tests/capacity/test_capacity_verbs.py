"""What an organisation says it can take on, taking it back, and reading it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from marketplace.capacity import queries, services
from marketplace.capacity.models import Capacity
from marketplace.capacity.services import CapacityDetails
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.organisations.models import OrganisationKind
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.scenes import counted_queries, events, jobs

LATER = NOON + timedelta(days=3)
BUSINESS = ("jobs_a_quarter", "hours_left", "money_left")


@pytest.fixture
def firm(app):
    return OrganisationFactory(kind=OrganisationKind.BUSINESS)


def said(organisation, now=NOON, **numbers):
    services.say(organisation, CapacityDetails(**numbers), actor=UserFactory(), now=now)
    db.session.commit()


def now_said(organisation):
    db.session.expire_all()
    return CapacityDetails.of(db.session.get(Capacity, organisation.id))


def test_what_is_said_is_kept_recorded_and_looked_at_by_the_matching(firm):
    said(firm, jobs_a_quarter=3, hours_left=0)

    row = db.session.get(Capacity, firm.id)
    assert (row.jobs_a_quarter, row.hours_left, row.money_left, row.updated_at) == (3, 0, None, NOON)
    assert events() == ["capacity.said"]
    assert jobs() == [{"organisation_id": firm.id}]
    assert len(jobs("matching.organisation")) == 1


def test_saying_it_again_replaces_all_of_it(firm):
    said(firm, jobs_a_quarter=3, hours_left=12)
    said(firm, now=LATER, money_left=500)

    assert now_said(firm) == CapacityDetails(money_left=500)
    assert db.session.get(Capacity, firm.id).updated_at == LATER


def test_no_room_is_none_of_anything_that_was_asked_and_can_be_taken_back(firm):
    said(firm, jobs_a_quarter=3)

    before = services.no_room(firm, BUSINESS, actor=UserFactory(), now=LATER)
    db.session.commit()
    assert now_said(firm) == CapacityDetails(jobs_a_quarter=0, hours_left=0, money_left=0)

    assert services.room_again(firm, BUSINESS, before, actor=UserFactory(), now=LATER)
    db.session.commit()
    assert now_said(firm) == CapacityDetails(jobs_a_quarter=3)
    assert events() == ["capacity.said"] * 3


def test_no_room_said_twice_is_said_once(firm):
    first = services.no_room(firm, BUSINESS, actor=UserFactory(), now=NOON)
    second = services.no_room(firm, BUSINESS, actor=UserFactory(), now=LATER)

    assert (first, second) == (CapacityDetails(), None)
    assert events() == ["capacity.said"]


def test_room_again_without_remembering_how_much_is_nothing_said(firm):
    services.no_room(firm, BUSINESS, actor=UserFactory(), now=NOON)

    assert services.room_again(firm, BUSINESS, None, actor=UserFactory(), now=LATER)
    db.session.commit()
    assert now_said(firm) == CapacityDetails()


@pytest.mark.parametrize("numbers", [{}, {"jobs_a_quarter": 2, "hours_left": 0, "money_left": 0}])
def test_an_old_page_does_not_undo_what_a_colleague_said_since(firm, numbers):
    said(firm, **numbers)

    taken_back = services.room_again(
        firm, BUSINESS, CapacityDetails(jobs_a_quarter=9), actor=UserFactory(), now=LATER
    )

    assert not taken_back
    assert now_said(firm) == CapacityDetails(**numbers)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (OrganisationKind.BUSINESS, BUSINESS),
        (OrganisationKind.VOLUNTARY, ("jobs_a_quarter", "volunteers_a_month")),
        (OrganisationKind.ANCHOR, ("hours_left", "money_left")),
        (OrganisationKind.DEVELOPER, ("hours_left", "money_left")),
        (OrganisationKind.PUBLIC, ("hours_left", "money_left")),
    ],
)
def test_an_organisation_is_asked_what_makes_sense_for_its_kind(app, kind, asked):
    assert queries.room_of(OrganisationFactory(kind=kind), now=NOON).asked == asked


@pytest.mark.parametrize(
    ("factory", "more"),
    [
        (CapabilityFactory, "jobs_a_quarter"),
        (NeedFactory, "volunteers_a_month"),
        (OfferFactory, "hours_left"),
    ],
)
def test_a_notice_of_another_kind_brings_its_question(app, factory, more):
    kind = OrganisationKind.VOLUNTARY if factory is OfferFactory else OrganisationKind.ANCHOR
    organisation = OrganisationFactory(kind=kind)
    assert more not in queries.room_of(organisation, now=NOON).asked

    factory(organisation=organisation, status=ListingStatus.DRAFT)

    assert more in queries.room_of(organisation, now=NOON).asked


def test_what_was_said_is_asked_again_whatever_the_kind_is_now(firm):
    said(firm, volunteers_a_month=4)

    assert "volunteers_a_month" in queries.room_of(firm, now=NOON).asked


@pytest.mark.parametrize(
    ("numbers", "lines", "is_full"),
    [
        ({}, (), False),
        ({"jobs_a_quarter": 1}, ("1 new job this quarter",), False),
        ({"jobs_a_quarter": 0}, ("No room for new jobs this quarter",), False),
        (
            {"hours_left": 40, "money_left": 12_500},
            ("40 hours left to give this year", "£12,500 left to give this year"),
            False,
        ),
        (
            {"jobs_a_quarter": 0, "hours_left": 0, "money_left": 0},
            (
                "No room for new jobs this quarter",
                "No hours left to give this year",
                "No money left to give this year",
            ),
            True,
        ),
        ({"jobs_a_quarter": 0, "hours_left": 0, "money_left": 50}, None, False),
    ],
)
def test_nought_and_nothing_said_are_told_apart_in_words(firm, numbers, lines, is_full):
    said(firm, **numbers)
    room = queries.room_of(firm, now=NOON)

    assert lines is None or room.lines == lines
    assert room.is_full is is_full
    assert (room.said_at is None) == (not numbers)


def test_a_host_says_how_many_it_can_welcome(app):
    hall = OrganisationFactory()
    said(hall, volunteers_a_month=10)

    assert queries.room_of(hall, now=NOON).lines == ("10 volunteers a month",)


@pytest.mark.parametrize(("days", "is_old"), [(90, False), (91, True)])
def test_after_a_quarter_we_ask_whether_it_is_still_so(firm, days, is_old):
    said(firm, jobs_a_quarter=2)

    assert queries.room_of(firm, now=NOON + timedelta(days=days)).is_old is is_old


def test_many_are_read_at_once(app):
    firms = [OrganisationFactory(kind=OrganisationKind.BUSINESS) for _ in range(4)]
    for number, each in enumerate(firms[:3]):
        said(each, jobs_a_quarter=number)
    db.session.expire_all()
    ids = [each.id for each in firms]

    with counted_queries() as seen:
        found = queries.of(ids)

    assert {key: row.jobs_a_quarter for key, row in found.items()} == dict(zip(ids, range(3), strict=False))
    assert len(seen) == 1
    assert queries.of([]) == {}


@pytest.mark.parametrize("name", CapacityDetails.__dataclass_fields__)
def test_the_database_knows_no_less_than_nothing(firm, name):
    db.session.add(Capacity(organisation_id=firm.id, updated_at=NOON, **{name: -1}))

    with pytest.raises(IntegrityError):
        db.session.flush()
