"""Claimed before the call and settled after it; and what is done with letters whose answer was lost."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from marketplace import clock, mail, outbox
from marketplace.extensions import db
from marketplace.mail import handing, jobs
from marketplace.mail.handing import POLICY, Silence
from marketplace.mail.letters import Fate, Kind, Outcome
from marketplace.mail.models import MailMessage, MailRun, Stream
from marketplace.outbox.models import OutboxRow
from tests.mail.scenes import a_run, letters_of, states_of, use_sendgrid
from tests.mail.sendgrid_at_home import DROPS

NOON = clock.now()


def claimed(run: MailRun, by: str = "ours") -> list[int]:
    ids = handing.claim(MailMessage.run_id == run.id, at_most=9, token=by, now=clock.now())
    db.session.commit()
    return ids


def time_passes(how_long: timedelta) -> None:
    for letter in db.session.scalars(db.select(MailMessage)):
        letter.handing_at = letter.handing_at and letter.handing_at - how_long
        letter.held_at = letter.held_at and letter.held_at - how_long
    for row in db.session.scalars(db.select(OutboxRow)):
        row.due_at -= how_long
    db.session.commit()


def test_every_way_of_sending_has_its_policy_for_every_stream():
    assert set(POLICY) == set(Kind)
    assert {frozenset(streams) for streams in POLICY.values()} == {frozenset(Stream)}
    assert {streams[Stream.ACCOUNT] for streams in POLICY.values()} == {Silence.AGAIN}


def test_a_claimed_letter_is_claimed_once(app: Flask):
    run = a_run(3)

    assert len(claimed(run, "ours")) == 3
    assert claimed(run, "theirs") == []


def test_only_the_attempt_that_claimed_a_letter_settles_it(app: Flask):
    run = a_run(2)
    first, second = claimed(run, "ours")
    sent = Outcome(Fate.SENT, provider_id="their-id")

    handing.settle({first: sent}, kind=Kind.SENDGRID, token="theirs", now=NOON)
    handing.settle({second: sent}, kind=Kind.SENDGRID, token="ours", now=NOON)
    db.session.commit()

    assert states_of(run) == ["in hand", "sent"]
    assert letters_of(run)[1].provider_id == "their-id"


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("stream", [Stream.ACCOUNT, Stream.NEWS, Stream.DIGEST])
@pytest.mark.parametrize("how", ["the attempt died", "no answer came"])
def test_what_becomes_of_a_letter_whose_answer_was_lost(app: Flask, kind: Kind, stream: Stream, how: str):
    run = a_run(1, stream=stream)
    [number] = claimed(run)
    if how == "the attempt died":
        assert handing.clear_abandoned(kind=kind, now=clock.now()) == 0  # it may be alive
        time_passes(handing.LEASE)
        assert handing.clear_abandoned(kind=kind, now=clock.now()) == 1
    else:
        handing.settle({number: Outcome(Fate.UNKNOWN)}, kind=kind, token="ours", now=NOON)
    db.session.commit()

    expected = {Silence.AGAIN: "waits", Silence.HELD: "held", Silence.SENT: "sent"}[POLICY[kind][stream]]
    assert states_of(run) == [expected]


def test_a_held_letter_of_which_nothing_is_heard_goes_again_after_hours(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sendgrid_at_home: Any
):
    use_sendgrid(app, monkeypatch, sendgrid_at_home)
    run = a_run(2)
    claimed(run)
    time_passes(handing.LEASE)  # the process died before the call
    outbox.drain()
    assert states_of(run) == ["held"] * 2

    jobs.look_after()
    db.session.commit()
    assert states_of(run) == ["held"] * 2  # nobody has told yet

    time_passes(handing.PATIENCE)
    jobs.look_after()
    db.session.commit()
    outbox.drain()

    assert states_of(run) == ["sent"] * 2
    assert set(sendgrid_at_home.delivered.values()) == {1}
    assert db.session.get_one(MailRun, run.id).ended_at is not None


def test_a_single_held_letter_goes_again_by_itself(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sendgrid_at_home: Any
):
    use_sendgrid(app, monkeypatch, sendgrid_at_home)
    letter = mail.queue("confirm_email", address="maureen@hall.example", url="/x", now=clock.now())
    db.session.commit()
    sendgrid_at_home.plan = [DROPS]
    outbox.drain()
    assert letter.held_at is not None

    sendgrid_at_home.delivered.clear()  # it was lost over there
    time_passes(handing.PATIENCE)
    jobs.look_after()
    db.session.commit()
    outbox.drain()

    assert letter.sent_at is not None
    assert list(sendgrid_at_home.delivered.values()) == [1]


def test_a_letter_of_an_account_goes_again_at_once_when_its_answer_was_lost(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sendgrid_at_home: Any
):
    use_sendgrid(app, monkeypatch, sendgrid_at_home)
    letter = mail.queue(
        "confirm_email", address="maureen@hall.example", stream="account", url="/x", now=clock.now()
    )
    db.session.commit()
    sendgrid_at_home.plan = [DROPS]
    outbox.drain()
    time_passes(timedelta(minutes=2))
    outbox.drain()

    assert letter.sent_at is not None
    ids = {each["personalizations"][0]["headers"]["Message-ID"] for each in sendgrid_at_home.requests}
    assert len(ids) == 1
    assert len(sendgrid_at_home.requests) == 2


def test_a_run_that_stands_still_is_taken_up_again(app: Flask):
    run = a_run(2)
    for row in db.session.scalars(db.select(OutboxRow)):
        row.failed_at = clock.now()
    db.session.commit()

    jobs.look_after()
    db.session.commit()
    outbox.drain()

    assert states_of(run) == ["sent"] * 2
