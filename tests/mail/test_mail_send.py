"""Sending: once, again after a fall, not again after a refusal, and never inside a transaction."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace import clock, mail
from marketplace.errors import NotSetUp
from marketplace.extensions import db
from marketplace.mail import handing, jobs
from marketplace.mail.files import FilesMailer
from marketplace.mail.letters import MailUnavailable
from marketplace.mail.mailers import mailer_for, sender_of
from marketplace.mail.models import MailMessage, Stream
from marketplace.mail.sendgrid import SendGridMailer
from marketplace.mail.smtp import SmtpMailer
from marketplace.outbox import services as outbox
from marketplace.outbox.models import OutboxRow

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


class PowerCut(BaseException):
    """The process ends here: nothing catches it."""


@pytest.fixture
def message(app: Flask) -> MailMessage:
    written = mail.queue(
        "confirm_email",
        address="maureen@hall.example",
        person_name="Maureen",
        url="/confirm/abc",
        now=NOON,
        stream="account",
    )
    db.session.commit()
    return written


@pytest.fixture
def row(message: MailMessage) -> OutboxRow:
    return db.session.scalars(db.select(OutboxRow).where(OutboxRow.name == "mail.send")).one()


def use(app: Flask, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], **changes))


def long_ago(message_id: int) -> None:
    """The attempt that had the letter in hand is dead for sure."""
    message = db.session.get_one(MailMessage, message_id)
    assert message.handing_at is not None
    message.handing_at -= 2 * handing.LEASE
    db.session.commit()


def folder(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].data_dir) / "mail"


def test_a_letter_is_sent_once_however_often_its_job_runs(app: Flask, message: MailMessage):
    jobs.send(message_id=message.id)
    db.session.commit()
    [file] = folder(app).iterdir()
    file.unlink()

    jobs.send(message_id=message.id)
    db.session.commit()

    assert message.sent_at is not None
    assert message.provider_id == file.name
    assert list(folder(app).iterdir()) == []


def test_a_fall_between_the_provider_s_yes_and_our_note_sends_the_same_message_id_again(
    app: Flask, open_post_office: Any, monkeypatch: pytest.MonkeyPatch, message: MailMessage, row: OutboxRow
):
    office = open_post_office()
    use(app, monkeypatch, mail_url=f"smtp://127.0.0.1:{office.port}")

    def fall(*_: object) -> None:
        if office.envelopes:
            raise PowerCut

    row_id, message_id = row.id, message.id
    event.listen(db.session, "before_commit", fall)
    with pytest.raises(PowerCut):
        outbox.carry_out(row_id, now=clock.now())
    event.remove(db.session, "before_commit", fall)
    db.session.rollback()
    assert db.session.get_one(MailMessage, message_id).sent_at is None
    long_ago(message_id)

    outbox.carry_out(row_id, now=clock.now() + 2 * handing.LEASE_OF_THE_ROW)

    assert db.session.get_one(MailMessage, message_id).sent_at is not None
    assert len({_message_id(envelope) for envelope in office.envelopes}) == 1
    assert len(office.envelopes) == 2


def test_a_fall_in_the_call_sends_no_second_copy_of_what_nobody_waits_for(
    app: Flask, open_post_office: Any, monkeypatch: pytest.MonkeyPatch, message: MailMessage
):
    office = open_post_office()
    use(app, monkeypatch, mail_url=f"smtp://127.0.0.1:{office.port}")
    message.stream = Stream.NEWS
    db.session.commit()
    jobs.send(message_id=message.id)
    db.session.rollback()  # our note is lost
    assert message.sent_at is None
    long_ago(message.id)

    jobs.send(message_id=message.id)
    db.session.commit()

    assert message.sent_at is not None
    assert len(office.envelopes) == 1


def test_a_letter_in_the_hands_of_another_attempt_is_left_to_it(app: Flask, message: MailMessage):
    jobs.send(message_id=message.id)
    db.session.rollback()

    with pytest.raises(outbox.NotNow, match="another attempt"):
        jobs.send(message_id=message.id)

    assert message.sent_at is None


def test_a_letter_written_twice_to_the_folder_is_one_file(app: Flask, message: MailMessage):
    jobs.send(message_id=message.id)
    db.session.rollback()  # our note is lost
    long_ago(message.id)
    jobs.send(message_id=message.id)
    db.session.commit()

    assert [file.name for file in folder(app).iterdir()] == [message.provider_id]


def test_no_transaction_is_open_while_the_provider_thinks(
    app: Flask, open_post_office: Any, monkeypatch: pytest.MonkeyPatch, message: MailMessage
):
    office = open_post_office()
    use(app, monkeypatch, mail_url=f"smtp://127.0.0.1:{office.port}")
    session, open_while_sending = db.session(), []

    async def note(*_: object) -> str:
        open_while_sending.append(session.in_transaction())
        return "250 OK"

    office.handle_DATA = note
    jobs.send(message_id=message.id)

    assert open_while_sending == [False]


def test_a_refused_letter_is_written_down_and_not_tried_again(
    app: Flask, open_post_office: Any, monkeypatch: pytest.MonkeyPatch, message: MailMessage, row: OutboxRow
):
    office = open_post_office()
    office.answers["RCPT"] = "550 5.1.1 No such person"
    use(app, monkeypatch, mail_url=f"smtp://127.0.0.1:{office.port}")

    outbox.carry_out(row.id, now=clock.now())
    office.answers.clear()
    jobs.send(message_id=message.id)

    assert message.refused_at is not None
    assert message.sent_at is None
    assert "No such person" in message.refusal
    assert row.done_at is not None
    assert office.envelopes == []


def test_a_letter_that_cannot_go_now_goes_later(
    app: Flask, closed_port: int, monkeypatch: pytest.MonkeyPatch, message: MailMessage, row: OutboxRow
):
    with monkeypatch.context() as down:
        use(app, down, mail_url=f"smtp://127.0.0.1:{closed_port}")
        outbox.carry_out(row.id, now=clock.now())
    assert row.done_at is None
    assert row.error.startswith(MailUnavailable.__name__)
    assert message.sent_at is None

    outbox.carry_out(row.id, now=clock.now() + timedelta(hours=1))

    assert row.done_at is not None
    assert message.sent_at is not None


def test_the_setting_chooses_the_mailer(app: Flask):
    settings = app.config["SETTINGS"]

    assert isinstance(mailer_for(settings), FilesMailer)
    assert isinstance(mailer_for(replace(settings, mail_url="smtp://mail.example")), SmtpMailer)
    assert isinstance(mailer_for(replace(settings, mail_url="smtps://mail.example")), SmtpMailer)
    sendgrid = mailer_for(replace(settings, mail_url="sendgrid:", sendgrid_api_key="a-key"))
    assert sendgrid == SendGridMailer(api_key="a-key", host="https://api.sendgrid.com")
    european = mailer_for(
        replace(settings, mail_url="sendgrid://api.eu.sendgrid.com", sendgrid_api_key="a-key")
    )
    assert european == SendGridMailer(api_key="a-key", host="https://api.eu.sendgrid.com")


def test_letters_are_signed_by_the_host_of_our_address_unless_a_sender_is_given(app: Flask):
    settings = replace(
        app.config["SETTINGS"], base_url="https://durham.example", site_name="Placeful, Durham"
    )

    assert str(sender_of(settings)) == '"Placeful, Durham" <no-reply@durham.example>'
    given = replace(settings, mail_url="sendgrid:?from=hello@place.example")
    assert sender_of(given).addr_spec == "hello@place.example"
    with pytest.raises(NotSetUp, match="from="):
        sender_of(replace(settings, mail_url="sendgrid:?from=nobody"))


def _message_id(envelope: Any) -> bytes:
    [line] = [line for line in envelope.content.splitlines() if line.lower().startswith(b"message-id:")]
    return bytes(line)
