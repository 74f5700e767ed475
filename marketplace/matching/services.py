"""What people say of a match: yes, no, later, and what follows."""

from datetime import datetime, timedelta

from marketplace import audit, mail
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.cards import address
from marketplace.matching.models import DeclineReason, Match, MatchStatus
from marketplace.organisations import queries as organisations

SNOOZE = timedelta(days=14)


def opened(match: Match, *, now: datetime) -> None:
    """Somebody of the organisation read it."""
    if match.opened_at is None:
        match.opened_at = now
    if match.status in (MatchStatus.SUGGESTED, MatchStatus.NOTIFIED):
        match.status = MatchStatus.OPENED


def interested(match: Match, *, actor: User, now: datetime) -> None:
    """Say yes, and let the other side know once."""
    if not match.listing.is_open:
        raise Refused("This notice takes no more answers.")
    _not_gone_further(match)
    first_time = match.interested_at is None
    match.status, match.interested_at = MatchStatus.INTERESTED, now
    match.declined_at, match.declined_reason, match.snoozed_until = None, None, None
    audit.record("match.interested", match, actor=actor)
    if not first_time:
        return
    for person in organisations.members_of(match.listing.organisation_id):
        mail.queue(
            "interest_shown", to_user=person, now=now, key=f"interest:{match.id}:{person.id}",
            person_name=person.name, organisation_name=match.listing.organisation.name,
            other_name=match.organisation.name, listing_title=match.listing.title,
            url=address(match.listing), words="", reason="", what="",
        )  # fmt: skip


def decline(match: Match, reason: DeclineReason, words: str, *, actor: User, now: datetime) -> None:
    """Say no, with a reason: it teaches the ranking and always wins over it."""
    if reason is DeclineReason.OTHER and not words:
        raise Refused("Say in a few words why it isn’t for you", field="words")
    _not_gone_further(match)
    match.status, match.declined_at = MatchStatus.DECLINED, now
    match.declined_reason, match.declined_words, match.snoozed_until = reason, words, None
    audit.record("match.declined", match, actor=actor, reason=reason.value)


def snooze(match: Match, *, actor: User, now: datetime) -> None:
    """Bring it back in two weeks."""
    _not_gone_further(match)
    match.status, match.snoozed_until = MatchStatus.SNOOZED, (now + SNOOZE).date()
    audit.record("match.snoozed", match, actor=actor)


def take_back(match: Match, *, actor: User, now: datetime) -> None:
    """Undo the last answer. That they once said yes stays true, so nobody is written to twice."""
    _not_gone_further(match)
    match.status = MatchStatus.OPENED
    match.declined_at, match.declined_reason, match.declined_words, match.snoozed_until = None, None, "", None
    audit.record("match.answer_taken_back", match, actor=actor)


def _not_gone_further(match: Match) -> None:
    """A pledge or an answer to the notice says more than yes, no or later; it has a page of its own."""
    if match.status is MatchStatus.CONVERTED:
        raise Refused("You have answered this notice already. You’ll find your answer on your desk.")


def converted(organisation_id: int, listing_id: int, *, now: datetime) -> None:
    """A pledge or an answer came of it."""
    match = db.session.scalar(
        db.select(Match).where(Match.organisation_id == organisation_id, Match.listing_id == listing_id)
    )
    if match is not None and match.converted_at is None:
        match.status, match.converted_at = MatchStatus.CONVERTED, now
