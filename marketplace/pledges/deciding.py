"""Where the two ends do not agree on what came, and where somebody else looks."""

from datetime import datetime

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.pledges import giving, moves, turns
from marketplace.pledges.models import Delivery, DeliveryStatus, End, Settled
from marketplace.pledges.progress import figures


def dispute(delivery: Delivery, words: str, *, end: End, actor: User | None, now: datetime) -> None:
    """Ask the convener to decide what counts.

    The receiver may of what the giver says was given; the giver of what was confirmed as less, or as not
    delivered, for 14 days.
    """
    pledge = delivery.pledge
    moves.only(pledge, end, actor)
    moves.hold(pledge)
    if delivery.status is DeliveryStatus.DISPUTED and delivery.disputed_by is end:
        return
    _may_dispute(delivery, end, now)
    if not words.strip():
        raise Refused("Say what happened, so that the convener can decide.", field="words")
    was, was_given = figures(delivery), delivery.delivered_at is not None
    delivery.status, delivery.disputed_at = DeliveryStatus.DISPUTED, now
    delivery.disputed_by, delivery.disputed_words = end, words
    giving.followed(delivery, was, was_given=was_given, actor=actor, now=now)
    audit.record("pledge.disputed", pledge, actor=actor, delivery=delivery.number)
    what = pledge.quantity_row.words(delivery.delivered or delivery.quantity)
    moves.tell(pledge, "pledge_disputed", end.other, what=what, words=words)


def settle(delivery: Delivery, quantity: int, words: str, *, actor: User | None, now: datetime) -> None:
    """The convener decides how much counts of what is disputed, or nobody confirmed; and that stands."""
    pledge = delivery.pledge
    moves.convener(pledge, actor)
    moves.hold(pledge)
    if delivery.settled is not None and delivery.confirmed == quantity:
        return
    if delivery.settled is not None:
        raise Refused("This was decided already.")
    unconfirmed = delivery.status is DeliveryStatus.DELIVERED and pledge.escalated_at is not None
    if delivery.status is not DeliveryStatus.DISPUTED and not unconfirmed:
        raise Refused("Only what is disputed, or was not confirmed for too long, is for you to decide.")
    was, was_given = figures(delivery), delivery.delivered_at is not None
    most = delivery.delivered if was_given else delivery.quantity
    if not 0 <= quantity <= most:
        said = pledge.quantity_row.words(most)
        raise Refused(f"They speak of {said}. Enter from 0 up to that.", field="quantity")
    delivery.settled = _who_was_right(delivery, quantity, before=was.given)
    delivery.settled_at, delivery.settled_by_id = now, actor.id if actor else None
    delivery.settled_words = words
    delivery.confirmed = quantity
    if quantity:
        delivery.status, delivery.confirmed_at = DeliveryStatus.CONFIRMED, now
        delivery.delivered, delivery.delivered_at = (
            max(delivery.delivered, quantity),
            delivery.delivered_at or now,
        )
    else:
        delivery.status, delivery.not_delivered_at = DeliveryStatus.NOT_DELIVERED, now
    giving.followed(delivery, was, was_given=was_given, actor=actor, now=now)
    audit.record(
        "pledge.settled", pledge, actor=actor, delivery=delivery.number, quantity=quantity,
        settled=delivery.settled.value,
    )  # fmt: skip
    what = pledge.quantity_row.words(quantity or most)
    moves.tell(pledge, "pledge_settled", End.GIVER, End.RECEIVER, what=what, words=words)


def ask_to_verify(delivery: Delivery, *, actor: User | None, now: datetime) -> None:
    """Have the convener look at what was confirmed; either end may ask, and the convener themself."""
    pledge = delivery.pledge
    moves.hold(pledge)
    if delivery.verify_asked_at is not None or delivery.status is DeliveryStatus.VERIFIED:
        return
    ends = (pledge.giver_id, pledge.receiver_id)
    if actor is not None and not actor.is_convener and not any(moves.is_of(each, actor) for each in ends):
        raise Refused("Only the two sides and the convener can ask for this.")
    if delivery.status is not DeliveryStatus.CONFIRMED:
        raise Refused("Only what was confirmed can be verified.")
    delivery.verify_asked_at = now
    audit.record("pledge.verification_asked", pledge, actor=actor, delivery=delivery.number)


def verify(delivery: Delivery, quantity: int | None = None, *, actor: User | None, now: datetime) -> None:
    """The convener has seen that it came, or how much of it."""
    pledge = delivery.pledge
    moves.convener(pledge, actor)
    moves.hold(pledge)
    seen = delivery.confirmed if quantity is None else quantity
    if delivery.status is DeliveryStatus.VERIFIED and (quantity is None or seen == delivery.verified):
        return
    if delivery.status is not DeliveryStatus.CONFIRMED:
        raise Refused("Only what was confirmed, and not verified yet, can be verified.")
    if not 1 <= seen <= delivery.confirmed:
        most = pledge.quantity_row.words(delivery.confirmed)
        raise Refused(f"They confirmed {most}. Enter from 1 up to that.", field="quantity")
    was = figures(delivery)
    delivery.status, delivery.verified = DeliveryStatus.VERIFIED, seen
    delivery.verified_at, delivery.verified_by_id = now, actor.id if actor else None
    giving.followed(delivery, was, was_given=True, actor=actor, now=now)
    audit.record("pledge.verified", pledge, actor=actor, delivery=delivery.number, quantity=seen)
    what = delivery.listing_words
    moves.tell(pledge, "pledge_verified", End.GIVER, End.RECEIVER, what=what)


def _may_dispute(delivery: Delivery, end: End, now: datetime) -> None:
    if delivery.settled is not None:
        raise Refused("The convener has decided this, and that stands.")
    if delivery.status is DeliveryStatus.DISPUTED:
        raise giving.already(delivery)
    if end is End.RECEIVER:
        if delivery.status is not DeliveryStatus.DELIVERED:
            raise Refused("You can dispute only what they say was given and you have not answered.")
        return
    since = _answered_otherwise(delivery)
    if since is None:
        raise Refused("There is nothing to dispute: nobody has said that less came than you gave.")
    if now > since + turns.TO_DISPUTE:
        raise Refused("The 14 days in which this could be disputed are over.")


def _answered_otherwise(delivery: Delivery) -> datetime | None:
    """When somebody other than the giver said that less came, if so."""
    if delivery.status is DeliveryStatus.CONFIRMED and delivery.confirmed < delivery.delivered:
        return delivery.confirmed_at
    if delivery.status is DeliveryStatus.NOT_DELIVERED and delivery.not_delivered_by is not End.GIVER:
        return delivery.not_delivered_at
    return None


def _who_was_right(delivery: Delivery, quantity: int, *, before: int) -> Settled:
    """Upheld: the decision moves what counts towards whoever disputed; undisputed, towards the giver."""
    if delivery.disputed_by is None:
        is_theirs = quantity > 0
    else:
        is_theirs = quantity > before if delivery.disputed_by is End.GIVER else quantity < before
    return Settled.UPHELD if is_theirs else Settled.DISMISSED
