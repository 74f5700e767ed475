"""Keeping the index in step with the database."""

from collections.abc import Sequence
from datetime import timedelta

from marketplace import outbox
from marketplace.discovery import meaning, muting, services  # noqa: F401  # muting registers itself
from marketplace.extensions import db
from search.encoder import EncoderUnavailable
from search.engine import SearchUnavailable

AGAIN = timedelta(seconds=10)  # while the engine is away, or being rebuilt
MODEL_AGAIN = timedelta(minutes=10)  # while the model cannot be read


@outbox.handles(services.INDEX, together=True, urgent=True)
def index(given: Sequence[dict[str, list[str]]]) -> None:
    """Bring the keys of all that waits up to date; a key that changed twice is looked at once.

    An engine without an index is given a whole one first, not the beginnings of one.
    """
    try:
        if services.has_index():
            services.index(key for each in given for key in each["keys"])
            return
    except SearchUnavailable as problem:
        raise outbox.NotNow(str(problem), AGAIN) from problem
    heal_soon()
    raise outbox.NotNow("There is no index yet, or the engine is away", AGAIN)


@outbox.handles(services.MEND, lease=timedelta(hours=1))
def mend() -> None:
    """Bring back in step an index that was lost, or is of an older layout, and then what waited for it."""
    try:
        services.heal()
    except SearchUnavailable as problem:
        raise outbox.NotNow(str(problem), AGAIN) from problem
    outbox.hurry(services.INDEX)


@outbox.handles(meaning.MEANING)
def encode(keys: list[str]) -> None:
    """Make the vectors that these lack, for search by meaning."""
    try:
        services.make_vectors(keys)
    except EncoderUnavailable as problem:
        raise outbox.NotNow(str(problem), MODEL_AGAIN) from problem


def heal_soon() -> None:
    """Queue the mending of the index, unless that waits already."""
    if not outbox.payloads(services.MEND):
        outbox.add(services.MEND)
    db.session.commit()
