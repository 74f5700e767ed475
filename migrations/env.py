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
    """Upgrade or downgrade in one transaction, so a failed migration leaves nothing half done."""
    with current_app.extensions["migrate"].db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
