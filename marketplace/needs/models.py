"""What a community project asks for."""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.listings.models import Family, Listing


class Need(Listing):
    """An ask without money changing hands for work; its `quantities` say how much of what."""

    __mapper_args__ = {"polymorphic_identity": Family.NEED, "polymorphic_load": "inline"}

    id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    hosting: Mapped[str] = mapped_column(Text, default="")  # how many can be hosted, access, safeguarding

    @property
    def is_met(self) -> bool:
        return bool(self.quantities) and all(each.missing == 0 for each in self.quantities)
