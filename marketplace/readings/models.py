"""Readings beside the rows they are of."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db


class Reading(db.Model):
    """One listing, profile or past work as the ranking reads it: a cache, always safe to make again.

    `key` is the ranking's own: “capability:12”, “need:7”, “work:88”, “profile:3” or “interests:3”. `mark`
    is a fingerprint of what was read and of the way of reading; where it differs, the reading is stale.
    """

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    mark: Mapped[str] = mapped_column(String(24))
    data: Mapped[bytes] = mapped_column(LargeBinary)
