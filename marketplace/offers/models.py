"""What an organisation gives."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.listings.models import Family, Listing


class Offer(Listing):
    """Time, goods, money, space or expertise on offer; its `quantities` say how much."""

    __mapper_args__ = {"polymorphic_identity": Family.OFFER, "polymorphic_load": "inline"}

    id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    conditions: Mapped[str] = mapped_column(Text, default="")
