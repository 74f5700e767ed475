"""Letters as they were written, and what became of each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db, enum_type


class Stream(StrEnum):
    """What kind of mail it is, so that one kind can be stopped without the others."""

    ACCOUNT = "account"
    NEWS = "news"
    DIGEST = "digest"


class MailMessage(db.Model):
    """One letter to one address: waiting, sent (`sent_at`) or refused for good (`refused_at`)."""

    __table_args__ = (
        CheckConstraint("sent_at IS NULL OR refused_at IS NULL", name="sent_or_refused"),
        Index(None, "user_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[Stream] = mapped_column(enum_type(Stream))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    unsubscribe_url: Mapped[str] = mapped_column(Text, default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")  # empty: nobody reads answers
    key: Mapped[str | None] = mapped_column(String(120), unique=True)  # one letter per key, ever
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(Text, default="")
    provider_id: Mapped[str] = mapped_column(String(255), default="")

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be done with it."""
        return self.sent_at is not None or self.refused_at is not None
