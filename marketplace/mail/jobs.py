"""Sending what was written, once the transaction that wrote it is safe."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.sql.elements import ColumnElement

from marketplace import clock, outbox
from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.mail import handing, leaving, points, runs, services
from marketplace.mail.letters import (
    Fate,
    Letter,
    Mailer,
    MailRejected,
    MailUnavailable,
    MailUncertain,
    Outcome,
    TooFast,
)
from marketplace.mail.mailers import letter_of, mailer_for, sender_of
from marketplace.mail.models import MailMessage, MailRun

SHORT_WAIT = timedelta(minutes=1)
NEXT_ROUND = timedelta(minutes=5)  # for letters their readers' servers put off

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attempt:
    """The letters that were claimed, and what became of those that were not dropped."""

    ids: Sequence[int]
    outcomes: Mapping[int, Outcome]

    def came_to(self, before: int) -> int:
        """The last letter that was tried, or dropped; `before` if none was."""
        untried = {each for each, outcome in self.outcomes.items() if outcome.fate is Fate.UNTRIED}
        return max((each for each in self.ids if each not in untried), default=before)


outbox.hourly("mail.look_after")


@outbox.handles("mail.send", urgent=True, lease=handing.LEASE_OF_THE_ROW)
def send(*, message_id: int) -> None:
    """Send one letter, unless it is settled already, and write down what became of it.

    Raises `MailUnavailable`, or `NotNow`: the outbox tries later.
    """
    mailer = mailer_for(_settings())
    this = MailMessage.id == message_id
    handing.clear_abandoned(this, kind=mailer.kind, now=clock.now())
    attempt = _attempt(mailer, this, at_most=1)
    if attempt is None:
        in_hand = handing.in_hand_until(this)
        if in_hand is not None:
            raise outbox.NotNow("another attempt has the letter in hand", _until(in_hand))
        return
    for outcome in attempt.outcomes.values():
        if outcome.fate is Fate.REFUSED:
            log.warning("letter refused", extra={"mail": message_id})
        if outcome.fate in (Fate.SENT, Fate.REFUSED):
            return
        db.session.commit()  # it is free again, or held
        if isinstance(outcome.problem, TooFast):
            raise outbox.NotNow(outcome.words, outcome.problem.wait or SHORT_WAIT)
        if not handing.is_out_of_our_hands(message_id):
            raise MailUnavailable(outcome.words)


@outbox.handles("mail.send_later", lease=handing.LEASE_OF_THE_ROW)
def send_later(*, message_id: int) -> None:
    """As `send`, for letters nobody waits for: they let the others pass."""
    send(message_id=message_id)


@outbox.handles("mail.hand_over", lease=handing.LEASE_OF_THE_ROW)
def hand_over(*, run_id: int, after: int = 0) -> None:
    """Hand over the next letters of a run and queue the same for those that follow.

    `after` is the last letter that was tried in this round. Raises `NotNow` while the provider is away.
    """
    settings = _settings()
    began, now = time.monotonic(), clock.now()
    run = db.session.get_one(MailRun, run_id)
    mailer = mailer_for(settings)
    ours = MailMessage.run_id == run_id
    if handing.clear_abandoned(ours, kind=mailer.kind, now=now):
        db.session.commit()
    if handing.in_hand_until(ours) is not None:
        return  # another job is at it, and goes on by itself
    at_most = min(mailer.at_once, settings.mail_rate or mailer.at_once)
    batch_id = run.batch_id or _new_batch(run, mailer)
    attempt = _attempt(mailer, ours, MailMessage.id > after, at_most=at_most, batch_id=batch_id)
    if attempt is None:
        _end_round(run_id, now=clock.now())
        return
    refused = sum(outcome.fate is Fate.REFUSED for outcome in attempt.outcomes.values())
    if refused:
        log.warning("letters of a run refused", extra={"run": run_id, "letters": refused})
    problem = handing.stopped(attempt.outcomes.values())
    if problem is not None:
        db.session.commit()
        wait = problem.wait if isinstance(problem, MailUnavailable) else None
        raise outbox.NotNow(str(problem), wait or SHORT_WAIT)
    db.session.commit()
    points.passed("the settlement is safe")
    time.sleep(pause(len(attempt.outcomes), settings.mail_rate, time.monotonic() - began))
    outbox.add("mail.hand_over", run_id=run_id, after=attempt.came_to(after))
    points.passed("the next is queued")


@outbox.handles("mail.call_off")
def call_off(*, run_id: int) -> None:
    """Have the provider drop what it has not passed on. Raises `MailUnavailable`: the outbox tries later."""
    batch_id = db.session.get_one(MailRun, run_id).batch_id
    db.session.rollback()
    if batch_id:
        mailer_for(_settings()).call_off(batch_id)


@outbox.handles("mail.look_after")
def look_after() -> None:
    """Find what fell on the way: held letters nobody told of, dead attempts, runs that stand still."""
    now = clock.now()
    handing.clear_abandoned(kind=mailer_for(_settings()).kind, now=now)
    for row in handing.free_unheard_of(now):
        if row.run_id is None:
            services.send_soon(row.id, row.stream)
    open_runs = list(db.session.scalars(select(MailRun.id).where(MailRun.ended_at.is_(None))))
    queued = {each["run_id"] for each in outbox.payloads("mail.hand_over")}
    for run_id in open_runs:
        if run_id not in queued and handing.are_left(run_id):
            runs.hand_over(run_id)
    runs.end_those_done(open_runs, now)


def pause(letters: int, rate: int, took: float) -> float:
    """Seconds to wait after so many letters so that no more than `rate` leave in a second; 0 is any rate."""
    return max(0.0, letters / rate - took) if rate else 0.0


def _attempt(mailer: Mailer, *which: ColumnElement[bool], at_most: int, batch_id: str = "") -> Attempt | None:
    """Claim letters, see whether they may leave, hand them over, and settle all that was claimed.

    The settlement is left to be committed with what follows from it. None: there was nothing to claim.
    """
    settings = _settings()
    token = token_hex(16)
    points.passed("before the claim")
    ids = handing.claim(*which, at_most=at_most, token=token, now=clock.now())
    points.passed("claimed")
    db.session.commit()
    points.passed("the claim is safe")
    if not ids:
        return None
    rows = handing.rows_of(ids)
    letters, outcomes = _written(rows, settings)
    points.passed("rendered")
    unwanted = leaving.why_not(rows, settings)
    points.passed("checked")
    if unwanted:
        handing.drop(unwanted, token=token, now=clock.now())
        db.session.commit()
        points.passed("drops are safe")
    db.session.rollback()  # nothing more was changed; this ends the reading transaction
    wanted = {number: letter for number, letter in letters.items() if number not in unwanted}
    points.passed("the call")
    if wanted:
        found = mailer.send_many(list(wanted.values()), batch_id=batch_id)
        outcomes |= dict(zip(wanted, found, strict=True))
    points.passed("answered")
    attempt = Attempt(ids, {each: outcome for each, outcome in outcomes.items() if each not in unwanted})
    points.passed("before settling")
    handing.settle(attempt.outcomes, kind=mailer.kind, token=token, now=clock.now())
    points.passed("settled")
    return attempt


def _written(rows: Sequence[Any], settings: Settings) -> tuple[dict[int, Letter], dict[int, Outcome]]:
    """The letters as they leave, and those that could not be written."""
    sender = sender_of(settings)
    letters, failed = {}, {}
    for row in rows:
        try:
            letters[row.id] = letter_of(row, settings, sender)
        except Exception as error:  # whatever a template trips over is one letter's trouble
            log.exception("letter not written", extra={"mail": row.id})
            failed[row.id] = Outcome(Fate.REFUSED, words=f"It could not be written: {type(error).__name__}")
    return letters, failed


def _new_batch(run: MailRun, mailer: Mailer) -> str:
    """Ask for a batch, so that the run can be called off at the provider too; it goes without one as well."""
    number = run.id
    db.session.rollback()
    try:
        batch_id = mailer.new_batch()
    except (MailRejected, MailUnavailable, MailUncertain) as problem:
        log.warning("no batch for a run", extra={"run": number, "reason": str(problem)})
        return ""
    if batch_id:
        db.session.get_one(MailRun, number).batch_id = batch_id
        db.session.commit()
    return batch_id


def _end_round(run_id: int, *, now: datetime) -> None:
    """All were tried: the run ends, or there is another round for those that were put off."""
    if handing.are_left(run_id):
        outbox.add_for(now + NEXT_ROUND, "mail.hand_over", run_id=run_id)
    else:
        runs.end_those_done([run_id], now)
    points.passed("nothing is left")


def _until(instant: datetime) -> timedelta:
    return max(instant - clock.now(), timedelta()) + timedelta(seconds=1)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
