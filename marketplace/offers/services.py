"""Writing an offer."""

from dataclasses import dataclass
from datetime import datetime

from marketplace.listings import services as listings
from marketplace.offers.models import Offer


@dataclass(frozen=True, kw_only=True)
class OfferDetails(listings.ListingDetails):
    """What is given, how much of it, and on what conditions."""

    quantities: tuple[listings.QuantityDetails, ...]
    conditions: str = ""


def write(offer: Offer, details: OfferDetails, *, now: datetime) -> None:
    """Copy the details onto the row."""
    listings.write(offer, details, now=now)
    listings.set_quantities(offer, details.quantities)
    offer.conditions = details.conditions
