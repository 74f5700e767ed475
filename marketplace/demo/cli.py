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
    from marketplace.demo import queries, services

    click.echo("Telling what happened in County Durham so far…", err=True)
    if services.load(now=on.replace(tzinfo=UTC) if on else clock.now()):
        db.session.commit()
        click.echo("Building the search index, and sending this week’s digests…", err=True)
    else:
        click.echo("The demo is there already; nothing was changed.")
    services.finish()
    click.echo(queries.counts())
