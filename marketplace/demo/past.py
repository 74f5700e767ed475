"""The demo's calendar, and letting verbs happen in the past."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import TypeVar

from sqlalchemy.orm import Session

from marketplace import audit, outbox

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


@dataclass(frozen=True, slots=True)
class Past:
    """Lets verbs happen as of an instant, which is what the record of them bears."""

    session: Session

    def tell(self, instant: datetime, verb: Callable[[datetime], Told]) -> Told:
        """Do this as of that instant."""
        with audit.as_of(instant):
            answer = verb(instant)
        self.session.flush()
        return answer


@contextmanager
def nothing_follows(session: Session, *, letters_leave: bool = False) -> Iterator[Past]:
    """Let verbs happen in the past, and keep no row for the outbox.

    The index, the matches and the letters of months ago are made or settled in one go at the end;
    `letters_leave` keeps the rows that send mail.
    """
    with outbox.kept_back(but=LETTERS if letters_leave else ()):
        yield Past(session)
