"""Verbs about a giving team: what each may do, how much alone, and the budgets that it comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, update

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, find_or_insert, rows_changed
from marketplace.listings.models import QuantityKind
from marketplace.organisations.models import Membership, MembershipRole, Organisation
from marketplace.teams import queries
from marketplace.teams.models import PURSE, Budget, Part, Purse, TeamLimit
from marketplace.web import words


@dataclass(frozen=True, kw_only=True)
class BudgetDetails:
    """What there is to give from one day to another; None is not said, and then nothing is counted."""

    name: str
    starts_on: date
    ends_on: date
    hours: int | None = None
    money: int | None = None
    goods: int | None = None

    def total(self, purse: Purse) -> int | None:
        number: int | None = getattr(self, purse.value)
        return number


@dataclass(frozen=True, kw_only=True)
class LimitDetails:
    """The most that one person promises alone; None is no limit."""

    hours: int | None = None
    money: int | None = None
    goods: int | None = None
    certifies: bool = False


@dataclass(frozen=True, kw_only=True)
class Roles:
    """What one person may do; without any of it they look, and suggest."""

    may_pledge: bool = True
    may_approve: bool = False
    may_certify: bool = False


def needs_approval(
    organisation: Organisation, membership: Membership, kind: QuantityKind, quantity: int
) -> bool:
    """Whether a promise of this much, by this person, waits for somebody else of the team first.

    Nobody approves their own, unless there is nobody else who could.
    """
    limit = queries.limit_of(organisation)
    most = getattr(limit, PURSE[kind].value) if limit else None
    if most is None or quantity <= most:
        return False
    approvers = {user.id for user in queries.who(organisation.id, Part.APPROVE)}
    return bool(approvers - {membership.user_id}) or membership.user_id not in approvers


def reserve(organisation: Organisation, kind: QuantityKind, quantity: int, *, on: date) -> int | None:
    """Take a quantity from the budget of a day; returns its id, or None where no budget counts this then.

    Of several the one that ends first gives, if it has enough. The database makes the move, so two at once
    never take more than there is. Raises `Refused` with what is left.
    """
    purse = PURSE[kind]
    budgets = queries.budgets_for(organisation, purse, on)
    for budget in budgets:
        if _take(budget, purse, quantity):
            return budget.id
    if not budgets:
        return None
    most = max(budgets, key=lambda each: each.left(purse))
    left = f"{purse.words(most.left(purse))} left" if most.left(purse) else "nothing left"
    raise Refused(
        f"Your budget “{most.name}” has {left}. Promise less, or make it larger on your team’s page.",
        field="quantity",
    )


def release(budget_id: int, kind: QuantityKind, quantity: int) -> None:
    """Give back to a budget what was taken from it, also to one that has ended."""
    used = _used(PURSE[kind])
    db.session.execute(update(Budget).where(Budget.id == budget_id).values({used: used - quantity}))
    _read_again(budget_id)


def must(part: Part, organisation_id: int, actor: User, *, but: int | None = None) -> None:
    """Raise `Refused`, naming who may, unless this person may do this for the organisation.

    `but` is the id of somebody who may not this time, as whoever made a promise may not approve it, unless
    nobody else could.
    """
    membership = queries.membership_of(organisation_id, actor)
    if actor.id != but and membership and queries.may(membership, part):
        return
    may = queries.who(organisation_id, part)
    others = [user for user in may if user.id != but]
    if actor.id in {user.id for user in (others or may)}:
        return
    if actor.id == but and others:
        raise Refused(f"You made this promise yourself. Ask {_names(others)} to approve it.")
    name = membership.organisation.name if membership else "that organisation"
    raise Refused(f"{_MAY_NOT[part].format(name=name)} {_ask(others)}")


_MAY_NOT = {
    Part.PLEDGE: "You may look and suggest for {name}, but not promise.",
    Part.APPROVE: "You may not approve promises for {name}.",
    Part.CERTIFY: "You may not certify what {name} gave.",
}


def give_roles(membership: Membership, roles: Roles, *, actor: User, now: datetime) -> None:
    """Say what somebody may do. Owners may do everything, and nobody takes that from them here."""
    if membership.role is MembershipRole.OWNER:
        raise Refused(f"{membership.user.name} set {membership.organisation.name} up, and may do everything.")
    for name, value in asdict(roles).items():
        setattr(membership, name, value)
    audit.record("team.roles_given", membership, actor=actor, **asdict(roles))


def set_limits(organisation: Organisation, details: LimitDetails, *, actor: User, now: datetime) -> None:
    """Say above what a promise needs a second person, and whether what was given is certified."""
    row, _ = find_or_insert(TeamLimit, {"organisation_id": organisation.id}, updated_at=now)
    for name, value in asdict(details).items():
        setattr(row, name, value)
    row.updated_at = now
    audit.record("team.limits_set", organisation, actor=actor, **asdict(details))


def make_budget(organisation: Organisation, details: BudgetDetails, *, actor: User, now: datetime) -> Budget:
    """Set aside what there is to give from one day to another."""
    _check(details)
    budget = Budget(organisation_id=organisation.id, created_at=now, **asdict(details))
    db.session.add(budget)
    audit.record("budget.made", budget, actor=actor, said=_told(details))
    return budget


def change_budget(budget: Budget, details: BudgetDetails, *, actor: User, now: datetime) -> None:
    """Change its name, days or sums; never to less than is promised or given of it by now.

    The database compares, since a colleague may promise something at the same moment.
    """
    _check(details)
    _is_in_use(budget)
    changed = rows_changed(
        update(Budget)
        .where(Budget.id == budget.id, Budget.ended_at.is_(None), *(_enough(each, details) for each in Purse))
        .values(asdict(details))
    )
    _read_again(budget.id)
    if not changed:
        _is_in_use(budget)
        short = next(each for each in Purse if (details.total(each) or 0) < budget.used(each))
        raise Refused(
            f"{short.words(budget.used(short))} of it is promised or given already. Say at least that.",
            field=short.value,
        )
    audit.record("budget.changed", budget, actor=actor, said=_told(details))


def end_budget(budget: Budget, *, actor: User, now: datetime) -> None:
    """Take nothing more from it. What was taken stays counted. Pressing twice is once."""
    ended = rows_changed(
        update(Budget).where(Budget.id == budget.id, Budget.ended_at.is_(None)).values(ended_at=now)
    )
    _read_again(budget.id)
    if ended:
        audit.record("budget.ended", budget, actor=actor)


def _take(budget: Budget, purse: Purse, quantity: int) -> bool:
    used = _used(purse)
    taken = rows_changed(
        update(Budget)
        .where(
            Budget.id == budget.id,
            Budget.ended_at.is_(None),
            used + quantity <= getattr(Budget, purse.value),
        )
        .values({used: used + quantity})
    )
    _read_again(budget.id)
    return taken > 0


def _used(purse: Purse) -> ColumnElement[int]:
    column: ColumnElement[int] = getattr(Budget, f"{purse.value}_used")
    return column


def _enough(purse: Purse, details: BudgetDetails) -> ColumnElement[bool]:
    """What is used stays within what is said; and nothing that is used becomes unsaid."""
    return _used(purse) <= (details.total(purse) or 0)


def _check(details: BudgetDetails) -> None:
    if details.ends_on < details.starts_on:
        raise Refused("The last day must not be before the first.", field="ends_on")
    if all(details.total(each) is None for each in Purse):
        raise Refused("Say how much there is of at least one: hours, money or things.", field="hours")


def _is_in_use(budget: Budget) -> None:
    if budget.ended_at is not None:
        raise Refused("This budget has ended. Make a new one.")


def _read_again(budget_id: int) -> None:
    """An UPDATE went past the row that the session knows."""
    known = db.session.identity_map.get(db.session.identity_key(Budget, budget_id))
    if known is not None:
        db.session.refresh(known)


def _told(details: BudgetDetails) -> dict[str, str | int | None]:
    return {name: str(value) if isinstance(value, date) else value for name, value in asdict(details).items()}


def _names(people: Iterable[User]) -> str:
    return words.joined([user.name for user in people], "or")


def _ask(people: Sequence[User]) -> str:
    return f"Ask {_names(people)}." if people else "Nobody of your team may, just now."
