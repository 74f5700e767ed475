"""What happens when nobody does anything: a reminder at half-time, then it lapses or is looked into."""

from collections.abc import Sequence
from datetime import datetime

from marketplace import audit
from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus, Quantity
from marketplace.pledges import answering, days, holding, moves, turns
from marketplace.pledges.models import DeliveryStatus, End, Pledge, PledgeStatus

TOO_LONG = "Nobody said anything for too long"
GONE = "The notice takes no more pledges"


def due_ids(now: datetime) -> Sequence[int]:
    """Pledges whose time has run out, and those that wait for a notice that takes no more."""
    run_out = db.select(Pledge.id).where(Pledge.due_at <= now)
    gone = (
        db.select(Pledge.id)
        .join(Listing, Listing.id == Pledge.listing_id)
        .where(Pledge.status == PledgeStatus.WAITING, Listing.status != ListingStatus.PUBLISHED)
    )
    return db.session.scalars(run_out.union(gone).order_by("id")).all()


def to_nudge(now: datetime) -> list[int]:
    """Pledges half-way to their time, whose turn it is not reminded of yet.

    The middle is worked out here: the two databases count time in different ways.
    """
    query = db.select(Pledge.id, Pledge.turn_began_at, Pledge.due_at).where(
        Pledge.due_at > now, Pledge.nudged_at.is_(None), Pledge.turn_began_at.is_not(None)
    )
    rows = db.session.execute(query.order_by(Pledge.id))
    return [pledge_id for pledge_id, began, due in rows if began + (due - began) / 2 <= now]


def full_lines(now: datetime) -> Sequence[int]:
    """Lines with somebody waiting and room for them: what an edited notice, or a missed call, left behind."""
    query = (
        db.select(Quantity.id)
        .join(Listing, Listing.id == Quantity.listing_id)
        .join(Pledge, Pledge.quantity_id == Quantity.id)
        .where(
            Pledge.status == PledgeStatus.WAITING,
            Listing.status == ListingStatus.PUBLISHED,
            Quantity.promised < Quantity.wanted,
        )
    )
    return db.session.scalars(query.distinct().order_by(Quantity.id)).all()


def lapse(pledge: Pledge, *, now: datetime) -> None:
    """Let a promise end whose time has run out; what was given and not confirmed goes to the convener."""
    moves.hold(pledge)
    if pledge.status is PledgeStatus.WAITING and not pledge.listing.is_open:
        _end(pledge, GONE, now=now)
        return
    if pledge.due_at is None or pledge.due_at > now:
        return  # somebody did something meanwhile
    if pledge.status in (PledgeStatus.DRAFT, PledgeStatus.OFFERED):
        _end(pledge, TOO_LONG, now=now)
        return
    _give_up(pledge, now=now)
    _escalate(pledge, now=now)


def nudge(pledge: Pledge, *, now: datetime) -> None:
    """Remind whoever's turn it is, once in a turn."""
    moves.hold(pledge)
    turn = turns.turn(pledge)
    if turn is None or turn.end is None or pledge.nudged_at is not None:
        return
    if pledge.due_at is None or pledge.turn_began_at is None or pledge.due_at <= now:
        return
    if pledge.turn_began_at + (pledge.due_at - pledge.turn_began_at) / 2 > now:
        return
    pledge.nudged_at = now
    moves.tell(pledge, "pledge_nudge", turn.end, words=turn.words, until=pledge.due_at)


def _end(pledge: Pledge, reason: str, *, now: datetime) -> None:
    """Nobody answered, or approved: it was not promised after all."""
    was_offered = pledge.offered_at is not None
    pledge.reason = reason
    pledge.proposed_on, pledge.proposed_timing, pledge.proposed_by = None, "", None
    moves.change(pledge, PledgeStatus.LAPSED, now=now)
    answering.never_mind(pledge, actor=None, now=now)
    audit.record("pledge.lapsed", pledge, quantity=pledge.quantity)
    moves.tell(pledge, "pledge_lapsed", pledge.begun_by, reason=reason)
    if was_offered:
        moves.tell(pledge, "pledge_lapsed", pledge.begun_by.other, reason=reason)


def _give_up(pledge: Pledge, *, now: datetime) -> None:
    """What was planned and did not come is needed again."""
    at, late = turns.to_give(pledge), days.planned(pledge)
    if at is None or at > now:
        return
    pledge.reason = TOO_LONG
    pledge.proposed_on, pledge.proposed_timing, pledge.proposed_by = None, "", None
    what = pledge.quantity_row.words(sum(row.quantity for row in late))
    for row in late:
        if row.due_on is None:
            row.status, row.called_off_at = DeliveryStatus.CALLED_OFF, now
        else:
            row.status, row.not_delivered_at, row.reason = DeliveryStatus.NOT_DELIVERED, now, TOO_LONG
    holding.follow(pledge, actor=None, now=now)
    audit.record("pledge.lapsed", pledge, deliveries=[row.number for row in late])
    moves.tell(pledge, "pledge_lapsed", End.GIVER, End.RECEIVER, what=what, reason=TOO_LONG)


def _escalate(pledge: Pledge, *, now: datetime) -> None:
    """Given, and the receiver says nothing: it never lapses, the convener finds out."""
    if pledge.escalated_at is not None or not turns.waits_too_long(pledge, now):
        return
    pledge.escalated_at = now
    moves.change(pledge, pledge.status, now=now)
    audit.record("pledge.escalated", pledge)
