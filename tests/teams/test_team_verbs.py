"""Who may do what for an organisation, how much alone, and what the budgets of a day hold."""

from datetime import date

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import QuantityKind
from marketplace.organisations.models import MembershipRole
from marketplace.teams import queries, services
from marketplace.teams.models import PURSE, Part, Purse
from marketplace.teams.services import BudgetDetails, LimitDetails, Roles
from tests.factories import NOON, MembershipFactory, OrganisationFactory, UserFactory
from tests.scenes import events

TODAY = NOON.date()
YEAR = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}


@pytest.fixture
def firm(app):
    return OrganisationFactory(name="Finchale Mutual")


def somebody(firm, name="", **may):
    return MembershipFactory(organisation=firm, user=UserFactory(**({"name": name} if name else {})), **may)


def owner_of(firm, name="Priya"):
    return somebody(firm, name, role=MembershipRole.OWNER)


def budget(firm, name="Giving", **details):
    made = services.make_budget(
        firm, BudgetDetails(name=name, **{**YEAR, **details}), actor=UserFactory(), now=NOON
    )
    db.session.commit()
    return made


def limits(firm, **details):
    services.set_limits(firm, LimitDetails(**details), actor=UserFactory(), now=NOON)


def test_every_kind_of_quantity_is_counted_in_one_purse():
    assert set(PURSE) == set(QuantityKind)
    assert [Purse.MONEY.words(1500), Purse.HOURS.words(1), Purse.GOODS.words(60)] == [
        "£1,500",
        "1 hour",
        "60 things",
    ]


@pytest.mark.parametrize(
    ("quantity", "waits"), [(1000, False), (1001, True)], ids=["at the limit", "over the limit"]
)
def test_a_promise_over_the_limit_waits_for_somebody_else(firm, quantity, waits):
    owner_of(firm)
    limits(firm, money=1000)

    asked = services.needs_approval(firm, somebody(firm), QuantityKind.MONEY, quantity)

    assert asked is waits


def test_without_a_limit_nothing_waits(firm):
    owner_of(firm)
    member = somebody(firm)

    assert not services.needs_approval(firm, member, QuantityKind.MONEY, 10**6)
    limits(firm, hours=5)
    assert not services.needs_approval(firm, member, QuantityKind.MONEY, 10**6)
    assert services.needs_approval(firm, member, QuantityKind.SPACE, 6)


def test_nobody_approves_their_own_while_somebody_else_can(firm):
    limits(firm, goods=0)
    priya = owner_of(firm)
    assert not services.needs_approval(firm, priya, QuantityKind.GOODS, 1)

    tom = somebody(firm, "Tom", may_approve=True)

    assert services.needs_approval(firm, priya, QuantityKind.GOODS, 1)
    services.must(Part.APPROVE, firm.id, tom.user, but=priya.user_id)
    with pytest.raises(Refused, match=r"You made this promise yourself\. Ask Tom to approve it"):
        services.must(Part.APPROVE, firm.id, priya.user, but=priya.user_id)


def test_the_only_one_who_may_approve_may_approve_their_own(firm):
    priya = owner_of(firm)

    services.must(Part.APPROVE, firm.id, priya.user, but=priya.user_id)


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        (Part.PLEDGE, "You may look and suggest for Finchale Mutual, but not promise. Ask Priya or Tom."),
        (Part.APPROVE, "You may not approve promises for Finchale Mutual. Ask Priya."),
        (Part.CERTIFY, "You may not certify what Finchale Mutual gave. Ask Priya."),
    ],
)
def test_who_may_not_is_told_who_may(firm, part, sentence):
    owner_of(firm)
    somebody(firm, "Tom")
    looks = somebody(firm, may_pledge=False)

    with pytest.raises(Refused) as refused:
        services.must(part, firm.id, looks.user)

    assert refused.value.message == sentence


def test_a_stranger_may_nothing(firm):
    with pytest.raises(Refused, match="that organisation"):
        services.must(Part.PLEDGE, firm.id, UserFactory())


def test_roles_are_given_to_members_and_not_taken_from_owners(firm):
    priya, member = owner_of(firm), somebody(firm)

    roles = Roles(may_pledge=False, may_approve=True, may_certify=True)
    services.give_roles(member, roles, actor=priya.user, now=NOON)

    assert (member.may_pledge, member.may_approve, member.may_certify) == (False, True, True)
    with pytest.raises(Refused, match="may do everything"):
        services.give_roles(priya, Roles(), actor=priya.user, now=NOON)
    assert events() == ["team.roles_given"]


