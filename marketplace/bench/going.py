"""People who go while letters are handed over: they unsubscribe or pause, mail comes back, accounts are shut.

Half of them are those whose letters are next. No letter may go to anybody who had gone by the moment, right
before the request, at which it was asked who may be written to.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import func, select, update

from marketplace import clock
from marketplace.accounts.models import DigestFrequency, User
from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.mail import events
from marketplace.mail.mailers import message_id_of
from marketplace.mail.models import MailMessage, Stream
from marketplace.mail.runs import WAITS
from marketplace.subscriptions import services as subscriptions

AT_ONCE, NEXT = 40, 3_000
HOW = ("unsubscribed", "paused", "came back", "shut")
CLAIMS, CLAIMED, ASKED = "before the claim", "claimed", "rendered"


@dataclass(frozen=True, slots=True)
class Attempt:
    """When letters were claimed, at least and at most, and when it was asked who may get them."""

    began: float
    claimed: float
    asked: float


class Going:
    """Who went, how, and the instant by which everybody could know."""

    def __init__(self, seed: int) -> None:
        self._random = Random(f"{seed} going")  # noqa: S311  # repeatable, not secret
        self._left: dict[int, datetime] = {}
        self._how: Counter[str] = Counter()
        self._settings: Settings = current_app.config["SETTINGS"]

    def some(self, run_id: int) -> None:
        """A few more go, each in a transaction with others who go the same way."""
        waiting = select(MailMessage.user_id).where(MailMessage.run_id == run_id, *WAITS)
        ids = [each for each in db.session.scalars(waiting.order_by(MailMessage.id).limit(NEXT)) if each]
        anybody = range(1, (db.session.scalar(select(func.max(User.id))) or 0) + 1)
        db.session.rollback()
        for how in HOW:
            chosen = {*self._few(ids), *self._few(anybody)} - self._left.keys()
            with db.session.begin():
                getattr(self, "_" + how.replace(" ", "_"))(sorted(chosen), clock.now())
            known = clock.now()
            self._left |= dict.fromkeys(chosen, known)
            self._how[how] += len(chosen)
        db.session.remove()

    def report(self, diary: Path) -> dict[str, Any]:
        """How many went, and how many letters left for them though they had gone before it was asked."""
        attempts = read(diary)
        sent = select(MailMessage.user_id, MailMessage.handing_at).where(
            MailMessage.run_id.is_not(None), MailMessage.sent_at.is_not(None)
        )
        after = between = 0
        for user_id, handing_at in db.session.execute(sent):
            left = self._left.get(user_id or 0)
            if left is None or handing_at is None:
                continue
            asked = when_asked(attempts, handing_at.timestamp())
            after += left.timestamp() < asked
            between += handing_at < left
        return {
            "people": len(self._left),
            "how": dict(self._how),
            "letters_after": after,
            "letters_before": between,  # they had been asked about already
        }

    def _few(self, ids: Sequence[int]) -> list[int]:
        return self._random.sample(ids, min(len(ids), AT_ONCE // len(HOW) // 2))

    def _unsubscribed(self, ids: list[int], now: datetime) -> None:
        for user in db.session.scalars(select(User).where(User.id.in_(ids))):
            subscriptions.stop(user, Stream.DIGEST, source="one click", now=now)

    def _paused(self, ids: list[int], now: datetime) -> None:
        db.session.execute(
            update(User).where(User.id.in_(ids)).values(digest_frequency=DigestFrequency.PAUSED)
        )

    def _came_back(self, ids: list[int], now: datetime) -> None:
        """The letter they had long ago did: its number is theirs."""
        told = [
            {
                "event": "bounce",
                "sg_event_id": f"made-{number}",
                "timestamp": int(now.timestamp()),
                "delivery": message_id_of(number, self._settings).strip("<>"),
                "reason": "550 no such mailbox",
            }
            for number in ids
        ]
        events.take(told, settings=self._settings, now=now)

    def _shut(self, ids: list[int], now: datetime) -> None:
        db.session.execute(update(User).where(User.id.in_(ids)).values(confirmed_at=None))


def read(diary: Path) -> list[Attempt]:
    """The attempts that a diary of points tells of, in the order in which they claimed."""
    of_thread: dict[str, dict[str, float]] = defaultdict(dict)
    found = []
    for line in diary.read_text(encoding="utf-8").splitlines():
        thread, at, name = line.split("\t")
        points = of_thread[thread]
        if name == CLAIMS:
            points.clear()
        points[name] = float(at)
        if name == ASKED and CLAIMS in points:
            found.append(Attempt(points[CLAIMS], points[CLAIMED], float(at)))
    return sorted(found, key=lambda each: each.claimed)


def when_asked(attempts: list[Attempt], handing_at: float) -> float:
    """The latest instant at which it can have been asked about a letter that was claimed then."""
    first = bisect_left(attempts, handing_at, key=lambda each: each.claimed)
    fits = [each.asked for each in attempts[first : first + 4] if each.began <= handing_at]
    return max(fits)
