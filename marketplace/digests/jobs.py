"""Each hour the digests of the day are begun or gone on with, from seven by the clocks of the place.

A page of people is one job, which queues the next: what is urgent passes between them.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import update

from marketplace import clock, mail, outbox
from marketplace.digests import running
from marketplace.digests.due import has_opened, local_day
from marketplace.digests.running import Means
from marketplace.discovery.finding import engine
from marketplace.extensions import db
from marketplace.mail.models import MailRun, Stream
from marketplace.places import queries as places
from search.engine import SearchEngine

RUN, PAGE = "digests.run", "digests.page"
A_PAGE = 500  # people: a second or two of work

outbox.hourly(RUN)


@outbox.handles(RUN)
def run() -> None:
    """Begin the day's digests, or go on where a job was lost; nothing before seven."""
    now = clock.now()
    if places.current() is None or not has_opened(now):
        return
    _end_older(now)
    today = running.begin(local_day(now), now)
    waiting = {payload["run_id"] for payload in outbox.payloads(PAGE)}
    if today.chosen_at is None and today.cancelled_at is None and today.id not in waiting:
        outbox.add(PAGE, run_id=today.id, after=today.chosen_to)


@outbox.handles(PAGE)
def page(run_id: int, after: int) -> None:
    """Write to the people of one page, and queue the next."""
    now, today = clock.now(), db.session.get_one(MailRun, run_id)
    if today.cancelled_at is not None or today.chosen_at is not None or today.day != local_day(now):
        return
    last, _ = running.page(today, _means(today, now), after=after, limit=A_PAGE)
    if last is None:
        today.chosen_at = now
    else:
        today.chosen_to = last
        outbox.add(PAGE, run_id=run_id, after=last)
    mail.hand_over(run_id)


def _means(today: MailRun, now: datetime) -> Means:
    """What this process worked with on the page before, so that a search is asked once in a run."""
    key = (today.id, today.began_at, engine())
    if not _KEPT or _KEPT[0][0] != key or _KEPT[0][1].finder.engine_down:
        _KEPT[:] = [(key, running.means(today.day, now))]
    return replace(_KEPT[0][1], now=now)


_KEPT: list[tuple[tuple[int, datetime, SearchEngine], Means]] = []


def _end_older(now: datetime) -> None:
    """Who was not looked at by the end of a day is looked at on the next, in a run of its own."""
    db.session.execute(
        update(MailRun)
        .where(MailRun.stream == Stream.DIGEST, MailRun.day < local_day(now), MailRun.chosen_at.is_(None))
        .values(chosen_at=now)
    )
