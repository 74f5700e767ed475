"""Writing an opportunity."""

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.listings import services as listings
from marketplace.opportunities.models import Opportunity, OpportunityKind


@dataclass(frozen=True, kw_only=True)
class OpportunityDetails(listings.ListingDetails):
    """A notice and its money; £, dates as days."""

    kind: OpportunityKind
    value_low: int | None
    value_high: int | None
    closes_on: date
    starts_on: date | None = None
    must_have: tuple[str, ...] = ()  # slugs of credentials


def write(opportunity: Opportunity, details: OpportunityDetails, *, now: datetime) -> None:
    """Copy the details onto the row."""
    listings.write(opportunity, details, now=now)
    listings.set_must_have(opportunity, details.must_have)
    for name in ("kind", "value_low", "value_high", "closes_on", "starts_on"):
        setattr(opportunity, name, getattr(details, name))
