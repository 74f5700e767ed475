"""What people of the demo answered to matches before today: mostly nothing, some yes, a few no and why."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.demo.past import Past, drawn
from marketplace.extensions import db
from marketplace.matching import services as matching
from marketplace.matching.models import DeclineReason, Match, MatchStatus
from marketplace.organisations.models import Membership, MembershipRole
from marketplace.pledges.models import End, Pledge
from marketplace.responses.models import Response

LOOKED_AT = 20  # of a hundred matches, how many somebody has opened by today
SAID_YES = 55  # out of 100: the least score of a match that somebody said yes to
UNSEEN = timedelta(days=2)  # nobody has looked at a match younger than this


def answer_matches(past: Past, *, now: datetime) -> None:
    """Date matches back to when they could first be made; some led somewhere, some were answered."""
    matches = _all_matches()
    for match in matches:
        match.suggested_at = min(now, max(_appeared(match)))
    _convert()
    owners = _owners()
    seen = [match for match in matches if _was_seen(match, now)]
    for match in sorted(seen, key=lambda match: (_seen_at(match, now), match.id)):
        past.tell(_seen_at(match, now), partial(_answer, match, owners[match.organisation_id]))


def _all_matches() -> Sequence[Match]:
    query = db.select(Match).where(Match.retired_at.is_(None)).order_by(Match.id)
    parts = (joinedload(Match.listing), joinedload(Match.organisation), joinedload(Match.via))
    return db.session.scalars(query.options(*parts)).all()


def _appeared(match: Match) -> list[datetime]:
    """When each of the things that fit each other came onto the board."""
    published = [row.published_at for row in (match.listing, match.via) if row is not None]
    return [match.organisation.created_at, *(at for at in published if at is not None)]


def _convert() -> None:
    """A pledge, or an answer to an opportunity, came of the match between the two where there is one."""
    came = [
        *(
            (row.offered_at, row.giver_id, row.listing_id)
            for row in db.session.scalars(
                db.select(Pledge).where(Pledge.offered_at.is_not(None), Pledge.begun_by == End.GIVER)
            )
        ),
        *(
            (row.interested_at, row.supplier_id, row.opportunity_id)
            for row in db.session.scalars(db.select(Response))
        ),
    ]
    for at, organisation_id, listing_id in sorted(came):
        matching.converted(organisation_id, listing_id, now=at)


def _owners() -> dict[int, User]:
    rows = db.session.scalars(db.select(Membership).where(Membership.role == MembershipRole.OWNER))
    return {row.organisation_id: row.user for row in rows}


def _was_seen(match: Match, now: datetime) -> bool:
    unanswered = match.status is MatchStatus.SUGGESTED and match.suggested_at < now - UNSEEN
    return unanswered and drawn(f"{_key(match)} seen", 100) < LOOKED_AT


def _seen_at(match: Match, now: datetime) -> datetime:
    """Somewhere between the day it was suggested and today."""
    return match.suggested_at + (now - match.suggested_at) * (5 + drawn(f"{_key(match)} at", 90)) / 100


def _answer(match: Match, owner: User, at: datetime) -> None:
    """Of those who look, a third say yes if it is a good one, a third say no, and the rest say nothing."""
    matching.opened(match, now=at)
    lot = drawn(f"{_key(match)} lot", 3)
    if lot == 0 and match.score >= SAID_YES:
        matching.interested(match, actor=owner, now=at)
    elif lot == 1:
        matching.decline(match, _reason(match), "", actor=owner, now=at)


def _reason(match: Match) -> DeclineReason:
    """Why somebody would say no: the weakest part of the match, or that they have no room or no time."""
    points = {part["name"]: part["points"] for part in match.parts}
    if points.get("distance", 20) < 6:
        return DeclineReason.TOO_FAR
    if points.get("size", 15) < 5:
        return DeclineReason.TOO_BIG
    if points.get("category", 25) < 15:
        return DeclineReason.NOT_WHAT_WE_DO
    return (DeclineReason.NO_CAPACITY, DeclineReason.TIMING)[drawn(f"{_key(match)} why", 2)]


def _key(match: Match) -> str:
    return f"{match.organisation.name} {match.listing.title}"
