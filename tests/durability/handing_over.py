"""A run of letters handed over by a process that is killed, to a provider that may lose its own answers.

    python -m tests.durability.handing_over [--random 500] [--postgresql]

The process is killed at each named point of a letter's way out, with a provider that answers and with one
that accepts and hangs up, and then at moments of no name. Afterwards the provider's events come, several
times and in any order, hours pass, and a worker finishes what waits. Then everybody who should have a letter
has one, and nobody has two; of letters of accounts a second copy is allowed (docs/mail.md), and counted by
itself.
"""

import argparse
import logging
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask

from marketplace import clock, mail, outbox
from marketplace.extensions import db
from marketplace.mail import events, jobs, leaving, points
from marketplace.mail.models import MailMessage, MailRun, Stream, Why
from marketplace.mail.sendgrid import SendGridMailer
from marketplace.outbox.models import OutboxRow
from tests.apps import as_it_was
from tests.databases import Emptier, build, postgresql_server, settings_for
from tests.factories import UserFactory
from tests.mail.sendgrid_at_home import DROPS, SendGridAtHome, opened

LETTERS, AT_ONCE = 11, 4
LONG = 2  # the letter that says too much to share a request with others
UNWANTED = 3  # the letter whose reader unsubscribed
TO_FINISH = 12  # times the hours pass; two or three are needed
PROVIDERS: dict[str, list[int | str]] = {
    "answers": [],
    "hangs up": [DROPS],
    "hangs up, later": [202, 202, DROPS],
}
NEVER = 60.0


@dataclass
class Trial:
    """An application, its provider, and a way to begin anew."""

    app: Flask
    home: SendGridAtHome
    emptier: Emptier


@dataclass(frozen=True)
class Found:
    """What one round came to."""

    was_killed: bool
    lost: int
    twice: int
    account_copies: int


@contextmanager
def trial(folder: Path, database_url: str = "") -> Iterator[Trial]:
    """The application alone with its mail: nobody above is asked, and the queue is a worker's that drains."""
    asked, at_once = dict(leaving._ASKED), SendGridMailer.at_once
    with opened() as home, as_it_was():
        settings = settings_for(folder, database_url)
        sendgrid = replace(settings, mail_url=home.mail_url, sendgrid_api_key="a-key")
        app = build(replace(sendgrid, sendgrid_webhook_key="its events are heard"))
        logging.getLogger("marketplace").setLevel(logging.CRITICAL)  # lost answers are the point of it
        outbox.services._HAND_OVER.clear()
        leaving._ASKED.clear()
        SendGridMailer.at_once = AT_ONCE
        try:
            yield Trial(app, home, Emptier(app))
        finally:
            leaving._ASKED.update(asked)
            SendGridMailer.at_once = at_once
            with app.app_context():
                db.session.remove()
                db.engine.dispose()


def one_round(
    tried: Trial, random: Random, plan: list[int | str], begin: Callable[[], None], kill_after: float = NEVER
) -> Found:
    """Write letters, have a process hand them over until it dies, and finish what it left."""
    tried.emptier.empty()
    home = tried.home
    home.plan = list(plan)
    home.delivered.clear()
    with tried.app.app_context():
        _write()
        db.session.remove()
        db.engine.dispose()  # a process takes no open connection with it
    was_killed = _die(tried.app, begin, kill_after)
    _let_it_answer(home)
    with tried.app.app_context():
        try:
            _finish(home, random)
            return _count(home, was_killed)
        finally:
            db.session.remove()
            db.engine.dispose()


def _write() -> None:
    now = clock.now()
    users: list[Any] = [UserFactory() for _ in range(LETTERS)]
    db.session.flush()
    run = mail.begin_run(Stream.DIGEST, date(2026, 11, 16), now)
    words = {"other_name": "Crook & Sons", "listing_title": "Forty chairs", "url": "/pledges/7"}
    drafts = [
        mail.Draft(
            user_id=user.id,
            address=user.email,
            template="interest_shown",
            subject=f"Letter {number}",
            words={**words, "person_name": "ö" * 6000 if number == LONG else user.name},
            unsubscribe_url=f"/stop/{user.id}",
        )
        for number, user in enumerate(users)
    ]
    mail.queue_many(run, drafts, now)
    mail.suppress(users[UNWANTED].email, Stream.DIGEST, Why.UNSUBSCRIBED, now)
    run.chosen_at = now
    mail.hand_over(run.id)
    for stream in ("account", "news"):
        mail.queue("confirm_email", address=f"{stream}@hall.example", stream=stream, url="/x", now=now)
    db.session.commit()


