"""A listing as a slip on the board: what every list of notices shows."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from marketplace.listings.models import Family, Listing, ListingStatus
from marketplace.organisations.models import Organisation
from marketplace.web import words
from search.geo import Point, miles_between

FAMILY_WORDS = {
    Family.OPPORTUNITY: "Opportunity",
    Family.NEED: "Need",
    Family.CAPABILITY: "What we do",
    Family.OFFER: "Offer",
}
BLUEPRINT = {
    Family.OPPORTUNITY: "opportunities",
    Family.NEED: "needs",
    Family.CAPABILITY: "capabilities",
    Family.OFFER: "offers",
}
STATUS_WORDS = {
    ListingStatus.DRAFT: "Draft: only you see it",
    ListingStatus.PUBLISHED: "On the board",
    ListingStatus.CLOSED: "Closed",
    ListingStatus.COMPLETED: "Done",
    ListingStatus.WITHDRAWN: "Taken down",
    ListingStatus.EXPIRED: "Past its last day",
}


Parts = tuple[tuple[str, bool], ...]  # some text, and whether to mark it


@dataclass(frozen=True, slots=True)
class Slips:
    """One quantity as a row of slips: how much is needed, how much of that is promised."""

    needed: int
    promised: int
    unit: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a slip says; `reason` is there for someone it was matched to."""

    family: str
    title: str
    summary: str
    organisation_name: str
    town: str
    miles: float | None
    when: str
    url: str
    reason: str | None = None
    id: int | None = None  # of the listing
    kind: str = ""
    amount: str = ""  # £, in words
    quantity: Slips | None = None
    title_parts: Parts = ()  # of a search: the title and the summary, with what was looked for
    summary_parts: Parts = ()


def card(listing: Listing, *, today: date, miles: float | None = None, reason: str | None = None) -> Card:
    return Card(
        family=listing.family.value,
        title=listing.title,
        summary=listing.summary,
        organisation_name=listing.organisation.name,
        town=listing.town,
        miles=miles,
        when=when(listing, today=today),
        url=address(listing, "show" if listing.is_public else "preview"),
        reason=reason,
        id=listing.id,
        kind=listing.kind_words,
        amount=words.money_range(*listing.value_range) if any(listing.value_range) else "",
        quantity=still_needed(listing),
    )


def miles_apart(organisation: Organisation | None, listing: Listing) -> float | None:
    """From where an organisation is to where a listing is, where both are on the map."""
    here, there = _point(organisation), _point(listing)
    return miles_between(here, there) if here and there else None


def _point(row: Organisation | Listing | None) -> Point | None:
    return None if row is None or row.lat is None or row.lon is None else Point(row.lat, row.lon)


def still_needed(listing: Listing) -> Slips | None:
    """The first line of a need that still lacks something, or its first when all is promised."""
    if listing.family is not Family.NEED or not listing.quantities:
        return None
    line = next((each for each in listing.quantities if each.missing), listing.quantities[0])
    return Slips(line.wanted, line.promised, line.unit)


def address(listing: Listing, page: str = "show", *, whole: bool = False) -> str:
    """The address of a listing's page; `whole` begins with https://…"""
    if page == "show":
        return address_of(listing.family.value, listing.id, whole=whole)
    row: dict[str, Any] = {f"{listing.family.value}_id": listing.id}
    return url_for(f"{BLUEPRINT[listing.family]}.{page}", **row)


def address_of(family: str, listing_id: int, *, whole: bool = False) -> str:
    """The same of a listing known by its family and id."""
    row: dict[str, Any] = {f"{family}_id": listing_id}
    return url_for(f"discovery.show_{family}", **row, _external=whole)


def when(listing: Listing, *, today: date) -> str:
    """“closes in 5 days”, “needed by 3 March”, “closed”."""
    if not listing.is_open:
        return STATUS_WORDS[listing.status].lower()
    if listing.closes_on is None:
        return ""
    if listing.family is Family.NEED:
        return f"needed by {words.short_day(listing.closes_on)}"
    return f"closes {words.ahead(listing.closes_on, today)}"
