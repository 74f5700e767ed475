"""What awards and payments are in the ledger: awarded, started, paid as declared. Whole £ without VAT.

Keys are “outcome:12/awarded”, “outcome:12/started” and “payment:7/paid”. A winner put right is a new entry
with a number behind it, “outcome:12/awarded/2”, and the first is corrected away.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.ledger import services as ledger
from marketplace.ledger.models import LedgerEntry, Side, Stage
from marketplace.ledger.services import About, Unequal
from marketplace.responses.models import Outcome, Payment


def awarded(outcome: Outcome, *, actor: User, now: datetime) -> None:
    """Enter what was awarded, where a sum was."""
    _enter(outcome, Stage.AWARDED, actor=actor, now=now)


def started(outcome: Outcome, *, actor: User, now: datetime) -> None:
    """Enter that the work has begun; it may have before, with a winner who was not the right one."""
    _restate(outcome, Stage.STARTED, outcome.value or 0, actor=actor, now=now)


def paid(payment: Payment, *, actor: User, now: datetime) -> None:
    about = _about(payment.outcome)
    ledger.enter(f"payment:{payment.id}/paid", Stage.PAID, payment.pounds, about, actor=actor, now=now)


def taken_back(payment: Payment, *, actor: User, now: datetime) -> None:
    """Enter that a payment was not made after all."""
    key = f"payment:{payment.id}/paid"
    ledger.correct(f"{key}/taken-back", key, -payment.pounds, actor=actor, now=now)


def restated(outcome: Outcome, *, actor: User, now: datetime) -> None:
    """Correct what was entered before to what the outcome says now."""
    _restate(outcome, Stage.AWARDED, outcome.value or 0, actor=actor, now=now)
    _restate(outcome, Stage.STARTED, outcome.value or 0 if outcome.started_at else 0, actor=actor, now=now)


def _enter(outcome: Outcome, stage: Stage, *, actor: User, now: datetime, number: int = 1) -> None:
    if outcome.value:
        key = _key(outcome, stage, number)
        ledger.enter(key, stage, outcome.value, _about(outcome), actor=actor, now=now)


def _restate(outcome: Outcome, stage: Stage, pounds: int, *, actor: User, now: datetime) -> None:
    entries = _entries(outcome, stage)
    first = [each for each in entries if each.corrects_id is None]
    last = first[-1] if first else None
    stands = sum(each.quantity for each in entries)  # all but the last were corrected away
    keeps_winner = last is not None and last.receiver_id == outcome.winner_id
    difference = (pounds if keeps_winner else 0) - stands
    if last is not None and difference:
        key = f"{last.key}/corrected-{len(entries)}"
        ledger.correct(key, last.key, difference, actor=actor, now=now)
    if pounds and not keeps_winner:
        _enter(outcome, stage, actor=actor, now=now, number=len(first) + 1)


def _entries(outcome: Outcome, stage: Stage) -> Sequence[LedgerEntry]:
    query = db.select(LedgerEntry).where(LedgerEntry.outcome_id == outcome.id, LedgerEntry.stage == stage)
    return db.session.scalars(query.order_by(LedgerEntry.id)).all()


def _key(outcome: Outcome, stage: Stage, number: int) -> str:
    return f"outcome:{outcome.id}/{stage.value}" + (f"/{number}" if number > 1 else "")


def _about(outcome: Outcome) -> About:
    return About(
        side=Side.SPEND,
        kind="money",
        unit="£",
        giver_id=outcome.buyer_id,
        receiver_id=outcome.winner_id,
        listing_id=outcome.opportunity_id,
        outcome_id=outcome.id,
        ward_code=outcome.opportunity.ward_code,
    )


@ledger.counter("what an outcome says was awarded")
def _awarded_adds_up() -> Iterator[Unequal]:
    return _unequal(Stage.AWARDED, db.func.coalesce(Outcome.value, 0))


@ledger.counter("what an outcome says has begun")
def _started_adds_up() -> Iterator[Unequal]:
    value = db.case((Outcome.started_at.is_not(None), db.func.coalesce(Outcome.value, 0)), else_=0)
    return _unequal(Stage.STARTED, value)


@ledger.counter("what a buyer declared to have paid under an outcome")
def _paid_adds_up() -> Iterator[Unequal]:
    declared = (
        db.select(func.coalesce(func.sum(Payment.pounds), 0))
        .where(Payment.outcome_id == Outcome.id, Payment.taken_back_at.is_(None))
        .correlate(Outcome)
        .scalar_subquery()
    )
    return _unequal(Stage.PAID, declared)


def _unequal(stage: Stage, counter: Any) -> Iterator[Unequal]:
    """Outcomes whose own figure is not the sum of their entries at a stage."""
    sums = (
        db.select(LedgerEntry.outcome_id, func.sum(LedgerEntry.quantity).label("pounds"))
        .where(LedgerEntry.stage == stage, LedgerEntry.side == Side.SPEND)
        .group_by(LedgerEntry.outcome_id)
        .subquery()
    )
    entered = func.coalesce(sums.c.pounds, 0)
    query = (
        db.select(Outcome.id, counter.label("counter"), entered.label("entries"))
        .outerjoin(sums, sums.c.outcome_id == Outcome.id)
        .where(counter != entered)
        .order_by(Outcome.id)
    )
    for row in db.session.execute(query):
        yield Unequal(f"outcome {row.id}", int(row.counter), int(row.entries))
