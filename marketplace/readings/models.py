"""Readings beside the rows they are of."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db


class Reading(db.Model):
    """One listing, profile or past work as the ranking reads it: a cache, always safe to make again.

    `key` is the ranking's own: “capability:12”, “need:7”, “work:88”, “profile:3” or “interests:3”. `mark`
    names the lexicon that read it and fingerprints what was read; where either differs, it is stale.
    """

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    mark: Mapped[str] = mapped_column(String(24))
    data: Mapped[bytes] = mapped_column(LargeBinary)


class RankingLexicon(db.Model):
    """How telling each word is here, and which go together; the latest reads."""

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(12))
    texts: Mapped[int]  # it was fitted on
    made_at: Mapped[datetime]
    data: Mapped[bytes] = mapped_column(LargeBinary)
