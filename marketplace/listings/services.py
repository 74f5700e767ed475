"""Verbs that all four families share: draft, publish, withdraw, close, expire."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace import audit, outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import ASKS, Listing, ListingStatus, Quantity, QuantityKind
from marketplace.organisations.models import Organisation
from marketplace.places.pins import pin

SUMMARY_LENGTH = 200
LASTS = {True: timedelta(days=90), False: timedelta(days=180)}  # an ask; an offer


@dataclass(frozen=True, slots=True)
class QuantityDetails:
    """So many of one kind, such as 40 goods that are stacking chairs."""

    kind: QuantityKind
    wanted: int
    what: str = ""


@dataclass(frozen=True, kw_only=True)
class ListingDetails:
    """What people write on any notice; `where` is a postcode or a town."""

    title: str
    body: str
    where: str
    categories: tuple[str, ...]
    quote: str = ""
    said_by: str = ""
    reach_miles: int | None = None


def begin(listing: Listing, organisation: Organisation, *, actor: User, now: datetime) -> None:
    """Put a new, filled-in listing into the session as its organisation's draft."""
    listing.organisation, listing.place_id = organisation, organisation.place_id
    listing.created_at, listing.created_by_id = now, actor.id
    db.session.add(listing)
    audit.record(f"{listing.family}.drafted", listing, actor=actor)


def write(listing: Listing, details: ListingDetails, *, now: datetime) -> None:
    """Copy the shared details onto the row."""
    listing.title, listing.body, listing.summary = details.title, details.body, first_sentence(details.body)
    listing.quote, listing.said_by, listing.reach_miles = details.quote, details.said_by, details.reach_miles
    if set(listing.categories) != set(details.categories):
        listing.categories = list(details.categories)
    pin(listing, details.where)
    listing.updated_at = now


def edited(listing: Listing, *, actor: User) -> None:
    """Record an edit and have what is public brought up to date."""
    audit.record(f"{listing.family}.edited", listing, actor=actor)
    if listing.is_public:
        tell(listing)


def set_quantities(listing: Listing, wanted: Sequence[QuantityDetails]) -> None:
    """Make the listing's quantities these; what has been promised already cannot be taken away."""
    kept = {(row.kind, row.what): row for row in listing.quantities}
    rows = []
    for position, each in enumerate(wanted):
        row = kept.pop((each.kind, each.what), None) or Quantity(kind=each.kind, what=each.what, promised=0)
        if each.wanted < row.promised:
            raise Refused(f"{row.words(row.promised)} has been promised already, so ask for at least that.")
        row.wanted, row.position = each.wanted, position
        rows.append(row)
    if gone := next((row for row in kept.values() if row.promised), None):
        raise Refused(f"{gone.words(gone.promised)} has been promised already, so keep that line.")
    listing.quantities = rows


def publish(listing: Listing, *, actor: User | None, now: datetime) -> None:
    """Put the notice on the board and queue what must follow."""
    if listing.ends_on and listing.ends_on < now.date():
        raise Refused("Its last date is in the past. Choose a date in the future first.")
    if listing.is_open:
        return  # the button was pressed twice
    listing.move_to(ListingStatus.PUBLISHED)
    listing.published_at = listing.published_at or now
    listing.closed_at = listing.withdrawn_at = None
    listing.expires_on = (now + LASTS[listing.family in ASKS]).date()
    audit.record(f"{listing.family}.published", listing, actor=actor)
    tell(listing)


def withdraw(listing: Listing, *, actor: User, now: datetime) -> None:
    """Take the notice down; it can be put back."""
    if listing.status is ListingStatus.WITHDRAWN:
        return
    if any(row.promised for row in listing.quantities):
        raise Refused("People have promised towards this. Close it instead, so that they can still deliver.")
    listing.move_to(ListingStatus.WITHDRAWN)
    listing.withdrawn_at = now
    audit.record(f"{listing.family}.withdrawn", listing, actor=actor)
    tell(listing)


def put_back(listing: Listing, *, actor: User, now: datetime) -> None:
    """Undo a withdrawal: the notice is a draft again."""
    if listing.status is ListingStatus.DRAFT:
        return
    listing.move_to(ListingStatus.DRAFT)
    listing.withdrawn_at = listing.published_at = None
    audit.record(f"{listing.family}.put_back", listing, actor=actor)
    tell(listing)


def close(listing: Listing, *, actor: User | None, now: datetime) -> None:
    """Take no more answers; the page stays."""
    if listing.status is ListingStatus.CLOSED:
        return
    listing.move_to(ListingStatus.CLOSED)
    listing.closed_at = now
    audit.record(f"{listing.family}.closed", listing, actor=actor)
    tell(listing)


def expire(listing: Listing, *, now: datetime) -> None:
    """Its last day has passed."""
    listing.move_to(ListingStatus.EXPIRED)
    listing.closed_at = now
    audit.record(f"{listing.family}.expired", listing)
    tell(listing)


def tell(listing: Listing) -> None:
    """Queue the index and the matching for this listing."""
    db.session.flush()
    outbox.add("search.index", keys=[f"{listing.family}:{listing.id}"])
    outbox.add("matching.listing", listing_id=listing.id)


def first_sentence(text: str) -> str:
    """The opening sentence, cut at a word where it is long."""
    sentence = re.split(r"(?<=[.!?])\s", " ".join(text.split()), maxsplit=1)[0]
    if len(sentence) <= SUMMARY_LENGTH:
        return sentence
    return sentence[:SUMMARY_LENGTH].rsplit(" ", 1)[0].rstrip(",;:") + "…"
