"""Which of what was confirmed the convener looks at: a stated share by lot, and everything large.

The lot is the same however often it is drawn, and nobody who does not know this installation's key can tell
what it will be.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.listings.models import QuantityKind
from marketplace.pledges import deciding
from marketplace.pledges.models import Delivery, DeliveryStatus, Pledge

SHARE = 10  # of a hundred confirmed deliveries
LARGE = {  # from here on each is looked at, in the unit of its kind
    QuantityKind.VOLUNTEERS: 100,
    QuantityKind.SKILLS: 100,
    QuantityKind.SPACE: 100,
    QuantityKind.GOODS: 500,
    QuantityKind.MONEY: 1_000,
}
SINCE = timedelta(days=7)  # a daily draw may miss a few days, and catches up


def sample(now: datetime) -> list[int]:
    """Ask the convener to verify what the lot falls on; returns the ids of those deliveries."""
    query = (
        db.select(Delivery)
        .where(
            Delivery.status == DeliveryStatus.CONFIRMED,
            Delivery.verify_asked_at.is_(None),
            Delivery.confirmed_at >= now - SINCE,
        )
        .options(joinedload(Delivery.pledge).joinedload(Pledge.quantity_row))
        .order_by(Delivery.pledge_id, Delivery.id)
    )
    drawn = list(_drawn(db.session.scalars(query).unique()))
    for delivery in drawn:
        deciding.ask_to_verify(delivery, actor=None, now=now)
    return [delivery.id for delivery in drawn]


def _drawn(deliveries: Iterable[Delivery]) -> Iterable[Delivery]:
    for delivery in deliveries:
        if delivery.confirmed >= LARGE[delivery.pledge.quantity_row.kind] or _lot(delivery.id) < SHARE:
            yield delivery


def _lot(delivery_id: int) -> int:
    """A number from 0 to 99 that this delivery drew."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    drawn = hmac.digest(key, f"verify delivery {delivery_id}".encode(), "sha256")
    return int.from_bytes(drawn[:8]) % 100