def test_limits_said_again_replace_those_before(firm):
    limits(firm, money=1000, certifies=True)
    limits(firm, hours=8)

    row = queries.limit_of(firm)
    assert (row.hours, row.money, row.goods, row.certifies) == (8, None, None, False)


def test_a_promise_is_taken_from_the_budget_of_its_day(firm):
    this_year = budget(firm, money=1000)
    later = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}
    next_year = budget(firm, money=50, **later)

    assert services.reserve(firm, QuantityKind.MONEY, 700, on=TODAY) == this_year.id
    assert services.reserve(firm, QuantityKind.MONEY, 50, on=date(2027, 1, 1)) == next_year.id
    assert (this_year.money_used, next_year.money_used) == (700, 50)
    assert services.reserve(firm, QuantityKind.MONEY, 9, on=date(2028, 1, 1)) is None


def test_what_a_budget_does_not_count_is_taken_from_none(firm):
    budget(firm, money=1000)

    assert services.reserve(firm, QuantityKind.VOLUNTEERS, 9, on=TODAY) is None


def test_hours_of_every_kind_come_from_one_purse(firm):
    made = budget(firm, hours=30)

    for kind in (QuantityKind.VOLUNTEERS, QuantityKind.SKILLS, QuantityKind.SPACE):
        services.reserve(firm, kind, 10, on=TODAY)

    assert made.hours_used == 30
    with pytest.raises(Refused, match="“Giving” has nothing left"):
        services.reserve(firm, QuantityKind.VOLUNTEERS, 1, on=TODAY)


def test_more_than_is_left_is_refused_with_what_is(firm):
    made = budget(firm, money=1000)
    services.reserve(firm, QuantityKind.MONEY, 700, on=TODAY)

    with pytest.raises(Refused, match="Your budget “Giving” has £300 left") as refused:
        services.reserve(firm, QuantityKind.MONEY, 301, on=TODAY)

    assert refused.value.field == "quantity"
    assert made.money_used == 700


def test_of_two_budgets_the_one_that_ends_first_gives_where_it_has_enough(firm):
    year = budget(firm, "Year", money=1000)
    autumn = budget(firm, "Autumn", money=100, ends_on=date(2026, 11, 30))

    assert services.reserve(firm, QuantityKind.MONEY, 80, on=TODAY) == autumn.id
    assert services.reserve(firm, QuantityKind.MONEY, 80, on=TODAY) == year.id


def test_what_is_released_can_be_promised_again_and_an_ended_budget_takes_it_back(firm):
    made = budget(firm, goods=10)
    services.reserve(firm, QuantityKind.GOODS, 10, on=TODAY)
    services.end_budget(made, actor=UserFactory(), now=NOON)
    services.end_budget(made, actor=UserFactory(), now=NOON)

    services.release(made.id, QuantityKind.GOODS, 4)

    assert made.goods_used == 6
    assert services.reserve(firm, QuantityKind.GOODS, 1, on=TODAY) is None
    assert events().count("budget.ended") == 1


def test_a_budget_is_never_made_smaller_than_what_is_used_of_it(firm):
    made = budget(firm, hours=100, money=1000)
    services.reserve(firm, QuantityKind.MONEY, 700, on=TODAY)

    for money in (699, None):
        with pytest.raises(Refused, match="£700 of it is promised or given already") as refused:
            services.change_budget(
                made,
                BudgetDetails(name="Giving", hours=100, money=money, **YEAR),
                actor=UserFactory(),
                now=NOON,
            )
        assert refused.value.field == "money"
        db.session.refresh(made)
    services.change_budget(made, BudgetDetails(name="Less", money=700, **YEAR), actor=UserFactory(), now=NOON)
    assert (made.name, made.hours, made.money) == ("Less", None, 700)


@pytest.mark.parametrize(
    ("details", "field", "sentence"),
    [
        ({"hours": 5, "ends_on": date(2025, 12, 31)}, "ends_on", "must not be before the first"),
        ({}, "hours", "Say how much there is of at least one"),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused(firm, details, field, sentence):
    with pytest.raises(Refused, match=sentence) as refused:
        budget(firm, **details)

    assert refused.value.field == field


def test_an_ended_budget_is_not_changed(firm):
    made = budget(firm, hours=5)
    services.end_budget(made, actor=UserFactory(), now=NOON)

    with pytest.raises(Refused, match="has ended"):
        services.change_budget(
            made, BudgetDetails(name="Again", hours=9, **YEAR), actor=UserFactory(), now=NOON
        )
