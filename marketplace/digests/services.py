"""Answering what stands in a digest: as the person it was written to, for the organisation it fits."""

from datetime import date, datetime

from sqlalchemy import select, update

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.digests.models import Answer, Digest, DigestItem
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.matching import services as matching
from marketplace.matching.models import DeclineReason, Match, MatchStatus

SAYS = {
    MatchStatus.INTERESTED: Answer.INTERESTED,
    MatchStatus.DECLINED: Answer.DECLINED,
    MatchStatus.SNOOZED: Answer.LATER,
}


def item_of(user_id: int, period: date, position: int) -> DigestItem | None:
    """What stands in this place of somebody's digest of a period."""
    query = select(DigestItem).join(Digest, Digest.id == DigestItem.digest_id)
    return db.session.scalar(
        query.where(Digest.user_id == user_id, Digest.period == period, DigestItem.position == position)
    )


def said(item: DigestItem, today: date) -> Answer | None:
    """What holds of an item now: the organisation's answer to the match, wherever it was given."""
    if item.match is None:
        return item.answer
    if item.match.status is MatchStatus.SNOOZED and (item.match.snoozed_until or today) <= today:
        return None
    return SAYS.get(item.match.status)


def is_open(item: DigestItem, today: date) -> bool:
    """Whether its notice still takes answers."""
    listing = item.listing
    return listing.is_open and (listing.closes_on is None or listing.closes_on >= today)


def answer(
    item: DigestItem, given: Answer, *, reason: DeclineReason | None = None, words: str = "", now: datetime
) -> None:
    """Say it. The same again changes nothing. Raises `Refused` when it can no longer be said."""
    actor = _actor(item)
    if said(item, now.date()) is not given:
        if item.match is not None:
            _answer_match(item.match, given, reason, words, actor=actor, now=now)
        elif not is_open(item, now.date()):
            raise Refused("This notice takes no more answers.")
        else:
            audit.record(
                f"digest_item.{given.value}", item, actor=actor, reason=reason.value if reason else ""
            )
    if item.answer is not given:
        item.answer, item.answered_at = given, now
    _was_read(item.digest)
    came_by(actor.id, now=now)


def take_back(item: DigestItem, *, now: datetime) -> None:
    """Undo the answer; where there is none, nothing happens."""
    actor = _actor(item)
    if item.match is not None and said(item, now.date()) is not None:
        matching.take_back(item.match, actor=actor, now=now)
    elif item.match is None and item.answer is not None:
        audit.record("digest_item.taken_back", item, actor=actor)
    item.answer = item.answered_at = None
    came_by(actor.id, now=now)


def came_by(user_id: int, *, now: datetime) -> None:
    """This person answered, or came to their desk: they have not been ignoring us."""
    db.session.execute(
        update(Digest)
        .where(Digest.user_id == user_id, Digest.met_at.is_(None))
        .values(met_at=now)
        .execution_options(synchronize_session=False)
    )


def _actor(item: DigestItem) -> User:
    """Whoever it was written to, if they may still act for that organisation."""
    user = item.digest.user
    whose = {membership.organisation_id for membership in user.memberships}
    if item.organisation_id is not None and item.organisation_id not in whose:
        raise Refused("You no longer act for that organisation, so it is for others there to answer.")
    return user


def _answer_match(
    match: Match, given: Answer, reason: DeclineReason | None, words: str, *, actor: User, now: datetime
) -> None:
    if given is Answer.INTERESTED:
        matching.interested(match, actor=actor, now=now)
    elif given is Answer.DECLINED:
        matching.decline(match, reason, words, actor=actor, now=now)
    else:
        matching.snooze(match, actor=actor, now=now)


def _was_read(digest: Digest) -> None:
    """Whoever answers one item had the letter before them: all its matches were shown, each in its place."""
    for item in digest.items:
        if item.match is not None:
            matching.shown([item.match], first=item.position + 1, now=digest.created_at)
