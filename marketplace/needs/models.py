"""What a community project asks for."""

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import enum_type
from marketplace.listings.models import Family, Listing


class Check(StrEnum):
    """The criminal record check (DBS) that helpers need."""

    NONE = "none"
    BASIC = "basic"
    ENHANCED = "enhanced"


class Need(Listing):
    """An ask without money changing hands for work; its `quantities` say how much of what."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        CheckConstraint("host_a_week > 0", name="host_a_week_positive"),
        CheckConstraint("hosting_cost >= 0", name="hosting_cost_not_negative"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
    )
    __mapper_args__ = {"polymorphic_identity": Family.NEED, "polymorphic_load": "inline"}

    id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    hosting: Mapped[str] = mapped_column(Text, default="")  # in words: what helpers find, and should know
    host_a_week: Mapped[int | None]  # helpers it can take in a week; empty is not said
    hosting_cost: Mapped[int | None]  # £ that a day of hosting costs it
    cost_covered_by: Mapped[str] = mapped_column(String(120), default="")  # who may cover that
    with_children: Mapped[bool] = mapped_column(default=False)  # helpers meet people under 18
    with_adults_at_risk: Mapped[bool] = mapped_column(default=False)
    dbs: Mapped[Check] = mapped_column(enum_type(Check), default=Check.NONE)
    access: Mapped[str] = mapped_column(String(300), default="")  # steps, toilets, parking
    starts_on: Mapped[date | None]  # when help is wanted from, and until
    ends_on: Mapped[date | None]

    @property
    def is_met(self) -> bool:
        return bool(self.quantities) and all(each.missing == 0 for each in self.quantities)
