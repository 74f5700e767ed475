"""Security headers, on every kind of answer."""

import pytest

from marketplace.extensions import db
from tests.apps import another_app
from tests.factories import PlaceFactory

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
ANSWERS = {
    "a page": ("GET", "/sign-in", 200),
    "a redirect": ("GET", "/desk", 302),
    "a file": ("GET", "/static/mark.svg", 200),
    "no file": ("GET", "/static/none.svg", 404),
    "figures": ("GET", "/health", 200),
    "no page": ("GET", "/nowhere", 404),
    "no such method": ("DELETE", "/sign-in", 405),
    "no token": ("POST", "/sign-in", 400),
    "options": ("OPTIONS", "/sign-in", 200),
    "a bug": ("GET", "/privacy", 500),
}


def policy(answer) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split("; ")
    return {part.partition(" ")[0]: part.partition(" ")[2] for part in parts}


@pytest.mark.parametrize("kind", ANSWERS)
def test_every_kind_of_answer_is_protected(app, monkeypatch, kind):
    PlaceFactory()
    db.session.commit()
    monkeypatch.setitem(app.view_functions, "home.privacy", lambda: 1 / 0)
    method, path, status = ANSWERS[kind]

    with app.test_client().open(path, method=method) as answer:
        assert answer.status_code == status
        assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
        rules = policy(answer)

    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == "'self'"
    assert rules["img-src"] == "'self' data:"
    assert rules["form-action"] == rules["frame-ancestors"] == "'self'"
    assert "unsafe" not in str(rules)


def test_pages_are_not_kept_by_anything_between_us_and_the_reader(app):
    assert app.test_client().get("/sign-in").headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    ("tiles", "origin"),
    [
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("https://{s}.tiles.example/{z}/{x}/{y}.png?key=abc", "https://*.tiles.example"),
    ],
)
def test_pictures_may_come_from_the_map_that_was_configured_and_from_nowhere_else(tmp_path, tiles, origin):
    with another_app(tmp_path, {"map_tiles": tiles}) as app:
        rules = policy(app.test_client().get("/health"))

    assert rules["img-src"] == f"'self' data: {origin}"
    assert rules["script-src"] == "'self'"


@pytest.mark.parametrize(
    ("base_url", "locked"), [("https://durham.example", True), ("http://localhost", False)]
)
def test_over_https_browsers_are_told_to_stay_there(tmp_path, base_url, locked):
    with another_app(tmp_path, {"base_url": base_url}) as app:
        app.add_url_rule("/remember", "remember", _remember)
        answer = app.test_client().get("/remember", base_url=base_url)
        cookie = answer.headers["Set-Cookie"]

    assert ("Strict-Transport-Security" in answer.headers) is locked
    assert ("Secure" in cookie) is locked
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def _remember() -> str:
    from flask import session

    session["something"] = "kept"
    return "kept"
