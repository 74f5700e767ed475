"""Budgets of time, money and goods, and above what a promise needs a second person."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db
from marketplace.listings.models import QuantityKind
from marketplace.organisations.models import Membership, MembershipRole


class Purse(StrEnum):
    """What a budget counts and a limit limits: one column each."""

    HOURS = "hours"
    MONEY = "money"
    GOODS = "goods"

    def words(self, number: int) -> str:
        """“£1,500”, “1 hour”, “60 things”."""
        if self is Purse.MONEY:
            return f"£{number:,}"
        one = "hour" if self is Purse.HOURS else "thing"
        return f"{number:,} {one}" + ("s" if number != 1 else "")


PURSE: Mapping[QuantityKind, Purse] = {
    QuantityKind.VOLUNTEERS: Purse.HOURS,
    QuantityKind.SKILLS: Purse.HOURS,
    QuantityKind.SPACE: Purse.HOURS,
    QuantityKind.MONEY: Purse.MONEY,
    QuantityKind.GOODS: Purse.GOODS,
}


class Part(StrEnum):
    """What somebody may do for their organisation, by the column that says so; owners may do all of it."""

    PLEDGE = "may_pledge"
    APPROVE = "may_approve"
    CERTIFY = "may_certify"


def plays(membership: Membership, part: Part) -> bool:
    return membership.role is MembershipRole.OWNER or bool(getattr(membership, part.value))


class Budget(db.Model):
    """What an organisation means to give in a period; empty is not said. `_used` is promised or given of it.

    The database, not care, keeps what is used within what there is.
    """

    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("hours_used >= 0 AND hours_used <= hours", name="hours_within"),
        CheckConstraint("money_used >= 0 AND money_used <= money", name="money_within"),
        CheckConstraint("goods_used >= 0 AND goods_used <= goods", name="goods_within"),
        Index(None, "organisation_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(80))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    hours: Mapped[int | None]
    money: Mapped[int | None]  # £
    goods: Mapped[int | None]  # items
    hours_used: Mapped[int] = mapped_column(default=0)
    money_used: Mapped[int] = mapped_column(default=0)
    goods_used: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    def total(self, purse: Purse) -> int | None:
        """All there is of it; None where this budget does not say."""
        number: int | None = getattr(self, purse.value)
        return number

    def used(self, purse: Purse) -> int:
        number: int = getattr(self, f"{purse.value}_used")
        return number

    def left(self, purse: Purse) -> int:
        return (self.total(purse) or 0) - self.used(purse)


class TeamLimit(db.Model):
    """The most one person of an organisation promises alone; beyond, another approves. Empty: no limit."""

    __table_args__ = (
        CheckConstraint("hours >= 0", name="hours_not_negative"),
        CheckConstraint("money >= 0", name="money_not_negative"),
        CheckConstraint("goods >= 0", name="goods_not_negative"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    hours: Mapped[int | None]
    money: Mapped[int | None]
    goods: Mapped[int | None]
    certifies: Mapped[bool] = mapped_column(
        default=False
    )  # whether what was given is certified before it is reported
    updated_at: Mapped[datetime]
