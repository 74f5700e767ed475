"""What happened in the demo: gathered first, then told oldest first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from marketplace.demo.past import Past, moment

SHORTLY = timedelta(minutes=30)  # the least between two things of which one follows from the other

Verb = Callable[[datetime], object]


class Event(NamedTuple):
    """Something that happened; `verb` is told the instant."""

    at: datetime
    verb: Verb


class Events:
    """Everything that happened until `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._events: list[Event] = []

    def add(self, at: datetime, verb: Verb, *, after: datetime | None = None) -> datetime:
        """Note an event, at the earliest shortly after what it follows from; returns when it was."""
        when = min(at if after is None else max(at, after + SHORTLY), self.now)
        self._events.append(Event(when, verb))
        return when

    def add_on(self, key: str, days_ago: int, verb: Verb, *, after: datetime | None = None) -> datetime:
        """Note an event of some day, at a time of it that the key decides."""
        return self.add(moment(key, days_ago, self.now), verb, after=after)

    def tell(self, past: Past) -> None:
        """Let it happen; the sort keeps what happened at one instant in the order it was gathered."""
        for at, verb in sorted(self._events, key=attrgetter("at")):
            past.tell(at, verb)
