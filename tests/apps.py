"""Further applications beside the shared one, without a trace left in what the process shares."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from marketplace import create_app
from marketplace.config import Settings
from marketplace.extensions import db, limiter
from marketplace.outbox import services as outbox


@contextmanager
def as_it_was() -> Iterator[None]:
    """Put back the queue, the limits and the logging that every application of a process shares."""
    hand_over, limits = list(outbox._HAND_OVER), limiter.enabled
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in ("marketplace", "search", "huey")}
    try:
        yield
    finally:
        outbox._HAND_OVER[:], limiter.enabled = hand_over, limits
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, was in levels.items():
            logging.getLogger(name).setLevel(was)


@contextmanager
def another_app(folder: Path, settings: dict[str, Any] | None = None, **overrides: Any) -> Iterator[Flask]:
    """An application of its own in a folder; its database has no tables until somebody makes them."""
    given = {"secret_key": "a key for tests only", "data_dir": folder, "base_url": "http://localhost"}
    with as_it_was():
        app = create_app(
            Settings(**{**given, **(settings or {})}), **{"RATELIMIT_ENABLED": False, **overrides}
        )
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
