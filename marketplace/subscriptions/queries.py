"""What people said about letters, and how many they had."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func

from marketplace import mail
from marketplace.accounts.models import DigestFrequency, User
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, Stream, Suppression
from marketplace.subscriptions.models import Basis, MailChoice
from marketplace.web.words import day

STREAMS = (Stream.DIGEST, Stream.NEWS, Stream.SUMMARY, Stream.TO_DO)  # those that can be stopped
BY_DEFAULT = {  # by what right we write to those who said nothing
    Stream.DIGEST: Basis.SOFT_OPT_IN,
    Stream.NEWS: Basis.SERVICE,
    Stream.SUMMARY: Basis.SERVICE,
    Stream.TO_DO: Basis.SERVICE,
}

GONE = "their account is gone"
UNCONFIRMED = "their address is not confirmed"
STOPPED = "they stopped these letters"
PAUSED = "they paused these letters"
NOT_THE_CONVENER = "they no longer work for the place"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one stream stands for one person, and since when: a sentence."""

    stream: Stream
    is_on: bool
    since: str


def why_not(stream: Stream, user_ids: Collection[int]) -> dict[int, str]:
    """Of these people, whoever does not get this stream, each with the reason: one query."""
    query = (
        db.select(User.id, User.confirmed_at, User.digest_frequency, User.is_convener, MailChoice.is_on)
        .outerjoin(MailChoice, and_(MailChoice.user_id == User.id, MailChoice.stream == stream))
        .where(User.id.in_(user_ids))
    )
    found = dict.fromkeys(user_ids, GONE)
    for row in db.session.execute(query):
        if reason := _why_not(stream, row):
            found[row.id] = reason
        else:
            del found[row.id]
    return found


def _why_not(stream: Stream, row: Any) -> str:
    """Empty for whoever gets it."""
    if row.confirmed_at is None:
        return UNCONFIRMED
    if row.is_on is False:
        return STOPPED
    if stream is Stream.DIGEST and row.digest_frequency is DigestFrequency.PAUSED:
        return PAUSED
    if stream is Stream.TO_DO and not row.is_convener:
        return NOT_THE_CONVENER
    return ""


def choice_of(user: User, stream: Stream) -> MailChoice | None:
    query = db.select(MailChoice).where(MailChoice.user_id == user.id, MailChoice.stream == stream)
    return db.session.scalar(query)


def standings(user: User) -> list[Standing]:
    """How each stream stands that this person can have."""
    rows = db.session.scalars(db.select(MailChoice).where(MailChoice.user_id == user.id))
    said = {row.stream: row for row in rows}
    return [
        Standing(
            stream,
            not _is_paused(user, stream) and (stream not in said or said[stream].is_on),
            _since(user, stream, said.get(stream)),
        )
        for stream in STREAMS
        if stream is not Stream.TO_DO or user.is_convener
    ]


def suppressions_of(user: User) -> Sequence[Suppression]:
    """Why letters to this address are stopped at the provider’s word."""
    query = db.select(Suppression).where(Suppression.mark == mail.mark_of(user.email))
    return db.session.scalars(query.order_by(Suppression.id)).all()


def letters_since(user_ids: Collection[int], since: datetime) -> dict[int, int]:
    """How many letters each of these people was written since, without those they asked for themselves.

    What was dropped or refused never reached them and does not count. Whoever had none is left out.
    """
    query = (
        db.select(MailMessage.user_id, func.count().label("number"))
        .where(
            MailMessage.user_id.in_(user_ids),
            MailMessage.created_at >= since,
            MailMessage.stream != Stream.ACCOUNT,
            MailMessage.dropped_at.is_(None),
            MailMessage.refused_at.is_(None),
        )
        .group_by(MailMessage.user_id)
    )
    return {row.user_id: row.number for row in db.session.execute(query) if row.user_id is not None}


def _is_paused(user: User, stream: Stream) -> bool:
    return stream is Stream.DIGEST and user.digest_frequency is DigestFrequency.PAUSED


def _since(user: User, stream: Stream, said: MailChoice | None) -> str:
    """Since when, and by whose word."""
    if said is None and _is_paused(user, stream):
        return "You paused it."
    if said is None:
        asked = " You were not asked about it then." if stream is Stream.DIGEST else ""
        return f"It goes with your account, since you joined on {day(user.created_at)}.{asked}"
    words = (ON if said.is_on else OFF).get(said.source, "You chose it" if said.is_on else "You stopped it")
    return f"{words} on {day(said.said_at)}."


ON = {"joining": "You did not say no to it when you joined,"}
OFF = {
    "joining": "You said no to it when you joined,",
    "one click": "You stopped it from your mail program",
    "letter": "You stopped it with the link in a letter",
    "provider": "Your mail provider told us to stop it",
}
