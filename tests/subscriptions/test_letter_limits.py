"""Who guesses links is slowed down; who stops letters never waits."""

from collections.abc import Iterator

import flask_migrate
import pytest
from flask.testing import FlaskClient

from marketplace.mail.models import Stream
from marketplace.paths import MIGRATIONS
from marketplace.subscriptions import tokens
from tests.apps import another_app

MANY = 90  # more than anybody else may ask in a minute


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A mail program, or a provider: no cookies, and always the same address."""
    with another_app(tmp_path_factory.mktemp("letters"), RATELIMIT_ENABLED=True) as app:
        with app.app_context():
            flask_migrate.upgrade(directory=str(MIGRATIONS))
        yield app.test_client(use_cookies=False)


def test_a_provider_with_many_people_at_one_address_never_waits(program):
    with program.application.app_context():
        links = [f"/letters/stop/{tokens.stop_token(number, Stream.DIGEST)}" for number in range(1, MANY)]
    answers = {
        program.post(link, data={"List-Unsubscribe": "One-Click"}).status_code for link in [*links, *links]
    }

    assert answers == {200}


def test_whoever_guesses_is_asked_to_wait_and_good_links_work_all_the_while(program):
    answers = [program.post("/letters/stop/a-guess").status_code for _ in range(MANY)]
    with program.application.app_context():
        good = f"/letters/stop/{tokens.stop_token(1, Stream.DIGEST)}"

    assert (answers[0], answers[-1]) == (404, 429)
    assert program.post(good).status_code == 200
