"""A giving team of the demo: its budget, its limits, who may do what, and what it keeps in mind."""

from datetime import datetime, timedelta

from marketplace.demo.content import DemoKept, DemoOrganisation, DemoTeam
from marketplace.demo.writing import Board
from marketplace.needs.models import Need
from marketplace.organisations.models import MembershipRole
from marketplace.portfolio import services as portfolio
from marketplace.teams import queries
from marketplace.teams import services as teams


def set_up(board: Board, owner: DemoOrganisation, content: DemoTeam, at: datetime) -> None:
    """Set a budget aside, say what one person promises alone, and who certifies."""
    organisation, actor = board.organisations[owner.key], board.person(owner.key)
    budget = teams.BudgetDetails(
        name=content.budget.name,
        starts_on=board.today - timedelta(days=content.budget.starts_days_ago),
        ends_on=board.today + timedelta(days=content.budget.ends_in_days),
        hours=content.budget.hours,
        money=content.budget.money,
        goods=content.budget.goods,
    )
    teams.make_budget(organisation, budget, actor=actor, now=at)
    limits = teams.LimitDetails(
        hours=content.hours, money=content.money, goods=content.goods, certifies=content.certifies
    )
    teams.set_limits(organisation, limits, actor=actor, now=at)
    certifiers = {board.person(owner.key, name).id for name in content.certifiers}
    for membership in queries.people_of(organisation):
        if membership.role is not MembershipRole.OWNER:
            roles = teams.Roles(may_pledge=True, may_certify=membership.user_id in certifiers)
            teams.give_roles(membership, roles, actor=actor, now=at)


def keep(board: Board, owner: DemoOrganisation, content: DemoKept, at: datetime) -> None:
    """Put a need on the team's shortlist, with what they think of it."""
    need, actor = board.listings[content.need], board.person(owner.key, content.by)
    assert isinstance(need, Need)  # noqa: S101  # the content's needs are written as needs
    row = portfolio.keep(need, organisation=board.organisations[owner.key], actor=actor, now=at)
    if content.note:
        portfolio.write_note(row, content.note, actor=actor, now=at)
