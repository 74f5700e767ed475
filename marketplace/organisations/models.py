"""Organisations, the people in them, and what they have done before."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.extensions import db, enum_type
from marketplace.places.models import Place


class OrganisationKind(StrEnum):
    BUSINESS = "business"
    VOLUNTARY = "voluntary"
    ANCHOR = "anchor"
    DEVELOPER = "developer"
    PUBLIC = "public"


class OrganisationStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"


REGISTERS = frozenset({"charity-register"})  # sources that vouch for who an organisation is


class Organisation(db.Model):
    """A business, voluntary group, anchor institution, developer or public body, with raw facts.

    Micro, small and medium are computed from the facts by `sizes`, never stored.
    """

    __table_args__ = (
        UniqueConstraint("source", "source_key"),
        CheckConstraint("staff >= 0", name="staff_not_negative"),
        CheckConstraint("turnover >= 0", name="turnover_not_negative"),
        CheckConstraint("staff_local BETWEEN 0 AND 100", name="staff_local_percent"),
        CheckConstraint("spend_local BETWEEN 0 AND 100", name="spend_local_percent"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="lat_with_lon"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    kind: Mapped[OrganisationKind] = mapped_column(enum_type(OrganisationKind))
    name: Mapped[str] = mapped_column(String(200))
    about: Mapped[str] = mapped_column(Text, default="")
    legal_form: Mapped[str] = mapped_column(String(80), default="")
    website: Mapped[str] = mapped_column(String(300), default="")
    charity_number: Mapped[str | None] = mapped_column(String(20))
    company_number: Mapped[str | None] = mapped_column(String(20))
    founded_year: Mapped[int | None]

    staff: Mapped[int | None]  # full-time equivalents
    turnover: Mapped[int | None]  # £ a year
    balance_sheet: Mapped[int | None]  # £
    facts_on: Mapped[date | None]  # the day those three were true

    staff_local: Mapped[int | None]  # percent of staff who live in the place, as it says itself
    spend_local: Mapped[int | None]  # percent of what it buys that stays in the place
    local_facts_on: Mapped[date | None]  # the day it said those two

    town: Mapped[str] = mapped_column(String(80), default="")
    postcode: Mapped[str] = mapped_column(String(8), default="")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    ward_code: Mapped[str | None] = mapped_column(String(12), index=True)

    status: Mapped[OrganisationStatus] = mapped_column(
        enum_type(OrganisationStatus), default=OrganisationStatus.ACTIVE
    )
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]  # empty: made from public records, nobody speaks for it yet
    source: Mapped[str | None] = mapped_column(String(40))
    source_key: Mapped[str | None] = mapped_column(String(200))
    source_mark: Mapped[str | None] = mapped_column(String(64))  # fingerprint of the record last read

    place: Mapped[Place] = relationship()
    memberships: Mapped[list["Membership"]] = relationship(back_populates="organisation")
    interest_rows: Mapped[list["OrganisationCategory"]] = relationship(
        cascade="all, delete-orphan", order_by="OrganisationCategory.category"
    )
    interests: AssociationProxy[list[str]] = association_proxy(
        "interest_rows", "category", creator=lambda slug: OrganisationCategory(category=slug)
    )
    credential_rows: Mapped[list["OrganisationCredential"]] = relationship(
        cascade="all, delete-orphan", order_by="OrganisationCredential.credential"
    )
    credentials: AssociationProxy[list[str]] = association_proxy(
        "credential_rows", "credential", creator=lambda slug: OrganisationCredential(credential=slug)
    )
    past_work: Mapped[list["PastWork"]] = relationship(back_populates="organisation")

    @property
    def is_public(self) -> bool:
        return self.status is OrganisationStatus.ACTIVE

    @property
    def is_claimed(self) -> bool:
        return self.claimed_at is not None

    @property
    def is_verified(self) -> bool:
        """A public register knows it: its facts came from there. An award notice vouches for nobody."""
        return self.source in REGISTERS

    @property
    def where(self) -> str:
        return self.town


class OrganisationCategory(db.Model):
    """What an organisation is about, would hear of, or would give to."""

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(80), primary_key=True)


class OrganisationCredential(db.Model):
    """An accreditation, cover or check that an organisation says it holds."""

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    credential: Mapped[str] = mapped_column(String(60), primary_key=True)


class PastWork(db.Model):
    """Work an organisation was paid for, from public award notices."""

    __table_args__ = (
        UniqueConstraint("source", "source_key", "organisation_id"),
        Index(None, "organisation_id", "awarded_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    source: Mapped[str] = mapped_column(String(40))
    source_key: Mapped[str] = mapped_column(String(200))
    title: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text, default="")
    buyer_name: Mapped[str] = mapped_column(String(200), default="")
    value: Mapped[int | None]  # £, of the whole award, however many shared it
    awarded_on: Mapped[date | None]
    categories: Mapped[list[str]] = mapped_column(default=list)

    organisation: Mapped[Organisation] = relationship(back_populates="past_work")


class MembershipRole(StrEnum):
    OWNER = "owner"
    MEMBER = "member"


class Membership(db.Model):
    """A person who may act for an organisation."""

    __table_args__ = (UniqueConstraint("user_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[MembershipRole] = mapped_column(enum_type(MembershipRole), default=MembershipRole.MEMBER)
    created_at: Mapped[datetime]
    may_pledge: Mapped[bool] = mapped_column(default=True)  # otherwise they browse
    may_approve: Mapped[bool] = mapped_column(default=False)  # promises above what one may make alone
    may_certify: Mapped[bool] = mapped_column(default=False)  # that what was given was given

    user: Mapped[User] = relationship(back_populates="memberships")
    organisation: Mapped[Organisation] = relationship(back_populates="memberships", lazy="joined")


class Invitation(db.Model):
    """An address asked to join an organisation; answered once."""

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]

    organisation: Mapped[Organisation] = relationship()
    invited_by: Mapped[User] = relationship()
