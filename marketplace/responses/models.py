"""A supplier's answer to an opportunity."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.errors import InvalidTransition
from marketplace.extensions import db, enum_type
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation


class ResponseStatus(StrEnum):
    INTERESTED = "interested"
    SHORTLISTED = "shortlisted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


NEXT = {
    ResponseStatus.INTERESTED: {
        ResponseStatus.SHORTLISTED,
        ResponseStatus.DECLINED,
        ResponseStatus.WITHDRAWN,
    },
    ResponseStatus.SHORTLISTED: {ResponseStatus.DECLINED, ResponseStatus.WITHDRAWN},
    ResponseStatus.WITHDRAWN: {ResponseStatus.INTERESTED},
}


class Response(db.Model):
    """One organisation's answer to one opportunity."""

    __table_args__ = (
        UniqueConstraint("opportunity_id", "supplier_id"),
        CheckConstraint("supplier_id <> buyer_id", name="not_to_oneself"),
        Index(None, "buyer_id", "status"),
        Index(None, "supplier_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    words: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[ResponseStatus] = mapped_column(
        enum_type(ResponseStatus), default=ResponseStatus.INTERESTED
    )
    reason: Mapped[str] = mapped_column(String(300), default="")
    interested_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    shortlisted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    opportunity: Mapped[Opportunity] = relationship()
    supplier: Mapped[Organisation] = relationship(foreign_keys=[supplier_id])
    buyer: Mapped[Organisation] = relationship(foreign_keys=[buyer_id])

    def move_to(self, status: ResponseStatus, *, at: datetime) -> None:
        if status not in NEXT.get(self.status, ()):
            raise InvalidTransition(self, status)
        self.status = status
        setattr(self, f"{status.value}_at", at)
