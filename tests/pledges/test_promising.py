"""What a promise says besides how much: when, from which budget, for whom it counts, and the team's yes."""

from datetime import date, timedelta

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.ledger.models import LedgerEntry
from marketplace.listings.models import ListingStatus, Quantity, QuantityKind
from marketplace.organisations.models import MembershipRole, OrganisationStatus
from marketplace.pledges import services
from marketplace.pledges.models import Bundle, End, Pledge, PledgeStatus, Rhythm
from marketplace.responses.models import Outcome, OutcomeKind
from marketplace.teams.models import Budget, TeamLimit
from tests.factories import (
    NOON,
    MembershipFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
)
from tests.pledges.conftest import FRIDAY, TODAY, OfferScene, Scene, later, statuses, sums, uneven
from tests.scenes import events, jobs, letters, member_of


@pytest.fixture
def team(scene: Scene) -> Scene:
    """A firm where one person promises five things alone, and its owner says yes to more."""
    scene.boss = MembershipFactory(organisation=scene.firm, role=MembershipRole.OWNER).user
    db.session.add(TeamLimit(organisation_id=scene.firm.id, goods=5, updated_at=NOON))
    db.session.commit()
    return scene


@pytest.fixture
def asked(app) -> OfferScene:
    offer = OfferFactory(organisation__name="Tow Law Larder")
    hall = OrganisationFactory(name="Village Hall", ward_code="E05000001")
    db.session.commit()
    return OfferScene(offer, hall, member_of(offer.organisation), member_of(hall))


