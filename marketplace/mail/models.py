"""Letters as they were written, what became of each, and who is not to be written to."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db, enum_type


class Stream(StrEnum):
    """What kind of mail it is, so that one kind can be stopped without the others."""

    ACCOUNT = "account"  # confirm, reset, invitation: asked for by whoever gets it; cannot be stopped
    NEWS = "news"  # somebody pledged, answered or wrote; your turn
    DIGEST = "digest"
    TO_DO = "todo"  # what waits for the convener, once a day
    SUMMARY = "summary"  # what an organisation did, once a month


class Why(StrEnum):
    """Why an address gets no more of a stream."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    SPAM = "spam"


class MailRun(db.Model):
    """One round of letters of a stream to many people, which can be watched and called off."""

    __table_args__ = (UniqueConstraint("stream", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[Stream] = mapped_column(enum_type(Stream))
    day: Mapped[date]
    batch_id: Mapped[str] = mapped_column(String(120), default="")  # the provider's, to call it off there too
    began_at: Mapped[datetime]
    chosen_to: Mapped[int] = mapped_column(default=0)  # the last person who was looked at
    chosen_at: Mapped[datetime | None]  # when everybody had been
    cancelled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # when every letter was settled


class MailMessage(db.Model):
    """One letter to one address.

    It waits; is being handed over (`handing_at`); and is settled: sent (`sent_at`), refused for good
    (`refused_at`), or dropped because nobody wants it any more (`dropped_at`). One that was being handed over
    when the process died is held (`held_at`) until the provider tells, or its stream's patience ends.
    Letters of a run are kept as `words` and rendered from `template` when they leave.
    """

    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN sent_at IS NULL THEN 0 ELSE 1 END) + (CASE WHEN refused_at IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN dropped_at IS NULL THEN 0 ELSE 1 END) <= 1",
            name="settled_once",
        ),
        UniqueConstraint("run_id", "user_id"),
        Index(None, "user_id", "created_at"),
        Index(
            "ix_mail_message_waiting",
            "run_id",
            "id",
            sqlite_where=sql("sent_at IS NULL AND refused_at IS NULL AND dropped_at IS NULL"),
            postgresql_where=sql("sent_at IS NULL AND refused_at IS NULL AND dropped_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[Stream] = mapped_column(enum_type(Stream))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("mail_run.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    html: Mapped[str] = mapped_column(Text, default="")
    template: Mapped[str] = mapped_column(String(60), default="")
    words: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    unsubscribe_url: Mapped[str] = mapped_column(Text, default="")
    reply_to: Mapped[str] = mapped_column(String(254), default="")  # empty: nobody reads answers
    key: Mapped[str | None] = mapped_column(String(120), unique=True)  # one letter per key, ever
    created_at: Mapped[datetime]
    handing_at: Mapped[datetime | None]
    handed_by: Mapped[str] = mapped_column(String(32), default="")  # the attempt that took it
    held_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refusal: Mapped[str] = mapped_column(Text, default="")
    dropped_at: Mapped[datetime | None]
    dropped_why: Mapped[str] = mapped_column(String(40), default="")
    provider_id: Mapped[str] = mapped_column(String(255), default="")
    delivered_at: Mapped[datetime | None]  # as the provider told
    failed_at: Mapped[datetime | None]  # it came back

    run: Mapped[MailRun | None] = relationship()

    @property
    def is_settled(self) -> bool:
        """Whether nothing more is to be done with it."""
        return any((self.sent_at, self.refused_at, self.dropped_at))


class Suppression(db.Model):
    """An address that gets no more of one stream, or of any (`stream` is empty). Only its mark is kept."""

    __table_args__ = (UniqueConstraint("mark", "stream"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(String(64))  # SHA-256 of the address in small letters
    stream: Mapped[str] = mapped_column(String(32), default="")
    why: Mapped[Why] = mapped_column(enum_type(Why))
    made_at: Mapped[datetime]


class MailEvent(db.Model):
    """What the provider told of a letter, once however often it tells."""

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(32))  # processed, delivered, bounce, dropped, spamreport …
    message_id: Mapped[int | None] = mapped_column(ForeignKey("mail_message.id"), index=True)
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(String(200), default="")  # the reason, without addresses
