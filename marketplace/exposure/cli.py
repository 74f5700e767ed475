"""How fairly being seen was shared out, in a terminal."""

from collections.abc import Sequence
from datetime import datetime

import click
from flask.cli import AppGroup

from marketplace import clock
from marketplace.exposure import report
from marketplace.exposure.queries import DAYS, Window
from marketplace.places import queries as places
from marketplace.web import words

exposure = AppGroup("exposure", help="How much everything was seen, and how fairly.")

LEFT = 3  # columns of words; the others are figures


@exposure.command("report")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Act as if today were this day.")
@click.option("--days", type=click.IntRange(1, 366), default=DAYS, show_default=True, help="Up to that day.")
def show(on: datetime | None, days: int) -> None:
    """Print who was seen how much, and what share of notices reached their floor."""
    place = places.require_place()
    window = Window.until((on or clock.now()).date(), days)
    found = report.report(window, wards=places.ward_names(place))
    click.echo(f"{place.name}, {words.day(window.first)} to {words.day(window.last)}\n")
    _print([report.COLUMNS, *report.rows(found)])


def _print(rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as what stands in them, figures to the right."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line = "  ".join(
            cell.ljust(width) if at < LEFT else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        click.echo(line.rstrip())
