"""A clock that stands still, and handlers and a queue that only take notes."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from marketplace import clock
from marketplace.outbox import services
from tests.factories import NOON


class Clock:
    """What time it is, until somebody moves it on."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def wait(self, time: timedelta) -> None:
        self.at += time


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The application's clock, standing at noon."""
    standing = Clock(NOON)
    monkeypatch.setattr(clock, "now", lambda: standing.at)
    return standing


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What rows called `note` were carried out with."""
    notes: list[dict[str, Any]] = []
    monkeypatch.setitem(services.HANDLERS, "note", lambda **payload: notes.append(payload))
    return notes


@pytest.fixture
def handed() -> Iterator[list[int]]:
    """The rows handed to the queue."""
    before = list(services._HAND_OVER)
    ids: list[int] = []
    services.hand_over_with(lambda row_id, **_: ids.append(row_id))
    yield ids
    services._HAND_OVER[:] = before
