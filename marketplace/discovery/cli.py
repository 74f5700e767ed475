"""The search index from a terminal."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from marketplace import outbox
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
    with _plainly():
        _rebuild()


@search.command("check")
@click.option("--mend", is_flag=True, help="Put right what is out of step.")
def check(mend: bool) -> None:
    """Compare the index with the database. What waits in the outbox is on its way, and no drift.

    Ends with status 1 when anything is out of step and was not mended.
    """
    places.require_place()
    with _plainly():
        if services.has_index():
            _compare(mend)
        elif mend:
            click.echo("There is no index to mend, so it is built.")
            _rebuild()
        else:
            raise SearchUnavailable("there is no index. Build it with `marketplace search rebuild`")


def _rebuild() -> None:
    with _progress("Building the search index") as progress:
        number = services.rebuild(progress)
    outbox.hurry(services.INDEX)
    db.session.commit()
    click.echo(f"indexed {number}")


def _compare(mend: bool) -> None:
    with _progress("Comparing with the database") as progress:
        drift = services.compare(progress)
    for name, keys in (("missing", drift.missing), ("stale", drift.stale), ("extra", drift.extra)):
        shown = " ".join((*keys[:SHOWN], *("…" for _ in keys[SHOWN : SHOWN + 1])))
        click.echo(f"{name}: {len(keys)}{': ' * bool(keys)}{shown}")
    click.echo(f"waiting in the outbox: {drift.waiting}")
    if not drift.keys:
        click.echo("The index is in step with the database.")
    elif mend:
        services.index(drift.keys)
        db.session.commit()
        click.echo(f"mended: {len(drift.keys)}")
    else:
        click.echo("Mend it with `marketplace search check --mend`.", err=True)
        raise click.exceptions.Exit(1)


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
        raise click.ClickException(f"The search engine cannot be used: {problem}.") from None
