"""The links of a digest: short, signed, each for one thing, one item and one person, for some weeks.

They are short because a digest has fifteen and is to stay small; nothing in them names anybody. An item is
known by whose digest of which period it stands in, and where: so a letter is written before its rows are.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, Signer

PURPOSE = "digest.answer"
LASTS = timedelta(days=45)
_FIGURES = "0123456789abcdefghijklmnopqrstuvwxyz"
_PARTS = 5

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
    """What a link says: of the digest of this person and period, the item in this place, counted from 0."""

    purpose: Purpose
    user_id: int
    period: date
    position: int = 0  # without meaning where the link is of no item


class Links:
    """Makes links that are good until 45 days from a day; one of these makes many."""

    def __init__(self, today: date) -> None:
        self._until = _in_36((today + LASTS).toordinal())
        self._signer = _signer()

    def path(self, purpose: Purpose, user_id: int, period: date, position: int = 0) -> str:
        """Where this link leads: a path of ours."""
        item = f"{_in_36(user_id)}-{_in_36(period.toordinal())}-{_in_36(position)}"
        return f"/d/{self._signer.sign(f'{purpose.value}-{item}-{self._until}').decode()}"


def read(token: str, today: date) -> Link:
    """What the token says. Raises `BadLink`, or `OldLink` for one that was good once."""
    try:
        parts = _signer().unsign(token).decode().split("-")
        if len(parts) != _PARTS:
            raise BadSignature("not one of these")
        user_id, period, position, until = (int(part, 36) for part in parts[1:])
        link = Link(Purpose(parts[0]), user_id, date.fromordinal(period), position)
    except (BadSignature, ValueError):
        raise BadLink(NOT_WHOLE) from None
    if today.toordinal() > until:
        raise OldLink(TOO_OLD)
    return link


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=PURPOSE)


def _in_36(number: int) -> str:
    """Of a number that is not below 0."""
    figures = ""
    while number or not figures:
        number, rest = divmod(number, 36)
        figures = _FIGURES[rest] + figures
    return figures
