"""Bringing the database up to date."""

import click
import flask_migrate
from flask.cli import AppGroup

from marketplace.discovery import services as discovery
from marketplace.extensions import db as database
from marketplace.paths import MIGRATIONS
from marketplace.pledges import older
from search.engine import SearchUnavailable

db = AppGroup("db", help="Create and change the tables.")


@db.command("upgrade")
def upgrade() -> None:
    """Make the tables, or bring them up to date; and build the search index anew. Safe to run again."""
    bring_up_to_date()
    try:
        discovery.rebuild()
    except SearchUnavailable as problem:
        click.echo(f"The search index was not built: {problem}. It is when the worker next runs.", err=True)


def bring_up_to_date() -> None:
    """Run the migrations that have not run yet, and what they leave to the application."""
    flask_migrate.upgrade(directory=str(MIGRATIONS))
    while older.enter_older():
        database.session.commit()
    database.session.rollback()  # it only looked


@db.command("downgrade")
def downgrade() -> None:
    """Undo the last migration. Data in what it removes is lost."""
    flask_migrate.downgrade(directory=str(MIGRATIONS))
