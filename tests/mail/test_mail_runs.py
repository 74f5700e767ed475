"""Runs: many letters written at once, handed over some at a time, watched and called off."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from marketplace import clock, mail, outbox
from marketplace.extensions import db
from marketplace.mail import handing, jobs
from marketplace.mail.files import FilesMailer
from marketplace.mail.models import MailMessage, MailRun, Stream, Why
from marketplace.mail.suppressions import EVERY
from marketplace.outbox.models import OutboxRow
from tests.factories import UserFactory
from tests.mail.scenes import DAY, NOON, a_run, draft, letters_of, states_of, use, use_sendgrid
from tests.mail.sendgrid_at_home import DROPS


def folder(app: Flask) -> Path:
    return Path(app.config["SETTINGS"].data_dir) / "mail"


def test_a_run_of_a_stream_and_day_is_begun_once(app: Flask):
    first = mail.begin_run(Stream.DIGEST, DAY, NOON)
    db.session.commit()

    assert mail.begin_run(Stream.DIGEST, DAY, NOON + timedelta(hours=1)).id == first.id
    assert mail.begin_run(Stream.SUMMARY, DAY, NOON).id != first.id
    assert mail.begin_run(Stream.DIGEST, DAY + timedelta(days=1), NOON).id != first.id
    assert first.began_at == NOON


def test_many_letters_are_one_insert_and_one_for_each_person(app: Flask):
    users: list[Any] = [UserFactory() for _ in range(30)]
    run = mail.begin_run(Stream.DIGEST, DAY, NOON)
    db.session.commit()
    drafts = [draft(user) for user in users]
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    ids = mail.queue_many(run, [drafts[0], *drafts], NOON)
    event.remove(db.engine, "before_cursor_execute", note)
    again = mail.queue_many(run, [draft(UserFactory(), key="taken"), *drafts[:2]], NOON)
    key_again = mail.queue_many(run, [draft(UserFactory(), key="taken")], NOON)
    db.session.commit()

    assert sum(statement.startswith("INSERT INTO mail_message") for statement in said) == 1
    assert ids[1] is None or ids[0] is None  # twice the same person in one go
    assert len({each for each in ids if each is not None}) == 30
    assert again[0] is not None
    assert again[1:] == [None, None]
    assert key_again == [None]
    found = {each.id: each.user_id for each in letters_of(run)}
    assert [found[each] for each in ids[2:] if each] == [user.id for user in users[1:]]


def test_letters_of_a_run_keep_words_and_are_rendered_when_they_leave(app: Flask):
    run = a_run(1)
    [letter] = letters_of(run)
    assert (letter.text, letter.html, letter.template) == ("", "", "interest_shown")

    outbox.drain()

    [file] = folder(app).iterdir()
    content = file.read_text()
    assert "Forty chairs" in content
    assert "/pledges/7" in content
    assert "List-Unsubscribe: <http://localhost/stop/" in content
    text, html = mail.words_of(letter)
    assert "Crook & Sons" in text
    assert "Crook &amp; Sons" in html


def test_a_run_is_handed_over_in_short_jobs_and_ends_once(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(FilesMailer, "at_once", 4)
    run = a_run(10)

    outbox.drain()

    assert states_of(run) == ["sent"] * 10
    assert db.session.get_one(MailRun, run.id).ended_at is not None
    rows = db.session.scalars(db.select(OutboxRow).where(OutboxRow.name == "mail.hand_over"))
    assert [row.payload.get("after", 0) for row in rows] == [0, 4, 8, 10]


def test_no_transaction_is_open_while_letters_are_handed_over(app: Flask, monkeypatch: pytest.MonkeyPatch):
    session, seen = db.session(), []
    was = FilesMailer.send_many

    def note(self: FilesMailer, letters: Any, **more: Any) -> Any:
        seen.append(session.in_transaction())
        return was(self, letters, **more)

    monkeypatch.setattr(FilesMailer, "send_many", note)
    a_run(3)

    outbox.drain()

    assert seen == [False]


def test_what_is_called_off_does_not_leave(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(FilesMailer, "at_once", 2)
    run = a_run(5)
    jobs.hand_over(run_id=run.id)
    db.session.commit()

    assert mail.cancel(db.session.get_one(MailRun, run.id), NOON) == 3
    db.session.commit()
    outbox.drain()

    assert states_of(run) == ["sent", "sent", *["dropped: called off"] * 3]
    assert db.session.get_one(MailRun, run.id).ended_at is not None
    assert mail.queue_many(run, [draft(UserFactory())], NOON) == [None]


def test_a_run_is_called_off_at_the_provider_too(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sendgrid_at_home: Any
):
    use_sendgrid(app, monkeypatch, sendgrid_at_home)
    run = a_run(2)
    outbox.drain()

    mail.cancel(db.session.get_one(MailRun, run.id), NOON)
    db.session.commit()
    outbox.drain()

    assert sendgrid_at_home.batches == sendgrid_at_home.called_off == [run.batch_id]
    assert {each["batch_id"] for each in sendgrid_at_home.requests} == {run.batch_id}


def test_who_may_not_get_it_is_asked_at_the_moment_of_sending(app: Flask):
    run = a_run(3)
    unwilling = letters_of(run)[1].user_id or 0
    mail.may_get(Stream.DIGEST)(lambda ids: {unwilling: "paused"})
    mail.may_get(Stream.NEWS)(lambda ids: dict.fromkeys(ids, "paused"))

    outbox.drain()

    assert states_of(run) == ["sent", "dropped: paused", "sent"]


@pytest.mark.parametrize(
    ("stream", "why", "goes"),
    [
        (Stream.DIGEST, Why.UNSUBSCRIBED, False),
        (Stream.SUMMARY, Why.UNSUBSCRIBED, True),
        (EVERY, Why.BOUNCED, False),
        (EVERY, Why.SPAM, False),
    ],
)
def test_suppressed_addresses_get_nothing_of_that_stream(app: Flask, stream: str, why: Why, goes: bool):
    run = a_run(1)
    [letter] = letters_of(run)
    mail.suppress(letter.address.upper(), stream, why, NOON)
    mail.suppress(letter.address, stream, why, NOON)
    db.session.commit()

    outbox.drain()

    assert (states_of(run) == ["sent"]) is goes


def test_what_is_lifted_goes_again(app: Flask):
    run = a_run(1)
    [letter] = letters_of(run)
    mail.suppress(letter.address, Stream.DIGEST, Why.UNSUBSCRIBED, NOON)
    mail.lift(letter.address, Stream.DIGEST)
    db.session.commit()

    outbox.drain()

    assert states_of(run) == ["sent"]


def test_who_unsubscribed_from_everything_still_gets_what_they_ask_for(app: Flask):
    mail.suppress("maureen@hall.example", EVERY, Why.UNSUBSCRIBED, NOON)
    asked = mail.queue(
        "confirm_email", address="maureen@hall.example", stream="account", url="/confirm/abc", now=NOON
    )
    db.session.commit()

    outbox.drain()

    assert asked.sent_at is not None


@pytest.mark.parametrize(
    ("address", "goes"),
    [
        ("maureen@hall.example", True),
        ("Maureen+digest@Hall.example", True),
        ("maureen@elsewhere.example", False),
        ("other+maureen@hall.example", False),
    ],
)
def test_outside_production_only_listed_addresses_get_mail(
    app: Flask, monkeypatch: pytest.MonkeyPatch, address: str, goes: bool
):
    use(app, monkeypatch, mail_only_to="zoe@hall.example, maureen+x@hall.example")
    letter = mail.queue("confirm_email", address=address, stream="account", url="/confirm/abc", now=NOON)
    db.session.commit()

    outbox.drain()

    assert (letter.sent_at is not None) is goes
    assert letter.dropped_why == ("" if goes else "not in MAIL_ONLY_TO")


def test_a_letter_that_cannot_be_written_does_not_stop_the_others(app: Flask):
    users = [UserFactory() for _ in range(3)]
    run = mail.begin_run(Stream.DIGEST, DAY, NOON)
    db.session.flush()
    drafts = [draft(users[0]), draft(users[1], words={}), draft(users[2])]
    mail.queue_many(run, drafts, NOON)
    mail.hand_over(run.id)
    db.session.commit()

    outbox.drain()

    assert states_of(run) == ["sent", "refused", "sent"]
    assert letters_of(run)[1].refusal == "It could not be written: UndefinedError"


def test_while_the_provider_is_away_the_run_waits_and_nothing_is_lost(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sendgrid_at_home: Any
):
    use_sendgrid(app, monkeypatch, sendgrid_at_home)
    run = a_run(3)
    sendgrid_at_home.plan = [503]

    outbox.drain()

    assert states_of(run) == ["waits"] * 3
    row = db.session.scalars(db.select(OutboxRow).where(OutboxRow.done_at.is_(None))).one()
    assert row.attempts == 0
    outbox.services.carry_out(row.id, now=clock.now() + timedelta(hours=1))
    assert states_of(run) == ["sent"] * 3


def test_a_reader_whose_server_puts_it_off_holds_nobody_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch, open_post_office: Any
):
    office = open_post_office()
    run = a_run(3, now=clock.now())
    slow = letters_of(run)[0].address

    async def not_now(_server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        envelope.rcpt_tos.append(address)
        return "450 4.2.0 Come back" if address == slow else "250 OK"

    office.handle_RCPT = not_now
    use(app, monkeypatch, mail_url=f"smtp://127.0.0.1:{office.port}")

    outbox.drain()

    assert states_of(run) == ["waits", "sent", "sent"]
    next_round = db.session.scalars(db.select(OutboxRow).where(OutboxRow.done_at.is_(None))).one()
    assert next_round.payload == {"run_id": run.id}
    del office.handle_RCPT
    outbox.services.carry_out(next_round.id, now=next_round.due_at)
    assert states_of(run) == ["sent"] * 3


def test_a_reader_who_is_put_off_for_days_is_given_up(
    app: Flask, monkeypatch: pytest.MonkeyPatch, open_post_office: Any
):
    office = open_post_office()
    office.answers["RCPT"] = "450 4.2.0 Come back"
    run = a_run(1, now=clock.now() - timedelta(days=4))
    use(app, monkeypatch, mail_url=f"smtp://127.0.0.1:{office.port}")

    outbox.drain()

    assert states_of(run) == ["refused"]


def test_letters_whose_answer_was_lost_are_held_and_the_run_goes_on_later(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sendgrid_at_home: Any
):
    use_sendgrid(app, monkeypatch, sendgrid_at_home)
    run = a_run(3)
    sendgrid_at_home.plan = [DROPS]

    outbox.drain()

    assert states_of(run) == ["held"] * 3
    assert db.session.get_one(MailRun, run.id).ended_at is None


def test_a_second_job_leaves_a_run_to_the_first(app: Flask):
    run = a_run(3)
    handing.claim(MailMessage.run_id == run.id, at_most=1, token="theirs", now=clock.now())
    db.session.commit()

    jobs.hand_over(run_id=run.id)
    db.session.commit()

    assert states_of(run) == ["in hand", "waits", "waits"]


@pytest.mark.parametrize(
    ("letters", "rate", "took", "seconds"),
    [(1000, 0, 0.1, 0), (50, 100, 0.1, 0.4), (100, 100, 3.0, 0), (1, 2, 0.0, 0.5)],
)
def test_the_rate_is_kept_by_waiting(letters: int, rate: int, took: float, seconds: float):
    assert jobs.pause(letters, rate, took) == pytest.approx(seconds)


def test_a_rate_makes_the_jobs_as_small_as_a_second(app: Flask, monkeypatch: pytest.MonkeyPatch):
    use(app, monkeypatch, mail_rate=40)
    waits: list[float] = []
    monkeypatch.setattr("marketplace.mail.jobs.time.sleep", waits.append)
    a_run(60)

    outbox.drain()

    assert len(waits) == 2
    assert 0.5 < waits[0] <= 1.0
    assert 0.1 < waits[1] <= 0.5


def test_letters_people_wait_for_go_ahead_and_others_let_them_pass(app: Flask):
    for stream in ("account", "news", "summary"):
        mail.queue("confirm_email", address="maureen@hall.example", stream=stream, url="/x", now=NOON)
    db.session.commit()

    names = list(db.session.scalars(db.select(OutboxRow.name).order_by(OutboxRow.id)))
    assert names == ["mail.send", "mail.send", "mail.send_later"]
    assert outbox.services.MANNERS["mail.send"].urgent
    assert not outbox.services.MANNERS["mail.send_later"].urgent
    outbox.drain()
    assert len(list(folder(app).iterdir())) == 3
