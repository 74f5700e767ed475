"""Introductions: within what both sides can answer, run after run."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from marketplace import outbox
from marketplace.capacity import services as capacity
from marketplace.capacity.models import Capacity
from marketplace.capacity.services import CapacityDetails
from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus, Quantity, QuantityKind
from marketplace.matching import introducing
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import Organisation, OrganisationKind
from tests.factories import (
    NOON,
    CapabilityFactory,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.matching.conftest import CHAIRS, LUNCH, about, match_of, matches, run_all

DAY = timedelta(days=1)
NEXT_QUARTER = datetime(2027, 1, 5, 12, tzinfo=NOON.tzinfo)


def says(organisation: Organisation, **room: int) -> None:
    db.session.merge(Capacity(organisation_id=organisation.id, updated_at=NOON, **room))
    db.session.commit()


def fitting(organisations: Sequence[Organisation], asks: Sequence[Listing]) -> list[Match]:
    """Everybody fits everything, the earlier the better."""
    made = [
        MatchFactory(organisation=each, listing=ask, fit=80.0 - at - 3 * place, introduced_at=None)
        for at, each in enumerate(organisations)
        for place, ask in enumerate(asks)
    ]
    db.session.commit()
    return made


def introduce(now: datetime = NOON) -> int:
    done = introducing.introduce(now)
    db.session.commit()
    return done


def met() -> list[Match]:
    return [match for match in matches() if match.introduced_at]


def of_each(side: str) -> Counter[int]:
    """How many were introduced, by the id of an organisation or an ask."""
    return Counter(getattr(match, side) for match in met())


def volunteers(wanted: int = 10, promised: int = 0) -> list[Quantity]:
    return [Quantity(kind=QuantityKind.VOLUNTEERS, wanted=wanted, promised=promised)]


def test_nobody_is_introduced_more_often_than_they_can_answer(app, monkeypatch):
    monkeypatch.setattr(introducing, "AN_ASK_TAKES", 2)
    firms = [OrganisationFactory() for _ in range(4)]
    for place, firm in enumerate(firms):
        says(firm, jobs_a_quarter=place)
    fitting(firms, [OpportunityFactory() for _ in range(6)])
    introduce()

    assert [of_each("organisation_id")[firm.id] for firm in firms] == [0, 1, 2, 3]
    assert max(of_each("listing_id").values()) <= 2
    assert len(of_each("listing_id")) == 6  # few are left with none


def test_introducing_again_introduces_nobody_new_where_there_is_no_room(app):
    firm = OrganisationFactory()
    says(firm, jobs_a_quarter=2)
    fitting([firm], [OpportunityFactory() for _ in range(5)])

    assert [introduce(NOON + number * DAY) for number in range(3)] == [2, 0, 0]
    assert {match.introduced_at for match in met()} == {NOON}


def test_the_best_are_introduced_first(app):
    firm = OrganisationFactory()
    says(firm, jobs_a_quarter=2)
    found = fitting([firm], [OpportunityFactory() for _ in range(5)])
    introduce()

    assert met() == found[:2]


def test_a_new_quarter_brings_as_many_again_and_no_more(app):
    firm = OrganisationFactory()
    says(firm, jobs_a_quarter=2)
    fitting([firm], [OpportunityFactory() for _ in range(6)])
    for now in (NOON, NOON + 20 * DAY, NOON + 35 * DAY, NEXT_QUARTER, NEXT_QUARTER + 40 * DAY):
        introduce(now)

    assert Counter(match.introduced_at for match in met()) == {NOON: 2, NEXT_QUARTER: 2}


def test_who_said_nothing_reads_a_few_in_a_period_and_a_few_more_in_the_next(app, monkeypatch):
    monkeypatch.setattr(introducing, "AN_ORGANISATION_READS", 3)
    fitting([OrganisationFactory()], [OpportunityFactory() for _ in range(8)])

    steps = (NOON, NOON + DAY, NOON + introducing.PERIOD, NOON + introducing.PERIOD + DAY)
    assert [introduce(now) for now in steps] == [3, 0, 3, 0]


def test_no_room_for_work_is_no_reason_to_give_nothing(app, monkeypatch):
    monkeypatch.setattr(introducing, "AN_ORGANISATION_READS", 2)
    firm = OrganisationFactory(kind=OrganisationKind.BUSINESS)
    says(firm, jobs_a_quarter=1)
    fitting([firm], [*(OpportunityFactory() for _ in range(3)), *(NeedFactory() for _ in range(3))])

    assert [introduce(), introduce(NOON + DAY)] == [3, 0]
    assert Counter(match.listing.family.value for match in met()) == {"opportunity": 1, "need": 2}


def test_an_ask_takes_so_many_answers_in_a_period(app, monkeypatch):
    monkeypatch.setattr(introducing, "AN_ASK_TAKES", 3)
    fitting([OrganisationFactory() for _ in range(7)], [OpportunityFactory()])

    steps = (NOON, NOON + DAY, NOON + introducing.PERIOD)
    assert [introduce(now) for now in steps] == [3, 0, 3]


@pytest.mark.parametrize(("promised", "introduced"), [(0, 10), (5, 5), (8, 2), (95, 1), (100, 0)])
def test_a_need_that_is_nearly_met_fades(app, promised, introduced):
    wanted = 100 if promised > 10 else 10
    lines = [Quantity(kind=QuantityKind.GOODS, wanted=wanted, promised=promised, what="chairs")]
    need = NeedFactory(quantities=lines)
    fitting([OrganisationFactory() for _ in range(12)], [need])

    assert introduce() == introduced


def test_of_several_things_asked_for_the_one_that_lacks_most_decides(app):
    lines = [
        Quantity(kind=QuantityKind.GOODS, wanted=10, promised=10),
        Quantity(kind=QuantityKind.MONEY, wanted=100, promised=60),
    ]
    fitting([OrganisationFactory() for _ in range(12)], [NeedFactory(quantities=lines)])

    assert introduce() == 4


@pytest.mark.parametrize(("hosts", "introduced"), [(0, 0), (3, 3), (40, 10)])
def test_a_host_is_sent_no_more_volunteers_than_it_can_take(app, hosts, introduced):
    need = NeedFactory(quantities=volunteers())
    says(need.organisation, volunteers_a_month=hosts)
    fitting([OrganisationFactory() for _ in range(12)], [need])

    assert introduce() == introduced
    assert introduce(NOON + DAY) == 0


def test_a_host_of_several_needs_shares_its_room_among_them(app):
    hall = OrganisationFactory()
    says(hall, volunteers_a_month=5)
    needs = [NeedFactory(organisation=hall, quantities=volunteers()) for _ in range(2)]
    other = NeedFactory(organisation=hall)  # for chairs: nobody to host
    fitting([OrganisationFactory() for _ in range(8)], [*needs, other])
    introduce()
    found = of_each("listing_id")

    assert sorted(found[need.id] for need in needs) == [2, 3]
    assert found[other.id] == 8
    late = NeedFactory(organisation=hall, quantities=volunteers())
    fitting([OrganisationFactory()], [late])
    assert introduce(NOON + DAY) == 0
    assert introduce(NOON + introducing.PERIOD) > 0


@pytest.mark.parametrize("why", ["declined", "retired", "closed", "past its day", "met before"])
def test_who_is_never_introduced(app, why):
    (match,) = fitting([OrganisationFactory()], [OpportunityFactory()])
    if why == "declined":
        match.status = MatchStatus.DECLINED
    elif why == "retired":
        match.retired_at = NOON
    elif why == "closed":
        match.listing.status = ListingStatus.CLOSED
    elif why == "past its day":
        match.listing.closes_on = NOON.date() - DAY
    else:
        match.introduced_at = NOON - DAY
    db.session.commit()

    assert introduce() == 0


def test_a_no_makes_room_for_another(app):
    firm = OrganisationFactory()
    says(firm, jobs_a_quarter=1)
    first, second = fitting([firm], [OpportunityFactory(), OpportunityFactory()])
    introduce()
    first.status = MatchStatus.DECLINED
    db.session.commit()

    assert introduce(NOON + DAY) == 1
    assert second.introduced_at == NOON + DAY


def test_one_side_alone_may_be_looked_at(app):
    firms = [OrganisationFactory(), OrganisationFactory()]
    asks = [OpportunityFactory(), OpportunityFactory()]
    fitting(firms, asks)

    assert introducing.introduce(NOON, organisation_ids=[firms[0].id]) == 2
    assert introducing.introduce(NOON, listing_ids=[asks[0].id]) == 1
    assert introduce() == 1
    assert introducing.introduce(NOON, listing_ids=[]) == 0


def test_what_an_organisation_says_it_can_take_on_changes_what_is_introduced(board):
    larder = board.capability.organisation

    def say(jobs: int | None) -> Match:
        details = CapacityDetails(jobs_a_quarter=jobs)
        capacity.say(larder, details, actor=UserFactory(), now=NOON)
        db.session.commit()
        outbox.drain()
        return match_of(board.opportunity)

    says(larder, jobs_a_quarter=0)
    run_all()
    assert [match.listing_id for match in matches()] == [board.need.id]
    found = say(1)
    assert (found.retired_at, found.introduced_at is None) == (None, False)
    assert say(0).retired_at is not None
    assert say(None).retired_at is None


def lunches(number: int) -> list[Listing]:
    category = "food-drink/event-catering"
    made = [
        about(OpportunityFactory(title=f"Conference lunch {at}", body=LUNCH), category)
        for at in range(number)
    ]
    db.session.commit()
    return made


def standing_and_met() -> tuple[int, int]:
    found = [match for match in matches() if match.retired_at is None]
    return len(found), sum(match.introduced_at is not None for match in found)


def test_who_has_no_room_left_keeps_the_introductions_that_took_it(app):
    larder = OrganisationFactory(kind=OrganisationKind.BUSINESS)
    about(
        CapabilityFactory(organisation=larder, title="Buffets and hot lunch", body=LUNCH),
        "food-drink/event-catering",
    )
    says(larder, jobs_a_quarter=2)
    lunches(4)
    run_all()
    first = {match.listing_id for match in met()}
    assert standing_and_met() == (4, 2)
    for _ in range(2):
        run_all()
        assert standing_and_met() == (2, 2)  # nothing more is put before them
    assert {match.listing_id for match in met() if match.retired_at is None} == first

    capacity.no_room(larder, ["jobs_a_quarter"], actor=UserFactory(), now=NOON)
    db.session.commit()
    outbox.drain()
    assert standing_and_met() == (0, 0)


def test_several_runs_over_a_quarters_end_stay_within_everybodys_room(app, monkeypatch):
    monkeypatch.setattr(introducing, "AN_ASK_TAKES", 2)
    caterers = [OrganisationFactory(kind=OrganisationKind.BUSINESS) for _ in range(5)]
    for place, each in enumerate(caterers):
        about(
            CapabilityFactory(organisation=each, title="Buffets and hot lunch", body=LUNCH),
            "food-drink/event-catering",
        )
        says(each, jobs_a_quarter=place % 3)
    for now in (NOON, NOON + DAY, NOON + 30 * DAY, NEXT_QUARTER, NEXT_QUARTER + DAY):
        lunches(3)
        run_all(now)
    quarters = {NOON.year: "this", NEXT_QUARTER.year: "next"}
    found = Counter((quarters[match.introduced_at.year], match.organisation_id) for match in met())
    periods = Counter(
        (match.introduced_at < NOON + 28 * DAY, match.introduced_at < NEXT_QUARTER, match.listing_id)
        for match in met()
    )

    room = {each.id: place % 3 for place, each in enumerate(caterers)}
    assert all(times <= room[number] for (_, number), times in found.items())
    assert {number for _, number in found} == {number for number, many in room.items() if many}
    assert max(periods.values()) <= 2


def test_offers_are_introduced_to_needs_too(board):
    for _ in range(3):
        about(OfferFactory(title="Stacking chairs", body=CHAIRS), "furniture-goods/furniture")
    db.session.commit()
    run_all()

    assert of_each("listing_id") == {board.need.id: 4, board.opportunity.id: 1}


def test_an_introduction_nobody_answered_takes_no_job_and_a_yes_does(app):
    firm = OrganisationFactory()
    db.session.add(Capacity(organisation=firm, jobs_a_quarter=2, updated_at=NOON))
    MatchFactory(organisation=firm, listing=OpportunityFactory(), introduced_at=NOON)
    other = OrganisationFactory()
    db.session.flush()
    unanswered = introducing.jobs_left([firm.id, other.id], NOON)
    MatchFactory(
        organisation=firm, listing=OpportunityFactory(), status=MatchStatus.INTERESTED, interested_at=NOON
    )
    db.session.flush()

    assert unanswered == {firm.id: 2, other.id: None}
    assert introducing.jobs_left([firm.id], NOON) == {firm.id: 1}
