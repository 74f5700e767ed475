"""What was shown to people, added up by day."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db, enum_type


class Channel(StrEnum):
    """Where something was shown. Only of matches we know who else could have stood on the list."""

    SCREEN = "screen"  # in matches: on a desk, or of who could do something
    EMAIL = "email"  # in matches, by letter
    BOARD = "board"  # in what anybody finds: by searching, browsing, on the front page


class Exposure(db.Model):
    """How much one thing was seen on one day: a sum, with nobody's name on it.

    `subject` is a document's key, such as “need:12” or “organisation:7”. `weight` adds 1 / log2(place + 1)
    for each time it stood in that place of a list; `explored` tells the places given to learn by. `due` adds
    an equal share of each list it could have stood on, where it is known who could: it may be all there is.
    """

    __table_args__ = (
        CheckConstraint("times >= 0", name="times_not_negative"),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        CheckConstraint("due >= 0", name="due_not_negative"),
        Index(None, "day"),
    )

    subject: Mapped[str] = mapped_column(String(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(enum_type(Channel), primary_key=True)
    explored: Mapped[bool] = mapped_column(primary_key=True, default=False)
    times: Mapped[int]
    weight: Mapped[float]
    due: Mapped[float] = mapped_column(default=0.0)
