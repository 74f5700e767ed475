"""Writing a need."""

from dataclasses import dataclass
from datetime import date, datetime

from marketplace.listings import services as listings
from marketplace.needs.models import Check, Need


@dataclass(frozen=True, kw_only=True)
class NeedDetails(listings.ListingDetails):
    """A notice, how much of what, by when, and what whoever helps should know. Empty is not said."""

    quantities: tuple[listings.QuantityDetails, ...]
    closes_on: date | None = None
    hosting: str = ""
    must_have: tuple[str, ...] = ()  # slugs of credentials
    host_a_week: int | None = None
    hosting_cost: int | None = None  # £ a day
    cost_covered_by: str = ""
    with_children: bool = False
    with_adults_at_risk: bool = False
    dbs: Check = Check.NONE
    access: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


def write(need: Need, details: NeedDetails, *, now: datetime) -> None:
    """Copy the details onto the row."""
    listings.write(need, details, now=now)
    listings.set_quantities(need, details.quantities)
    listings.set_must_have(need, details.must_have)
    need.closes_on, need.hosting = details.closes_on, details.hosting
    need.host_a_week, need.hosting_cost = details.host_a_week, details.hosting_cost
    need.cost_covered_by, need.access, need.dbs = details.cost_covered_by, details.access, details.dbs
    need.with_children, need.with_adults_at_risk = details.with_children, details.with_adults_at_risk
    need.starts_on, need.ends_on = details.starts_on, details.ends_on
