"""A letter as it came in, read with suspicion: who sent it to which of our addresses, and what they wrote."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import policy
from email.header import decode_header, make_header
from email.message import Message as RawMessage
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses
from hashlib import sha256

from marketplace.messages.own_words import as_text, own_words

LARGEST = 30 * 1024 * 1024  # bytes of a whole letter: what SendGrid’s Inbound Parse takes
MOST_PARTS = 200

_RECIPIENTS = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_NOT_FROM_PEOPLE = ("bulk", "junk", "list", "auto_reply")
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError)  # what bad letters raise


class Unreadable(Exception):
    """These bytes are no letter that can be read."""


@dataclass(frozen=True, slots=True)
class Heads:
    """Who wrote to whom. `mark` tells this letter from every other; `automatic`: why no person sent it."""

    mark: str
    sender: str
    recipients: tuple[str, ...]
    automatic: str


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What the sender themselves wrote and added."""

    words: str
    attachments: tuple[Attachment, ...]


def heads_of(raw: bytes, recipients: Sequence[str] = ()) -> Heads:
    """Read the top of a letter alone. `recipients` are those of the envelope, where somebody knows them.

    Raises `Unreadable`.
    """
    try:
        message = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
        senders = [address.lower() for _, address in getaddresses(_all(message, "From")) if address]
        named = [address for name in _RECIPIENTS for _, address in getaddresses(_all(message, name))]
        mark = str(message.get("Message-ID", "")).strip()
        return Heads(
            mark=sha256(mark.encode("utf-8", "replace") if mark else raw).hexdigest(),
            sender=senders[0] if len(senders) == 1 else "",
            recipients=tuple(dict.fromkeys(each.lower() for each in (*recipients, *named) if each)),
            automatic=_automatic(message),
        )
    except _BROKEN as problem:
        raise Unreadable(type(problem).__name__) from problem


def body_of(raw: bytes) -> Body:
    """Read the words and the files of a letter. Raises `Unreadable`."""
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(raw)
        plain, html, attachments = "", "", []
        for part in _parts(message):
            kind, name = part.get_content_type(), part.get_filename()
            is_text = kind in ("text/plain", "text/html") and not name
            if is_text and part.get_content_disposition() != "attachment":
                if kind == "text/plain":
                    plain = plain or _text(part)
                else:
                    html = html or _text(part)
            elif content := part.get_payload(decode=True):
                attachments.append(Attachment(_decoded(name or ""), bytes(content)))
        words = own_words(plain) or own_words(as_text(html))
        return Body(words.replace("\0", ""), tuple(attachments))
    except _BROKEN as problem:
        raise Unreadable(type(problem).__name__) from problem


def _automatic(message: RawMessage) -> str:
    """Why this came from a program, if it did (RFC 3834): answered, it might answer back for ever."""
    submitted = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    if submitted != "no":
        return "Auto-Submitted"
    if str(message.get("Precedence", "")).strip().lower() in _NOT_FROM_PEOPLE:
        return "Precedence"
    for name in ("X-Autoreply", "X-Autorespond", "List-Id", "X-Failed-Recipients"):
        if name in message:
            return name
    if str(message.get("Return-Path", "")).strip() == "<>":
        return "Return-Path"
    return "multipart/report" if message.get_content_type() == "multipart/report" else ""


def _parts(message: RawMessage) -> Iterator[RawMessage]:
    """The leaves of a letter; not those of a letter inside it, which is quoted as a whole."""
    waiting, seen = [message], 0
    while waiting:
        part = waiting.pop(0)
        seen += 1
        if seen > MOST_PARTS:
            raise ValueError("too many parts")
        if part.get_content_maintype() == "multipart":
            waiting[:0] = [each for each in part.get_payload() if isinstance(each, RawMessage)]
        elif part.get_content_type() != "message/rfc822":
            yield part


def _text(part: RawMessage) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("windows-1252", "replace")


def _decoded(name: str) -> str:
    """A file’s name as people read it; programs write it in several ways (RFC 2231, RFC 2047)."""
    try:
        return str(make_header(decode_header(name)))
    except _BROKEN:
        return name


def _all(message: RawMessage, name: str) -> list[str]:
    return [str(each) for each in message.get_all(name, [])]
