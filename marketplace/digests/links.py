"""The links of a digest: short, signed, each for one thing, one item and one person, for some weeks.

They are short because a digest has fifteen and is to stay small; nothing in them names anybody.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, Signer

PURPOSE = "digest.answer"
LASTS = timedelta(days=45)
_EPOCH = date(2026, 1, 1)
_FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"
_PARTS = 4

NOT_WHOLE = "This link is not whole. Copy all of it from the letter, or answer on your desk."
TOO_OLD = "This link is too old. You’ll find what is still open on your desk."


class Purpose(StrEnum):
    """What a link is for: one letter each, as it stands in the link."""

    INTERESTED = "i"
    DECLINED = "n"
    LATER = "l"
    UNDO = "u"
    AS_BEFORE = "b"  # have digests as often as before we eased them; of no item


class BadLink(Exception):
    """The link cannot be used; the message says what to do."""


class OldLink(BadLink):
    """It was good once."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. `item_id` is 0 where it is of no item."""

    purpose: Purpose
    item_id: int
    user_id: int


class Links:
    """Makes links that are good until 45 days from a day; one of these makes many."""

    def __init__(self, today: date) -> None:
        self._until = _in_36((today + LASTS - _EPOCH).days)
        self._signer = _signer()

    def path(self, purpose: Purpose, user_id: int, item_id: int = 0) -> str:
        """Where this link leads: a path of ours."""
        said = f"{purpose.value}-{_in_36(item_id)}-{_in_36(user_id)}-{self._until}"
        return f"/d/{self._signer.sign(said).decode()}"


def read(token: str, today: date) -> Link:
    """What the token says. Raises `BadLink`, or `OldLink` for one that was good once."""
    try:
        parts = _signer().unsign(token).decode().split("-")
        if len(parts) != _PARTS:
            raise BadSignature("not one of these")
        link = Link(Purpose(parts[0]), int(parts[1], 36), int(parts[2], 36))
        until = _EPOCH + timedelta(days=int(parts[3], 36))
    except (BadSignature, ValueError):
        raise BadLink(NOT_WHOLE) from None
    if today > until:
        raise OldLink(TOO_OLD)
    return link


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=PURPOSE)


def _in_36(number: int) -> str:
    figures = ""
    while number or not figures:
        number, rest = divmod(number, 36)
        figures = _FIGURES[rest] + figures
    return figures
