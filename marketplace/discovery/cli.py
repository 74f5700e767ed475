"""The search index from a terminal."""

import click
from flask.cli import AppGroup

from marketplace.discovery import services
from marketplace.places import queries as places

search = AppGroup("search", help="Look after the search index.")


@search.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the database. Readers see the old one until the new one is whole."""
    places.require_place()
    click.echo(f"indexed {services.rebuild()}")
