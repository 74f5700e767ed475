"""Letters as Internet messages: the quick way of writing them says what the library's says."""

import timeit
from dataclasses import replace
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest

from marketplace.mail.letters import Letter, as_bytes, as_email

LONG = "https://durham.example/letters/stop/" + "abcdefghij_-." * 12
TEXTS = [
    "Hello.\n",
    "No end",
    "Trailing space \nand tab\t\n.\n..dots\nFrom here\n--\n-- \n",
    "Zoë’s café: “ten” = 10\n" + "word " * 400 + "\n",
    "=_mail-12@durham.example\n--=_mail-12@durham.example--\n",
    "\n\n\nafter empty lines\n\n\n",
    "x" * 5000,
    "🎉" * 300 + "\n",
]


def read(raw: bytes) -> dict[str, Any]:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    parts = {part.get_content_type(): part.get_content().rstrip("\r\n") for part in message.iter_parts()}
    names = ("From", "To", "Subject", "Date", "Message-ID", "Reply-To", "List-Unsubscribe", "Auto-Submitted")
    return (
        {name: str(message[name]) for name in names}
        | parts
        | {"is one click": message["List-Unsubscribe-Post"]}
    )


@pytest.mark.parametrize(
    "changes",
    [
        *({"text": text, "html": f"<p>{text}</p>\n"} for text in TEXTS),
        {"subject": "Zoë offers forty café tables, and the rest of a subject long enough to be folded"},
        {"subject": "A plain subject long enough to be folded, though every letter in it is plain ASCII"},
        {"subject": "=?utf-8?q?no?="},
        {"subject": " spaces "},
        {"unsubscribe_url": LONG},
        {"sender": Address("Zoë’s market, Durham", addr_spec="no-reply@durham.example")},
        {"to": "zoë@hall.example"},
        {"to": f"{'a' * 60}@hall.example"},
        {"reply_to": "reply+1@reply.durham.example"},
    ],
)
def test_both_ways_of_writing_a_letter_say_the_same(letter: Letter, changes: dict[str, Any]):
    changed = replace(letter, **changes)
    raw = as_bytes(changed)

    assert read(raw) == read(as_email(changed).as_bytes())
    assert all(len(line) <= 998 for line in raw.splitlines())
    assert raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize("write", [as_bytes, lambda letter: as_email(letter).as_bytes()])
def test_the_address_that_stops_letters_stands_whole_in_its_line(letter: Letter, write: Any):
    assert f"List-Unsubscribe: <{LONG}>\r\n".encode() in write(replace(letter, unsubscribe_url=LONG))


def test_the_quick_way_is_quick(letter: Letter):
    quick = timeit.timeit(lambda: as_bytes(letter), number=50)
    slow = timeit.timeit(lambda: as_email(letter).as_bytes(), number=50)

    assert quick * 2 < slow
