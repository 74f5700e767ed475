"""Every test that touches the database runs on SQLite and on PostgreSQL."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask

from marketplace.accounts import services as accounts
from marketplace.extensions import db
from search.embedded import EmbeddedEngine
from tests.databases import DATABASES, POSTGRESQL, SQLITE, Emptier, build, postgresql_server, settings_for
from tests.visitor import Visitor

# The same hashing with less work: hundreds of tests sign somebody in.
accounts.HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
accounts._NOBODY = accounts.HASHER.hash("nobody has this password")

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def pytest_report_header() -> str:
    return f"databases: SQLite {sqlite3.sqlite_version}, and PostgreSQL from the wheel"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name both databases with what ran on each, so a run on one alone cannot pass for a run on both."""
    passed = terminalreporter.stats.get("passed", [])
    for name in DATABASES:
        ran = sum(f"[{name}" in report.nodeid or f"-{name}" in report.nodeid for report in passed)
        terminalreporter.write_line(f"passed on {name}: {ran}")


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[str]:
    """In a folder of its own: as root the server runs as somebody else, who may not enter pytest's."""
    with tempfile.TemporaryDirectory(prefix="placeful-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with postgresql_server(Path(folder) / "pg") as url:
            yield url


@pytest.fixture(scope="session", params=DATABASES)
def _application(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    """One migrated application for each database, shared by the whole run."""
    url = "" if request.param == SQLITE else request.getfixturevalue("_postgresql")
    assert request.param in (SQLITE, POSTGRESQL)
    app = build(settings_for(tmp_path_factory.mktemp(request.param), url))
    yield app, Emptier(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(_application: tuple, tmp_path: Path) -> Iterator[Flask]:
    """An application context on an empty, migrated database, with an index and a mail folder of its own."""
    flask_app, emptier = _application
    emptier.empty()
    flask_app.extensions["search"] = EmbeddedEngine(tmp_path / "index")
    shutil.rmtree(flask_app.config["SETTINGS"].data_dir / "mail", ignore_errors=True)
    with flask_app.app_context():
        yield flask_app
        db.session.remove()
    flask_app.extensions["exposure"].forget()  # what pages of this test showed is no other test's


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Somebody with a browser: follows links, fills forms in by their labels, checks every page they see."""
    return Visitor(app)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public records, or a skip that names it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the public records are not beside this checkout: ../shared/data")
    return SHARED_DATA
