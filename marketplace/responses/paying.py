"""Payments under an award: declared by the buyer, agreed to by the supplier, taken back where wrong."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlalchemy.exc import IntegrityError

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.responses import deciding, entries, queries
from marketplace.responses.models import Outcome, Payment
from marketplace.responses.services import hold
from marketplace.responses.telling import tell


@dataclass(frozen=True, kw_only=True)
class PaymentDetails:
    """Whole £ without VAT, and the day they were paid."""

    pounds: int
    paid_on: date
    form_key: str
    words: str = ""


def declare(outcome: Outcome, details: PaymentDetails, *, actor: User, now: datetime) -> Payment:
    """The buyer says what was paid; a form sent twice is one payment. Work that is paid for has begun."""
    hold(outcome.opportunity)
    if (declared := queries.payment_of_form(details.form_key)) is not None:
        return declared
    db.session.refresh(outcome)
    if not outcome.is_award:
        raise Refused("Nothing was awarded here, so nothing is paid.")
    if details.paid_on > now.date():
        raise Refused("Choose a day that has been.", field="paid_on")
    if outcome.value is not None and outcome.paid + details.pounds > outcome.value:
        left = outcome.value - outcome.paid
        raise Refused(
            f"The award has £{left:,} left. If it is worth more now, put the decision right first.",
            field="pounds",
        )
    deciding.start(outcome, actor=actor, now=now)
    payment = Payment(
        outcome_id=outcome.id, pounds=details.pounds, paid_on=details.paid_on, words=details.words,
        form_key=details.form_key, declared_at=now, declared_by_id=actor.id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(payment)
    except IntegrityError:
        if (declared := queries.payment_of_form(details.form_key)) is None:
            raise
        return declared
    db.session.expire(outcome, ["payments"])
    audit.record("payment.declared", payment, actor=actor, pounds=payment.pounds)
    entries.paid(payment, actor=actor, now=now)
    if outcome.winner is not None:
        tell(
            "payment_declared", outcome.winner, outcome.opportunity, key=f"payment_declared:{payment.id}",
            now=now, what=f"£{payment.pounds:,}", words=payment.words,
            url=url_for("responses_deciding.outcome", outcome_id=outcome.id),
        )  # fmt: skip
    return payment


def agree(payment: Payment, *, actor: User, now: datetime) -> None:
    """The supplier says that it came."""
    hold(payment.outcome.opportunity)
    db.session.refresh(payment)
    if payment.taken_back_at is not None:
        raise Refused("They have taken this payment back.")
    if payment.agreed_at is None:
        payment.agreed_at = now
        audit.record("payment.agreed", payment, actor=actor)


def take_back(payment: Payment, *, actor: User, now: datetime) -> None:
    """It was not paid after all; the ledger keeps both."""
    hold(payment.outcome.opportunity)
    db.session.refresh(payment)
    if payment.taken_back_at is not None:
        return
    payment.taken_back_at = now
    audit.record("payment.taken_back", payment, actor=actor, pounds=payment.pounds)
    entries.taken_back(payment, actor=actor, now=now)
