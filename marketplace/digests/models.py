"""Which person was written to for which week."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.mail.models import MailMessage
from marketplace.matching.models import Match


class Digest(db.Model):
    """One person's digest for one period: the unique row is what makes it once only.

    `held` says why nothing was sent; then there is no message.
    """

    __table_args__ = (UniqueConstraint("user_id", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    period: Mapped[date]  # the Monday of the week
    created_at: Mapped[datetime]
    held: Mapped[str] = mapped_column(String(80), default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("mail_message.id"))

    user: Mapped[User] = relationship()
    message: Mapped[MailMessage | None] = relationship()
    items: Mapped[list["DigestItem"]] = relationship(
        order_by="DigestItem.position", cascade="all, delete-orphan"
    )


class DigestItem(db.Model):
    """A match shown in a digest, and where in it."""

    digest_id: Mapped[int] = mapped_column(ForeignKey("digest.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    match_id: Mapped[int] = mapped_column(ForeignKey("match.id"), index=True)

    match: Mapped[Match] = relationship()
