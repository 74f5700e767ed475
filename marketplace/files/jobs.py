"""Tidying the store, once a day."""

from marketplace import clock, outbox
from marketplace.files import services
from marketplace.files.kept import StoreUnavailable
from marketplace.files.services import SETTLED

SWEEP = "files.sweep"
outbox.daily(SWEEP)


@outbox.handles(SWEEP)
def sweep() -> None:
    """Delete contents whose transaction was undone."""
    try:
        services.sweep(clock.now())
    except StoreUnavailable as problem:
        raise outbox.NotNow(str(problem), SETTLED / 24) from problem
