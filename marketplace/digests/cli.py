"""Digests from a terminal: writing them, reading one, calling a run off, and how it stands."""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, datetime
from multiprocessing import get_context

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from marketplace import clock, mail, outbox
from marketplace.config import Settings
from marketplace.digests import queries, reading, running
from marketplace.digests.due import local_day, opens_at
from marketplace.digests.running import Counts
from marketplace.errors import Refused
from marketplace.extensions import db, will_pass
from marketplace.mail.models import MailRun
from marketplace.places import queries as places

digests = AppGroup("digests", help="Write and send the digests of a day.")

A_PAGE = 250  # people: what it writes keeps others from writing for a third of a second
TRIES = 3  # of a page, where others were writing to the same rows

on_day = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Act as if today were this day.")


@digests.command("send")
@on_day
@click.option("--dry-run", is_flag=True, help="Say how many would be sent; write nothing.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Processes that choose; in a big place one for each core.",
)
def send(on: datetime | None, dry_run: bool, workers: int) -> None:
    """Write one digest to each person due one, and send what waits. Safe to stop and to run again."""
    places.require_place()
    day, now = _when(on)
    if dry_run:
        counts = _rehearsed(day, now)
        click.echo(_said(counts, "would send"))
        return
    run = running.begin(day, now)
    db.session.commit()
    if run.cancelled_at is not None:
        raise Refused(f"The digests of {day} were called off.")
    run_id, counts = run.id, Counts()
    ends = queries.bounds(day, after=0, each=A_PAGE)
    with click.progressbar(length=len(ends), label="Choosing digests", file=sys.stderr) as bar:
        for last, more in _pages(run_id, ends, now, workers):
            counts += more
            _moved(run_id, last)
            bar.update(1)
    run = db.session.get_one(MailRun, run_id)
    run.chosen_at = run.chosen_at or now
    mail.hand_over(run_id)
    db.session.commit()
    outbox.drain()
    click.echo(_said(counts, "sent"))


@digests.command("preview")
@click.argument("person")
@on_day
def preview(person: str, on: datetime | None) -> None:
    """Print the digest that PERSON, a number or an address, would get now. Nothing is written."""
    places.require_place()
    day, now = _when(on)
    found = reading.of(person, running.means(day, now))
    db.session.rollback()
    click.echo(found)


@digests.command("cancel")
@on_day
def cancel(on: datetime | None) -> None:
    """Call off the digests of a day: what has not left is dropped."""
    day, now = _when(on)
    run = reading.run_of(day)
    if run is None:
        raise Refused(f"There are no digests of {day} to call off.")
    dropped = mail.cancel(run, clock.now() if on is None else max(now, run.began_at))
    db.session.commit()
    outbox.drain()
    click.echo(f"called off, {dropped} dropped")


@digests.command("status")
@on_day
def status(on: datetime | None) -> None:
    """Say how the digests of a day stand."""
    day, _ = _when(on)
    click.echo("\n".join(reading.standing(day)))


def _when(on: datetime | None) -> tuple[date, datetime]:
    """The day, and the instant that counts as now: on another day, when its letters are begun."""
    if on is None:
        now = clock.now()
        return local_day(now), now
    return on.date(), opens_at(on.date())


def _said(counts: Counts, verb: str) -> str:
    return f"{verb} {counts.sent}, held {counts.held}, put off {counts.put_off}, eased {counts.eased}"


def _rehearsed(day: date, now: datetime) -> Counts:
    using, counts, last = running.means(day, now), Counts(), 0
    while True:
        reached, more = running.rehearse(using, after=last)
        db.session.rollback()
        db.session.expunge_all()
        if reached is None:
            return counts
        counts += more
        last = reached


def _pages(run_id: int, ends: list[int], now: datetime, workers: int) -> Iterator[tuple[int, Counts]]:
    """Each page of people, written and committed here or by processes side by side, in order."""
    pages = list(zip([0, *ends[:-1]], ends, strict=True)) if ends else []
    if workers == 1:
        using = _Working(run_id, now)
        for after, upto in pages:
            yield upto, using.page(after, upto)
        return
    settings = current_app.config["SETTINGS"]
    pool = ProcessPoolExecutor(
        workers, get_context("spawn"), initializer=_start, initargs=(settings, run_id, now)
    )
    with pool:
        for (_, upto), counts in zip(pages, pool.map(_in_a_process, pages), strict=True):
            yield upto, counts


class _Working:
    """One process at work on the pages of a run."""

    def __init__(self, run_id: int, now: datetime) -> None:
        self.run_id = run_id
        self.using = running.means(db.session.get_one(MailRun, run_id).day, now)

    def page(self, after: int, upto: int) -> Counts:
        """Everybody of a page; again where the database had too much to do at once."""
        for left in reversed(range(TRIES)):
            try:
                run = db.session.get_one(MailRun, self.run_id)
                _, counts = running.page(run, self.using, after=after, upto=upto)
                db.session.commit()
                db.session.expunge_all()
                return counts
            except OperationalError as problem:
                db.session.rollback()
                if not left or not will_pass(problem):
                    raise
        raise AssertionError("a page is written or its error is raised")


_WORKING: list[_Working] = []


def _start(settings: Settings, run_id: int, now: datetime) -> None:
    """What a process does first: the application, for as long as it lives."""
    from marketplace import create_app

    create_app(settings).app_context().push()
    _WORKING[:] = [_Working(run_id, now)]


def _in_a_process(bounds: tuple[int, int]) -> Counts:
    return _WORKING[0].page(*bounds)


def _moved(run_id: int, last: int) -> None:
    """Everybody up to here was looked at; their letters may leave."""
    run = db.session.get_one(MailRun, run_id)
    run.chosen_to = max(run.chosen_to, last)
    if not any(payload["run_id"] == run_id for payload in outbox.payloads("mail.hand_over")):
        mail.hand_over(run_id)  # otherwise whoever is at it goes on: hundreds more would stand in its way
    db.session.commit()
    db.session.expunge_all()
