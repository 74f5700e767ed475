"""Once a day, notices past their last day come down, and people are told of those that soon will."""

from marketplace import clock, outbox
from marketplace.extensions import db
from marketplace.listings import queries, renewing, services
from marketplace.listings.models import Listing

outbox.daily("listings.expire")
outbox.daily("listings.warn")


@outbox.handles("listings.expire")
def expire_due() -> None:
    now = clock.now()
    for listing in queries.past_their_last_day(now.date()):
        services.expire(listing, now=now)
    db.session.flush()


@outbox.handles("listings.warn")
def warn_due() -> None:
    """One row for each notice, so that one that fails leaves the others alone."""
    for listing_id in renewing.to_warn_of(clock.today()):
        outbox.add("listings.warn_one", listing_id=listing_id)


@outbox.handles("listings.warn_one")
def warn_one(listing_id: int) -> None:
    renewing.warn(db.session.get_one(Listing, listing_id), now=clock.now())
