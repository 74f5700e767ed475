"""The demo's calendar, and letting verbs happen in the past."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from types import TracebackType
from typing import TypeVar

from sqlalchemy import event
from sqlalchemy.orm import Session

from marketplace.audit.models import AuditEvent
from marketplace.outbox.models import OutboxRow

Told = TypeVar("Told")

LETTERS = frozenset({"mail.send", "mail.hand_over"})  # outbox rows that send them
FIRST_MINUTE, LAST_MINUTE = 7 * 60 + 40, 20 * 60 + 30  # when people of the demo sit down to write


def drawn(key: str, below: int) -> int:
    """A number from 0 to `below` - 1 that is always the same for a key."""
    return int.from_bytes(sha256(key.encode()).digest()[:8]) % below


def moment(key: str, days_ago: int, now: datetime) -> datetime:
    """An instant on that day, at a time of day that the key decides; never after `now`."""
    day = (now - timedelta(days=days_ago)).date()
    minutes = FIRST_MINUTE + drawn(key, LAST_MINUTE - FIRST_MINUTE)
    return min(
        datetime.combine(day, time(), UTC) + timedelta(minutes=minutes, seconds=drawn(key + "s", 60)), now
    )


class Past:
    """While it is open, what verbs record bears the instant they happened at.

    Nothing leaves: rows for the outbox are dropped, because the index, the matches and the letters of
    months ago are made or settled in one go at the end; `letters_leave` keeps those that send mail.
    """

    def __init__(self, session: Session, *, letters_leave: bool = False) -> None:
        self.session, self.letters_leave = session, letters_leave
        self.instant: datetime | None = None

    def __enter__(self) -> "Past":
        event.listen(self.session, "before_flush", self._settle)
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, trace: TracebackType | None) -> None:
        if kind is None:
            self.session.flush()
        event.remove(self.session, "before_flush", self._settle)

    def tell(self, instant: datetime, verb: Callable[[datetime], Told]) -> Told:
        """Do this as of that instant."""
        self.instant = instant
        answer = verb(instant)
        self.session.flush()
        return answer

    def _settle(self, session: Session, _context: object, _instances: object) -> None:
        for row in session.new:
            if isinstance(row, AuditEvent) and self.instant is not None:
                row.at = self.instant
            elif isinstance(row, OutboxRow) and not (self.letters_leave and row.name in LETTERS):
                session.expunge(row)