def _die(app: Flask, begin: Callable[[], None], kill_after: float) -> bool:
    """A process hands the letters over; whether it was killed before it was done."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            begin()
            with app.app_context():
                outbox.drain()
            code = 0
        finally:
            os._exit(code)
    until = time.monotonic() + kill_after
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.0005)
    else:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    assert os.WEXITSTATUS(status) == 0, "the process failed by itself"
    return False


def _let_it_answer(home: SendGridAtHome) -> None:
    """What was on its way to the provider arrives there."""
    time.sleep(0.02)
    while home.in_hand:
        time.sleep(0.002)


def _finish(home: SendGridAtHome, random: Random) -> None:
    for _ in range(TO_FINISH):
        _pass(timedelta(minutes=20))
        outbox.drain()
        _tell(home, random)
        if not db.session.scalar(db.select(db.func.count(MailMessage.id)).where(*mail.runs.UNSETTLED)):
            break
        _pass(timedelta(hours=7))
        jobs.look_after()
        db.session.commit()


def _pass(hours: timedelta) -> None:
    for row in db.session.scalars(db.select(OutboxRow).where(OutboxRow.done_at.is_(None))):
        row.due_at -= hours
    for letter in db.session.scalars(db.select(MailMessage).where(*mail.runs.UNSETTLED)):
        letter.handing_at = letter.handing_at and letter.handing_at - hours
        letter.held_at = letter.held_at and letter.held_at - hours
    db.session.commit()


def _tell(home: SendGridAtHome, random: Random) -> None:
    """The provider's events of what it has, each twice, shuffled."""
    told = [
        {
            "sg_event_id": f"{name} {delivery}",
            "event": name,
            "timestamp": int(time.time()) - 5,
            "delivery": delivery,
        }
        for delivery in home.delivered
        for name in ("processed", "delivered")
    ] * 2
    random.shuffle(told)
    events.take(told, settings=jobs._settings(), now=clock.now())
    db.session.commit()


def _count(home: SendGridAtHome, was_killed: bool) -> Found:
    lost = twice = copies = 0
    for letter in db.session.scalars(db.select(MailMessage)):
        times = home.delivered[f"mail-{letter.id}@localhost"]
        wanted = 0 if letter.dropped_at else 1
        lost += times < wanted or not letter.is_settled
        copies += max(0, times - wanted) if letter.stream is Stream.ACCOUNT else 0
        twice += max(0, times - wanted) if letter.stream is not Stream.ACCOUNT else 0
    dropped = db.session.scalar(
        db.select(db.func.count(MailMessage.id)).where(MailMessage.dropped_at.is_not(None))
    )
    run = db.session.scalars(db.select(MailRun)).one()
    assert dropped == 1, f"{dropped} letters were dropped, and one was unwanted"
    assert run.ended_at is not None, "the run did not end"
    return Found(was_killed, lost, twice, copies)


def at_every_point(tried: Trial, random: Random) -> dict[str, Counter[str]]:
    """Killed at every named point, the first and the second time it is passed, with every provider."""
    table: dict[str, Counter[str]] = {}
    for name in points.NAMES:
        table[name] = Counter()
        for plan in PROVIDERS.values():
            for passing in (1, 2):
                found = one_round(tried, random, plan, partial(points.die_at, name, passing))
                _note(table[name], found)
    return table


def at_random(tried: Trial, random: Random, rounds: int) -> Counter[str]:
    """Killed at moments of no name, with providers that hang up on some requests."""
    counts: Counter[str] = Counter()
    began = time.monotonic()
    one_round(tried, random, [], lambda: None)
    longest = (time.monotonic() - began) * 0.6  # as long as the process lives, or a little longer
    for _ in range(rounds):
        plan: list[int | str] = random.choices([202, DROPS], [3, 1], k=12)
        _note(counts, one_round(tried, random, plan, lambda: None, random.uniform(0, longest)))
    return counts


def _note(counts: Counter[str], found: Found) -> None:
    counts["rounds"] += 1
    counts["killed"] += found.was_killed
    counts["lost"] += found.lost
    counts["twice"] += found.twice
    counts["account copies"] += found.account_copies


COLUMNS = ("rounds", "killed", "lost", "twice", "account copies")


def _print(name: str, counts: Counter[str]) -> None:
    print(f"{name:24}" + "".join(f"{counts[column]:>{len(column) + 3}}" for column in COLUMNS), flush=True)


def _run(given: argparse.Namespace, folder: Path, database_url: str) -> None:
    random = Random(f"{given.seed} handing over")
    with trial(folder / "home", database_url) as tried:
        print(f"{'point':24}" + "".join(f"{column:>{len(column) + 3}}" for column in COLUMNS))
        total: Counter[str] = Counter()
        for name, counts in at_every_point(tried, random).items():
            _print(name, counts)
            total += counts
        counts = at_random(tried, random, given.random)
        _print("at random", counts)
        _print("all", total + counts)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--random", type=int, default=50, help="rounds at moments of no name")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--postgresql", action="store_true")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="placeful-hand-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        home.chmod(0o755)
        if given.postgresql:
            with postgresql_server(home / "pg") as url:
                _run(given, home, url)
        else:
            _run(given, home, "")


if __name__ == "__main__":
    main()
