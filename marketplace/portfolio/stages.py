"""An organisation’s promises by how far each has come: as a board, as a list, and as sums."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, union_all
from sqlalchemy.orm import joinedload, selectinload

from marketplace.extensions import db
from marketplace.ledger.models import LedgerEntry, Side, Stage
from marketplace.listings.models import Listing, QuantityKind
from marketplace.organisations.models import Organisation
from marketplace.pledges import turns
from marketplace.pledges.models import Bundle, End, Pledge, PledgeStatus
from marketplace.teams.models import PURSE, Purse

STEPS = (Stage.PROMISED, Stage.ACCEPTED, Stage.DELIVERED, Stage.CONFIRMED, Stage.VERIFIED)
LAST_DAY = date.max


class Column(StrEnum):
    """The columns of the board, and what has ended, which only the list shows."""

    APPROVAL = "approval"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    ENDED = "ended"


HOLD: Mapping[Column, tuple[PledgeStatus, ...]] = {
    Column.APPROVAL: (PledgeStatus.DRAFT,),
    Column.OFFERED: (PledgeStatus.OFFERED, PledgeStatus.WAITING),
    Column.ACCEPTED: (PledgeStatus.ACCEPTED,),
    Column.SCHEDULED: (PledgeStatus.SCHEDULED, PledgeStatus.PARTLY_DELIVERED),
    Column.DELIVERED: (PledgeStatus.DELIVERED, PledgeStatus.DISPUTED),
    Column.CONFIRMED: (PledgeStatus.CONFIRMED, PledgeStatus.VERIFIED),
    Column.ENDED: (
        PledgeStatus.DECLINED,
        PledgeStatus.WITHDRAWN,
        PledgeStatus.LAPSED,
        PledgeStatus.NOT_DELIVERED,
    ),
}
COLUMN_OF = {status: column for column, statuses in HOLD.items() for status in statuses}
NAMES = {
    Column.APPROVAL: "Waits for approval",
    Column.OFFERED: "Offered",
    Column.ACCEPTED: "Accepted",
    Column.SCHEDULED: "Scheduled",
    Column.DELIVERED: "Delivered",
    Column.CONFIRMED: "Confirmed",
    Column.ENDED: "Came to nothing",
}
STATUS_NAMES = {
    PledgeStatus.WAITING: "On the waiting list",
    PledgeStatus.PARTLY_DELIVERED: "Partly delivered",
    PledgeStatus.DISPUTED: "Disputed",
    PledgeStatus.VERIFIED: "Verified",
    PledgeStatus.DECLINED: "Declined",
    PledgeStatus.WITHDRAWN: "Called off",
    PledgeStatus.LAPSED: "Lapsed",
    PledgeStatus.NOT_DELIVERED: "Not delivered",
}


class Order(StrEnum):
    """What the list can be in order of."""

    NEWEST = "newest"
    DAY = "day"
    DUE = "due"
    QUANTITY = "quantity"


# What each is sorted by, and whether the greatest comes first; ids tell equals apart.
_SORTED: Mapping[Order, tuple[ColumnElement[Any], bool]] = {
    Order.NEWEST: (Pledge.id.expression, True),
    Order.DAY: (func.coalesce(Pledge.starts_on, LAST_DAY), False),
    Order.DUE: (Pledge.due_at.expression, False),
    Order.QUANTITY: (Pledge.quantity.expression, True),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A promise as the board and the list show it: where it stands, and whose move it is if anybody’s."""

    pledge: Pledge
    stage: str
    turn: str
    ours: bool
    sums: Mapping[Stage, int]  # of the ledger


@dataclass(frozen=True, slots=True)
class Pile:
    """One column of the board: how many lie in it, and the latest of them."""

    column: Column
    name: str
    number: int
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Listed:
    """Some promises in order; `after` is the one that the next page begins after."""

    rows: Sequence[Row]
    after: int | None


def board(organisation: Organisation, *, each: int) -> list[Pile]:
    """Every column with something in it or to come, the latest few in each. Six statements, if any."""
    numbers = by_status(organisation)
    latest = [
        db.select(
            db.select(Pledge.id)
            .where(Pledge.giver_id == organisation.id, Pledge.status == status)
            .order_by(Pledge.id.desc())
            .limit(each)
            .subquery()
            .c.id
        )
        for column, statuses in HOLD.items()
        if column is not Column.ENDED
        for status in statuses
    ]
    found = _in_order(sorted(db.session.scalars(union_all(*latest)), reverse=True))
    piles = []
    for column in Column:
        number = sum(numbers[status] for status in HOLD[column])
        if column is Column.ENDED or (column is Column.APPROVAL and not number):
            continue
        rows = [row(pledge, {}) for pledge in found if COLUMN_OF[pledge.status] is column]
        piles.append(Pile(column, NAMES[column], number, rows[:each]))
    return piles


def by_status(organisation: Organisation) -> Counter[PledgeStatus]:
    """How many promises of theirs stand where."""
    query = db.select(Pledge.status, func.count()).where(Pledge.giver_id == organisation.id)
    found: Counter[PledgeStatus] = Counter()
    for status, number in db.session.execute(query.group_by(Pledge.status)):
        found[status] = number
    return found


