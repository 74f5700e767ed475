"""Guessing is slow: too many tries in a minute are asked to wait."""

from collections.abc import Iterator

import flask_migrate
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from marketplace.paths import MIGRATIONS
from tests.apps import another_app
from tests.invariants import check_page

GUARDED = ("/sign-in", "/sign-up", "/forgotten-password", "/confirm/x", "/reset-password/x")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("limits")
    with another_app(folder, RATELIMIT_ENABLED=True) as app:
        with app.app_context():
            flask_migrate.upgrade(directory=str(MIGRATIONS))
        yield app.test_client()


@pytest.mark.parametrize("path", GUARDED)
def test_the_twenty_first_try_in_a_minute_is_asked_to_wait(browser, path):
    page = BeautifulSoup(browser.get("/sign-in").text, "html.parser")
    token = {"csrf_token": page.find("input", {"name": "csrf_token"})["value"]}
    tries = [browser.post(path, data=token).status_code for _ in range(20)]
    answer = browser.post(path, data=token)

    assert 429 not in tries
    assert answer.status_code == 429
    check_page(answer.text, where=path)
    assert "Please wait a minute" in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert browser.get(path).status_code == 200, "the page itself stays open"
    elsewhere = browser.post(path, data=token, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code != 429, "nobody waits for somebody else"
