"""Pledges made before there was a ledger: entered as they stand, each step on its own day."""

from datetime import datetime

from sqlalchemy import exists, or_, select

from marketplace.extensions import db
from marketplace.ledger import services as ledger
from marketplace.ledger.models import LedgerEntry, Stage
from marketplace.pledges.entries import about
from marketplace.pledges.models import Delivery, Pledge, PledgeStatus
from marketplace.pledges.progress import figures

AT_ONCE = 500


def enter_older(*, limit: int = AT_ONCE) -> int:
    """Enter some that no entry is of yet; returns how many. Nought: all are entered, now or before.

    What was declined or taken back left nothing that stands, so it has no entry.
    """
    stands = or_(Pledge.status == PledgeStatus.OFFERED, Pledge.accepted > 0)
    is_entered = exists().where(LedgerEntry.pledge_id == Pledge.id)
    query = select(Pledge).where(stands, Pledge.offered_at.is_not(None), ~is_entered)
    pledges = db.session.scalars(query.order_by(Pledge.id).limit(limit)).all()
    for pledge in pledges:
        _enter(pledge)
    return len(pledges)


def _enter(pledge: Pledge) -> None:
    offered_at = pledge.offered_at or pledge.created_at
    key, subject = f"pledge:{pledge.id}", about(pledge)

    def enter(stage: Stage, quantity: int, at: datetime) -> None:
        ledger.enter(f"{key}/{stage}", stage, quantity, subject, actor=None, now=at)

    enter(Stage.PROMISED, pledge.accepted or pledge.quantity, offered_at)
    if pledge.held:
        enter(Stage.ACCEPTED, pledge.held, pledge.accepted_at or offered_at)
    for delivery in pledge.deliveries:
        _enter_delivery(delivery, pledge.accepted_at or offered_at)


def _enter_delivery(delivery: Delivery, agreed_at: datetime) -> None:
    subject, stands = about(delivery.pledge, delivery), figures(delivery)
    given_at = delivery.delivered_at or agreed_at
    confirmed_at = delivery.confirmed_at or given_at
    steps = (
        (Stage.DELIVERED, stands.given, given_at),
        (Stage.CONFIRMED, stands.confirmed, confirmed_at),
        (Stage.VERIFIED, stands.verified, delivery.verified_at or confirmed_at),
    )
    for stage, quantity, at in steps:
        if quantity:
            ledger.enter(f"delivery:{delivery.id}/{stage}", stage, quantity, subject, actor=None, now=at)
