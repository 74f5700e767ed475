"""What SendGrid tells: signed, kept once, in any order, and followed at once."""

import base64
import json
import logging
import time
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient

from marketplace import clock, outbox
from marketplace.extensions import db
from marketplace.mail import handing
from marketplace.mail.models import MailEvent, MailMessage, MailRun, Suppression, Why
from marketplace.mail.suppressions import EVERY, mark_of
from tests.mail.scenes import a_run, letters_of, states_of, use

PATH = "/hooks/sendgrid/events"
KEY = ec.generate_private_key(ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey) -> str:
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def signed(body: bytes, *, key: ec.EllipticCurvePrivateKey = KEY, at: float | None = None) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    signature = key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
        "Content-Type": "application/json",
    }


@pytest.fixture
def client(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    use(app, monkeypatch, sendgrid_webhook_key=public(KEY), sendgrid_asm="digest=101,summary=102")
    return app.test_client()


@pytest.fixture
def run(app: Flask, client: FlaskClient) -> MailRun:
    """Three letters that were sent."""
    made = a_run(3)
    outbox.drain()
    return made


def told(number: int, name: str = "delivered", **more: Any) -> dict[str, Any]:
    return {
        "email": "somebody@group.example",
        "timestamp": int(time.time()) - 60,
        "event": name,
        "sg_event_id": uuid4().hex,
        "delivery": f"mail-{number}@localhost",
        **more,
    }


def post(client: FlaskClient, *elements: Any) -> int:
    body = json.dumps(elements).encode()
    return client.post(PATH, data=body, headers=signed(body)).status_code


def suppressions() -> set[tuple[str, str, Why]]:
    found = db.session.scalars(db.select(Suppression))
    return {(each.mark, each.stream, each.why) for each in found}


def kept() -> int:
    return len(db.session.scalars(db.select(MailEvent.id)).all())


def test_delivered_is_noted(client: FlaskClient, run: MailRun):
    first = letters_of(run)[0].id

    assert post(client, told(first), told(first, "processed")) == 204

    letter = letters_of(run)[0]
    assert letter.delivered_at is not None
    assert letter.failed_at is None
    assert kept() == 2


CONSEQUENCES = [
    (("bounce", {"type": "bounce"}), (EVERY, Why.BOUNCED)),
    (("spamreport", {}), (EVERY, Why.SPAM)),
    (("unsubscribe", {}), ("digest", Why.UNSUBSCRIBED)),
    (("group_unsubscribe", {"asm_group_id": 102}), ("summary", Why.UNSUBSCRIBED)),
    (("group_unsubscribe", {"asm_group_id": 999}), ("digest", Why.UNSUBSCRIBED)),
]


@pytest.mark.parametrize(("said", "follows"), CONSEQUENCES)
def test_who_cannot_or_will_not_get_letters_gets_no_more_at_once(
    client: FlaskClient, run: MailRun, said: tuple[str, dict[str, Any]], follows: tuple[str, Why]
):
    name, more = said
    letter = letters_of(run)[1]

    assert post(client, told(letter.id, name, **more)) == 204

    assert suppressions() == {(mark_of(letter.address), *follows)}
    assert (letters_of(run)[1].failed_at is not None) is (name == "bounce")


def test_who_takes_a_group_up_again_gets_it_again(client: FlaskClient, run: MailRun):
    letter = letters_of(run)[0]

    post(client, told(letter.id, "group_unsubscribe", asm_group_id=101, timestamp=int(time.time()) - 90))
    post(client, told(letter.id, "group_resubscribe", asm_group_id=101))

    assert suppressions() == set()


def test_a_block_counts_only_the_third_time_in_a_month(client: FlaskClient, run: MailRun):
    letter = letters_of(run)[0]
    long_ago = int((clock.now() - timedelta(days=40)).timestamp())
    post(client, told(letter.id, "bounce", type="blocked", timestamp=long_ago))

    for _ in range(2):
        post(client, told(letter.id, "bounce", type="blocked"))
    assert suppressions() == set()

    post(client, told(letter.id, "bounce", type="blocked"))
    assert suppressions() == {(mark_of(letter.address), EVERY, Why.BLOCKED)}


def test_opens_and_clicks_are_not_kept(client: FlaskClient, run: MailRun):
    number = letters_of(run)[0].id

    assert post(client, told(number, "open"), told(number, "click")) == 204

    assert kept() == 0


def test_an_event_is_kept_once_however_often_it_comes(client: FlaskClient, run: MailRun):
    number = letters_of(run)[0].id
    event = told(number, "bounce", type="blocked")

    assert {post(client, event, event) for _ in range(23)} == {204}

    assert kept() == 1
    assert suppressions() == set()  # one block, told 46 times


def test_a_repeated_unsubscribe_does_not_undo_a_later_yes(client: FlaskClient, run: MailRun):
    event = told(letters_of(run)[0].id, "unsubscribe")
    post(client, event)
    db.session.execute(db.delete(Suppression))
    db.session.commit()

    post(client, event)

    assert suppressions() == set()


def test_any_order_comes_to_the_same(client: FlaskClient, run: MailRun):
    number = letters_of(run)[0].id
    now = int(time.time())
    events = [
        told(number, "processed", timestamp=now - 50),
        told(number, "deferred", timestamp=now - 40, response="450 later"),
        told(number, "delivered", timestamp=now - 30),
        told(number, "delivered", timestamp=now - 20),
    ]

    for event in reversed(events):
        post(client, event)

    letter = letters_of(run)[0]
    assert letter.delivered_at is not None
    assert int(letter.delivered_at.timestamp()) == now - 20  # the first that was told
    assert kept() == 4


def test_one_bad_element_does_not_lose_the_others(client: FlaskClient, run: MailRun):
    good = told(letters_of(run)[0].id)
    bad: list[Any] = [
        None,
        7,
        "x",
        [],
        {},
        told(1, sg_event_id=None),
        told(1, sg_event_id="x" * 500),
        told(1, sg_event_id="a\x00b"),
        told(1, timestamp="soon"),
        told(1, timestamp=True),
        told(1, event=["bounce"]),
    ]

    assert post(client, *bad, good, {**good, "sg_event_id": "y", "timestamp": 10**30}) == 204

    assert kept() == 2
    assert letters_of(run)[0].delivered_at is not None


@pytest.mark.parametrize(
    "delivery",
    [
        "mail-999999@localhost",
        "mail-1@elsewhere.example",
        "mail-99999999999999@localhost",
        "mail-x@localhost",
        7,
        None,
    ],
)
def test_events_of_letters_we_do_not_know_are_kept_and_change_nothing(
    client: FlaskClient, run: MailRun, delivery: Any
):
    assert post(client, told(1, "bounce", type="bounce") | {"delivery": delivery}) == 204

    assert kept() == 1
    assert suppressions() == set()


def test_held_letters_are_settled_by_what_is_told(client: FlaskClient, app: Flask):
    run = a_run(3)
    ids = handing.claim(MailMessage.run_id == run.id, at_most=9, token="dead", now=clock.now())
    db.session.execute(db.update(MailMessage).values(held_at=clock.now()))
    db.session.commit()
    first, second, third = ids

    post(client, told(first, "processed"), told(second, "bounce", type="bounce"))
    assert states_of(run) == ["sent", "sent", "held"]
    assert db.session.get_one(MailRun, run.id).ended_at is None

    post(client, told(third, "dropped", reason="Bounced Address"))
    assert states_of(run) == ["sent", "sent", "refused"]
    assert letters_of(run)[2].refusal == "Bounced Address"
    assert db.session.get_one(MailRun, run.id).ended_at is not None


def test_nobody_s_address_is_kept_or_logged(
    client: FlaskClient, run: MailRun, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    post(
        client, told(letters_of(run)[0].id, "bounce", type="bounce", reason="550 <somebody@group.example> no")
    )

    [event] = db.session.scalars(db.select(MailEvent))
    assert event.words == "550 … no"
    assert "somebody@" not in caplog.text


def test_batches_of_thousands_are_taken(client: FlaskClient, run: MailRun):
    number = letters_of(run)[0].id
    events = [told(number, "processed", padding="x" * 1300) for _ in range(3500)]
    assert len(json.dumps(events)) > 5_000_000

    assert post(client, *events) == 204

    assert kept() == 3500


def test_a_batch_beyond_reason_is_not_read(client: FlaskClient):
    body = b"[" + b" " * (10 * 1024 * 1024) + b"]"

    assert client.post(PATH, data=body, headers=signed(body)).status_code == 413


def forged(body: bytes) -> list[dict[str, str]]:
    right = signed(body)
    signature, stamp = list(right)[:2]
    return [
        {},
        {name: value for name, value in right.items() if name != signature},
        {name: value for name, value in right.items() if name != stamp},
        {**right, signature: "AAAA"},
        {**right, signature: "not base64!"},
        {**right, signature: ""},
        {**right, stamp: str(int(right[stamp]) + 1)},
        {**right, stamp: "now"},
        {**right, stamp: "-5"},
        {**right, stamp: "9" * 40},
        signed(body + b" "),
        signed(body, key=ec.generate_private_key(ec.SECP256R1())),
        signed(body, at=time.time() - 310),
        signed(body, at=time.time() + 310),
    ]


def test_what_sendgrid_did_not_sign_just_now_is_turned_away_without_a_word(client: FlaskClient, run: MailRun):
    body = json.dumps([told(letters_of(run)[0].id, "bounce", type="bounce")]).encode()

    answers = [client.post(PATH, data=body, headers=headers) for headers in forged(body)]

    assert {(answer.status_code, answer.data) for answer in answers} == {(403, b"")}
    assert kept() == 0
    assert suppressions() == set()


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"7", b"\xff\xfe"])
def test_what_is_signed_and_no_batch_changes_nothing(client: FlaskClient, body: bytes):
    assert client.post(PATH, data=body, headers=signed(body)).status_code in (400, 403)


def test_where_no_key_is_set_there_is_nothing(app: Flask):
    body = b"[]"

    assert app.test_client().post(PATH, data=body, headers=signed(body)).status_code == 404


def test_looking_changes_nothing(client: FlaskClient):
    assert client.get(PATH).status_code == 405
