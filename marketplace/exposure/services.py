"""Counting what was shown, and forgetting it when it is old."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from flask import g

from marketplace.exposure import recording
from marketplace.exposure.models import Channel, Exposure
from marketplace.extensions import db, rows_changed

KEPT = timedelta(days=2 * 365)


def seen(
    subjects_in_order: Iterable[str | None],
    *,
    day: date,
    channel: Channel,
    first: int = 1,
    explored: Collection[str] = frozenset(),
    eligible: Iterable[str] = (),
) -> None:
    """These were shown in this order, the first of them in place `first` of its list.

    A subject is a key such as “need:12” or “organisation:7”; None takes its place without being counted.
    Those in `explored` were given their place to learn by. `eligible` are all that could have stood on the
    list: each is due an equal share of it. What is on screen counts once the page is sent (see `showing`);
    what is in a letter counts with the letter, in this transaction.
    """
    sums = recording.sums_of(
        subjects_in_order, day=day, channel=channel, first=first, explored=explored, eligible=eligible
    )
    if channel is Channel.EMAIL:
        recording.save(sums, db.session.connection())
    else:
        recording.add(g.setdefault("exposure", {}), sums)


def forget_old(today: date) -> int:
    """Delete what was counted more than two years ago; says how many rows that were."""
    return rows_changed(db.delete(Exposure).where(Exposure.day < today - KEPT))
