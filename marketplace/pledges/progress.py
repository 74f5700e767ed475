"""What the deliveries of a pledge say: how much stands of each, and how far the pledge has come."""

from typing import NamedTuple

from marketplace.pledges.models import Delivery, DeliveryStatus, Pledge, PledgeStatus

_CAME = frozenset({DeliveryStatus.CONFIRMED, DeliveryStatus.VERIFIED})


class Figures(NamedTuple):
    """How much of one delivery stands at each stage of the ledger."""

    given: int
    confirmed: int
    verified: int


def stands(delivery: Delivery) -> int:
    """How much of the listing's line this delivery takes.

    The latest word counts: what is planned, then what was given, then what came. While a dispute is open
    it is what stood before.
    """
    match delivery.status:
        case DeliveryStatus.PLANNED:
            return delivery.quantity
        case DeliveryStatus.CALLED_OFF | DeliveryStatus.NOT_DELIVERED:
            return 0
        case DeliveryStatus.DELIVERED:
            return delivery.delivered
        case DeliveryStatus.DISPUTED if delivery.confirmed_at is None and delivery.not_delivered_at is None:
            return delivery.delivered
    return delivery.confirmed


def figures(delivery: Delivery) -> Figures:
    """What the ledger says of it. `given` follows the answer; `delivered` stays what the giver said."""
    given = 0 if delivery.status is DeliveryStatus.PLANNED else stands(delivery)
    return Figures(given, delivery.confirmed, delivery.verified)


def status_of(pledge: Pledge) -> PledgeStatus:
    """How far an accepted pledge has come, from its deliveries alone."""
    found = {delivery.status for delivery in pledge.deliveries}
    if DeliveryStatus.DISPUTED in found:
        return PledgeStatus.DISPUTED
    if DeliveryStatus.PLANNED in found:
        return _still_to_come(pledge, found)
    if DeliveryStatus.DELIVERED in found:
        return PledgeStatus.DELIVERED
    if found & _CAME:
        return PledgeStatus.CONFIRMED if DeliveryStatus.CONFIRMED in found else PledgeStatus.VERIFIED
    return _nothing_came(pledge, found)


def _still_to_come(pledge: Pledge, found: set[DeliveryStatus]) -> PledgeStatus:
    if found & {DeliveryStatus.DELIVERED, *_CAME}:
        return PledgeStatus.PARTLY_DELIVERED
    return PledgeStatus.SCHEDULED if pledge.scheduled_at else PledgeStatus.ACCEPTED


def _nothing_came(pledge: Pledge, found: set[DeliveryStatus]) -> PledgeStatus:
    if DeliveryStatus.CALLED_OFF not in found:
        return PledgeStatus.NOT_DELIVERED
    return PledgeStatus.WITHDRAWN if pledge.ended_by else PledgeStatus.LAPSED
