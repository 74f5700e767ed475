"""Exposure as a test puts it there, and as it reads it back."""

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask

from marketplace.exposure import recording
from marketplace.exposure.models import Channel, Exposure
from marketplace.exposure.recording import Key, Memory, Sum
from marketplace.extensions import db

Counted = Callable[[], dict[str, float]]


def put(
    subject: str,
    weight: float,
    day: date,
    *,
    due: float = 0.0,
    channel: Channel = Channel.SCREEN,
    explored: bool = False,
) -> None:
    """So much exposure of one thing on one day, in one place of one list; and what was due to it."""
    recording.save({Key(subject, day, channel, explored): Sum(1, weight, due)}, db.session.connection())


def table() -> dict[tuple[str, date, Channel, bool], tuple[int, float]]:
    """Every row there is: how often, and how much."""
    db.session.rollback()
    return {
        (row.subject, row.day, row.channel, row.explored): (row.times, row.weight)
        for row in db.session.scalars(db.select(Exposure))
    }


@pytest.fixture
def memory(app: Flask) -> Memory:
    return recording.memory()


@pytest.fixture
def counted(memory: Memory) -> Counted:
    """What all pages so far have shown, by subject, once it is written."""

    def found() -> dict[str, float]:
        memory.write()
        return {subject: weight for (subject, *_), (_, weight) in table().items()}

    return found
