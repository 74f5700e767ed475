"""Verbs that all four families share: draft, publish, renew, withdraw, close, expire."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlalchemy.exc import IntegrityError

from marketplace import audit, outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import ASKS, Listing, ListingStatus, Quantity, QuantityKind
from marketplace.organisations.models import Organisation
from marketplace.places.pins import pin
from marketplace.web.words import first_sentence

LINES = "quantities"  # the field that a refusal about them belongs to
STATES = {
    ListingStatus.DRAFT: "a draft",
    ListingStatus.PUBLISHED: "on the board",
    ListingStatus.CLOSED: "closed",
    ListingStatus.COMPLETED: "done",
    ListingStatus.WITHDRAWN: "taken down",
    ListingStatus.EXPIRED: "past its last day",
}
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


def set_must_have(listing: Listing, slugs: Sequence[str]) -> None:
    """Make these credentials what whoever answers must hold."""
    if set(listing.must_have) != set(slugs):
        listing.must_have = list(slugs)


def set_quantities(listing: Listing, wanted: Sequence[QuantityDetails]) -> None:
    """Make the listing's quantities these; what has been promised already cannot be taken away."""
    kept = list(listing.quantities)
    rows = [_line(kept, each) for each in wanted]
    if lost := next((row for row in kept if row.promised), None):
        words = lost.words(lost.promised)
        raise Refused(f"You have been promised {words}, so keep that line.", field=LINES)
    for row, each in sorted(zip(rows, wanted, strict=True), key=lambda pair: pair[0].id or 0):
        _ask_for(row, each.wanted)  # in one order, or two who edit at once wait for each other
    if rows == listing.quantities:
        return
    try:
        with db.session.begin_nested():
            for position, row in enumerate(rows):
                row.position = position
            listing.quantities = rows
    except IntegrityError:  # pledges stand above us, and hold on to the lines they were made towards
        message = "Somebody has offered towards a line you took out. Keep that line as it was."
        raise Refused(message, field=LINES) from None


def _ask_for(row: Quantity, wanted: int) -> None:
    """Ask for so many. The database decides whether that is enough: more may be promised just now."""
    if row.id is None:
        row.wanted = wanted
        return
    if row.wanted == wanted:
        return
    if db.session.scalars(_ASK, {"line_id": row.id, "so_many": wanted}).one_or_none() is None:
        db.session.refresh(row)
        words = row.words(row.promised)
        raise Refused(f"You have been promised {words}, so ask for at least that.", field=LINES)


_ASK = (
    update(Quantity)
    .where(Quantity.id == bindparam("line_id"), Quantity.promised <= bindparam("so_many"))
    .values(wanted=bindparam("so_many"))
    .returning(Quantity)
    .execution_options(synchronize_session=False, populate_existing=True)
)


def _line(kept: list[Quantity], wanted: QuantityDetails) -> Quantity:
    """The row there was for this kind and these words, taken out of `kept`; or a new one."""
    for row in kept:
        if (row.kind, row.what) == (wanted.kind, wanted.what):
            kept.remove(row)
            return row
    return Quantity(kind=wanted.kind, what=wanted.what, promised=0)


def publish(listing: Listing, *, actor: User | None, now: datetime) -> None:
    """Put the notice on the board and queue what must follow."""
    if listing.is_open:
        return  # the button was pressed twice
    _check(listing, ListingStatus.PUBLISHED)
    if listing.closes_on and listing.closes_on < now.date():
        raise Refused("Its last date is in the past. Choose a date in the future first.")
    listing.move_to(ListingStatus.PUBLISHED)
    listing.published_at = listing.published_at or now
    listing.closed_at = listing.withdrawn_at = None
    listing.expires_on = (now + LASTS[listing.family in ASKS]).date()
    audit.record(f"{listing.family}.published", listing, actor=actor)
    tell(listing)


def renew(listing: Listing, *, actor: User, now: datetime) -> None:
    """Keep it on the board for as long again as when it was published; one that ran out goes back up."""
    if listing.closes_on:
        raise Refused("This notice has a closing date of its own. Change that date on its page instead.")
    if listing.status is ListingStatus.EXPIRED:
        publish(listing, actor=actor, now=now)
        return
    if not listing.is_open:
        raise Refused(f"This notice is {STATES[listing.status]}, so that can’t be done now.")
    until = (now + LASTS[listing.family in ASKS]).date()
    if listing.expires_on is not None and listing.expires_on >= until:
        return  # the button was pressed twice
    listing.expires_on = until
    audit.record(f"{listing.family}.renewed", listing, actor=actor, until=until.isoformat())
    tell(listing)


def withdraw(listing: Listing, *, actor: User, now: datetime) -> None:
    """Take the notice down; it can be put back."""
    if listing.status is ListingStatus.WITHDRAWN:
        return
    _check(listing, ListingStatus.WITHDRAWN)
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
    _check(listing, ListingStatus.DRAFT)
    listing.move_to(ListingStatus.DRAFT)
    listing.withdrawn_at = listing.published_at = None
    audit.record(f"{listing.family}.put_back", listing, actor=actor)
    tell(listing)


def close(listing: Listing, *, actor: User | None, now: datetime) -> None:
    """Take no more answers; the page stays."""
    if listing.status is ListingStatus.CLOSED:
        return
    _check(listing, ListingStatus.CLOSED)
    listing.move_to(ListingStatus.CLOSED)
    listing.closed_at = now
    audit.record(f"{listing.family}.closed", listing, actor=actor)
    tell(listing)


def complete(listing: Listing, *, actor: User | None) -> None:
    """What it was for has been settled; the page stays."""
    listing.move_to(ListingStatus.COMPLETED)
    audit.record(f"{listing.family}.completed", listing, actor=actor)
    tell(listing)


def expire(listing: Listing, *, now: datetime) -> None:
    """Its last day has passed."""
    listing.move_to(ListingStatus.EXPIRED)
    listing.closed_at = now
    audit.record(f"{listing.family}.expired", listing)
    tell(listing)


def _check(listing: Listing, status: ListingStatus) -> None:
    """Refuse a move that an old page still has a button for."""
    if not listing.can_move_to(status):
        raise Refused(f"This notice is {STATES[listing.status]}, so that can’t be done now.")


def tell(listing: Listing) -> None:
    """Queue the index and the matching for this listing."""
    if listing.id is None:
        db.session.flush()
    outbox.add("search.index", keys=[f"{listing.family}:{listing.id}"])
    outbox.add("matching.listing", listing_id=listing.id)
