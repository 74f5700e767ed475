"""Colleagues who take from one budget at the same moment, on a real database."""

import pytest

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings.models import QuantityKind
from marketplace.organisations.models import Organisation
from marketplace.teams import services
from marketplace.teams.models import Budget
from marketplace.teams.services import BudgetDetails
from tests.factories import NOON, OrganisationFactory, UserFactory
from tests.pledges.test_pledge_races import together

AT_ONCE = 16
TODAY = NOON.date()
YEAR = {"name": "Giving", "starts_on": TODAY, "ends_on": TODAY}


@pytest.fixture
def budget(app):
    made = services.make_budget(
        OrganisationFactory(), BudgetDetails(hours=20, **YEAR), actor=UserFactory(), now=NOON
    )
    db.session.commit()
    return made


def taking(organisation_id, quantity):
    def act():
        organisation = db.session.get_one(Organisation, organisation_id)
        services.reserve(organisation, QuantityKind.VOLUNTEERS, quantity, on=TODAY)

    return act


def test_sixteen_who_take_at_once_never_take_more_than_there_is(app, budget):
    ended = together(app, [taking(budget.organisation_id, 3)] * AT_ONCE)

    assert ended == {"done": 6, "refused": 10}
    assert budget.hours_used == 18


def test_two_budgets_are_used_up_before_anybody_is_refused(app, budget):
    firm = db.session.get_one(Organisation, budget.organisation_id)
    second = services.make_budget(firm, BudgetDetails(hours=10, **YEAR), actor=UserFactory(), now=NOON)
    db.session.commit()

    ended = together(app, [taking(firm.id, 5)] * AT_ONCE)

    assert ended == {"done": 6, "refused": 10}
    assert (budget.hours_used, second.hours_used) == (20, 10)


def test_making_it_smaller_and_taking_from_it_at_once_keep_it_within_bounds(app, budget):
    budget_id, owner_id = budget.id, db.session.scalar(db.select(User.id))

    def shrink():
        row = db.session.get_one(Budget, budget_id)
        owner = db.session.get_one(User, owner_id)
        services.change_budget(row, BudgetDetails(hours=6, **YEAR), actor=owner, now=NOON)

    ended = together(app, [taking(budget.organisation_id, 3), shrink] * (AT_ONCE // 2))

    assert set(ended) <= {"done", "refused"}
    assert budget.hours_used <= budget.hours


def test_taking_and_giving_back_at_once_leave_nothing_behind(app, budget):
    budget_id = budget.id
    services.reserve(
        db.session.get_one(Organisation, budget.organisation_id), QuantityKind.SKILLS, 8, on=TODAY
    )
    db.session.commit()

    def give_back():
        services.release(budget_id, QuantityKind.SKILLS, 1)

    ended = together(app, [taking(budget.organisation_id, 1), give_back] * 8)

    assert ended == {"done": 16}
    assert budget.hours_used == 8
