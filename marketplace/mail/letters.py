"""A letter ready to leave, and what every way of sending promises."""

import re
from binascii import b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar, Protocol

# Letters of any alphabet on both sides of one @; no quoting, comments, lists or second lines.
PLAIN_ADDRESS = re.compile(r"""[^\s@<>()\[\],:;"\\]+@[^\s@<>()\[\],:;"\\]+""")


class MailRejected(Exception):
    """This letter will never be accepted as it is: do not try again. The message says why."""


class MailUnavailable(Exception):
    """It could not be sent just now, through no fault of the letter: try again later.

    `wait` is how long the provider wants to be left alone, if it said so. `only_this` is about one letter's
    reader: others may well go now.
    """

    def __init__(self, words: str, *, wait: timedelta | None = None, only_this: bool = False) -> None:
        super().__init__(words)
        self.wait = wait
        self.only_this = only_this


class TooFast(MailUnavailable):
    """The provider takes no more until `wait` is over."""


class MailUncertain(Exception):
    """It was handed over and no answer came: it may be on its way, or not."""


class Kind(StrEnum):
    """A way of sending, by what can be known of a letter whose answer was lost."""

    FILES = "files"
    SMTP = "smtp"
    SENDGRID = "sendgrid"
    SENDGRID_UNHEARD = "sendgrid_unheard"  # nobody listens to its events


class Fate(StrEnum):
    """What became of a letter that was handed over."""

    SENT = "sent"
    REFUSED = "refused"  # for good
    LATER = "later"
    UNKNOWN = "unknown"
    UNTRIED = "untried"  # its turn did not come


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a provider said of one letter. `problem` is whatever stands in the way of the others too."""

    fate: Fate
    provider_id: str = ""
    words: str = ""
    problem: MailUnavailable | MailUncertain | None = None


UNTRIED = Outcome(Fate.UNTRIED)


def outcome_of(problem: MailRejected | MailUnavailable | MailUncertain) -> Outcome:
    """What was raised over one letter, as its outcome."""
    match problem:
        case MailRejected():
            return Outcome(Fate.REFUSED, words=str(problem))
        case MailUnavailable(only_this=True):
            return Outcome(Fate.LATER, words=str(problem))
        case MailUnavailable():
            return Outcome(Fate.LATER, words=str(problem), problem=problem)
        case _:
            return Outcome(Fate.UNKNOWN, words=str(problem), problem=problem)


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """One letter to one person. `message_id` (`<mail-12@host>`) stays the same however often it is tried."""

    to: str
    sender: Address
    subject: str
    text: str
    html: str
    message_id: str
    stream: str
    written_at: datetime
    unsubscribe_url: str = ""
    reply_to: str = ""  # an address; empty: nobody reads answers

    @property
    def unsubscribe_headers(self) -> dict[str, str]:
        """One click stops the stream from inside the mail program (RFC 8058)."""
        if not self.unsubscribe_url:
            return {}
        return {
            "List-Unsubscribe": f"<{self.unsubscribe_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }


class Mailer(Protocol):
    """A way of sending."""

    at_once: ClassVar[int]  # letters that can be handed over together within two seconds or so

    @property
    def kind(self) -> Kind: ...

    def send(self, letter: Letter) -> str:
        """Hand the letter over and return the provider's id for it, which may be empty.

        Raises `MailRejected`, `MailUnavailable` or `MailUncertain`, and nothing else for what the provider
        does.
        """

    def send_many(self, letters: Sequence[Letter], *, batch_id: str = "") -> list[Outcome]:
        """Hand letters over; what became of each, in their order. Raises nothing of the above."""

    def new_batch(self) -> str:
        """The provider's name for letters that can be called off together; empty where it has none."""

    def call_off(self, batch_id: str) -> None:
        """Have the provider drop what it has not passed on; raises `MailUnavailable`."""


class OneLine(UnstructuredHeader, BaseHeader):
    """Never folded: folding would encode a long address, and no mail program decodes it there."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("List-Unsubscribe", OneLine)
WIRE = SMTP.clone(header_factory=_HEADERS)
_SIMPLE = re.compile(r"[\x20-\x7e]{1,60}")  # a header value that stands as it is in one line


def as_email(letter: Letter) -> EmailMessage:
    """The letter as an Internet message: plain text first, HTML as the alternative (RFC 2046, 5.1.4).

    Raises `MailRejected` when the address cannot stand in a header.
    """
    message = EmailMessage(policy=WIRE)
    message["From"] = letter.sender
    message["To"] = address(letter.to)
    message["Subject"] = letter.subject
    message["Date"] = letter.written_at
    message["Message-ID"] = letter.message_id
    if letter.reply_to:
        message["Reply-To"] = address(letter.reply_to)
    for name, value in letter.unsubscribe_headers.items():
        message[name] = value
    # Told apart from letters of people, so that holiday replies are not sent to us (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    return message


def as_bytes(letter: Letter) -> bytes:
    """The same message as it is sent; written by hand where nothing in it is unusual, ten times as fast."""
    to = address(letter.to).addr_spec
    if letter.reply_to or not (_SIMPLE.fullmatch(to) and letter.unsubscribe_url.isascii()):
        return as_email(letter).as_bytes()
    boundary = f"=_{letter.message_id.strip('<>')}"  # no quoted-printable text holds “=_”
    head = [
        _sender_line(letter.sender.display_name, letter.sender.addr_spec),
        f"To: {to}\r\n",
        _subject_line(letter.subject),
        f"Date: {format_datetime(letter.written_at)}\r\n",
        f"Message-ID: {letter.message_id}\r\n",
        *(f"{name}: {value}\r\n" for name, value in letter.unsubscribe_headers.items()),
        "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n',
    ]
    cut = f"\r\n--{boundary}".encode()
    return b"".join(
        (
            "".join(head).encode(),
            cut,
            _part("plain", letter.text),
            cut,
            _part("html", letter.html),
            cut,
            b"--\r\n",
        )
    )


@lru_cache(maxsize=64)
def _sender_line(name: str, addr_spec: str) -> str:
    return _folded("From", Address(name, addr_spec=addr_spec))


def _subject_line(subject: str) -> str:
    if _SIMPLE.fullmatch(subject) and subject == subject.strip() and "=?" not in subject:
        return f"Subject: {subject}\r\n"
    return _folded("Subject", subject)


def _folded(name: str, value: Address | str) -> str:
    return WIRE.fold(*WIRE.header_store_parse(name, value))


def _part(subtype: str, body: str) -> bytes:
    quoted = b2a_qp(body.encode(), istext=True).replace(b"\n", b"\r\n")
    head = f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable'
    return b"\r\n" + head.encode() + b"\r\n\r\n" + quoted


def address(text: str) -> Address:
    """One plain address and nothing else; raises `MailRejected` when the text is anything more or less."""
    if not PLAIN_ADDRESS.fullmatch(text):
        raise MailRejected("This is not an e-mail address.")
    username, _, domain = text.rpartition("@")
    return Address(username=username, domain=domain)
