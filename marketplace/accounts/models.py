"""People who sign in."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db, enum_type

if TYPE_CHECKING:
    from marketplace.organisations.models import Membership


class DigestFrequency(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    PAUSED = "paused"


class User(UserMixin, db.Model):
    """A person. May act only once their e-mail address is confirmed."""

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    is_convener: Mapped[bool] = mapped_column(default=False)
    digest_frequency: Mapped[DigestFrequency] = mapped_column(
        enum_type(DigestFrequency), default=DigestFrequency.WEEKLY
    )
    eased_from: Mapped[DigestFrequency | None] = mapped_column(enum_type(DigestFrequency))  # by us
    eased_at: Mapped[datetime | None]

    memberships: Mapped[list["Membership"]] = relationship(back_populates="user", order_by="Membership.id")

    def get_id(self) -> str:
        """What a session remembers: the person, and the password it began with. A new one ends it."""
        return f"{self.id}.{sha256(self.password_hash.encode()).hexdigest()[:16]}"

    @property
    def is_active(self) -> bool:
        """Flask-Login's question: may this person be signed in at all?"""
        return self.confirmed_at is not None
