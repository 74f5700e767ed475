"""What the outbox asks of matching."""

from marketplace import clock, outbox
from marketplace.matching import running, services


@outbox.handles("matching.listing")
def match_listing(listing_id: int) -> None:
    running.match_listing(listing_id, now=clock.now())


@outbox.handles("matching.organisation")
def match_organisation(organisation_id: int) -> None:
    running.match_organisation(organisation_id, now=clock.now())


@outbox.handles("matching.converted")
def converted(organisation_id: int, listing_id: int) -> None:
    services.converted(organisation_id, listing_id, now=clock.now())
