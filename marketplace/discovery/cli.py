"""The search index from a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from marketplace.discovery import documents, services
from marketplace.extensions import db
from marketplace.places import queries as places
from search.engine import SearchUnavailable

SHOWN = 10  # keys of each kind

search = AppGroup("search", help="Look after the search index.")


@search.command("rebuild")
def rebuild() -> None:
    """Build the index anew from the database. Readers see the old one until the new one is whole."""
    places.require_place()
    with _plainly(), _progress("Building the search index") as progress:
        number = services.rebuild(progress)
    db.session.commit()
    click.echo(f"indexed {number}")


@search.command("check")
@click.option("--mend", is_flag=True, help="Put right what is out of step.")
def check(mend: bool) -> None:
    """Compare the index with the database. What waits in the outbox is on its way, and not counted.

    Ends with status 1 when anything is out of step and was not mended.
    """
    places.require_place()
    with _plainly():
        if not services.has_index():
            return _without_index(mend)
        with _progress("Comparing with the database") as progress:
            drift = services.compare(progress)
        for name, keys in (("missing", drift.missing), ("stale", drift.stale), ("extra", drift.extra)):
            more = " …" if len(keys) > SHOWN else ""
            click.echo(f"{name}: {len(keys)}{': ' if keys else ''}{' '.join(keys[:SHOWN])}{more}")
        click.echo(f"waiting: {drift.waiting}")
        if not drift.keys:
            return click.echo("The index is in step.")
        if not mend:
            click.echo("Mend it with `marketplace search check --mend`.", err=True)
            raise click.exceptions.Exit(1)
        services.index(drift.keys)
        return click.echo(f"mended: {len(drift.keys)}")


def _without_index(mend: bool) -> None:
    if not mend:
        raise click.ClickException(
            "There is no index to compare. Build it with `marketplace search rebuild`."
        )
    with _progress("Building the search index") as progress:
        number = services.rebuild(progress)
    db.session.commit()
    click.echo(f"There was no index. indexed {number}")


@contextmanager
def _progress(label: str) -> Iterator[services.Progress]:
    """A line that grows on a terminal, and says only its label elsewhere."""
    with click.progressbar(length=documents.count(), label=label, file=sys.stderr) as bar:
        yield bar.update


@contextmanager
def _plainly() -> Iterator[None]:
    """What keeps the engine from working, as one sentence."""
    try:
        yield
    except SearchUnavailable as problem:
        raise click.ClickException(f"The search engine cannot be used: {problem}") from None
