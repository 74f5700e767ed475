"""Conversations between an organisation and whoever posted a notice, about that notice."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.extensions import db, enum_type
from marketplace.files.models import File
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation


class Thread(db.Model):
    """One conversation a pair: whatever match, pledge or answer it began with, they talk in one place."""

    __table_args__ = (
        UniqueConstraint("listing_id", "organisation_id"),
        CheckConstraint("organisation_id <> owner_id", name="not_with_oneself"),
        Index(None, "organisation_id", "last_at"),
        Index(None, "owner_id", "last_at"),
        Index(None, "asked_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))  # who fits, gives or answers
    owner_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))  # whose notice it is
    created_at: Mapped[datetime]
    last_at: Mapped[datetime]
    organisation_last_id: Mapped[int] = mapped_column(default=0)  # the last message of that side; 0: none yet
    owner_last_id: Mapped[int] = mapped_column(default=0)
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # who was written to first
    asked_at: Mapped[datetime | None]
    answer_hours: Mapped[int | None]  # until they answered, rounded up

    listing: Mapped[Listing] = relationship()
    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    owner: Mapped[Organisation] = relationship(foreign_keys=[owner_id])

    @property
    def sides(self) -> tuple[int, int]:
        """The ids of the two organisations."""
        return self.organisation_id, self.owner_id

    def other(self, organisation_id: int) -> Organisation:
        """Who this organisation talks with."""
        return self.owner if organisation_id == self.organisation_id else self.organisation

    def last_id_of(self, organisation_id: int) -> int:
        """The last message this side wrote, or 0."""
        return self.organisation_last_id if organisation_id == self.organisation_id else self.owner_last_id

    def last_id_for(self, organisation_id: int) -> int:
        """The last message the other side wrote to this one, or 0."""
        return self.owner_last_id if organisation_id == self.organisation_id else self.organisation_last_id


class Way(StrEnum):
    PAGE = "page"
    MAIL = "mail"


class Message(db.Model):
    """What somebody of one side wrote. Taken away by the convener it keeps its row and loses its words."""

    __table_args__ = (Index(None, "thread_id", "id"), Index(None, "user_id", "sent_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))  # on whose behalf
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    words: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    way: Mapped[Way] = mapped_column(enum_type(Way), default=Way.PAGE)
    form_key: Mapped[str] = mapped_column(String(120), unique=True)  # sent twice is one message
    hidden_at: Mapped[datetime | None]

    thread: Mapped[Thread] = relationship()
    user: Mapped[User | None] = relationship()
    organisation: Mapped[Organisation] = relationship()
    file_rows: Mapped[list["MessageFile"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class MessageFile(db.Model):
    """A file sent with a message."""

    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), primary_key=True)

    file: Mapped[File] = relationship(lazy="joined")


class ThreadReader(db.Model):
    """How far somebody has read, and whether they were reminded of what is left."""

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    read_to_id: Mapped[int] = mapped_column(default=0)  # the last message they saw
    told_to_id: Mapped[int] = mapped_column(default=0)  # the last one that a letter told them of
    told_at: Mapped[datetime | None]  # when that letter was written
    tell_at: Mapped[datetime | None]  # when the next is due, where it waits so that letters don’t pile up
    nudged_to_id: Mapped[int] = mapped_column(default=0)  # the last one they were reminded of


class ContactShared(db.Model):
    """Somebody chose to show the other side their e-mail address, in this conversation."""

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    shared_at: Mapped[datetime]


class Block(db.Model):
    """One organisation wants no more words from another."""

    __table_args__ = (UniqueConstraint("by_id", "of_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    of_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    blocked_at: Mapped[datetime]
    blocked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class MessageReport(db.Model):
    """Somebody asks the convener to look at a message."""

    __table_args__ = (UniqueConstraint("message_id", "reported_by_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    reported_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    reason: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(String(500), default="")
    reported_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    was_hidden: Mapped[bool | None]

    message: Mapped[Message] = relationship()
