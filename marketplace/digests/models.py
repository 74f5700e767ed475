"""Which person was written to for which day, week or month, of what, and what they answered."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import DigestFrequency, User
from marketplace.extensions import db, enum_type
from marketplace.listings.models import Listing
from marketplace.mail.models import MailMessage
from marketplace.matching.models import Match
from marketplace.organisations.models import Organisation


class Digest(db.Model):
    """One person's digest for one period: the unique row is what makes it once only.

    `held` says why nothing was sent; then there is no message.
    """

    __table_args__ = (UniqueConstraint("user_id", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    period: Mapped[date]  # its first day: the day, the Monday of the week, or the first of the month
    frequency: Mapped[DigestFrequency] = mapped_column(
        enum_type(DigestFrequency), default=DigestFrequency.WEEKLY
    )  # how often its reader wanted one then
    created_at: Mapped[datetime]
    met_at: Mapped[datetime | None]  # when its reader next answered one, or came to their desk
    held: Mapped[str] = mapped_column(String(80), default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey("mail_message.id"))

    user: Mapped[User] = relationship()
    message: Mapped[MailMessage | None] = relationship()
    items: Mapped[list["DigestItem"]] = relationship(
        back_populates="digest", order_by="DigestItem.position", cascade="all, delete-orphan"
    )


class ItemKind(StrEnum):
    """Why something stands in a digest."""

    MATCH = "match"
    FOUND = "found"  # by a search they saved
    CLOSING = "closing"  # they saved it or put it off, and it closes soon


class Answer(StrEnum):
    INTERESTED = "interested"
    DECLINED = "declined"
    LATER = "later"


class DigestItem(db.Model):
    """Something shown in a digest, where in it, and what the person said to it."""

    __table_args__ = (UniqueConstraint("digest_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)  # stands in the links of its buttons
    digest_id: Mapped[int] = mapped_column(ForeignKey("digest.id"))
    position: Mapped[int]
    kind: Mapped[ItemKind] = mapped_column(enum_type(ItemKind))
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # whom it fits
    match_id: Mapped[int | None] = mapped_column(ForeignKey("match.id"), index=True)
    search_id: Mapped[int | None] = mapped_column(ForeignKey("saved_search.id", ondelete="SET NULL"))
    explored: Mapped[bool] = mapped_column(default=False)  # its place was given to learn by
    answer: Mapped[Answer | None] = mapped_column(enum_type(Answer))
    answered_at: Mapped[datetime | None]

    digest: Mapped[Digest] = relationship(back_populates="items")
    match: Mapped[Match | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    listing: Mapped[Listing] = relationship()
