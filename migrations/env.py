"""Runs migrations for the application's database, on SQLite in batch mode."""

from alembic import context
from flask import current_app

from marketplace.extensions import db


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """Write our own instant type as the plain type it is in the database: migrations import no models."""
    if kind == "type" and type(item).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Upgrade or downgrade in one transaction, so a failed migration leaves nothing half done.

    SQLite changes a table by making it anew, and would refuse to let go of one that others point at. So it
    looks away meanwhile, and everything that points somewhere is checked at the end.
    """
    with current_app.extensions["migrate"].db.engine.connect() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.rollback()
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            if on_sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # Python's driver begins none for a CREATE
            context.run_migrations()
            if on_sqlite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"The migration left rows that point at nothing: {lost[:5]}")
        if on_sqlite:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


run()
