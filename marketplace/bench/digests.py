"""How fast the digests of a day are chosen, written and handed over, by the product's own commands.

`marketplace digests send` and `marketplace worker` run side by side on SQLite, as in a big place. The server
that takes the letters is ours and in a process of its own. Meanwhile letters that people wait for are written
once a second, and with `leaving` people go, who must get nothing from then on.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from sqlalchemy import func, select

from marketplace import clock, create_app, mail
from marketplace.accounts.models import User
from marketplace.bench.apart import apart, machine
from marketplace.bench.figures import milliseconds, timed
from marketplace.bench.filling_digests import fill
from marketplace.bench.generated import County
from marketplace.bench.going import Going
from marketplace.bench.pages import Statements
from marketplace.bench.usage import Used
from marketplace.config import Settings
from marketplace.digests import queries, running
from marketplace.digests.due import local_day
from marketplace.digests.models import Digest
from marketplace.extensions import db
from marketplace.mail.bodies import Manners, requests_for
from marketplace.mail.mailers import letter_of, sender_of
from marketplace.mail.models import MailMessage, MailRun, Stream
from marketplace.setup import bring_up_to_date

KEY = "a key that is only asked for"
LOOKS = 1.0  # seconds between two looks at how it stands
PATIENCE = 3_600.0
DIARY, COUNTED = "points.tsv", "provider.json"
URGENT = Stream.ACCOUNT


@dataclass(slots=True)
class Watched:
    """When what was seen first, in seconds of the clock of `time.monotonic`."""

    began: float = field(default_factory=time.monotonic)
    chosen: float | None = None
    ended: float | None = None


def measure(people: int, *, workers: int, rate: int, seed: int, leaving: bool) -> dict[str, Any]:
    """Fill a county, send its digests of today, and say how it went."""
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as folder:
        key = secrets.token_hex()
        filled = apart(build, folder, key, people, seed)
        page = apart(one_page, folder, key)
        with _provider(Path(folder)) as port:
            env = _environment(folder, key, port, rate, leaving=leaving)
            with _app(folder, key):
                figures = _sent(Path(folder), env, workers, seed, leaving=leaving)
        figures["provider"] = json.loads((Path(folder) / COUNTED).read_text(encoding="utf-8"))
    asked = {"people": people, "workers": workers, "rate": rate, "seed": seed}
    return asked | figures | {"page": page, "fill": filled, "machine": machine()}


def build(folder: str, key: str, people: int, seed: int) -> dict[str, Any]:
    """Everything there is before the day begins."""
    with _app(folder, key):
        bring_up_to_date()
        took, _ = timed(partial(fill, County(seed), people, now=clock.now()))
    return {"seconds": round(took.seconds, 1)}


def one_page(folder: str, key: str) -> dict[str, Any]:
    """A thousand people: what each step takes of the processor, and how often the database is asked.

    Half of them beside it: a statement for each person would show. Nothing of it is kept.
    """
    with _app(folder, key) as settings:
        now = clock.now()
        day = local_day(now)
        run, using, statements = running.begin(day, now), running.means(day, now), Statements()
        running.rehearse(using, after=0, limit=running.AT_ONCE)  # each saved search is asked once in a run
        asked = {}
        for limit in (running.AT_ONCE // 2, running.AT_ONCE):
            statements.asked = 0
            people = queries.due_page(day, after=0, limit=limit)
            due = people.due if people else ()
            choosing, written = timed(partial(running.choose_for, due, using))
            asked[limit] = {"choosing": statements.asked}
            writing, _ = timed(partial(running.write, run, written, using))
            asked[limit]["writing"] = statements.asked - asked[limit]["choosing"]
            if limit != running.AT_ONCE:
                db.session.rollback()
                run = running.begin(day, now)
        rows = db.session.execute(select(MailMessage.__table__).where(MailMessage.run_id == run.id)).all()
        sender = sender_of(settings)
        rendering, letters = timed(lambda: [letter_of(row, settings, sender) for row in rows])
        putting, requests = timed(lambda: list(requests_for(letters, Manners())))
        db.session.rollback()
    return {
        "letters": len(letters),
        "requests": len(requests),
        "statements": asked[running.AT_ONCE],
        "statements_of_half": asked[running.AT_ONCE // 2],
        "processor_seconds": {
            "choosing": round(choosing.processor, 2),
            "writing": round(writing.processor, 2),
            "rendering": round(rendering.processor, 2),
            "putting_together": round(putting.processor, 2),
        },
    }


def table(figures: Mapping[str, Any]) -> str:
    """The figures as people read them."""
    page, memory = figures["page"], figures["peak_mib"]
    lines = [
        f"{figures['people']:,} people, {figures['workers']} choosing: {figures['sent']:,} letters sent, "
        f"{figures['dropped']:,} dropped, {figures['held']:,} held, {figures['refused']:,} refused, "
        f"{figures['nothing_new']:,} people with nothing new",
        f"{figures['seconds']:,.0f} s in all, {figures['letters_a_second']:,.0f} letters a second",
        f"{'':<24}{'clock s':>10}{'processor s':>13}{'peak MiB':>10}",
    ]
    for name, seconds in figures["clock_seconds"].items():
        worked = figures["processor_seconds"][name]
        lines.append(f"{name.replace('_', ' '):<24}{seconds:>10.1f}{worked:>13.1f}{memory[name]:>10.0f}")
    provider = figures["provider"]
    lines += [
        "a thousand letters, seconds of the processor: "
        + ", ".join(f"{name.replace('_', ' ')} {took}" for name, took in page["processor_seconds"].items()),
        f"statements for a page of {running.AT_ONCE:,} people: {page['statements']}; "
        f"of half: {page['statements_of_half']}",
        f"{provider['requests']:,} requests, {provider['mib']:,.0f} MiB, {provider['twice']} letters twice, "
        f"{len(provider['faults'])} faults",
    ]
    urgent = figures["urgent"]
    if urgent["letters"]:
        times = " / ".join(f"{urgent[at] / 1000:.2f}" for at in ("p50", "p95", "p99"))
        lines.append(f"{urgent['letters']} letters people wait for, seconds p50 / p95 / p99: {times}")
    if figures["left"]:
        gone = ", ".join(f"{number} {how}" for how, number in figures["left"]["how"].items())
        lines.append(f"{figures['left']['people']:,} people left meanwhile ({gone}); "
                     f"{figures['left']['letters_after']} letters to them after they had")  # fmt: skip
    return "\n".join(lines)


def _sent(folder: Path, env: Mapping[str, str], workers: int, seed: int, *, leaving: bool) -> dict[str, Any]:
    """The whole of it: both commands begun, watched to their end, and what the database says then."""
    watched, used = Watched(), {"choosing": Used(), "handing_over": Used()}
    going = Going(seed) if leaving else None
    handing = _command(env, folder, "worker")
    choosing = _command(env, folder, "digests", "send", "--workers", str(workers))
    used["handing_over"].of(handing.pid)
    used["choosing"].of(choosing.pid)
    try:
        _watch(watched, used, going, (handing, choosing), folder)
    finally:
        for each in (handing, choosing):
            each.send_signal(signal.SIGINT)
        for each in (handing, choosing):
            each.wait(60)
    return _figures(watched, used) | {"left": going.report(folder / DIARY) if going else None}


def _watch(
    watched: Watched,
    used: Mapping[str, Used],
    going: Going | None,
    commands: tuple["subprocess.Popen[bytes]", ...],
    folder: Path,
) -> None:
    """Look again and again until every letter is settled; write a letter somebody waits for each time."""
    handing, choosing = commands
    while watched.ended is None:
        if time.monotonic() - watched.began > PATIENCE or handing.poll() is not None or choosing.poll():
            raise RuntimeError(f"The run did not end well: {(folder / 'said.txt').read_text()[-2000:]}")
        for each in used.values():
            each.look()
        run = db.session.execute(
            select(MailRun.id, MailRun.chosen_at, MailRun.ended_at).where(MailRun.stream == Stream.DIGEST)
        ).first()
        db.session.rollback()
        if run is not None and run.chosen_at is not None:
            watched.chosen = watched.chosen or time.monotonic()
        if run is not None and run.ended_at is not None:
            watched.ended = time.monotonic()
            return
        _write_urgently(clock.now())
        if going is not None and run is not None:
            going.some(run.id)
        time.sleep(LOOKS)


def _write_urgently(now: datetime) -> None:
    """A letter with a new password, to somebody: they are looking at their mail program."""
    with db.session.begin():
        user = db.session.scalars(select(User).order_by(User.id.desc()).limit(1)).one()
        mail.queue(
            "reset_password",
            to_user=user,
            stream=URGENT,
            now=now,
            person_name=user.name,
            url="/reset/made-up",
        )
    db.session.remove()


def _figures(watched: Watched, used: Mapping[str, Used]) -> dict[str, Any]:
    """What became of everybody, from the database; and what it took."""
    run = db.session.scalars(select(MailRun).where(MailRun.stream == Stream.DIGEST)).one()
    ours = MailMessage.run_id == run.id
    columns = ("sent_at", "dropped_at", "held_at", "refused_at")
    counted = (func.count(getattr(MailMessage, each)) for each in columns)
    first, last, *numbers = db.session.execute(
        select(func.min(MailMessage.handing_at), func.max(MailMessage.sent_at), *counted).where(ours)
    ).one()
    seconds = (watched.ended or watched.began) - watched.began
    sent, dropped, held, refused = numbers
    return {
        "sent": sent,
        "dropped": dropped,
        "held": held,
        "refused": refused,
        "nothing_new": db.session.scalar(
            select(func.count(Digest.id)).where(Digest.held == running.NOTHING_NEW)
        ),
        "seconds": round(seconds, 1),
        "letters_a_second": round(sent / seconds, 1),
        "clock_seconds": {
            "choosing": round((watched.chosen or watched.began) - watched.began, 1),
            "handing_over": round((last - first).total_seconds(), 1) if first and last else 0.0,
        },
        "processor_seconds": {name: each.processor for name, each in used.items()},
        "peak_mib": {name: each.peak_mib for name, each in used.items()},
        "urgent": _waited(),
    }


def _waited() -> dict[str, Any]:
    """How long it took from writing a letter somebody waits for until the provider had it."""
    rows = db.session.execute(
        select(MailMessage.created_at, MailMessage.sent_at).where(MailMessage.stream == URGENT)
    ).all()
    took = [(row.sent_at - row.created_at).total_seconds() for row in rows if row.sent_at]
    return {"letters": len(took), "unsent": len(rows) - len(took), **milliseconds(took)}


def _command(env: Mapping[str, str], folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    """One of our own commands in a process of its own; what it says goes into a file."""
    with (folder / "said.txt").open("ab") as said:
        return subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", "marketplace", *words], env={**os.environ, **env}, stdout=said, stderr=said
        )


def _environment(folder: str, key: str, port: int, rate: int, *, leaving: bool) -> dict[str, str]:
    return {
        "DATA_DIR": folder,
        "SECRET_KEY": key,
        "DATABASE_URL": "",
        "REDIS_URL": "",
        "SEARCH_URL": "",
        "MAIL_ONLY_TO": "",
        "BASE_URL": "http://localhost",
        "MAIL_URL": f"sendgrid://127.0.0.1:{port}",
        "SENDGRID_API_KEY": KEY,
        "MAIL_RATE": str(rate),
        "POINTS_IN": str(Path(folder) / DIARY) if leaving else "",
    }


@contextmanager
def _provider(folder: Path) -> Iterator[int]:
    """The server that takes letters; its port."""
    serving = subprocess.Popen(  # noqa: S603  # our own server
        [sys.executable, "-m", "marketplace.bench.provider", str(folder / COUNTED)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield int(_pipe(serving.stdout).readline())
    finally:
        _pipe(serving.stdin).close()
        serving.wait(60)
        _pipe(serving.stdout).close()


def _pipe(end: IO[bytes] | None) -> IO[bytes]:
    if end is None:
        raise ValueError("It was begun without this pipe")
    return end


@contextmanager
def _app(folder: str, key: str) -> Iterator[Settings]:
    """The application on this folder."""
    settings = Settings(secret_key=key, data_dir=Path(folder), base_url="http://localhost")
    app = create_app(settings, RATELIMIT_ENABLED=False)
    with app.app_context():
        try:
            yield settings
        finally:
            db.session.remove()
            db.engine.dispose()
