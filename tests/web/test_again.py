"""A request that stood in another's way is done again, and leaves nothing of its first attempt."""

import sqlite3
from io import BytesIO

import pytest
from flask import flash, get_flashed_messages, request
from sqlalchemy.exc import OperationalError

from tests.apps import another_app

LOCKED = OperationalError("BEGIN IMMEDIATE", None, sqlite3.OperationalError("database is locked"))
BROKEN = OperationalError("SELECT", None, sqlite3.OperationalError("disk I/O error"))


@pytest.mark.parametrize(
    ("errors", "status", "attempts"),
    [
        ([], 200, 1),
        ([LOCKED], 200, 2),
        ([LOCKED, LOCKED], 200, 3),
        ([LOCKED] * 3, 503, 3),
        ([BROKEN], 500, 1),
    ],
)
def test_what_will_pass_is_tried_again_and_what_will_not_is_not(tmp_path, errors, status, attempts):
    left, seen = list(errors), []

    with another_app(tmp_path, WTF_CSRF_ENABLED=False) as app:

        def save() -> str:
            flash("Saved.")
            seen.append((request.form["words"], request.files["photo"].read()))
            if left:
                raise left.pop()
            return " ".join(get_flashed_messages())

        app.add_url_rule("/save", view_func=save, methods=["POST"])
        answer = app.test_client().post(
            "/save", data={"words": "Twelve chairs", "photo": (BytesIO(b"a photo"), "photo.jpg")}
        )

    assert answer.status_code == status
    assert len(seen) == attempts
    assert len(set(seen)) == 1, "each attempt reads all that was sent"
    if status == 200:
        assert answer.text == "Saved."
    assert "locked" not in answer.text
