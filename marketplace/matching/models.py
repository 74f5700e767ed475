"""One organisation and one ask that fit, why, and everything that happened since."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db, enum_type
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation


class MatchStatus(StrEnum):
    SUGGESTED = "suggested"
    NOTIFIED = "notified"
    OPENED = "opened"
    INTERESTED = "interested"
    DECLINED = "declined"
    SNOOZED = "snoozed"
    CONVERTED = "converted"


class DeclineReason(StrEnum):
    TOO_FAR = "too_far"
    TOO_BIG = "too_big"
    TOO_SMALL = "too_small"
    NOT_WHAT_WE_DO = "not_what_we_do"
    NO_CAPACITY = "no_capacity"
    TIMING = "timing"
    OTHER = "other"


REASON_WORDS = {
    DeclineReason.TOO_FAR: "Too far away",
    DeclineReason.TOO_BIG: "Too big for us",
    DeclineReason.TOO_SMALL: "Too small for us",
    DeclineReason.NOT_WHAT_WE_DO: "Not what we do",
    DeclineReason.NO_CAPACITY: "No room just now",
    DeclineReason.TIMING: "The dates don’t work",
    DeclineReason.OTHER: "Something else",
}


class Match(db.Model):
    """The pair (organisation, ask): one row for ever, retired when it no longer fits, never deleted.

    `score` is out of 100 and is the sum of the points of `parts`; `fit` is the same before rounding
    and orders lists.
    """

    __table_args__ = (
        UniqueConstraint("organisation_id", "listing_id"),
        CheckConstraint("score BETWEEN 0 AND 100", name="score_of_100"),
        Index(None, "organisation_id", "retired_at", "fit"),
        Index(None, "listing_id", "retired_at", "fit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    via_id: Mapped[int | None] = mapped_column(
        ForeignKey("listing.id")
    )  # the capability or offer that fits best
    score: Mapped[int]
    fit: Mapped[float]
    parts: Mapped[list[dict[str, Any]]]  # {name, points, words}, heaviest first
    model_version: Mapped[str] = mapped_column(String(20))

    status: Mapped[MatchStatus] = mapped_column(enum_type(MatchStatus), default=MatchStatus.SUGGESTED)
    suggested_at: Mapped[datetime]
    scored_at: Mapped[datetime]
    notified_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    interested_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    declined_reason: Mapped[DeclineReason | None] = mapped_column(enum_type(DeclineReason))
    declined_words: Mapped[str] = mapped_column(String(300), default="")
    snoozed_until: Mapped[date | None]
    converted_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]

    saved_at: Mapped[datetime | None]  # kept by the organisation, to come back to
    introduced_at: Mapped[datetime | None]  # chosen for both within what each can answer
    explored: Mapped[bool] = mapped_column(default=False)  # its place was given to learn by
    first_shown_at: Mapped[datetime | None]
    first_position: Mapped[int | None]  # from 1: where it stood when first shown, for learning fairly
    invited_at: Mapped[datetime | None]  # by whoever asks
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    invited_words: Mapped[str] = mapped_column(String(300), default="")
    put_forward_at: Mapped[datetime | None]  # by a convener, by hand
    put_forward_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    put_forward_words: Mapped[str] = mapped_column(String(300), default="")

    organisation: Mapped[Organisation] = relationship()
    listing: Mapped[Listing] = relationship(foreign_keys=[listing_id])
    via: Mapped[Listing | None] = relationship(foreign_keys=[via_id])

    @property
    def why_not(self) -> str:
        """The reason given with “not for me”, in words; empty when none was."""
        return REASON_WORDS[self.declined_reason] if self.declined_reason else ""


class RankingModel(db.Model):
    """Weights learned here, with where they came from; the one in use is the latest that won.

    Without any, the weights that came with the software hold.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(20), unique=True)
    side: Mapped[str] = mapped_column(String(10))  # “spend” or “support”
    weights: Mapped[dict[str, Any]]  # of each feature
    provenance: Mapped[dict[str, Any]]  # what it learned from, how much, and until when
    figures: Mapped[dict[str, Any]]  # of the new and the old on held-back answers
    made_at: Mapped[datetime]
    in_use_from: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
