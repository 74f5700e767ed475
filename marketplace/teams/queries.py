"""A team's people, limits and budgets, read."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import bindparam, or_
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.organisations.models import Membership, MembershipRole, Organisation
from marketplace.teams.models import Budget, Part, Purse, TeamLimit


def membership_of(organisation_id: int, person: User) -> Membership | None:
    """How this person belongs to the organisation, if they do."""
    return next((each for each in person.memberships if each.organisation_id == organisation_id), None)


def may(membership: Membership, part: Part) -> bool:
    """Whether this person may do this for the organisation they belong to."""
    return membership.role is MembershipRole.OWNER or bool(getattr(membership, part.value))


def who(organisation_id: int, part: Part) -> Sequence[User]:
    """The people who may do this for the organisation, first come first."""
    may = or_(Membership.role == MembershipRole.OWNER, getattr(Membership, part.value))
    query = db.select(User).join(Membership).where(Membership.organisation_id == organisation_id, may)
    return db.session.scalars(query.order_by(Membership.id)).all()


def limit_of(organisation: Organisation) -> TeamLimit | None:
    return db.session.get(TeamLimit, organisation.id)


def people_of(organisation: Organisation) -> Sequence[Membership]:
    """Everybody who acts for it, with their names."""
    query = db.select(Membership).where(Membership.organisation_id == organisation.id)
    return db.session.scalars(query.options(joinedload(Membership.user)).order_by(Membership.id)).all()


def budgets_of(organisation: Organisation, *, limit: int = 50) -> Sequence[Budget]:
    """Every budget it made, those in use first, the latest first."""
    query = db.select(Budget).where(Budget.organisation_id == organisation.id)
    return db.session.scalars(
        query.order_by(Budget.ended_at.is_not(None), Budget.starts_on.desc(), Budget.id.desc()).limit(limit)
    ).all()


def budgets_on(organisation: Organisation, on: date) -> Sequence[Budget]:
    """The budgets in use on a day, the one that ends first before the others."""
    return db.session.scalars(_BUDGETS_ON, {"its_id": organisation.id, "on": on}).all()


_BUDGETS_ON = (  # made once: whoever promises next waits for us
    db.select(Budget)
    .where(
        Budget.organisation_id == bindparam("its_id"),
        Budget.ended_at.is_(None),
        Budget.starts_on <= bindparam("on"),
        Budget.ends_on >= bindparam("on"),
    )
    .order_by(Budget.ends_on, Budget.id)
)


def budgets_for(organisation: Organisation, purse: Purse, on: date) -> list[Budget]:
    """Those of a day that say how much there is of this."""
    return [each for each in budgets_on(organisation, on) if each.total(purse) is not None]
