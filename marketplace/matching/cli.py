"""Matching from a terminal."""

import sys
import time
from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from marketplace import clock
from marketplace.extensions import db
from marketplace.matching import running
from marketplace.places import queries as places

match = AppGroup("match", help="Find who fits what.")


@match.command("run")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Act as if today were this day.")
def run(on: datetime | None) -> None:
    """Rank every open ask against everything organisations do and give. Safe to stop and run again."""
    places.require_place()
    now = on.replace(tzinfo=UTC) if on else clock.now()
    started = time.monotonic()
    asks, fits = running.rank_everything(now.date())
    db.session.rollback()  # ranking read a lot; nothing is held while we write step by step
    click.echo(f"{len(asks)} open asks ranked in {time.monotonic() - started:.1f} s", err=True)
    counts = running.Counts()
    bar = click.progressbar(length=len(asks), label="Storing matches", file=sys.stderr)
    with bar:
        done = 0
        for reached in running.store_in_steps(asks, fits, now=now, counts=counts):
            db.session.commit()
            db.session.expunge_all()
            bar.update(reached - done)
            done = reached
    running.retire_what_closed(asks, now=now, counts=counts)
    db.session.commit()
    click.echo(
        f"new {counts.new}, changed {counts.changed}, unchanged {counts.unchanged}, retired {counts.retired}"
    )
