"""Letters through the SendGrid library, against a server of ours that answers as SendGrid does."""

import time
from dataclasses import replace
from typing import Any

import pytest

from marketplace.mail.letters import Fate, Letter, MailRejected, MailUnavailable, MailUncertain, TooFast
from marketplace.mail.sendgrid import SendGridMailer
from tests.mail.sendgrid_at_home import DROPS, HANGS, LOSES


def mailer_at(address: str) -> SendGridMailer:
    return SendGridMailer(api_key="a-key", host=address, timeout=5)


@pytest.mark.real_data
def test_what_we_ask_for_is_what_sendgrid_s_own_description_allows(sendgrid_at_home: Any, letter: Letter):
    if sendgrid_at_home.validator is None:
        pytest.skip("needs jsonschema and ../shared/specs/sendgrid-mail-v3-openapi.json")

    mailer_at(sendgrid_at_home.address).send(
        replace(letter, unsubscribe_url="https://durham.example/stop/abc", stream="digest")
    )

    assert sendgrid_at_home.faults == []
    assert len(sendgrid_at_home.requests) == 1


def test_the_letter_goes_out_whole_with_our_id_and_stream(sendgrid_at_home: Any, letter: Letter):
    assert mailer_at(sendgrid_at_home.address).send(letter) == "their-id-7"

    [body] = sendgrid_at_home.requests
    [person] = body["personalizations"]
    assert sendgrid_at_home.headers[0]["Authorization"] == "Bearer a-key"
    assert person["to"] == [{"email": "maureen@hall.example"}]
    assert body["from"] == {"email": "no-reply@durham.example", "name": "Placeful, County Durham"}
    assert person["subject"] == letter.subject
    assert body["content"] == [
        {"type": "text/plain", "value": letter.text},
        {"type": "text/html", "value": letter.html},
    ]
    assert person["custom_args"] == {"delivery": "mail-12@durham.example"}
    assert person["headers"] == {"Message-ID": "<mail-12@durham.example>"}
    assert "substitutions" not in person
    assert body["categories"] == ["news"]


def test_answers_go_to_the_address_that_a_letter_names(sendgrid_at_home: Any, letter: Letter):
    mailer_at(sendgrid_at_home.address).send(replace(letter, reply_to="reply+1@reply.durham.example"))

    assert sendgrid_at_home.requests[0]["reply_to"] == {"email": "reply+1@reply.durham.example"}
    assert sendgrid_at_home.faults == []


def test_links_are_left_alone_and_opening_is_not_watched(sendgrid_at_home: Any, letter: Letter):
    mailer_at(sendgrid_at_home.address).send(letter)

    tracking = sendgrid_at_home.requests[0]["tracking_settings"]
    assert tracking == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
    }


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (400, MailRejected),
        (413, MailRejected),
        (401, MailUnavailable),
        (403, MailUnavailable),
        (404, MailUnavailable),
        (429, MailUnavailable),
        (500, MailUnavailable),
        (502, MailUnavailable),
        (503, MailUnavailable),
    ],
)
def test_a_refusal_is_final_only_when_the_letter_is_at_fault(
    sendgrid_at_home: Any, letter: Letter, status: int, verdict: type[Exception]
):
    sendgrid_at_home.status = status

    with pytest.raises(verdict, match=str(status)):
        mailer_at(sendgrid_at_home.address).send(letter)


def test_the_reason_of_a_refusal_is_kept(sendgrid_at_home: Any, letter: Letter):
    sendgrid_at_home.status = 400

    with pytest.raises(MailRejected, match="the words of 400"):
        mailer_at(sendgrid_at_home.address).send(letter)


def test_an_answer_that_is_no_yes_is_not_taken_for_one(sendgrid_at_home: Any, letter: Letter):
    sendgrid_at_home.status = 200

    with pytest.raises(MailUnavailable, match="200"):
        mailer_at(sendgrid_at_home.address).send(letter)


def test_no_connection_means_later(closed_port: int, letter: Letter):
    with pytest.raises(MailUnavailable, match="cannot be reached"):
        mailer_at(f"http://127.0.0.1:{closed_port}").send(letter)


def test_no_answer_means_nobody_knows(silent_port: int, letter: Letter):
    mailer = replace(mailer_at(f"http://127.0.0.1:{silent_port}"), timeout=0.2)

    with pytest.raises(MailUncertain, match="no answer"):
        mailer.send(letter)


@pytest.mark.parametrize("how", [DROPS, LOSES, HANGS, 504])
def test_a_connection_lost_after_the_request_means_nobody_knows(
    sendgrid_at_home: Any, letter: Letter, how: int | str
):
    sendgrid_at_home.plan = [how]
    mailer = replace(mailer_at(sendgrid_at_home.address), timeout=0.5)

    [outcome] = mailer.send_many([letter])

    assert outcome.fate is Fate.UNKNOWN
    assert len(sendgrid_at_home.requests) == 1


def test_being_too_fast_means_waiting_until_they_say(sendgrid_at_home: Any, letter: Letter):
    sendgrid_at_home.status = 429
    sendgrid_at_home.answer_headers = {"X-RateLimit-Reset": str(int(time.time()) + 40)}

    with pytest.raises(TooFast) as caught:
        mailer_at(sendgrid_at_home.address).send(letter)

    assert caught.value.wait is not None
    assert 30 < caught.value.wait.total_seconds() <= 40


def test_the_key_is_shown_nowhere(letter: Letter):
    assert "a-key" not in repr(mailer_at("http://127.0.0.1:1"))


def test_what_is_not_an_address_is_rejected_without_asking(sendgrid_at_home: Any, letter: Letter):
    with pytest.raises(MailRejected):
        mailer_at(sendgrid_at_home.address).send(replace(letter, to="nobody"))

    assert sendgrid_at_home.requests == []


def test_a_letter_that_looks_as_if_it_held_a_key_is_rejected(sendgrid_at_home: Any, letter: Letter):
    with pytest.raises(MailRejected, match="key"):
        mailer_at(sendgrid_at_home.address).send(replace(letter, text="SG.abcdef0123.abcdef0123456789\n"))
