"""What is said of one delivery: given, come, or not."""

from collections.abc import Iterable
from datetime import datetime

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.files import services as files
from marketplace.files.models import File
from marketplace.pledges import entries, holding, moves, turns
from marketplace.pledges.models import Delivery, DeliveryFile, DeliveryStatus, End
from marketplace.pledges.progress import Figures, figures
from marketplace.teams import services as teams
from marketplace.teams.models import Part

_CAME = (DeliveryStatus.CONFIRMED, DeliveryStatus.VERIFIED)
_SAID = {  # “This was … already.”
    DeliveryStatus.PLANNED: "planned",
    DeliveryStatus.DELIVERED: "marked as given",
    DeliveryStatus.DISPUTED: "brought to the convener",
    DeliveryStatus.NOT_DELIVERED: "marked as not delivered",
    DeliveryStatus.CALLED_OFF: "called off",
}


def deliver(
    delivery: Delivery,
    quantity: int,
    words: str = "",
    files: Iterable[File] = (),
    *,
    actor: User | None,
    now: datetime,
) -> None:
    """The giver says how much was given. Less than planned: the rest is needed again, as a new promise."""
    pledge = delivery.pledge
    moves.only(pledge, End.GIVER, actor)
    moves.hold(pledge)
    if delivery.status is DeliveryStatus.DELIVERED and delivery.delivered == quantity:
        return
    if delivery.status is not DeliveryStatus.PLANNED:
        raise already(delivery)
    if not 1 <= quantity <= delivery.quantity:
        most = pledge.quantity_row.words(delivery.quantity)
        raise Refused(f"You promised {most} here. Enter from 1 up to that.", field="quantity")
    was = figures(delivery)
    delivery.status, delivery.delivered, delivery.words = DeliveryStatus.DELIVERED, quantity, words
    delivery.delivered_at, delivery.delivered_by_id = now, actor.id if actor else None
    _attach(delivery, files)
    followed(delivery, was, was_given=False, actor=actor, now=now)
    audit.record("pledge.delivered", pledge, actor=actor, delivery=delivery.number, quantity=quantity)
    moves.tell(
        pledge, "pledge_delivered", End.RECEIVER, what=delivery.listing_words, words=words,
        until=pledge.due_at,
    )  # fmt: skip


def not_delivered(delivery: Delivery, reason: str, *, end: End, actor: User | None, now: datetime) -> None:
    """It did not come, or will not: the giver may say so at any time, the receiver from its day on."""
    pledge = delivery.pledge
    moves.only(pledge, end, actor)
    moves.hold(pledge)
    if delivery.status is DeliveryStatus.NOT_DELIVERED:
        return
    _may_miss(delivery, end, now)
    miss(delivery, reason, by=end, actor=actor, now=now)
    what = pledge.quantity_row.words(delivery.quantity)
    moves.tell(pledge, "pledge_not_delivered", end.other, what=what, reason=reason)


def miss(delivery: Delivery, reason: str, *, by: End | None, actor: User | None, now: datetime) -> None:
    """Mark a delivery as not delivered; what it took of the line is needed again."""
    was, was_given = figures(delivery), delivery.delivered_at is not None
    delivery.status, delivery.not_delivered_at = DeliveryStatus.NOT_DELIVERED, now
    delivery.not_delivered_by, delivery.reason = by, reason[:300]
    followed(delivery, was, was_given=was_given, actor=actor, now=now)
    audit.record("pledge.not_delivered", delivery.pledge, actor=actor, delivery=delivery.number)


def confirm(
    delivery: Delivery, quantity: int | None = None, words: str = "", *, actor: User | None, now: datetime
) -> None:
    """The receiver says how much came. What did not is needed again; the giver may dispute that."""
    pledge = delivery.pledge
    moves.only(pledge, End.RECEIVER, actor)
    moves.hold(pledge)
    came = delivery.delivered if quantity is None else quantity
    if delivery.status in _CAME and came == delivery.confirmed:
        return
    if delivery.status is not DeliveryStatus.DELIVERED:
        raise (
            already(delivery)
            if delivery.status is not DeliveryStatus.PLANNED
            else Refused("They have not said yet that it was given.")
        )
    if not 1 <= came <= delivery.delivered:
        most = pledge.quantity_row.words(delivery.delivered)
        message = f"They say they gave {most}. Enter from 1 up to that, or say that it did not come."
        raise Refused(message, field="quantity")
    was = figures(delivery)
    delivery.status, delivery.confirmed, delivery.confirmed_words = DeliveryStatus.CONFIRMED, came, words
    delivery.confirmed_at, delivery.confirmed_by_id = now, actor.id if actor else None
    followed(delivery, was, was_given=True, actor=actor, now=now)
    audit.record("pledge.confirmed", pledge, actor=actor, delivery=delivery.number, quantity=came)
    what = delivery.listing_words
    moves.tell(pledge, "pledge_confirmed", End.GIVER, what=what, words=words)


def certify(delivery: Delivery, *, actor: User | None, now: datetime) -> None:
    """Somebody of the giver's team vouches for what was given, before it is reported."""
    pledge = delivery.pledge
    moves.hold(pledge)
    if delivery.certified_at is not None:
        return
    if actor is not None:
        teams.must(Part.CERTIFY, pledge.giver_id, actor)
    if delivery.status not in (DeliveryStatus.DELIVERED, *_CAME):
        raise Refused("Only what was given can be certified.")
    delivery.certified_at, delivery.certified_by_id = now, actor.id if actor else None
    audit.record("pledge.certified", pledge, actor=actor, delivery=delivery.number)


def followed(delivery: Delivery, was: Figures, *, was_given: bool, actor: User | None, now: datetime) -> None:
    """After what is said of a delivery changed: the pledge, its line, the budget and the ledger follow."""
    if not turns.waits_too_long(delivery.pledge, now):  # else the convener looks on, for another time of it
        delivery.pledge.escalated_at = None
    holding.follow(delivery.pledge, actor=actor, now=now)
    entries.moved(delivery, was, was_given=was_given, actor=actor, now=now)


def already(delivery: Delivery) -> Refused:
    if delivery.status in _CAME:
        return Refused("They have said already how much came.")
    return Refused(f"This was {_SAID[delivery.status]} already.")


def _may_miss(delivery: Delivery, end: End, now: datetime) -> None:
    if delivery.status is DeliveryStatus.DELIVERED and end is End.RECEIVER:
        return
    if delivery.status is not DeliveryStatus.PLANNED:
        raise already(delivery)
    if end is End.GIVER:
        return
    if delivery.due_on is None:
        raise Refused("No day was agreed for this yet. Propose one, or call it off.")
    if delivery.due_on > now.date():
        raise Refused("Its day is still to come. Propose another day, or call it off.")


def _attach(delivery: Delivery, evidence: Iterable[File]) -> None:
    """Photos, receipts and timesheets; the receiver may see them."""
    for file in evidence:
        if file.organisation_id != delivery.pledge.giver_id:
            raise Refused("Choose files of your own.", field="file")
        delivery.file_rows.append(DeliveryFile(file=file))
        files.let_see(file, [delivery.pledge.receiver_id])
