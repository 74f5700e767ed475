"""`marketplace places ...`: the place, its postcodes and its wards, from files."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import click
from flask.cli import AppGroup

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.places import queries, services
from marketplace.places.boundaries import read_wards
from marketplace.places.districts import read_districts
from marketplace.places.gazetteer import UnreadableFile, read_place
from marketplace.places.readers import read_postcodes
from marketplace.places.tally import Tally

PROGRESS_EVERY = 20_000  # rows

Row = TypeVar("Row")


places = AppGroup("places", help="The place this marketplace serves: its towns, postcodes and wards.")


@places.command("add")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def add(file: Path | None) -> None:
    """Add the place described in FILE, or County Durham; run again to bring it up to date."""
    try:
        place = services.add_place(read_place(file))
    except (UnreadableFile, Refused) as problem:
        raise click.ClickException(str(problem)) from problem
    db.session.commit()
    towns = queries.towns(place)
    inside = sum(town.inside for town in towns)
    click.echo(f"{place.name}: {inside} towns, and {len(towns) - inside} of its neighbours")


@places.command("load-postcodes")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
def load_postcodes(paths: tuple[Path, ...]) -> None:
    """Load postcodes from Code-Point Open or ONS Postcode Directory files (CSV). Safe to run again."""
    wards = services.ward_map()

    def load(path: Path, total: Tally) -> None:
        done = 0
        for batch in _batches(read_postcodes(path), services.BATCH):
            total.add(services.load_postcodes(batch, wards=wards))
            db.session.commit()
            done += len(batch)
            if done % PROGRESS_EVERY == 0:
                click.echo(f"{path.name}: {done:,} rows", err=True)
        click.echo(f"{path.name}: {done:,} rows, finished", err=True)

    _load_each(paths, load)


@places.command("load-districts")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
def load_districts(paths: tuple[Path, ...]) -> None:
    """Load the middles of postcode districts (CSV: outcode, lat, lon). Safe to run again."""

    def load(path: Path, total: Tally) -> None:
        total.add(services.load_districts(read_districts(path)))
        db.session.commit()

    _load_each(paths, load)


@places.command("load-boundaries")
@click.argument("paths", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
def load_boundaries(paths: tuple[Path, ...]) -> None:
    """Load ward boundaries from GeoJSON files, and find each postcode's ward. Safe to run again."""
    place = queries.require_place()

    def load(path: Path, total: Tally) -> None:
        total.add(services.load_boundaries(read_wards(path), place=place))
        db.session.commit()

    _load_each(paths, load, then=_assign_wards)


def _assign_wards() -> None:
    found = 0
    for batch, count in enumerate(services.assign_wards(services.ward_map()), start=1):
        db.session.commit()
        found += count
        if batch * services.BATCH % PROGRESS_EVERY == 0:
            click.echo(f"postcodes looked at: {batch * services.BATCH:,}", err=True)
    click.echo(f"postcodes given a ward: {found:,}", err=True)


def _load_each(
    paths: tuple[Path, ...], load: Callable[[Path, Tally], None], *, then: Callable[[], None] | None = None
) -> None:
    """Load every file that can be read, say what happened, and fail only for one that could not."""
    total = Tally()
    problems = []
    for path in paths:
        try:
            load(path, total)
        except UnreadableFile as problem:
            db.session.rollback()
            problems.append(str(problem))
    if then is not None:
        then()
    for line in total.reasons():
        click.echo(line)
    for sentence in problems:
        click.echo(f"Error: {sentence}", err=True)
    click.echo(str(total))
    if problems:
        raise click.exceptions.Exit(1)


def _batches(rows: Iterable[Row], size: int) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch
