"""What each person said about each stream of letters."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.extensions import db, enum_type
from marketplace.mail.models import Stream


class Basis(StrEnum):
    """By what right we write (Privacy and Electronic Communications Regulations 2003, regulation 22)."""

    CONSENT = "consent"  # they ticked it
    SOFT_OPT_IN = (
        "soft_opt_in"  # they joined to be found and told, and could say no there and in every letter
    )
    SERVICE = "service"  # about something they did here themselves


class MailChoice(db.Model):
    """Whether a person gets a stream. The latest word; those before it are in the audit record."""

    __table_args__ = (UniqueConstraint("user_id", "stream"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    stream: Mapped[Stream] = mapped_column(enum_type(Stream))
    is_on: Mapped[bool]
    basis: Mapped[Basis] = mapped_column(enum_type(Basis))
    wording: Mapped[str] = mapped_column(String(20))  # the version of the words they read
    source: Mapped[str] = mapped_column(String(40))  # joining, preferences, one click, provider
    said_at: Mapped[datetime]

    user: Mapped[User] = relationship()
