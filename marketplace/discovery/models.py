"""Searches people keep."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.organisations.models import Organisation
from marketplace.places.models import Place


class SavedSearch(db.Model):
    """A search somebody wants to come back to, or to hear of: one row for each person and address.

    `address` is the search's query string in its one canonical form. `muted` keeps it out of digests.
    """

    __table_args__ = (UniqueConstraint("user_id", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"), index=True)
    address: Mapped[str] = mapped_column(String(2000))
    name: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]  # when its results were last looked at or sent
    muted: Mapped[bool] = mapped_column(default=False)

    user: Mapped[User] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    place: Mapped[Place] = relationship()
