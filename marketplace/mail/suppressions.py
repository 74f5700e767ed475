"""Addresses that get no more. Only a mark of each is kept: enough to know it again, not to write to it."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select

from marketplace.extensions import db, insert_or_leave
from marketplace.mail.models import Stream, Suppression, Why

EVERY = ""  # the stream of a suppression that holds for all of them


def mark_of(address: str) -> str:
    """SHA-256 of the address in small letters, 64 characters."""
    return sha256(address.strip().lower().encode()).hexdigest()


def suppress(address: str, stream: Stream | str, why: Why, now: datetime) -> None:
    """Send no more of a stream there, or of any (`EVERY`). The first reason stays; repeating is fine."""
    row = {"mark": mark_of(address), "stream": str(stream), "why": why, "made_at": now}
    insert_or_leave(Suppression, [row])


def lift(address: str, stream: Stream | str) -> None:
    """Send there again. What holds for every stream is lifted as `EVERY`; lifting nothing is fine."""
    db.session.execute(
        delete(Suppression).where(Suppression.mark == mark_of(address), Suppression.stream == str(stream))
    )


def why_suppressed(addresses: Iterable[str], stream: Stream) -> dict[str, Why]:
    """Which of these addresses get no letter of this stream, and why.

    Whoever unsubscribed still gets what they ask for themselves, such as a new password.
    """
    marks = {address: mark_of(address) for address in addresses}
    rows = db.session.execute(
        select(Suppression.mark, Suppression.why).where(
            Suppression.mark.in_(set(marks.values())), Suppression.stream.in_((EVERY, str(stream)))
        )
    )
    reasons = {mark: why for mark, why in rows if stream is not Stream.ACCOUNT or why is not Why.UNSUBSCRIBED}
    return {address: reasons[mark] for address, mark in marks.items() if mark in reasons}
