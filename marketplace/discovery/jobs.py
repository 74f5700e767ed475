"""Keeping the index in step with the database."""

from collections.abc import Sequence
from datetime import timedelta

from marketplace import outbox
from marketplace.discovery import services
from search.engine import SearchUnavailable

AGAIN = timedelta(seconds=10)  # while the engine is away, or being rebuilt


@outbox.handles(services.INDEX, together=True, urgent=True)
def index(given: Sequence[dict[str, list[str]]]) -> None:
    """Bring the keys of all that waits up to date; a key that changed twice is looked at once.

    An engine without an index is given a whole one, not the beginnings of one.
    """
    try:
        if services.has_index():
            services.index(key for each in given for key in each["keys"])
        else:
            services.rebuild()
    except SearchUnavailable as problem:
        raise outbox.NotNow(str(problem), AGAIN) from problem


@outbox.handles(services.MEND, lease=timedelta(hours=1))
def mend() -> None:
    """Bring back in step an index that was lost, or is of an older layout."""
    try:
        services.heal()
    except SearchUnavailable as problem:
        raise outbox.NotNow(str(problem), AGAIN) from problem
