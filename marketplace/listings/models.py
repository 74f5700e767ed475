"""Anything published: the columns and legal moves that the four families share."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.errors import InvalidTransition
from marketplace.extensions import db, enum_type
from marketplace.organisations.models import Organisation


class Family(StrEnum):
    OPPORTUNITY = "opportunity"
    NEED = "need"
    CAPABILITY = "capability"
    OFFER = "offer"


ASKS = frozenset({Family.OPPORTUNITY, Family.NEED})


class ListingStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    CLOSED = "closed"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


NEXT = {
    ListingStatus.DRAFT: {ListingStatus.PUBLISHED, ListingStatus.WITHDRAWN},
    ListingStatus.PUBLISHED: {ListingStatus.CLOSED, ListingStatus.WITHDRAWN, ListingStatus.EXPIRED},
    ListingStatus.CLOSED: {ListingStatus.COMPLETED, ListingStatus.PUBLISHED},
    ListingStatus.EXPIRED: {ListingStatus.PUBLISHED, ListingStatus.COMPLETED},
    ListingStatus.WITHDRAWN: {ListingStatus.DRAFT},
}


class QuantityKind(StrEnum):
    VOLUNTEERS = "volunteers"
    GOODS = "goods"
    MONEY = "money"
    SPACE = "space"
    SKILLS = "skills"


UNITS = {
    QuantityKind.VOLUNTEERS: "hours",
    QuantityKind.GOODS: "items",
    QuantityKind.MONEY: "£",
    QuantityKind.SPACE: "hours",
    QuantityKind.SKILLS: "hours",
}


class Listing(db.Model):
    """A notice on the board: who, what, where, until when, and which state it is in."""

    __table_args__: ClassVar[tuple[Any, ...]] = (
        UniqueConstraint("source", "source_key"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="lat_with_lon"),
        CheckConstraint("reach_miles > 0", name="reach_positive"),
        Index(None, "place_id", "status", "family", "published_at"),
        Index(None, "organisation_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    family: Mapped[Family] = mapped_column(enum_type(Family))
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    title: Mapped[str] = mapped_column(String(300))
    summary: Mapped[str] = mapped_column(String(300), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    quote: Mapped[str] = mapped_column(String(300), default="")
    said_by: Mapped[str] = mapped_column(String(80), default="")

    town: Mapped[str] = mapped_column(String(80), default="")
    postcode: Mapped[str] = mapped_column(String(8), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    ward_code: Mapped[str | None] = mapped_column(String(12), index=True)
    reach_miles: Mapped[int | None]

    status: Mapped[ListingStatus] = mapped_column(enum_type(ListingStatus), default=ListingStatus.DRAFT)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    closes_on: Mapped[date | None] = mapped_column(index=True)  # the last day it can be answered
    expires_on: Mapped[date | None] = mapped_column(index=True)  # when nobody said, or nobody renewed
    source: Mapped[str | None] = mapped_column(String(40))
    source_key: Mapped[str | None] = mapped_column(String(200))
    source_mark: Mapped[str | None] = mapped_column(String(64))
    source_url: Mapped[str] = mapped_column(String(400), default="")

    organisation: Mapped[Organisation] = relationship()
    category_rows: Mapped[list["ListingCategory"]] = relationship(
        cascade="all, delete-orphan", order_by="ListingCategory.category"
    )
    categories: AssociationProxy[list[str]] = association_proxy(
        "category_rows", "category", creator=lambda slug: ListingCategory(category=slug)
    )
    requirement_rows: Mapped[list["ListingRequirement"]] = relationship(
        cascade="all, delete-orphan", order_by="ListingRequirement.credential"
    )
    must_have: AssociationProxy[list[str]] = association_proxy(
        "requirement_rows", "credential", creator=lambda slug: ListingRequirement(credential=slug)
    )
    quantities: Mapped[list["Quantity"]] = relationship(
        back_populates="listing", cascade="all, delete-orphan", order_by="Quantity.position", lazy="selectin"
    )

    __mapper_args__: ClassVar[dict[str, object]] = {"polymorphic_on": "family"}

    @property
    def is_public(self) -> bool:
        return self.published_at is not None and self.status in (
            ListingStatus.PUBLISHED,
            ListingStatus.CLOSED,
            ListingStatus.COMPLETED,
            ListingStatus.EXPIRED,
        )

    @property
    def is_open(self) -> bool:
        return self.status is ListingStatus.PUBLISHED

    @property
    def last_day(self) -> date | None:
        """Until when it is on the board."""
        return self.closes_on or self.expires_on

    @property
    def value(self) -> int | None:
        """£, where the family has money in it."""
        return None

    @property
    def value_range(self) -> tuple[int | None, int | None]:
        """Lowest and highest £, where the family has money in it."""
        return None, None

    @property
    def kind_words(self) -> str:
        """What sort of its family it is: “volunteers, goods”, “quote”."""
        return ", ".join(dict.fromkeys(each.kind.value for each in self.quantities))

    def can_move_to(self, status: ListingStatus) -> bool:
        return status in NEXT.get(self.status, ())

    def move_to(self, status: ListingStatus) -> None:
        if not self.can_move_to(status):
            raise InvalidTransition(self, status)
        self.status = status


class ListingCategory(db.Model):
    """A listing filed under a category, by slug."""

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)


class ListingRequirement(db.Model):
    """What whoever answers must hold: without it the pair is never matched."""

    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), primary_key=True)
    credential: Mapped[str] = mapped_column(String(60), primary_key=True)


class Quantity(db.Model):
    """How much of one kind a need asks for, or an offer holds; `promised` is what was accepted so far.

    The database, not care, keeps `promised` within `wanted`.
    """

    __table_args__ = (
        CheckConstraint("wanted > 0", name="wanted_positive"),
        CheckConstraint("promised >= 0 AND promised <= wanted", name="promised_within_wanted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[QuantityKind] = mapped_column(enum_type(QuantityKind))
    wanted: Mapped[int]
    promised: Mapped[int] = mapped_column(default=0)
    what: Mapped[str] = mapped_column(String(120), default="")

    listing: Mapped[Listing] = relationship(back_populates="quantities")

    @property
    def missing(self) -> int:
        return self.wanted - self.promised

    @property
    def unit(self) -> str:
        return UNITS[self.kind]

    def words(self, number: int) -> str:
        """“40 stacking chairs”, “£500”, “12 hours of volunteering”; of “painting”, “12 hours of painting”."""
        if self.kind is QuantityKind.MONEY:
            return f"£{number:,}" + (f" {self.what}" if self.what else "")
        if not self.what:
            return f"{number:,} {PLAIN[self.kind][number != 1]}"
        if self.unit != "hours" or "hour" in self.what.lower():
            return f"{number:,} {self.what}"
        return f"{number:,} {'hour' if number == 1 else 'hours'} of {self.what}"


PLAIN = {
    QuantityKind.VOLUNTEERS: ("hour of volunteering", "hours of volunteering"),
    QuantityKind.GOODS: ("item", "items"),
    QuantityKind.SPACE: ("hour of a room", "hours of a room"),
    QuantityKind.SKILLS: ("hour of skilled help", "hours of skilled help"),
}
