"""Promises of a quantity towards a need, and how far each has come."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db, enum_type
from marketplace.listings.models import Quantity
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation


class PledgeStatus(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


# The moves there are; `services` makes them in the database, so that two at once are one.
NEXT = {
    PledgeStatus.OFFERED: {PledgeStatus.ACCEPTED, PledgeStatus.DECLINED, PledgeStatus.WITHDRAWN},
    PledgeStatus.ACCEPTED: {PledgeStatus.DELIVERED, PledgeStatus.WITHDRAWN},
    PledgeStatus.DELIVERED: {PledgeStatus.CONFIRMED},
}
STILL_COUNTS = frozenset({PledgeStatus.ACCEPTED, PledgeStatus.DELIVERED, PledgeStatus.CONFIRMED})


class Pledge(db.Model):
    """A giver's promise towards one quantity of a need."""

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("giver_id <> receiver_id", name="not_to_oneself"),
        Index(None, "giver_id", "status"),
        Index(None, "receiver_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id"), index=True)
    quantity_id: Mapped[int] = mapped_column(ForeignKey("quantity.id"), index=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    quantity: Mapped[int]
    words: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[PledgeStatus] = mapped_column(enum_type(PledgeStatus), default=PledgeStatus.OFFERED)
    reason: Mapped[str] = mapped_column(String(300), default="")
    form_key: Mapped[str] = mapped_column(String(64), unique=True)  # a form sent twice is one pledge
    offered_at: Mapped[datetime]
    offered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]

    need: Mapped[Need] = relationship()
    quantity_row: Mapped[Quantity] = relationship()
    giver: Mapped[Organisation] = relationship(foreign_keys=[giver_id])
    receiver: Mapped[Organisation] = relationship(foreign_keys=[receiver_id])

    @property
    def what(self) -> str:
        return self.quantity_row.words(self.quantity)
