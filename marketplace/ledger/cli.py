"""The ledger in a terminal: prove it, look at it, take it away."""

import json
import sys
from typing import Any

import click
from flask.cli import AppGroup

from marketplace import clock
from marketplace.extensions import db
from marketplace.ledger import queries, verifying
from marketplace.ledger.chain import canonical
from marketplace.web import words

ledger = AppGroup("ledger", help="The record of every £, hour and item.")


@ledger.command("verify")
@click.option("--since-last", is_flag=True, help="Only what came since the last check that found nothing.")
def verify(since_last: bool) -> None:
    """Prove the chain, the totals and every counter. Exits with 1 if anything is wrong."""
    report = verifying.check(whole=not since_last, now=clock.now())
    db.session.commit()
    for fault in report.faults:
        click.echo(fault.words)
    if report.count > len(report.faults):
        click.echo(f"… and {report.count - len(report.faults):,} more.")
    looked = (
        f"{report.entries:,} entries"
        if report.first == 1
        else f"entries {report.first:,} to {report.entries:,}"
    )
    click.echo(f"{looked}, {words.count(report.count, 'fault')}; the last hash is {report.hash}")
    if not report.is_whole:
        click.get_current_context().exit(1)


@ledger.command("show")
@click.argument("key", required=False)
@click.option("--listing", type=int, help="All entries about this notice, by its number.")
@click.option("--pledge", type=int, help="All entries about this pledge, by its number.")
def show(key: str | None, listing: int | None, pledge: int | None) -> None:
    """Print the entry of this KEY and its corrections, all about a notice or a pledge, or the last ten."""
    rows = list(queries.about(key=key, listing_id=listing, pledge_id=pledge, limit=10))
    for row in rows:
        corrects = f", corrects {row.corrects_id}" if row.corrects_id else ""
        click.echo(
            f"{row.id:>8}  {row.at:%Y-%m-%d %H:%M}  {row.stage:<9}  {row.quantity:>+8,} {row.unit:<5}"
            f"  {row.kind:<10}  {row.key}{corrects}"
        )
    if not rows:
        click.echo("There is no such entry." if key or listing or pledge else "The ledger is empty.")


@ledger.command("export")
@click.option("--after", default=0, show_default=True, help="Only entries after this one.")
def export(after: int) -> None:
    """Write every entry to standard output, a line of JSON each, with its hash: see docs/ledger.md."""
    for row in queries.all_after(after):
        sys.stdout.write(line(row))


def line(row: dict[str, Any]) -> str:
    """The canonical line, with the hash as its last member."""
    return f'{canonical(row)[:-1]},"hash":{json.dumps(row["hash"])}}}\n'