def budget(scene: Scene, goods: int = 10) -> Budget:
    row = Budget(
        organisation_id=scene.firm.id, name="This year", starts_on=TODAY, ends_on=date(2027, 3, 31),
        goods=goods, created_at=NOON,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


# The team's own yes


def test_more_than_one_may_promise_alone_waits_for_the_team(team):
    pledge = team.offer(6)

    assert (pledge.status, pledge.due_at) == (PledgeStatus.DRAFT, later(days=14))
    assert letters() == [("pledge_needs_approval", team.boss.email)]
    assert jobs("matching.converted") == []
    assert sums() == {}


def test_the_teams_yes_makes_it_a_promise(team):
    pledge = team.offer(6)
    services.approve(pledge, actor=team.boss, now=later(days=1))
    services.approve(pledge, actor=team.boss, now=later(days=1))

    assert (pledge.status, pledge.approved_by_id) == (PledgeStatus.OFFERED, team.boss.id)
    assert letters()[-1] == ("pledge_offered", team.secretary.email)
    assert events() == ["pledge.drafted", "pledge.approved", "pledge.offered"]
    assert sums() == {"promised": 6}


def test_nobody_says_yes_to_their_own(team):
    pledge = team.offer(6)

    with pytest.raises(Refused, match="You made this promise yourself"):
        services.approve(pledge, actor=team.giver, now=NOON)


def test_what_the_team_turns_down_the_other_end_never_hears_of(team):
    pledge = team.offer(6)
    for _ in range(2):
        services.turn_down(pledge, "Not this quarter.", actor=team.boss, now=NOON)

    assert (pledge.status, pledge.reason_words) == (PledgeStatus.DECLINED, "Not this quarter.")
    assert team.secretary.email not in [address for _, address in letters()]
    with pytest.raises(Refused, match="declined already"):
        services.approve(pledge, actor=team.boss, now=NOON)


def test_what_was_taken_meanwhile_joins_the_waiting_list(team):
    draft = team.offer(6)
    services.accept(team.offer(10, key="boss", actor=team.boss), actor=team.secretary, now=NOON)

    services.approve(draft, actor=team.boss, now=NOON)

    assert draft.status is PledgeStatus.WAITING


def test_a_draft_nobody_looks_at_can_be_taken_back(team):
    draft = team.offer(6)
    team.take_back(draft)

    assert draft.status is PledgeStatus.WITHDRAWN
    assert sums() == {}


# Budgets


def test_what_is_promised_comes_from_the_budget_and_what_falls_through_goes_back(scene):
    row = budget(scene)
    pledge = scene.offer(8)
    assert (row.goods_used, pledge.reserved) == (8, 8)

    services.accept(pledge, quantity=6, actor=scene.secretary, now=NOON)
    db.session.refresh(row)
    assert row.goods_used == 6

    scene.give(pledge, 5)
    db.session.refresh(row)
    assert row.goods_used == 5

    services.not_delivered(pledge.deliveries[0], "Broken", end=End.RECEIVER, actor=scene.secretary, now=NOON)
    db.session.refresh(row)
    assert row.goods_used == 0
    assert uneven() == []


def test_more_than_the_budget_has_left_is_refused(scene):
    budget(scene, goods=7)

    with pytest.raises(Refused, match="has 7 things left"):
        scene.offer(8)


@pytest.mark.parametrize("ending", ["withdraw", "decline"])
def test_a_promise_that_ends_unanswered_goes_back_to_the_budget(scene, ending):
    row = budget(scene)
    pledge = scene.offer(8)
    if ending == "withdraw":
        scene.take_back(pledge)
    else:
        services.decline(pledge, "No", actor=scene.secretary, now=NOON)
    db.session.refresh(row)

    assert (row.goods_used, pledge.reserved) == (0, 0)


# Which contract, whose giving, which bundle


def won(scene: Scene, winner=None) -> int:
    contract = OpportunityFactory(status=ListingStatus.CLOSED)
    if winner is not None:
        db.session.add(
            Outcome(
                opportunity_id=contract.id, buyer_id=contract.organisation_id, kind=OutcomeKind.AWARDED,
                winner_id=winner.id, decided_at=NOON,
            )
        )  # fmt: skip
    db.session.commit()
    return contract.id


def test_it_counts_for_a_contract_they_won_and_the_ledger_says_so(scene):
    contract_id = won(scene, winner=scene.firm)
    credited = OrganisationFactory(name="The College")
    scene.offer(4, contract_id=contract_id, credited_id=credited.id)
    db.session.commit()

    entry = db.session.scalars(db.select(LedgerEntry)).one()
    assert (entry.contract_id, entry.credited_id) == (contract_id, credited.id)


def test_it_counts_for_a_contract_of_their_own(scene):
    contract = OpportunityFactory(organisation=scene.firm)

    assert scene.offer(4, contract_id=contract.id).contract_id == contract.id


@pytest.mark.parametrize("whose", ["nobody's", "somebody else's", "draft", "not there"])
def test_a_contract_that_is_not_theirs_is_refused(scene, whose):
    draft = OpportunityFactory(organisation=scene.firm, status=ListingStatus.DRAFT, published_at=None)
    contract_id = {
        "nobody's": won(scene), "somebody else's": won(scene, OrganisationFactory()), "draft": draft.id,
        "not there": 999,
    }[whose]  # fmt: skip

    with pytest.raises(Refused, match="that you won or that you put up") as refusal:
        scene.offer(4, contract_id=contract_id)
    assert refusal.value.field == "contract_id"


def test_nobody_is_credited_who_is_not_on_the_board(scene):
    gone = OrganisationFactory(status=OrganisationStatus.SUSPENDED)

    with pytest.raises(Refused, match="on the board"):
        scene.offer(4, credited_id=gone.id)


def test_several_needs_are_promised_to_in_one_bundle(scene):
    named = {"giver": scene.firm, "actor": scene.giver, "now": NOON}
    bundle = services.make_bundle("Five small things", "one form", **named)
    assert services.make_bundle("Five small things", "one form", **named) is bundle
    other = NeedFactory()
    scene.offer(1, key="one", bundle_id=bundle.id)
    services.offer(
        other, scene.details(1, key="two", quantity_id=other.quantities[0].id, bundle_id=bundle.id),
        giver=scene.firm, actor=scene.giver, now=NOON,
    )  # fmt: skip

    assert [row.listing_id for row in bundle.pledges] == [scene.need.id, other.id]
    with pytest.raises(Refused, match="of your own"):
        scene.offer(1, key="three", giver=scene.firm, bundle_id=bundle.id + 1)
    assert db.session.query(Bundle).count() == 1


# Days


def test_days_before_or_after_help_is_wanted_are_refused(scene):
    scene.need.starts_on, scene.need.ends_on = later(days=2).date(), later(days=20).date()

    with pytest.raises(Refused, match="They can use this from 25 November 2026 on"):
        scene.offer(2, starts_on=later(days=1).date())
    with pytest.raises(Refused, match="until 13 December 2026, and the last time is after that"):
        scene.weekly(2, 4, starts_on=FRIDAY)
    assert scene.weekly(2, 3, starts_on=FRIDAY).starts_on == FRIDAY


def test_yesterday_is_refused(scene):
    with pytest.raises(Refused, match="That day has passed") as refusal:
        scene.offer(2, starts_on=later(days=-1).date())
    assert refusal.value.field == "starts_on"


def host(scene: Scene, helpers: int) -> Scene:
    scene.need = NeedFactory(
        organisation=scene.need.organisation,
        quantities=[Quantity(kind=QuantityKind.VOLUNTEERS, wanted=40, promised=0)],
        host_a_week=helpers,
    )
    return scene


def test_a_week_in_which_they_host_nobody_more_is_refused_with_others_named(scene):
    host(scene, 1).scheduled(2)

    with pytest.raises(Refused, match="the week of 23 November is full") as refusal:
        scene.offer(2, key="two", starts_on=FRIDAY + timedelta(days=1))
    assert refusal.value.message.startswith("They can host 1 helper a week")
    assert refusal.value.message.endswith("There is room in the week of 30 November or 7 December.")


def test_a_promise_that_moves_does_not_stand_in_its_own_way(scene):
    pledge = host(scene, 1).scheduled(2)
    saturday = FRIDAY + timedelta(days=1)

    services.propose(pledge, saturday, end=End.GIVER, actor=scene.giver, now=NOON)
    services.agree(pledge, end=End.RECEIVER, actor=scene.secretary, now=NOON)

    assert pledge.deliveries[0].due_on == saturday


@pytest.mark.parametrize(
    ("rhythm", "days"),
    [
        (Rhythm.WEEKLY, ["2027-01-31", "2027-02-07", "2027-02-14"]),
        (Rhythm.FORTNIGHTLY, ["2027-01-31", "2027-02-14", "2027-02-28"]),
        (Rhythm.MONTHLY, ["2027-01-31", "2027-02-28", "2027-03-31"]),
    ],
)
def test_each_time_has_its_day(scene, rhythm, days):
    pledge = scene.scheduled(2, times=3, rhythm=rhythm, starts_on=date(2027, 1, 31))

    assert [str(row.due_on) for row in pledge.deliveries] == days
    assert [row.quantity for row in pledge.deliveries] == [2, 2, 2]


# Standing offers


def test_a_standing_offer_is_asked_for_and_promised_by_the_yes(asked):
    pledge = asked.request(8)
    assert pledge.is_request
    assert (pledge.begun_by, pledge.giver, pledge.receiver) == (
        End.RECEIVER, asked.offer.organisation, asked.hall,
    )  # fmt: skip
    assert letters() == [("pledge_requested", asked.giver.email)]
    assert sums() == {}
    assert jobs("matching.converted") == []

    services.accept(pledge, quantity=6, actor=asked.giver, now=NOON)

    assert asked.line.promised == 6
    assert sums() == {"promised": 6, "accepted": 6}
    entry = db.session.scalars(db.select(LedgerEntry)).first()
    assert entry.ward_code == "E05000001"  # where whoever asked for it is
    assert uneven() == []


def test_the_same_request_sent_twice_is_one(asked):
    assert asked.request() is asked.request()
    assert db.session.query(Pledge).count() == 1


def test_whoever_asked_takes_back_and_whoever_offers_declines(asked):
    with pytest.raises(Refused, match="Only people of"):
        services.decline(asked.request(), "No", actor=asked.secretary, now=NOON)

    services.withdraw(asked.request(), end=End.RECEIVER, actor=asked.secretary, now=NOON)
    assert asked.request().status is PledgeStatus.WITHDRAWN
    other = asked.request(key="two")
    services.decline(other, "It is gone", actor=asked.giver, now=NOON)
    assert other.status is PledgeStatus.DECLINED


def test_a_yes_beyond_what_one_may_promise_alone_is_for_another(asked):
    firm = asked.offer.organisation
    boss = MembershipFactory(organisation=firm, role=MembershipRole.OWNER).user
    db.session.add(TeamLimit(organisation_id=firm.id, goods=5, updated_at=NOON))
    pledge = asked.request(8)

    with pytest.raises(Refused, match="more than you may promise alone"):
        services.accept(pledge, actor=asked.giver, now=NOON)
    services.accept(pledge, actor=boss, now=NOON)

    assert statuses(pledge) == (PledgeStatus.ACCEPTED, ["planned"])


def test_more_than_is_on_offer_is_refused_or_waits(asked):
    with pytest.raises(Refused, match="They still have 20 chairs"):
        asked.request(21)

    services.accept(asked.request(20), actor=asked.giver, now=NOON)
    assert asked.request(3, key="late", wait=True).status is PledgeStatus.WAITING
