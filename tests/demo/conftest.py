"""The demo, loaded once for all tests that only look at it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask

from marketplace.demo import services
from marketplace.extensions import db
from search.embedded import EmbeddedEngine

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)

# What an unbroken load and another may differ in: when the machine did it, the random names that files are
# kept under, what is signed with the key of an installation, and the queue's own rows.
SIGNED = {f"mail_message.{name}" for name in ("text", "html", "words", "unsubscribe_url")}
WHEN = {"mail_message.sent_at", "mail_message.handing_at", "mail_message.handed_by", "mail_run.ended_at"}
NOT_COMPARED = {"mail_message.provider_id", "file.key", *SIGNED, *WHEN}
TABLES_NOT_COMPARED = {"outbox_row"}


# Two loads are compared row by row, one of them in a process that hashes as the product does.
services.HASHER = PasswordHasher()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All in one worker, so that the demo is loaded once for each database."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.xdist_group("demo"))


@pytest.fixture
def only_on_sqlite(_application: tuple) -> None:
    """For a load in two processes, which takes long; killing on PostgreSQL is tested with the imports."""
    if not _application[1].is_sqlite:
        pytest.skip("the demo is killed on SQLite only; imports and ranking are on both")


@pytest.fixture(scope="module")
def _loaded(_application: tuple, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application with the demo in it; its tests change nothing."""
    app, emptier = _application
    emptier.empty()
    app.extensions["search"] = EmbeddedEngine(tmp_path_factory.mktemp("index"))
    shutil.rmtree(mail_folder(app), ignore_errors=True)
    with app.app_context():
        services.load(now=MONDAY)
        db.session.commit()
        services.finish()
        db.session.remove()
    return app


@pytest.fixture
def demo(_loaded: Flask) -> Iterator[Flask]:
    """An application context on the loaded demo."""
    with _loaded.app_context():
        yield _loaded
        db.session.remove()


@pytest.fixture
def empty(_application: tuple) -> Callable[[], None]:
    """Makes the database empty once more."""

    def _empty() -> None:
        db.session.remove()
        _application[1].empty()

    return _empty


def mail_folder(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].data_dir) / "mail"


def everything() -> dict[str, list[tuple]]:
    """Every row of the database that two loads must agree on, by table."""
    found = {}
    for table in db.metadata.sorted_tables:
        if table.name not in TABLES_NOT_COMPARED:
            columns = [column for column in table.c if str(column) not in NOT_COMPARED]
            rows = db.session.execute(db.select(*columns).order_by(*table.primary_key)).all()
            found[table.name] = [tuple(row) for row in rows]
    return found
