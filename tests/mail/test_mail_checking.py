"""What every letter keeps to, and that what breaks it is found."""

from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import pytest
from flask import Flask

from marketplace.mail.checking import faults
from marketplace.mail.letters import Letter, as_email

HERE = "http://localhost"


def written(letter: Letter, **changes: Any) -> EmailMessage:
    return as_email(replace(letter, **{"unsubscribe_url": f"{HERE}/stop/abc", **changes}))


def test_a_good_letter_has_no_faults(app: Flask, letter: Letter):
    page = f'<p>Hello</p><p><a href="{HERE}/x?y=1">Go</a> <a href="https://other.example/">there</a></p>'

    assert faults(written(letter, html=page, text=f"Hello.\n{HERE}/x?y=1\n")) == []


def test_a_letter_somebody_asked_for_need_not_be_stoppable(app: Flask, letter: Letter):
    asked_for = written(letter, unsubscribe_url="")

    assert faults(asked_for, stream="account") == []
    assert len(faults(asked_for, stream="news")) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": " \n"}, "no text to read"),
        ({"html": "\n"}, "no HTML part"),
        ({"subject": " "}, "no Subject"),
        ({"subject": "a" * 201}, "201 letters"),
        ({"html": "<p>" + "long " * 30_000 + "</p>"}, "must have fewer than 104448"),
        ({"html": '<a href="/pledges/7">Go</a>'}, "not a whole address"),
        ({"html": "<a>Go</a>"}, "not a whole address"),
        ({"html": '<a href="http://other.example/">Go</a>'}, "not safe"),
        ({"text": "See http://other.example/ now."}, "not safe"),
        ({"html": '<a href="https://u1.ct.sendgrid.net/ls/click?x">Go</a>'}, "watches"),
        ({"html": '<a href="https://other.example/?utm_source=x">Go</a>'}, "watches"),
        ({"html": '<p>Hi</p><img src="https://other.example/p.gif">'}, "tell who reads"),
        ({"html": '<p>Hi</p><link href="https://fonts.example/x.css">'}, "tell who reads"),
        ({"unsubscribe_url": "https://other.example/stop"}, "List-Unsubscribe that leads to us"),
    ],
)
def test_a_fault_is_found_and_said(app: Flask, letter: Letter, changes: dict[str, str], words: str):
    assert words in " ".join(faults(written(letter, **changes)))


@pytest.mark.parametrize("name", ["From", "To", "Date", "Message-ID", "List-Unsubscribe-Post"])
def test_a_header_that_is_missing_is_found(app: Flask, letter: Letter, name: str):
    message = written(letter)
    del message[name]

    assert [sentence for sentence in faults(message) if name in sentence]
