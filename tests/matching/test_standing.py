"""What each organisation has room for, how it answered, and when it was last seen."""

from datetime import date, timedelta
from typing import Any

import pytest

from marketplace.capacity.models import Capacity
from marketplace.extensions import db
from marketplace.matching import running, sources, standing
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import Organisation
from tests.factories import NOON, CapabilityFactory, MatchFactory, OpportunityFactory, OrganisationFactory
from tests.scenes import counted_queries

TODAY = NOON.date()
A_WEEK = timedelta(days=7)


@pytest.fixture
def firm(app) -> Organisation:
    made: Organisation = OrganisationFactory()
    return made


def says(organisation: Organisation, **room: int) -> None:
    db.session.merge(Capacity(organisation_id=organisation.id, updated_at=NOON, **room))
    db.session.commit()


def met(organisation: Organisation, **facts: Any) -> Match:
    """Introduced to some work."""
    facts = {"introduced_at": NOON, **facts}
    made: Match = MatchFactory(organisation=organisation, listing=OpportunityFactory(), **facts)
    return made


def of(organisation: Organisation, today: date = TODAY) -> standing.Standing:
    db.session.commit()
    return standing.of([organisation.id], today=today)[organisation.id]


def test_who_said_nothing_and_did_nothing_has_a_standing_too(firm):
    assert of(firm) == standing.Standing()
    assert standing.of([999], today=TODAY)[999] == standing.Standing()


@pytest.mark.parametrize(
    ("said", "room"),
    [
        ({}, {}),
        ({"jobs_a_quarter": 3}, {"spend": 3}),
        ({"jobs_a_quarter": 0}, {"spend": 0}),
        ({"hours_left": 0}, {"support": 0}),
        ({"hours_left": 0, "money_left": 0}, {"support": 0}),
        ({"hours_left": 0, "money_left": 5}, {}),  # something to give: how many introductions, nobody said
        ({"hours_left": 8}, {}),
    ],
)
def test_what_was_said_becomes_room_on_the_side_it_is_of(firm, said, room):
    says(firm, **said)

    assert of(firm).room == room


def test_introductions_to_work_take_room_until_they_are_declined(firm):
    says(firm, jobs_a_quarter=3)
    first = met(firm)
    met(firm, status=MatchStatus.INTERESTED)
    met(firm, introduced_at=None)
    MatchFactory(organisation=firm, introduced_at=NOON)  # to a need
    assert of(firm).room == {"spend": 1}
    first.status = MatchStatus.DECLINED

    assert of(firm).room == {"spend": 2}


def test_room_is_never_less_than_none(firm):
    says(firm, jobs_a_quarter=1)
    met(firm)
    met(firm)

    assert of(firm).room == {"spend": 0}


@pytest.mark.parametrize(
    ("day", "left"),
    [(date(2026, 12, 31), 0), (date(2027, 1, 1), 1), (date(2026, 11, 24), 0)],
)
def test_a_new_quarter_brings_room(firm, day, left):
    says(firm, jobs_a_quarter=1)
    met(firm)

    assert of(firm, day).room == {"spend": left}


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 3, 31), date(2026, 1, 1)),
        (date(2026, 4, 1), date(2026, 4, 1)),
        (date(2026, 12, 31), date(2026, 10, 1)),
    ],
)
def test_quarters_begin_in_january_april_july_and_october(day, first):
    began = standing.quarter_of(day)

    assert (began.date(), began.hour, began.utcoffset()) == (first, 0, timedelta())


def test_a_no_is_an_answer_and_silence_counts_once_there_was_time(firm):
    met(firm, status=MatchStatus.DECLINED)
    met(firm, status=MatchStatus.INTERESTED)
    met(firm, status=MatchStatus.CONVERTED)
    met(firm, status=MatchStatus.NOTIFIED, notified_at=NOON - A_WEEK - timedelta(days=1))
    met(firm, status=MatchStatus.NOTIFIED, notified_at=NOON)  # had no time yet
    met(firm)  # was never told
    met(OrganisationFactory(), status=MatchStatus.INTERESTED)

    assert (of(firm).asked, of(firm).answered) == (4, 3)


def test_who_changed_a_notice_was_seen_then(firm):
    CapabilityFactory(organisation=firm, updated_at=NOON - A_WEEK)
    assert of(firm).seen_on == TODAY - A_WEEK
    CapabilityFactory(organisation=firm, updated_at=NOON)

    assert of(firm).seen_on == TODAY


def test_who_said_no_is_said_of_each_notice(firm):
    no, yes = met(firm, status=MatchStatus.DECLINED), met(firm, status=MatchStatus.INTERESTED)
    db.session.commit()
    found = standing.said_no([no.listing_id, yes.listing_id])

    assert found[no.listing_id] == {str(firm.id)}
    assert found[yes.listing_id] == set()


def test_who_met_this_quarter_is_said_of_each_opportunity(firm):
    says(firm, jobs_a_quarter=1)
    now, earlier = met(firm), met(firm, introduced_at=NOON - timedelta(days=90))
    never = met(firm, introduced_at=None)
    none = met(firm, status=MatchStatus.DECLINED)
    unsaid = met(OrganisationFactory())
    db.session.commit()
    ids = [match.listing_id for match in (now, earlier, never, none, unsaid)]

    assert {key: value for key, value in standing.met(ids, today=TODAY).items() if value} == {
        now.listing_id: {str(firm.id)}
    }


def test_whoever_has_no_room_at_all_met_nobody(firm):
    says(firm, jobs_a_quarter=0)
    match = met(firm)
    db.session.commit()

    assert standing.met([match.listing_id], today=TODAY)[match.listing_id] == set()


def test_any_number_of_organisations_stands_in_as_many_statements(app):
    def statements(number: int) -> int:
        firms = [OrganisationFactory() for _ in range(number)]
        for each in firms:
            says(each, jobs_a_quarter=2)
            met(each, status=MatchStatus.INTERESTED)
            CapabilityFactory(organisation=each)
        db.session.commit()
        ids = [each.id for each in firms]
        with counted_queries() as seen:
            found = standing.of(ids, today=TODAY)
        assert {found[each].answered for each in ids} == {1}
        return len(seen)

    assert statements(1) == statements(7) <= 5


def test_of_all_is_the_same_as_of_each(app):
    firms = [OrganisationFactory() for _ in range(3)]
    for number, each in enumerate(firms):
        says(each, jobs_a_quarter=number)
        met(each, status=MatchStatus.INTERESTED)
    db.session.commit()
    everybody = standing.of(None, today=TODAY)

    assert {each.id: everybody[each.id] for each in firms} == {each.id: of(each) for each in firms}


def test_the_ranking_is_told(firm):
    CapabilityFactory(organisation=firm)
    says(firm, jobs_a_quarter=4)
    met(firm, status=MatchStatus.INTERESTED)
    db.session.commit()

    (party,) = sources.parties(TODAY, running.means(NOON).lexicon, ids=[firm.id])

    assert (dict(party.room), party.asked, party.answered, party.seen_on) == ({"spend": 3}, 1, 1, TODAY)
