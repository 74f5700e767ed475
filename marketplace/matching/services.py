"""What people say of a match: yes, no, later, and what follows."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import case

from marketplace import audit, mail
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.cards import address
from marketplace.matching.models import DeclineReason, Match, MatchStatus
from marketplace.organisations import queries as organisations

SNOOZE = timedelta(days=14)
TO_DECIDE = timedelta(days=2)  # before the last day: what comes back later than that comes back in vain


def shown(in_order: Sequence[Match], *, first: int = 1, now: datetime) -> None:
    """These matches were shown, the first of them in place `first` of its list.

    Only the first time counts: a yes or a no is weighed by where it was when it was new.
    """
    places = {
        match.id: place for place, match in enumerate(in_order, start=first) if match.first_shown_at is None
    }
    if places:
        db.session.execute(
            db.update(Match)
            .where(Match.id.in_(list(places)), Match.first_shown_at.is_(None))
            .values(first_shown_at=now, first_position=case(places, value=Match.id))
            .execution_options(synchronize_session=False)
        )


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


def decline(match: Match, reason: DeclineReason | None, words: str, *, actor: User, now: datetime) -> None:
    """Say no, with a reason if they give one: it teaches the ranking, and a no always wins over it."""
    if reason is DeclineReason.OTHER and not words:
        raise Refused("Say in a few words why it isn’t for you", field="words")
    _not_gone_further(match)
    match.status, match.declined_at = MatchStatus.DECLINED, now
    match.declined_reason, match.declined_words, match.snoozed_until = reason, words, None
    audit.record("match.declined", match, actor=actor, reason=reason.value if reason else "")


def snooze(match: Match, *, actor: User, now: datetime) -> None:
    """Bring it back in two weeks, or sooner if it closes before."""
    _not_gone_further(match)
    match.status, match.saved_at = MatchStatus.SNOOZED, None
    match.snoozed_until = _comes_back_on(match.listing.closes_on, now.date())
    audit.record("match.snoozed", match, actor=actor)


def _comes_back_on(closes_on: date | None, today: date) -> date:
    """Two weeks on, or while there are days left to decide; tomorrow at the earliest."""
    wanted = today + SNOOZE
    return wanted if closes_on is None else max(today + timedelta(days=1), min(wanted, closes_on - TO_DECIDE))


def save(match: Match, *, actor: User, now: datetime) -> None:
    """Keep it, to come back to; whoever saves has read it, and “later” no longer holds."""
    _not_gone_further(match)
    if not match.listing.is_open:
        raise Refused("This notice takes no more answers.")
    if match.saved_at is not None:
        return
    opened(match, now=now)
    match.saved_at = now
    if match.status is MatchStatus.SNOOZED:
        match.status, match.snoozed_until = MatchStatus.OPENED, None
    audit.record("match.saved", match, actor=actor)


def unsave(match: Match, *, actor: User) -> None:
    """Put it back among the new."""
    if match.saved_at is not None:
        match.saved_at = None
        audit.record("match.unsaved", match, actor=actor)


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
