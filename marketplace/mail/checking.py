"""What every letter of ours keeps to, checked on the message as it leaves; tests ask it of each one."""

import re
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import urlsplit

from flask import current_app

from marketplace.config import Settings
from marketplace.mail.models import Stream
from marketplace.mail.writing import LONGEST_SUBJECT

LARGEST = 102 * 1024  # bytes as sent: Gmail shows no more of a letter
ONE_CLICK = "List-Unsubscribe=One-Click"
_LINK = re.compile(r"https?://[^\s<>\"“”]+|\bwww\.\S+")


def faults(message: EmailMessage, *, stream: Stream | str = Stream.NEWS) -> list[str]:
    """What is wrong with a message, in sentences; empty when nothing is.

    Every stream but that of accounts can be stopped. A link in plain http may only lead to BASE_URL.
    """
    settings: Settings = current_app.config["SETTINGS"]
    base_url = settings.base_url.rstrip("/")
    found = [f"There is no {name}." for name in ("From", "To", "Date", "Message-ID") if not message[name]]
    found += _of_subject(str(message["Subject"] or ""))
    text, page = _part(message, "plain"), _part(message, "html")
    if not text.strip():
        found.append("There is no text to read.")
    if not page.strip():
        found.append("There is no HTML part.")
    size = len(message.as_bytes())
    if size >= LARGEST:
        found.append(f"It has {size} bytes, and must have fewer than {LARGEST}.")
    read = _Read(page)
    links = [*read.links, *(each.rstrip(").,;:") for each in _LINK.findall(text))]
    found += [sentence for each in links for sentence in _of_link(each, base_url)]
    found += [f"A picture is fetched from {each}: it would tell who reads." for each in read.fetched]
    if Stream(stream) is not Stream.ACCOUNT:
        found += _of_stopping(message, base_url)
    return found


def _of_subject(subject: str) -> list[str]:
    if not subject.strip():
        return ["There is no Subject."]
    if len(subject) > LONGEST_SUBJECT:
        return [f"The Subject has {len(subject)} letters, and may have {LONGEST_SUBJECT}."]
    return []


def _of_link(link: str, base_url: str) -> list[str]:
    """An address must be whole and safe, and ours where it could watch who follows it."""
    parts = urlsplit(link)
    if parts.scheme == "mailto":
        return []
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return [f"The link {link!r} is not a whole address."]
    if parts.scheme == "http" and parts.netloc != urlsplit(base_url).netloc:
        return [f"The link {link!r} is not safe."]
    if "sendgrid.net" in parts.netloc or re.search(r"[?&]utm_", link):
        return [f"The link {link!r} watches who follows it."]
    return []


def _of_stopping(message: EmailMessage, base_url: str) -> list[str]:
    """RFC 8058: one POST from inside the mail program."""
    found = []
    address = str(message["List-Unsubscribe"] or "")
    if not (address.startswith("<") and address.endswith(">") and address[1:].startswith(base_url)):
        found.append("There is no List-Unsubscribe that leads to us.")
    if message["List-Unsubscribe-Post"] != ONE_CLICK:
        found.append("There is no List-Unsubscribe-Post.")
    return found


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return "" if body is None else str(body.get_content())


class _Read(HTMLParser):
    """The links of a page, and what it would fetch to be shown."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("a", "area"):
            self.links.append(given.get("href", ""))
        source = given.get("src") or given.get("background") or (given.get("href") if tag == "link" else "")
        if source and not source.startswith(("data:", "cid:")):
            self.fetched.append(source)
