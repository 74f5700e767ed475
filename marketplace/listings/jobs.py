"""Once a day, notices past their last day come down."""

from marketplace import clock, outbox
from marketplace.extensions import db
from marketplace.listings import queries, services

outbox.daily("listings.expire")


@outbox.handles("listings.expire")
def expire_due() -> None:
    now = clock.now()
    for listing in queries.past_their_last_day(now.date()):
        services.expire(listing, now=now)
    db.session.flush()
