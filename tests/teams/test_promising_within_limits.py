"""A team with a limit and a budget, from the promise of one person to the yes of another."""

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.organisations.models import MembershipRole
from marketplace.pledges import services as pledges
from marketplace.pledges.models import PledgeStatus
from marketplace.teams import services
from tests.factories import NOON, MembershipFactory, NeedFactory, OrganisationFactory

TODAY = NOON.date()


@pytest.fixture
def team(app):
    """Priya owns it and Tom belongs; £2,000 to give, and £1,000 each alone."""
    firm = OrganisationFactory(name="Finchale Mutual")
    priya = MembershipFactory(organisation=firm, role=MembershipRole.OWNER, user__name="Priya").user
    tom = MembershipFactory(organisation=firm, user__name="Tom").user
    services.set_limits(firm, services.LimitDetails(money=1000), actor=priya, now=NOON)
    details = services.BudgetDetails(name="Giving", starts_on=TODAY, ends_on=TODAY, money=2000)
    budget = services.make_budget(firm, details, actor=priya, now=NOON)
    db.session.commit()
    return firm, priya, tom, budget


def promise(firm, actor, pounds):
    need = NeedFactory(quantities=[Quantity(kind=QuantityKind.MONEY, wanted=5000, promised=0, what="")])
    details = pledges.PledgeDetails(
        quantity_id=need.quantities[0].id, each=pounds, form_key=f"{actor.id} {pounds}"
    )
    pledge = pledges.offer(need, details, giver=firm, actor=actor, now=NOON)
    db.session.commit()
    return pledge


def test_a_promise_within_the_limit_goes_straight_out_and_is_taken_from_the_budget(team):
    firm, _, tom, budget = team

    pledge = promise(firm, tom, 1000)

    assert pledge.status is PledgeStatus.OFFERED
    assert (pledge.budget_id, budget.money_used) == (budget.id, 1000)


def test_a_promise_over_the_limit_waits_for_somebody_else(team):
    firm, priya, tom, budget = team
    pledge = promise(firm, tom, 1500)
    assert pledge.status is PledgeStatus.DRAFT

    with pytest.raises(Refused, match="Ask Priya"):
        pledges.approve(pledge, actor=tom, now=NOON)
    db.session.rollback()
    pledges.approve(pledge, actor=priya, now=NOON)
    db.session.commit()

    assert pledge.status is PledgeStatus.OFFERED
    assert pledge.approved_by_id == priya.id
    assert budget.money_used == 1500


def test_a_promise_turned_down_takes_nothing_from_the_budget(team):
    firm, priya, tom, budget = team
    pledge = promise(firm, tom, 1500)

    pledges.turn_down(pledge, "Not this year.", actor=priya, now=NOON)
    db.session.commit()

    assert pledge.status is PledgeStatus.DECLINED
    assert budget.money_used == 0


def test_nobody_promises_more_than_the_budget_holds(team):
    firm, priya, tom, budget = team
    promise(firm, tom, 1000)
    promise(firm, priya, 1000)

    with pytest.raises(Refused, match="nothing left"):
        promise(firm, priya, 1)
    db.session.rollback()

    assert budget.money_used == 2000


def test_what_is_taken_back_can_be_promised_again(team):
    firm, _, tom, budget = team
    pledge = promise(firm, tom, 1000)

    pledges.withdraw(pledge, end=pledge.begun_by, actor=tom, now=NOON)
    db.session.commit()

    assert budget.money_used == 0
