"""What pledges and deliveries write into the ledger.

Each step has one key. What turns out otherwise is a correction, whose key carries the version of the pledge:
every verb makes one version, and corrects a step once at most.
"""

from datetime import datetime
from hashlib import sha256

from marketplace.accounts.models import User
from marketplace.ledger import services as ledger
from marketplace.ledger.models import Side, Stage
from marketplace.pledges.models import Delivery, Pledge
from marketplace.pledges.progress import Figures, figures


def promised(pledge: Pledge, quantity: int, *, actor: User | None, now: datetime) -> None:
    """This much was promised."""
    _enter(pledge, Stage.PROMISED, quantity, actor=actor, now=now)


def no_longer_promised(pledge: Pledge, quantity: int, *, actor: User | None, now: datetime) -> None:
    """This much was promised and not taken up."""
    _correct(pledge, Stage.PROMISED, -quantity, actor=actor, now=now)


def held(pledge: Pledge, change: int, *, is_first: bool, actor: User | None, now: datetime) -> None:
    """What the pledge takes of its line has changed by this much."""
    if is_first:
        _enter(pledge, Stage.ACCEPTED, change, actor=actor, now=now)
    else:
        _correct(pledge, Stage.ACCEPTED, change, actor=actor, now=now)


def moved(delivery: Delivery, was: Figures, *, was_given: bool, actor: User | None, now: datetime) -> None:
    """Bring the ledger from what stood of a delivery to what stands; `was_given`: its giver had said so."""
    stands = figures(delivery)
    steps = (
        (Stage.DELIVERED, was.given, stands.given, was_given),
        (Stage.CONFIRMED, was.confirmed, stands.confirmed, was.confirmed > 0),
        (Stage.VERIFIED, was.verified, stands.verified, was.verified > 0),
    )
    for stage, before, after, is_entered in steps:
        key = f"delivery:{delivery.id}/{stage}"
        if is_entered and before != after:
            ledger.correct(f"{key}#{delivery.pledge.version}", key, after - before, actor=actor, now=now)
        elif before != after:
            subject = about(delivery.pledge, delivery)
            ledger.enter(key, stage, after, subject, actor=actor, now=now, evidence=_evidence(delivery))


def _enter(pledge: Pledge, stage: Stage, quantity: int, *, actor: User | None, now: datetime) -> None:
    ledger.enter(f"pledge:{pledge.id}/{stage}", stage, quantity, about(pledge), actor=actor, now=now)


def _correct(pledge: Pledge, stage: Stage, change: int, *, actor: User | None, now: datetime) -> None:
    key = f"pledge:{pledge.id}/{stage}"
    ledger.correct(f"{key}#{pledge.version}", key, change, actor=actor, now=now)


def about(pledge: Pledge, delivery: Delivery | None = None) -> ledger.About:
    """What the entries of a pledge, or of one of its deliveries, are about."""
    line = pledge.quantity_row
    return ledger.About(
        side=Side.SUPPORT,
        kind=line.kind.value,
        unit=line.unit,
        giver_id=pledge.giver_id,
        receiver_id=pledge.receiver_id,
        listing_id=pledge.listing_id,
        pledge_id=pledge.id,
        delivery_id=delivery.id if delivery else None,
        # Where it does good: of a standing offer, where whoever asked for it is.
        ward_code=pledge.receiver.ward_code if pledge.is_request else pledge.listing.ward_code,
        contract_id=pledge.contract_id,
        credited_id=pledge.credited_id,
    )


def _evidence(delivery: Delivery) -> str:
    """One fingerprint over those of all its files, in the order of the fingerprints; empty without files."""
    marks = sorted(row.file.sha256 for row in delivery.file_rows)
    return sha256("\n".join(marks).encode()).hexdigest() if marks else ""
