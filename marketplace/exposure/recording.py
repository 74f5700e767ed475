"""Adding up what was shown: in memory while pages are answered, in the table every few seconds."""

import atexit
import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from threading import Lock
from typing import Any, NamedTuple, TypeVar
from weakref import WeakSet

from flask import Flask, current_app
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from marketplace.exposure.models import Channel, Exposure
from marketplace.extensions import db
from search.ranking.fairness import exposure

log = logging.getLogger(__name__)

EVERY = 5.0  # seconds between two times of writing
MOST = 1_000  # sums held in memory before that


class Key(NamedTuple):
    """What one sum is of: a row of the table."""

    subject: str
    day: date
    channel: Channel
    explored: bool


class Sum(NamedTuple):
    """How often it was shown, and how much that is in exposure: 1 / log2(place + 1) each time."""

    times: int
    weight: float


NOTHING = Sum(0, 0.0)
Sums = dict[Key, Sum]
T = TypeVar("T")


def sums_of(
    subjects: Iterable[str | None], *, day: date, channel: Channel, first: int, explored: Collection[str]
) -> Sums:
    """One list, added up. None takes its place without being counted."""
    found: Sums = {}
    for place, subject in enumerate(subjects, start=first):
        if subject is not None:
            add(found, {Key(subject, day, channel, subject in explored): Sum(1, exposure(place))})
    return found


def add(to: Sums, sums: Mapping[Key, Sum]) -> None:
    for key, (times, weight) in sums.items():
        before = to.get(key, NOTHING)
        to[key] = Sum(before.times + times, before.weight + weight)


def save(sums: Mapping[Key, Sum], connection: Connection) -> None:
    """Add sums to the table's, in the caller's transaction and in the order of their keys.

    Two that write at once lock their rows in the same order, so one waits for the other and never both.
    """
    if not sums:
        return
    dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
    table = Exposure.__table__
    statement = dialect.insert(table)
    statement = statement.on_conflict_do_update(
        index_elements=list(Key._fields),
        set_={name: table.c[name] + statement.excluded[name] for name in Sum._fields},
    )
    connection.execute(statement, [{**key._asdict(), **sums[key]._asdict()} for key in sorted(sums)])


class Memory:
    """What this process has shown since it last wrote that down, and the day's shares; for all its threads.

    Other processes have memories of their own, and the table adds up what all of them write. What a killed
    process had not written is lost: a few seconds of a busy board, the last pages of a quiet one.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._sums: Sums = {}
        self._due = 0.0
        self._reckoned: tuple[date, Any] | None = None
        self._adding, self._writing = Lock(), Lock()
        _MEMORIES.add(self)

    def add(self, sums: Mapping[Key, Sum]) -> None:
        with self._adding:
            add(self._sums, sums)

    def write_if_due(self) -> None:
        """Write, unless that was done a moment ago or another thread is at it."""
        if len(self._sums) < MOST and time.monotonic() < self._due:
            return
        if self._writing.acquire(blocking=False):
            try:
                self._write()
            finally:
                self._writing.release()

    def write(self) -> None:
        """Write whatever there is, now."""
        with self._writing:
            self._write()

    def reckoned(self, today: date, reckon: Callable[[], T]) -> T:
        """What `reckon` makes of the days before today, made once a day."""
        known = self._reckoned
        if known is None or known[0] != today:
            known = self._reckoned = today, reckon()
        found: T = known[1]
        return found

    def forget(self) -> None:
        """Drop what was not written, and what was reckoned."""
        with self._adding:
            self._sums, self._due, self._reckoned = {}, 0.0, None

    def _write(self) -> None:
        with self._adding:
            sums, self._sums = self._sums, {}
        self._due = time.monotonic() + EVERY
        if not sums:
            return
        try:
            # A connection of its own: what a page did is done, or undone, without regard to this.
            with self._app.app_context(), db.engine.begin() as connection:
                save(sums, connection)
        except SQLAlchemyError as problem:  # nobody waits for this, and a gap in a count is no error
            log.warning("exposure not written", extra={"rows": len(sums), "error": type(problem).__name__})


_MEMORIES: WeakSet[Memory] = WeakSet()


def memory() -> Memory:
    """This application's."""
    found: Memory = current_app.extensions["exposure"]
    return found


@atexit.register
def _write_all() -> None:
    for each in list(_MEMORIES):
        each.write()
