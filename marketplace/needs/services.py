"""Writing a need."""

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.listings import services as listings
from marketplace.needs.models import Need


@dataclass(frozen=True, kw_only=True)
class NeedDetails(listings.ListingDetails):
    """A notice, how much of what, and by when."""

    quantities: tuple[listings.QuantityDetails, ...]
    closes_on: date | None = None
    hosting: str = ""
    must_have: tuple[str, ...] = ()  # slugs of credentials


def write(need: Need, details: NeedDetails, *, now: datetime) -> None:
    """Copy the details onto the row."""
    listings.write(need, details, now=now)
    listings.set_quantities(need, details.quantities)
    listings.set_must_have(need, details.must_have)
    need.closes_on, need.hosting = details.closes_on, details.hosting
