"""Runs with people in them, and the settings a test wants."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask

from marketplace import mail
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, MailRun, Stream
from tests.factories import UserFactory

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
DAY = date(2026, 11, 16)
WORDS = {"other_name": "Crook & Sons", "listing_title": "Forty chairs", "url": "/pledges/7"}


def use(app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **changes))


def use_sendgrid(app: Flask, monkeypatch: pytest.MonkeyPatch, home: Any, **changes: Any) -> None:
    """SendGrid at home; with a key its events reach us."""
    given = {"mail_url": home.mail_url, "sendgrid_api_key": "a-key", "sendgrid_webhook_key": "heard"}
    use(app, monkeypatch, **{**given, **changes})


def draft(user: Any, **changes: Any) -> mail.Draft:
    given = {
        "user_id": user.id,
        "address": user.email,
        "template": "interest_shown",
        "subject": "Crook & Sons is interested",
        "words": {**WORDS, "person_name": user.name},
        "unsubscribe_url": f"/stop/{user.id}",
    }
    return mail.Draft(**{**given, **changes})


def a_run(people: int = 3, stream: Stream = Stream.DIGEST, now: datetime = NOON) -> MailRun:
    """A run for which everybody was looked at, with a letter to each; committed."""
    users = [UserFactory() for _ in range(people)]
    db.session.flush()
    run = mail.begin_run(stream, DAY, NOON)
    mail.queue_many(run, [draft(user) for user in users], now)
    run.chosen_at = NOON
    mail.hand_over(run.id)
    db.session.commit()
    return run


def letters_of(run: MailRun) -> list[MailMessage]:
    db.session.expire_all()
    wanted = db.select(MailMessage).where(MailMessage.run_id == run.id).order_by(MailMessage.id)
    return list(db.session.scalars(wanted))


def states_of(run: MailRun) -> list[str]:
    return [state_of(each) for each in letters_of(run)]


def state_of(letter: MailMessage) -> str:
    if letter.sent_at:
        return "sent"
    if letter.refused_at:
        return "refused"
    if letter.dropped_at:
        return f"dropped: {letter.dropped_why}"
    if letter.held_at:
        return "held"
    return "in hand" if letter.handing_at else "waits"
