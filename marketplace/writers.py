"""Writers of a SQLite file, one after the other in the order they came.

SQLite lets one transaction write at a time, and whoever comes meanwhile asks again and again until they are
lucky or out of patience: “database is locked”. Here each process keeps a line for each file, and two locks
beside the file make the processes take turns as well. All is given back by the commit or the rollback, and
the locks by the death of the process too. Readers never stand in line: they see what was last committed.
"""

import fcntl
import os
import sqlite3
import time
from collections import deque
from threading import Event, Lock
from typing import Any

PATIENCE = 30.0  # seconds until a writer gives up
_LOOK_AGAIN = 0.001  # seconds between two looks whether another process is done


class Line:
    """Who may write to one file: this process's writers in the order they came, each with its turn."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._lock = Lock()
        self._waiting: deque[Event] = deque()
        self._is_taken = False
        self._file = -1  # holds the other processes off, while it is open

    def take(self, patience: float) -> bool:
        """Wait for a turn; False when patience ran out."""
        until = time.monotonic() + patience
        if not self._take_here(patience):
            return False
        try:
            self._file = self._take_from_others(until)
        except BaseException:
            self._give_back_here()
            raise
        if self._file < 0:
            self._give_back_here()
        return self._file >= 0

    def give_back(self) -> None:
        file, self._file = self._file, -1
        os.close(file)
        self._give_back_here()

    def _take_here(self, patience: float) -> bool:
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            turn = Event()
            self._waiting.append(turn)
        if turn.wait(patience):
            return True
        with self._lock:
            if turn.is_set():  # it came at the last moment
                return True
            self._waiting.remove(turn)
        return False

    def _give_back_here(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().set()  # straight to the next: nobody slips in between
            else:
                self._is_taken = False

    def _take_from_others(self, until: float) -> int:
        """Take the place at the door, then the room: who just left it finds another at the door."""
        door = _locked(f"{self._path}-door", until)
        if door < 0:
            return -1
        try:
            return _locked(f"{self._path}-writer", until)
        finally:
            os.close(door)


def _locked(path: str, until: float) -> int:
    """An open file that nobody else has locked: closing it lets go of it. -1 if it was not free in time."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                os.close(file)
                return -1
            time.sleep(_LOOK_AGAIN)
        else:
            return file


_LINES: dict[str, Line] = {}
_MAKING = Lock()


def _line_of(database: str) -> Line | None:
    """The line of a file; a database in memory has none."""
    if not database or database.startswith((":memory:", "file:")):
        return None
    path = os.path.realpath(database)  # one file by two names is one file
    with _MAKING:
        return _LINES.setdefault(path, Line(path))


class WriterConnection(sqlite3.Connection):
    """A connection that waits for its turn before it writes, and gives it back when that is over."""

    def __init__(self, database: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(database, *args, **kwargs)
        self._line = _line_of(os.fspath(database))
        self._has_turn = False

    def begin_writing(self) -> None:
        """Begin a transaction that may write, in our turn; `sqlite3.OperationalError` if it never comes."""
        if self.in_transaction:
            return
        self.take_turn()
        try:
            self.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._leave()
            raise

    def take_turn(self) -> None:
        if self._has_turn or self._line is None:
            return
        if not self._line.take(PATIENCE):
            raise sqlite3.OperationalError("database is locked: others have been writing all the while")
        self._has_turn = True

    def commit(self) -> None:
        try:
            super().commit()
        finally:
            if not self.in_transaction:
                self._leave()

    def rollback(self) -> None:
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        try:
            super().close()
        finally:
            self._leave()

    def _leave(self) -> None:
        if self._has_turn and self._line is not None:
            self._has_turn = False
            self._line.give_back()
