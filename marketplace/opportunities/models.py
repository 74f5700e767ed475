"""Work with money."""

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import enum_type
from marketplace.listings.models import Family, Listing


class OpportunityKind(StrEnum):
    CONTRACT = "contract"
    SUBCONTRACT = "subcontract"
    QUOTE = "quote"
    GRANT = "grant"
    JOB = "job"


class Opportunity(Listing):
    """Something a buyer will pay for; values in £, excluding VAT where the source says so."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        CheckConstraint("value_low <= value_high", name="value_range"),
    )
    __mapper_args__ = {"polymorphic_identity": Family.OPPORTUNITY, "polymorphic_load": "inline"}

    id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    kind: Mapped[OpportunityKind] = mapped_column(enum_type(OpportunityKind))
    value_low: Mapped[int | None]
    value_high: Mapped[int | None]
    starts_on: Mapped[date | None]

    @property
    def value(self) -> int | None:
        return self.value_high or self.value_low

    @property
    def value_range(self) -> tuple[int | None, int | None]:
        return self.value_low, self.value_high

    @property
    def kind_words(self) -> str:
        return self.kind.value
