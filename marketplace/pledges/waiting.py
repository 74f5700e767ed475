"""The list of those who wait for room on a line that is full: first come, first asked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func

from marketplace import audit, outbox
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings.models import Quantity
from marketplace.pledges import entries, moves
from marketplace.pledges.models import End, Pledge, PledgeStatus

AT_ONCE = 20  # called in one transaction; the rest by the next sweep


def free(line: Quantity) -> int:
    """What a line still lacks, besides what is kept for those from the list who wait for their answer."""
    kept = db.session.scalar(_KEPT, {"line_id": line.id})
    return max(line.missing - int(kept or 0), 0)


_KEPT = db.select(func.coalesce(func.sum(Pledge.quantity), 0)).where(
    Pledge.quantity_id == bindparam("line_id"),
    Pledge.status == PledgeStatus.OFFERED,
    Pledge.waiting_at.is_not(None),
)


def call(quantity_id: int, *, now: datetime) -> list[Pledge]:
    """Ask for the first in a line's list, as long as there is room for any of it; returns those called.

    Whoever is just doing something with a pledge of the list is passed over, never waited for: they may wait
    for us. The hourly sweep calls whom we missed.
    """
    if db.session.scalar(_ANYBODY, {"line_id": quantity_id}) is None:
        return []
    line = db.session.get_one(Quantity, quantity_id, populate_existing=True)
    if not line.listing.is_open:
        return []
    left, called = free(line), []
    for pledge in _first(line):
        if left <= 0:
            break
        _call(pledge, now=now)
        called.append(pledge)
        left -= pledge.quantity
    return called


def offered(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """What follows when a promise, or a request, reaches the other end."""
    if pledge.begun_by is End.GIVER:
        entries.promised(pledge, pledge.quantity, actor=actor, now=now)
        outbox.add("matching.converted", organisation_id=pledge.giver_id, listing_id=pledge.listing_id)
    letter = "pledge_offered" if pledge.begun_by is End.GIVER else "pledge_requested"
    answers = pledge.begun_by.other
    moves.tell(pledge, letter, answers, words=pledge.words, until=pledge.due_at)


def _call(pledge: Pledge, *, now: datetime) -> None:
    if pledge.starts_on is not None and pledge.starts_on < now.date():
        pledge.starts_on = None  # it waited too long for that day; they agree another
    moves.change(pledge, PledgeStatus.OFFERED, now=now)
    audit.record("pledge.called", pledge, quantity=pledge.quantity)
    offered(pledge, actor=None, now=now)
    moves.tell(pledge, "pledge_place_free", pledge.begun_by)


_ANYBODY = (
    db.select(Pledge.id)
    .where(Pledge.quantity_id == bindparam("line_id"), Pledge.status == PledgeStatus.WAITING)
    .limit(1)
)


def _first(line: Quantity) -> Sequence[Pledge]:
    query = (
        db.select(Pledge)
        .where(Pledge.quantity_id == line.id, Pledge.status == PledgeStatus.WAITING)
        .order_by(Pledge.waiting_at, Pledge.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all()
