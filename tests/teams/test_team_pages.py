"""The page of a team: people, limits and budgets, for owners to arrange and everybody to see."""

import pytest

from marketplace.extensions import db
from marketplace.listings.models import QuantityKind
from marketplace.organisations.models import MembershipRole
from marketplace.teams import queries, services
from marketplace.teams.models import Budget
from tests.factories import NOON, MembershipFactory, OrganisationFactory
from tests.scenes import counted_queries, member_of, signed_in

DAYS = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}


@pytest.fixture
def firm(app):
    return OrganisationFactory(name="Finchale Mutual")


@pytest.fixture
def owner(visitor, firm):
    membership = MembershipFactory(organisation=firm, role=MembershipRole.OWNER, user__name="Priya")
    return signed_in(visitor, membership.user)


def test_an_owner_sets_up_a_budget_changes_it_and_ends_it(owner, firm):
    owner.open("/desk/team").click("Set up a budget")
    owner.press("Save", name="Giving in 2026", hours="900", money="£20,000", **DAYS)

    assert owner.path == "/desk/team"
    assert "900 of 900 hours left" in owner.text
    assert "£20,000 of £20,000 left" in owner.text
    owner.click("Change it").press("Save", hours="1,000")
    assert "1,000 of 1,000 hours left" in owner.text
    owner.press("End it : Giving in 2026")
    assert "“Giving in 2026” has ended" in owner.text
    assert "ended early on" in owner.text


def test_a_budget_below_what_is_used_keeps_what_was_typed(owner, firm):
    owner.open("/desk/team/budgets/new").press("Save", name="Giving", money="500", **DAYS)
    services.reserve(firm, QuantityKind.MONEY, 300, on=NOON.date())
    db.session.commit()

    owner.open("/desk/team").click("Change it").press("Save", status=422, money="200")

    assert "£300 of it is promised or given already" in owner.text
    assert owner.page.find("input", {"name": "money"})["value"] == "200"
    assert db.session.scalar(db.select(Budget.money)) == 500


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"name": ""}, "Give the budget a name"),
        ({"hours": ""}, "Say how much there is of at least one"),
        ({"ends_on": "2025-01-01"}, "The last day must not be before the first"),
        ({"starts_on": ""}, "Enter the first day"),
        ({"hours": "-4"}, "Enter a whole number from 0 to 1,000,000"),
    ],
)
def test_what_is_wrong_with_a_budget_is_said(owner, answers, sentence):
    right = {"name": "Giving", "hours": "10", **DAYS}

    owner.open("/desk/team/budgets/new").press("Save", status=422, **{**right, **answers})

    assert sentence in owner.text


def test_an_owner_says_what_each_may_do(owner, firm):
    tom = MembershipFactory(organisation=firm, user__name="Tom")
    db.session.commit()

    owner.open("/desk/team")
    assert "Looks, promises" in owner.text
    owner.open(f"/desk/team/people/{tom.id}").press("Save", may_pledge=[], may_approve="y", may_certify="y")

    assert "Looks, approves, certifies" in owner.text
    db.session.refresh(tom)
    assert not tom.may_pledge


def test_an_owner_sets_limits(owner, firm):
    owner.open("/desk/team").click("Change the limits").press("Save", hours="8", money="0", certifies="y")

    assert "Up to 8 hours" in owner.text
    assert "Any money needs a second person" in owner.text
    assert "certified before it is reported" in owner.text
    assert queries.limit_of(firm).goods is None


def test_others_of_the_team_see_it_and_change_nothing(visitor, firm):
    signed_in(visitor, member_of(firm)).open("/desk/team")

    assert "Set up a budget" not in visitor.text
    assert "Change" not in visitor.text
    for path in ("/desk/team/budgets/new", "/desk/team/limits"):
        visitor.open(path, status=403)


def test_owners_of_others_get_no_further(visitor, owner, firm):
    other = MembershipFactory()
    day = NOON.date()
    details = services.BudgetDetails(name="Theirs", starts_on=day, ends_on=day, hours=5)
    theirs = services.make_budget(other.organisation, details, actor=other.user, now=NOON)
    db.session.commit()

    owner.open(f"/desk/team/people/{other.id}", status=404)
    owner.open(f"/desk/team/budgets/{theirs.id}", status=404)


def test_the_page_takes_as_many_statements_for_many_as_for_few(owner, firm):
    def fill(number):
        for each in range(number):
            member_of(firm)
            details = services.BudgetDetails(
                name=f"Budget {each}", starts_on=NOON.date(), ends_on=NOON.date(), hours=5
            )
            services.make_budget(firm, details, actor=member_of(firm), now=NOON)
        db.session.commit()

    def statements():
        owner.open("/desk/team")
        with counted_queries() as seen:
            owner.open("/desk/team")
        return len(seen)

    fill(2)
    few = statements()
    fill(6)
    assert statements() == few
