"""The demo from a terminal."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from marketplace import clock
from marketplace.extensions import db

demo = AppGroup("demo", help="A fictional County Durham to try the product on.")


@demo.command("load")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Act as if today were this day.")
def load(on: datetime | None) -> None:
    """Fill an empty database with the demo. Safe to stop and run again: it is loaded whole, and once."""
    from marketplace.demo import queries

    if not load_demo(on.replace(tzinfo=UTC) if on else clock.now()):
        click.echo("The demo is there already; nothing was changed.")
    click.echo(queries.counts())


def load_demo(now: datetime) -> bool:
    """Load the demo unless it is there, and finish what an interrupted load left; says whether it loaded."""
    from marketplace.demo import queries, services

    if not queries.is_loaded():
        click.echo("Telling what happened in County Durham so far…", err=True)
    loaded = services.load(now=now)
    db.session.commit()
    if loaded:
        click.echo("Building the search index, and sending this week’s digests…", err=True)
    services.finish()
    return loaded
