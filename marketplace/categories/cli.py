"""Teaching the suggester of categories, from a terminal."""

import json
from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from marketplace import clock
from marketplace.categories.catalogue import catalogue
from marketplace.errors import Refused
from search.classify import SHIPPED

categories = AppGroup("categories", help="Look after the list of categories and what suggests them.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@categories.command("train", with_appcontext=False)
@click.argument("labelled", type=FILE, nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=SHIPPED,
    help="Write the model here, not over the one that is used.",
)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Act as if today were this day.")
def train(labelled: tuple[Path, ...], out: Path, on: datetime | None) -> None:
    """Learn categories from our own words and these labelled files; prints figures as one JSON object.

    The same files on the same day give the same model, byte for byte.
    """
    from marketplace.categories.labelled import own_words, records
    from search import classify_training

    items = [*own_words(), *(item for path in labelled for item in records(path))]
    told = {
        "about": "Categories suggested from the text of a notice or a profile.",
        "command": " ".join(("marketplace categories train", *(path.name for path in labelled))),
        "trained_on": (on or clock.now()).date().isoformat(),
    }
    click.echo(f"learning from {len(items):,} texts, twice: once to be scored, once to be kept", err=True)
    made = classify_training.train(items, [category.slug for category in catalogue()], told)
    try:
        out.write_bytes(made.file)
    except OSError as problem:
        raise Refused(f"{out} cannot be written: {problem.strerror}.") from None
    said = {name: value for name, value in made.head.items() if name != "slugs"}
    click.echo(json.dumps({**said, "bytes": len(made.file)}, ensure_ascii=False))
