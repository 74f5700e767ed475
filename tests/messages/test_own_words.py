"""What somebody wrote, told apart from what their mail program put around it."""

import pytest

from marketplace.messages.own_words import ABOVE, as_text, own_words
from marketplace.paths import TEMPLATES

LETTER = f"""-- {ABOVE} --

Placeful
https://durham.example

Hello Maureen,

The College wrote about “Twelve chairs for the hall”.

Ann:
Would Tuesday do?
"""
DASHES = "-- "  # the line before a signature ends in a space
QUOTED = "\n".join(f"> {line}" for line in LETTER.splitlines())

GMAIL = f"""Tuesday is fine.

We open at ten.

On Mon, 23 Nov 2026 at 12:04, Placeful, County Durham <
reply+1-2-3-abc@reply.durham.example> wrote:

{QUOTED}
"""
APPLE = f"""Tuesday is fine.

We open at ten.

Sent from my iPhone

> On 23 Nov 2026, at 12:04, Placeful <no-reply@durham.example> wrote:
>
{QUOTED}
"""
OUTLOOK = f"""Tuesday is fine.

We open at ten.
________________________________
From: Placeful <no-reply@durham.example>
Sent: 23 November 2026 12:04
To: Maureen <maureen@hall.example>
Subject: The College wrote about “Twelve chairs for the hall”

{LETTER}
"""
OUTLOOK_GERMAN = f"""Tuesday is fine.

We open at ten.

Von: Placeful <no-reply@durham.example>
Gesendet: Montag, 23. November 2026 12:04
An: Maureen <maureen@hall.example>
Betreff: The College wrote

{LETTER}
"""
POLISH = f"""Tuesday is fine.

We open at ten.

pon., 23 lis 2026 o 12:04 Placeful <no-reply@durham.example> napisał(a):

{QUOTED}
"""
WITH_SIGNATURE = f"""Tuesday is fine.

We open at ten.

{DASHES}
Maureen Shaw, Village Hall
0191 496 0000

On 23/11/2026 12:04, Placeful wrote:
{QUOTED}
"""
BELOW = f"""On 23/11/2026 12:04, Placeful wrote:
{QUOTED}

Tuesday is fine.

We open at ten.

{DASHES}
Maureen
"""
UNMARKED = f"""Tuesday is fine.

We open at ten.

{LETTER}
"""
WINDOWS_LINES = GMAIL.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "text",
    [GMAIL, APPLE, OUTLOOK, OUTLOOK_GERMAN, POLISH, WITH_SIGNATURE, BELOW, UNMARKED, WINDOWS_LINES],
    ids=["gmail", "apple", "outlook", "german outlook", "polish", "signed", "below", "unmarked", "windows"],
)
def test_only_what_the_writer_wrote_is_left(text):
    assert own_words(text) == "Tuesday is fine.\n\nWe open at ten."


def test_answers_between_the_lines_are_kept_in_order():
    text = "> Would Tuesday do?\nYes.\n> And chairs?\nTwelve."

    assert own_words(text) == "Yes.\nTwelve."


@pytest.mark.parametrize(
    "text",
    [
        "We need these:\n\nchairs - twelve\ntables - two",
        "From: the back door, please.\nKnock twice.",
        "Meet at 10:30\n\nBring:\n- gloves",
        "I wrote down what we need:\n\nchairs",
        "Dates: 3 March 2027, 10 March 2027",
        "a --- b\nwell-known -- so to speak",
    ],
)
def test_plain_words_that_look_a_little_like_it_are_left_alone(text):
    assert own_words(text) == text


@pytest.mark.parametrize("text", ["", "\n\n", QUOTED, f"On 23/11/2026, Placeful wrote:\n{QUOTED}", LETTER])
def test_nothing_is_left_of_an_empty_answer(text):
    assert own_words(text) == ""


IN_GMAIL = f"""<div dir='ltr'>Tuesday is <b>fine</b>.<div><br></div><div>We open at ten.</div></div><br>
<div class='gmail_quote'><div class='gmail_attr'>On Mon wrote:<br></div>
<blockquote>{LETTER}</blockquote></div>"""
IN_OUTLOOK = f"""<p>Tuesday is fine.</p><p>We open at ten.</p><div id='appendonsend'></div><hr>
<div id='divRplyFwdMsg'><b>From:</b> Placeful</div><div>{LETTER}</div>"""
IN_THUNDERBIRD = """<style>p { color: red }</style><p>Tuesday&nbsp;is
fine.</p><script>alert(1)</script><p>We open at ten.</p>
<div class='moz-cite-prefix'>On 23/11/2026, Placeful wrote:<br></div><blockquote>x</blockquote>"""
UNCLOSED = f"<p>Tuesday is fine.<p>We open at ten.<div>-- {ABOVE} --</div><p>Placeful"


@pytest.mark.parametrize(
    "html",
    [IN_GMAIL, IN_OUTLOOK, IN_THUNDERBIRD, UNCLOSED],
    ids=["gmail", "outlook", "thunderbird", "unclosed"],
)
def test_html_answers_are_read_without_what_they_quote(html):
    assert own_words(as_text(html)) == "Tuesday is fine.\n\nWe open at ten."


def test_every_letter_that_can_be_answered_asks_to_write_above_the_same_line():
    for part in ("body.txt", "body.html"):
        assert ABOVE in (TEMPLATES / "email" / "message_received" / part).read_text("utf-8")
