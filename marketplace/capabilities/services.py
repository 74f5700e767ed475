"""Writing a capability."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.capabilities.models import Capability
from marketplace.listings import services as listings


@dataclass(frozen=True, kw_only=True)
class CapabilityDetails(listings.ListingDetails):
    """What is sold, how far it travels, and the usual size of a job in £."""

    capacity: str = ""
    typical_low: int | None = None
    typical_high: int | None = None


def write(capability: Capability, details: CapabilityDetails, *, now: datetime) -> None:
    """Copy the details onto the row."""
    listings.write(capability, details, now=now)
    for name in ("capacity", "typical_low", "typical_high"):
        setattr(capability, name, getattr(details, name))
