"""The address that answers a letter: it names a conversation and a person, is signed, and grows old.

An address is written in small letters and figures, because mail programs change capitals on the way,
and is short enough for what stands before an @ (64 octets, RFC 5321, 4.5.3.1.1).
"""

import hmac
import re
from base64 import b32encode
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from flask import current_app

from marketplace.config import Settings

PURPOSE = b"message.reply"
LASTS = timedelta(days=60)
SIGNED = 20  # characters of the signature, of 5 bits each

_EPOCH = date(2026, 1, 1)
_NUMBER = r"([0-9a-z]{1,9})"
_TOKEN = re.compile(rf"reply\+{_NUMBER}-{_NUMBER}-{_NUMBER}-([a-z2-7]{{{SIGNED}}})")
_FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"


class Worth(StrEnum):
    """What an address is good for."""

    GOOD = "good"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Told:
    """What an address of ours says; only one that we signed says anything."""

    thread_id: int
    user_id: int
    worth: Worth


def reply_address(thread_id: int, user_id: int, *, now: datetime) -> str:
    """Where this person answers this conversation by e-mail; empty where nobody reads answers."""
    settings: Settings = current_app.config["SETTINGS"]
    if not settings.reply_domain:
        return ""
    until = (now.astimezone(UTC).date() + LASTS - _EPOCH).days
    said = "-".join(_in_36(number) for number in (thread_id, user_id, until))
    return f"reply+{said}-{_signature(said)}@{settings.reply_domain}"


def read_address(address: str, *, now: datetime) -> Told | None:
    """What the address says; None if it is not one of ours."""
    settings: Settings = current_app.config["SETTINGS"]
    local, _, domain = address.strip().lower().rpartition("@")
    found = _TOKEN.fullmatch(local)
    if not settings.reply_domain or domain != settings.reply_domain.lower() or found is None:
        return None
    said = "-".join(found.groups()[:3])
    if not hmac.compare_digest(found[4], _signature(said)):
        return None
    thread_id, user_id, until = (int(part, 36) for part in found.groups()[:3])
    is_old = now.astimezone(UTC).date() > _EPOCH + timedelta(days=until)
    return Told(thread_id, user_id, Worth.OLD if is_old else Worth.GOOD)


def _signature(said: str) -> str:
    secret: str = current_app.config["SECRET_KEY"]
    key = hmac.digest(secret.encode(), PURPOSE, "sha256")  # a key for this purpose and no other
    return b32encode(hmac.new(key, said.encode(), sha256).digest()).decode().lower()[:SIGNED]


def _in_36(number: int) -> str:
    figures = ""
    while number or not figures:
        number, rest = divmod(number, 36)
        figures = _FIGURES[rest] + figures
    return figures
