"""Logs say what happened, and never who, where or what was typed."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from sqlalchemy import insert

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.web import logs
from tests.apps import as_it_was
from tests.factories import NOON, PlaceFactory, UserFactory

ADDRESS = "maureen@hall.example"

Lines = Callable[[], list[dict]]


@pytest.fixture
def lines(app, monkeypatch) -> Iterator[Lines]:
    """What was logged to standard error so far, as the running application logs it."""
    PlaceFactory()
    db.session.commit()
    written = StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    with as_it_was():
        logs.to_stderr()
        yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_is_one_line_of_json_by_endpoint(app, lines):
    app.test_client().get("/sign-in")

    (line,) = lines()
    assert line.pop("ms") >= 0
    assert len(line.pop("request")) == 12
    assert line.pop("at").endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "marketplace.requests",
        "message": "answered",
        "method": "GET",
        "endpoint": "accounts.sign_in",
        "status": 200,
    }


def test_files_and_the_test_of_health_are_not_logged(app, lines):
    browser = app.test_client()
    browser.get("/health")
    with browser.get("/static/mark.svg"):
        pass

    assert lines() == []


def test_no_line_holds_an_address_a_query_or_what_was_typed(app, visitor, lines):
    visitor.open("/search?q=maureen%40hall.example+has+chairs&where=DL14+7AB")
    visitor.open("/sign-in").press("Sign in", email=ADDRESS, password="a secret word", status=422)
    visitor.open("/forgotten-password").press("Send the link", email=ADDRESS)
    visitor.open("/reset-password/a-token-from-a-letter")
    visitor.open("/nowhere/maureen@hall.example", status=404)

    written = json.dumps(lines())
    assert written.count("answered") >= 6
    for private in ("maureen", "hall.example", "DL14", "secret", "a-token", "127.0.0.1", "q="):
        assert private not in written


def test_a_bug_is_logged_with_its_kind_and_place_but_not_with_its_message(app, lines, monkeypatch):
    def twice() -> None:
        UserFactory(email=ADDRESS)
        row = {"email": ADDRESS, "name": "Maureen", "password_hash": "", "created_at": NOON}
        db.session.execute(insert(User).values(**row, digest_frequency="weekly", is_convener=False))

    monkeypatch.setitem(app.view_functions, "home.privacy", twice)
    assert app.test_client().get("/privacy").status_code == 500

    bug = next(line for line in lines() if line["level"] == "error")
    assert bug["message"] == "unforeseen error"
    assert bug["error"] == "IntegrityError"
    assert any("test_logs.py" in step and "in twice" in step for step in bug["trace"])
    assert "maureen" not in json.dumps(bug).lower()


def test_an_error_raised_while_another_was_handled_tells_of_both():
    try:
        try:
            int("private words")
        except ValueError as cause:
            raise OSError("more of them") from cause
    except OSError as error:
        record = logging.makeLogRecord({"exc_info": (OSError, error, error.__traceback__)})

    line = json.loads(logs.JsonLines().format(record))
    assert [step for step in line["trace"] if "/" not in step] == ["OSError", "ValueError"]
    assert "private" not in str(line)
    assert "more of them" not in str(line)
