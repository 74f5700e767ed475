"""What the product says of pledges and the entries of the ledger, compared: `ledger verify` asks.

Each check is a few grouped queries over whole tables, and yields only what differs.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, or_, select

from marketplace.extensions import db
from marketplace.ledger import services as ledger
from marketplace.ledger.models import LedgerEntry, Stage
from marketplace.ledger.services import Unequal
from marketplace.listings.models import Quantity
from marketplace.pledges.models import Delivery, DeliveryStatus, End, Pledge, PledgeStatus
from marketplace.teams.models import PURSE, Budget, Purse


@ledger.counter("what lines say is promised, and what pledges hold of them")
def lines() -> Iterable[Unequal]:
    held = select(Pledge.quantity_id, func.sum(Pledge.held).label("total"))
    sums = held.group_by(Pledge.quantity_id).subquery()
    return _differing(Quantity, Quantity.promised, sums, sums.c.quantity_id, "line")


@ledger.counter("what pledges hold, and what the ledger says was accepted")
def holds() -> Iterable[Unequal]:
    sums = _sums(LedgerEntry.pledge_id, Stage.ACCEPTED)
    return _differing(Pledge, Pledge.held, sums, sums.c.id, "pledge")


@ledger.counter("what was promised")
def promises() -> Iterable[Unequal]:
    sums = _sums(LedgerEntry.pledge_id, Stage.PROMISED)
    is_open = and_(Pledge.status == PledgeStatus.OFFERED, Pledge.begun_by == End.GIVER)
    counter = case((is_open, Pledge.quantity), else_=Pledge.accepted)
    return _differing(Pledge, counter, sums, sums.c.id, "pledge")


@ledger.counter("what was given")
def given() -> Iterable[Unequal]:
    sums = _sums(LedgerEntry.delivery_id, Stage.DELIVERED)
    unanswered = or_(
        Delivery.status == DeliveryStatus.DELIVERED,
        and_(
            Delivery.status == DeliveryStatus.DISPUTED,
            Delivery.confirmed_at.is_(None),
            Delivery.not_delivered_at.is_(None),
        ),
    )
    counter = case((unanswered, Delivery.delivered), else_=Delivery.confirmed)
    return _differing(Delivery, counter, sums, sums.c.id, "delivery")


@ledger.counter("what came")
def confirmed() -> Iterable[Unequal]:
    sums = _sums(LedgerEntry.delivery_id, Stage.CONFIRMED)
    return _differing(Delivery, Delivery.confirmed, sums, sums.c.id, "delivery")


@ledger.counter("what was verified")
def verified() -> Iterable[Unequal]:
    sums = _sums(LedgerEntry.delivery_id, Stage.VERIFIED)
    return _differing(Delivery, Delivery.verified, sums, sums.c.id, "delivery")


@ledger.counter("what is used of budgets, and what pledges took from them")
def budgets() -> Iterable[Unequal]:
    for purse in Purse:
        kinds = [kind for kind, its in PURSE.items() if its is purse]
        sums = (
            select(Pledge.budget_id, func.sum(Pledge.reserved).label("total"))
            .join(Quantity, Quantity.id == Pledge.quantity_id)
            .where(Pledge.budget_id.is_not(None), Quantity.kind.in_(kinds))
            .group_by(Pledge.budget_id)
            .subquery()
        )
        used = getattr(Budget, f"{purse.value}_used")
        yield from _differing(Budget, used, sums, sums.c.budget_id, f"{purse.value} of budget")


def _sums(column: Any, stage: Stage) -> Any:
    """The sum of the entries of a stage by what they are of."""
    query = select(column.label("id"), func.sum(LedgerEntry.quantity).label("total"))
    return query.where(LedgerEntry.stage == stage, column.is_not(None)).group_by(column).subquery()


def _differing(
    model: Any, counter: Any, sums: FromClause, key: ColumnElement[int], what: str
) -> Iterable[Unequal]:
    """Rows whose counter is not the sum; without a sum it is nought."""
    total = func.coalesce(sums.c.total, 0)
    query = select(model.id, counter, total).outerjoin(sums, key == model.id).where(counter != total)
    for row_id, says, entries in db.session.execute(query.order_by(model.id)):
        yield Unequal(f"{what} {row_id}", says, int(entries))
