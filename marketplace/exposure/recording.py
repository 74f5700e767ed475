"""Adding up what was shown: in memory while pages are answered, in the table every few seconds."""

import atexit
import logging
import operator
import time
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakSet

from flask import Flask, current_app
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from marketplace.exposure.models import Channel, Exposure
from marketplace.extensions import db
from search.ranking.fairness import Account, exposure

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
    """How often it was shown, how much exposure that is, and how much would have been an equal share."""

    times: int
    weight: float
    due: float = 0.0


NOTHING = Sum(0, 0.0)
Sums = dict[Key, Sum]


def sums_of(
    subjects: Iterable[str | None],
    *,
    day: date,
    channel: Channel,
    first: int = 1,
    explored: Collection[str] = (),
    eligible: Iterable[str] = (),
) -> Sums:
    """One list, added up: see `services.seen`."""

    def key(subject: str) -> Key:
        return Key(subject, day, channel, subject in explored)

    found: Sums = {}
    for place, subject in enumerate(subjects, start=first):
        if subject is not None:
            add(found, {key(subject): Sum(1, exposure(place))})
    account = Account()
    account.divide(sum(each.weight for each in found.values()), set(eligible))
    add(found, {key(subject): Sum(0, 0.0, due) for subject, due in account.due.items()})
    return found


def add(to: Sums, sums: Mapping[Key, Sum]) -> None:
    """Add sums to those of the same keys."""
    for key, more in sums.items():
        to[key] = Sum(*map(operator.add, to.get(key, NOTHING), more))


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
    """What this process has shown since it last wrote that down; any number of threads may add.

    Other processes have memories of their own, and the table adds up what all of them write. What a killed
    process had not written is lost: a few seconds of a busy board, the last pages of a quiet one.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._sums: Sums = {}
        self._due = 0.0
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

    def forget(self) -> None:
        """Drop what was not written."""
        with self._adding:
            self._sums, self._due = {}, 0.0

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