def listed(
    organisation: Organisation,
    column: Column | None,
    order: Order,
    *,
    after: int | None = None,
    limit: int,
) -> Listed:
    """Promises of one column, or of all, in order; those that follow the promise `after`. Six statements."""
    query = db.select(Pledge.id).where(Pledge.giver_id == organisation.id)
    if column is not None:
        query = query.where(Pledge.status.in_(HOLD[column]))
    by, falls = _SORTED[order]
    if order is Order.DUE:
        query = query.where(Pledge.due_at.is_not(None))
    if after is not None and (mark := _mark(after, organisation, by)) is not None:
        query = query.where(_beyond(by, falls, mark, after))
    query = query.order_by(by.desc() if falls else by, Pledge.id.desc() if falls else Pledge.id)
    ids = db.session.scalars(query.limit(limit + 1)).all()
    sums = reached(ids[:limit])
    rows = [row(pledge, sums.get(pledge.id, {})) for pledge in _in_order(ids[:limit])]
    return Listed(rows, ids[limit - 1] if len(ids) > limit else None)


def of_bundle(bundle: Bundle) -> list[Row]:
    """What was promised together."""
    found = db.session.scalars(_shown().where(Pledge.bundle_id == bundle.id).order_by(Pledge.id)).all()
    sums = reached(pledge.id for pledge in found)
    return [row(pledge, sums.get(pledge.id, {})) for pledge in found]


def in_turn(organisation: Organisation, *, after: int, limit: int) -> Sequence[Pledge]:
    """Promises by id, for a file of all of them."""
    query = _shown().where(Pledge.giver_id == organisation.id, Pledge.id > after)
    return db.session.scalars(query.order_by(Pledge.id).limit(limit)).all()


def reached(pledge_ids: Iterable[int]) -> dict[int, Mapping[Stage, int]]:
    """How much of each promise has come to each stage, by the ledger."""
    query = (
        db.select(LedgerEntry.pledge_id, LedgerEntry.stage, func.sum(LedgerEntry.quantity))
        .where(LedgerEntry.pledge_id.in_(list(pledge_ids)))
        .group_by(LedgerEntry.pledge_id, LedgerEntry.stage)
    )
    found: dict[int, dict[Stage, int]] = {}
    for pledge_id, stage, total in db.session.execute(query):
        found.setdefault(pledge_id, {})[stage] = int(total)
    return dict(found)


def came(organisation: Organisation) -> dict[Purse, dict[Stage, int]]:
    """Hours, money and things that have come to each stage, by the ledger; one statement."""
    query = (
        db.select(LedgerEntry.kind, LedgerEntry.stage, func.sum(LedgerEntry.quantity))
        .where(LedgerEntry.giver_id == organisation.id, LedgerEntry.side == Side.SUPPORT)
        .group_by(LedgerEntry.kind, LedgerEntry.stage)
    )
    found: dict[Purse, dict[Stage, int]] = {}
    for kind, stage, total in db.session.execute(query):
        sums = found.setdefault(PURSE[QuantityKind(kind)], dict.fromkeys(STEPS, 0))
        sums[stage] = sums.get(stage, 0) + int(total)
    return {purse: found[purse] for purse in Purse if purse in found}


def row(pledge: Pledge, sums: Mapping[Stage, int]) -> Row:
    name = STATUS_NAMES.get(pledge.status) or NAMES[COLUMN_OF[pledge.status]]
    now = turns.turn(pledge)
    if now is None:
        return Row(pledge, name, "", False, sums)
    whose = {End.GIVER: "Yours", End.RECEIVER: "Theirs", None: "The convener’s"}[now.end]
    return Row(pledge, name, f"{whose}: {now.words[0].lower()}{now.words[1:]}", now.end is End.GIVER, sums)


def _in_order(ids: Sequence[int]) -> list[Pledge]:
    """These, in this order. They were chosen by their ids alone: sorting whole rows takes far longer."""
    found = {pledge.id: pledge for pledge in db.session.scalars(_shown().where(Pledge.id.in_(ids)))}
    return [found[number] for number in ids if number in found]


def _shown() -> Select[Any]:
    """Promises with what a row says of them, in three statements.

    Listings come in one of their own: SQLite would read every one of them to join what the four families add.
    """
    listing = selectinload(Pledge.listing)
    return db.select(Pledge).options(
        listing.lazyload(Listing.quantities),
        joinedload(Pledge.receiver),
        joinedload(Pledge.giver),
        joinedload(Pledge.quantity_row),
        joinedload(Pledge.bundle),
        selectinload(Pledge.deliveries).lazyload("*"),
    )


def _mark(pledge_id: int, organisation: Organisation, by: ColumnElement[Any]) -> Any:
    query = db.select(by).where(Pledge.id == pledge_id, Pledge.giver_id == organisation.id)
    return db.session.scalar(query)


def _beyond(by: ColumnElement[Any], falls: bool, mark: Any, after: int) -> ColumnElement[bool]:
    further, later = (by < mark, Pledge.id < after) if falls else (by > mark, Pledge.id > after)
    return or_(further, and_(by == mark, later))
