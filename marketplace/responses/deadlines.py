"""By when a buyer decides, and how what is late is said."""

from dataclasses import dataclass
from datetime import date, timedelta

from marketplace.listings.models import ListingStatus
from marketplace.opportunities.models import Opportunity
from marketplace.web.words import LOCAL, count, day

DECIDES_WITHIN = timedelta(days=14)  # of closing; after that everybody sees that nothing was decided
REMINDED_AFTER = (timedelta(0), timedelta(days=7))  # of closing
ENDED = (ListingStatus.CLOSED, ListingStatus.EXPIRED)


@dataclass(frozen=True, slots=True)
class Promptness:
    """How many of the notices whose two weeks are over, or that were decided before, were decided in time."""

    in_time: int
    due: int

    @property
    def words(self) -> str:
        """“Decided 9 of 10 within two weeks of closing”; nothing where none was due yet."""
        return f"Decided {self.in_time} of {self.due} within two weeks of closing" if self.due else ""


def closed_on(opportunity: Opportunity, *, today: date) -> date | None:
    """The last day it could be answered, once that has passed; None while it can be, and of a draft."""
    if opportunity.status in ENDED or opportunity.status is ListingStatus.COMPLETED:
        closed = opportunity.closed_at.astimezone(LOCAL).date() if opportunity.closed_at else None
        return min((each for each in (closed, opportunity.closes_on) if each), default=None)
    if opportunity.is_open and opportunity.closes_on and opportunity.closes_on < today:
        return opportunity.closes_on  # the daily job has still to close it
    return None


def decides_by(closed: date) -> date:
    """The last day of a decision in time."""
    return closed + DECIDES_WITHIN


def is_overdue(closed: date, *, today: date) -> bool:
    return today > decides_by(closed)


def undecided_words(closed: date, *, today: date) -> str:
    """“Closed 20 days ago: no decision yet”, or by when they decide while there is time."""
    since = (today - closed).days
    ago = {0: "today", 1: "yesterday"}.get(since, f"{count(since, 'day')} ago")
    if is_overdue(closed, today=today):
        return f"Closed {ago}: no decision yet"
    return f"Closed {ago}. Everyone who answered hears by {day(decides_by(closed))}"
