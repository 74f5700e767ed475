"""Digests from a terminal."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from marketplace import clock, outbox
from marketplace.accounts.models import User
from marketplace.digests import queries, services
from marketplace.extensions import db
from marketplace.places import queries as places

digests = AppGroup("digests", help="Write and send the weekly digests.")


@digests.command("send")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Act as if today were this day.")
@click.option("--dry-run", is_flag=True, help="Say who is due; write nothing.")
def send(on: datetime | None, dry_run: bool) -> None:
    """Write one digest to each person due one this week, and send what waits. Safe to run again."""
    places.require_place()
    now = on.replace(tzinfo=UTC) if on else clock.now()
    period = services.period_of(now.date())
    sent = held = skipped = 0
    for person_id in list(queries.everyone()):
        person = db.session.get_one(User, person_id)
        if queries.wants_none(person) or (dry_run and queries.was_written(person, period)):
            skipped += 1
            continue
        digest = services.write(person, period=period, today=now.date(), now=now)
        if digest is None:
            skipped += 1
        elif digest.held:
            held += 1
        else:
            sent += 1
        if dry_run:
            db.session.rollback()
        else:
            db.session.commit()
        db.session.expunge_all()
    if not dry_run:
        outbox.drain()
    click.echo(f"{'would send' if dry_run else 'sent'} {sent}, held {held}, skipped {skipped}")
