"""What an organisation sells: what, where, how big, how soon."""

from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.listings.models import Family, Listing


class Capability(Listing):
    """One thing an organisation does for money; typical job size in £."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        CheckConstraint("typical_low <= typical_high", name="typical_range"),
    )
    __mapper_args__ = {"polymorphic_identity": Family.CAPABILITY, "polymorphic_load": "inline"}

    id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    capacity: Mapped[str] = mapped_column(String(200), default="")
    typical_low: Mapped[int | None]
    typical_high: Mapped[int | None]

    @property
    def value_range(self) -> tuple[int | None, int | None]:
        return self.typical_low, self.typical_high
