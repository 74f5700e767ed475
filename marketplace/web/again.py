"""Doing a request again when the database only had too much to do at once.

Nothing of the first attempt stays: its transaction was undone, and what it said to the person is unsaid.
"""

import logging
import random
import time
from typing import Any

from flask import Flask, request, session

from marketplace.extensions import db, will_pass

ATTEMPTS = 3
MOST = 0.05  # seconds before the next attempt, at most: those who collided go on at different moments
log = logging.getLogger(__name__)


class PatientFlask(Flask):
    """Flask, with another attempt at a view where two of them stood in each other's way."""

    def dispatch_request(self) -> Any:
        said = dict(session)
        for attempt in range(1, ATTEMPTS):
            try:
                return super().dispatch_request()
            except Exception as error:
                if not will_pass(error):
                    raise
                log.warning("request tried again", extra={"attempt": attempt, "path": request.path})
            _as_it_was(said)
            time.sleep(random.uniform(0, MOST))  # noqa: S311  # chance for its own sake, nothing secret
        return super().dispatch_request()


def _as_it_was(said: dict[str, Any]) -> None:
    db.session.rollback()
    session.clear()
    session.update(said)
    for upload in request.files.values():
        upload.seek(0)
