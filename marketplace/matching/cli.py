"""Matching from a terminal."""

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypeVar

import click
from flask.cli import AppGroup

from marketplace import clock
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.matching import running, training
from marketplace.places import queries as places
from search.engine import SearchUnavailable
from search.ranking import SHIPPED

Step = TypeVar("Step")

match = AppGroup("match", help="Find who fits what.")


@match.command("run")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Act as if today were this day.")
@click.option(
    "--after", type=int, default=0, help="Go on after the ask of this number, where a run was stopped."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that rank; in a big place one for each core.",
)
def run(on: datetime | None, after: int, workers: int) -> None:
    """Rank every open ask against everything organisations do and give. Safe to stop and run again."""
    places.require_place()
    now = on.replace(tzinfo=UTC) if on else clock.now()
    started, counts, last = time.monotonic(), running.Counts(), after
    read = sum(_committed(running.renew_readings(now)))
    click.echo(f"{read} texts read anew", err=True)
    asks = running.number_open(now.date(), after=after)
    with click.progressbar(length=asks, label="Ranking open asks", file=sys.stderr) as bar:
        done = 0
        try:
            for reached, number in _committed(running.run(now, after=after, counts=counts, workers=workers)):
                bar.update(reached - done)
                done, last = reached, number
            for _ in _committed(running.finish(now, counts=counts)):
                pass
        except (KeyboardInterrupt, SearchUnavailable) as problem:
            raise Refused(f"Stopped. Go on with: marketplace match run --after {last}") from problem
    took = time.monotonic() - started
    click.echo(f"{asks} open asks ranked in {took:.1f} s", err=True)
    click.echo(
        f"new {counts.new}, changed {counts.changed}, unchanged {counts.unchanged}, "
        f"retired {counts.retired}, introduced {counts.introduced}"
    )


@match.command("train")
@click.option("--dry-run", is_flag=True, help="Say what would come of it; keep the weights in use.")
def train(dry_run: bool) -> None:
    """Learn weights from awards and answers; they are used only if they do better on what was held back."""
    places.require_place()
    now = clock.now()
    lexicon = running.means(now).lexicon
    for side in SHIPPED.weights:
        trial = training.try_out(side, lexicon, today=now.date())
        click.echo(_told(trial))
        if trial.wins and not dry_run:
            row = training.use(trial, now=now)
            db.session.commit()
            click.echo(f"  In use from now as {row.version}. Rank everything anew: marketplace match run")


def _told(trial: training.Trial) -> str:
    """What came of learning, for people."""
    known = ", ".join(f"{number} from {source}" for source, number in sorted(trial.lessons.items())) or "none"
    if not trial.enough:
        return f"{trial.side}: lessons: {known}. {training.ENOUGH} are needed; the weights in use stay."
    changes = ", ".join(
        f"{name} {trial.before[name]:.1f} → {weight:.1f}"
        for name, weight in trial.after.items()
        if abs(weight - trial.before[name]) >= 0.05
    )
    verdict = (
        "Better than chance would have it." if trial.wins else "Not surely better; the weights in use stay."
    )
    return (
        f"{trial.side}: lessons: {known}. {changes}\n"
        f"  On the newest {training.HELD_BACK:.0%}: mean reciprocal rank {trial.old:.3f} → {trial.new:.3f} "
        f"(gain at least {trial.least:+.3f}). {verdict}"
    )


def _committed(steps: Iterator[Step]) -> Iterator[Step]:
    """Each step, committed; nothing of it stays in memory."""
    for step in steps:
        db.session.commit()
        db.session.expunge_all()
        yield step
    db.session.commit()
