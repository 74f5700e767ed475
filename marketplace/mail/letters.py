"""A letter ready to leave, and what every way of sending promises."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol

# Letters of any alphabet on both sides of one @; no quoting, comments, lists or second lines.
PLAIN_ADDRESS = re.compile(r"""[^\s@<>()\[\],:;"\\]+@[^\s@<>()\[\],:;"\\]+""")


class MailRejected(Exception):
    """This letter will never be accepted as it is: do not try again. The message says why."""


class MailUnavailable(Exception):
    """It could not be sent just now, through no fault of the letter: try again later."""


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

    def send(self, letter: Letter) -> str:
        """Hand the letter over and return the provider's id for it, which may be empty.

        Raises `MailRejected` or `MailUnavailable`, and nothing else for what the provider does.
        """


def as_email(letter: Letter) -> EmailMessage:
    """The letter as an Internet message: plain text first, HTML as the alternative (RFC 2046, 5.1.4).

    Raises `MailRejected` when the address cannot stand in a header.
    """
    message = EmailMessage(policy=SMTP)
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


def address(text: str) -> Address:
    """One plain address and nothing else; raises `MailRejected` when the text is anything more or less."""
    if not PLAIN_ADDRESS.fullmatch(text):
        raise MailRejected("This is not an e-mail address.")
    username, _, domain = text.rpartition("@")
    return Address(username=username, domain=domain)
