"""`marketplace import ...`: public records from a terminal."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import click
from flask.cli import AppGroup

from marketplace import audit, clock, outbox
from marketplace.extensions import db
from marketplace.imports import awards, charity_register, gathering, notices
from marketplace.imports.records import Run
from marketplace.imports.tables import UnreadableTable
from marketplace.imports.whereabouts import Whereabouts
from marketplace.places import queries as places
from marketplace.places.models import Place
from marketplace.places.tally import Tally

BATCH = 200  # records stored in one transaction
DOUBTS_SHOWN = 3

Record = TypeVar("Record")

imports = AppGroup("import", help="Bring public records in. The same file twice changes nothing.")


@imports.command("contracts-finder")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Act as if today were this day.")
def contracts_finder(paths: tuple[Path, ...], on: datetime | None) -> None:
    """Import notices from Contracts Finder's CSV exports.

    Awarded notices become organisations with a history, open ones become opportunities. No contact's name,
    e-mail address or telephone number is kept. Safe to stop and to run again.
    """
    run = _begin(on)
    found = gathering.Notices()
    unreadable = []
    for path in paths:
        try:
            entries = gathering.read_export(path, run.tally)
        except UnreadableTable as problem:
            unreadable.append(_sentence(path, problem))
        else:
            found.add(entries)
            click.echo(f"{path.name}: {len(entries):,} notices read", err=True)
    _tell_doubts(found.doubts)
    _in_batches("Storing awards", found.awards(), partial(awards.save, run=run))
    _in_batches("Storing open notices", found.opportunities(), partial(notices.save, run=run))
    _finish("contracts-finder", run, unreadable)


@imports.command("charities")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
def charities(path: Path) -> None:
    """Import registered charities, with their UK-CAT and ICNP/TSO codes, from a CSV file.

    They become voluntary groups with what they do, where, and categories. Safe to stop and to run again.
    """
    run = _begin()
    unreadable = []
    try:
        found = gathering.read_register(path, run.tally)
    except UnreadableTable as problem:
        unreadable.append(_sentence(path, problem))
    else:
        click.echo(f"{path.name}: {len(found):,} charities read", err=True)
        _in_batches("Storing charities", found, partial(charity_register.save, run=run))
    _finish("charities", run, unreadable)


def _begin(on: datetime | None = None) -> Run:
    place = places.require_place()
    now = clock.now()
    return Run(
        place_id=place.id,
        whereabouts=Whereabouts(place),
        now=now,
        today=(on or now).date(),
        tally=Tally(),
    )


def _in_batches(label: str, records: Sequence[Record], save: Callable[[Sequence[Record]], None]) -> None:
    """Store the records some at a time. Each step is whole, so a run that was killed is simply run again."""
    if not records:
        return
    with click.progressbar(length=len(records), label=label, file=sys.stderr) as bar:
        for start in range(0, len(records), BATCH):
            some = records[start : start + BATCH]
            save(some)
            db.session.commit()
            db.session.expunge_all()
            bar.update(len(some))


def _finish(source: str, run: Run, unreadable: list[str]) -> None:
    """Have the index brought up to date, and say what happened; fails only for a file that was not read."""
    tally = run.tally
    if tally.new or tally.changed:
        place = db.session.get_one(Place, run.place_id)
        audit.record("records.imported", place, source=source, new=tally.new, changed=tally.changed)
        db.session.commit()
    click.echo("Bringing the search index up to date", err=True)
    outbox.drain()
    for line in tally.reasons():
        click.echo(line)
    for sentence in unreadable:
        click.echo(f"Error: {sentence}", err=True)
    if tally.new or tally.changed:
        click.echo("Run `marketplace match run` to find who fits what.", err=True)
    click.echo(str(tally))
    if unreadable:
        raise click.exceptions.Exit(1)


def _sentence(path: Path, problem: UnreadableTable) -> str:
    return problem.message if path.name in problem.message else f"{path.name}: {problem.message}"


def _tell_doubts(doubts: dict[str, tuple[str, ...]]) -> None:
    """Say which notices were put right before they were stored, the first few in full."""
    if not doubts:
        return
    click.echo(f"put right in reading: {len(doubts):,}", err=True)
    for notice_id, sentences in list(doubts.items())[:DOUBTS_SHOWN]:
        click.echo(f"  {notice_id}: {' '.join(sentences)}", err=True)
