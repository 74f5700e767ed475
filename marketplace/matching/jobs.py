"""What the outbox asks of matching."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from marketplace import clock, outbox
from marketplace.matching import running, services
from search.engine import SearchUnavailable

AGAIN = timedelta(minutes=1)  # while the engine, which finds the candidates of a big place, is away


@outbox.handles("matching.listing")
def match_listing(listing_id: int) -> None:
    with _engine_needed():
        running.match_listing(listing_id, now=clock.now())


@outbox.handles("matching.organisation")
def match_organisation(organisation_id: int) -> None:
    with _engine_needed():
        running.match_organisation(organisation_id, now=clock.now())


@outbox.handles("matching.converted")
def converted(organisation_id: int, listing_id: int) -> None:
    services.converted(organisation_id, listing_id, now=clock.now())


@contextmanager
def _engine_needed() -> Iterator[None]:
    """Put off what the engine cannot help with now, without holding it against the row."""
    try:
        yield
    except SearchUnavailable as problem:
        raise outbox.NotNow(str(problem), AGAIN) from problem
