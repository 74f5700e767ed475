"""Bringing a pair together on purpose: whoever asks invites, the convener puts forward by hand."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlalchemy import update

from marketplace import audit, mail
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, insert_unless_there, rows_changed
from marketplace.listings.models import Listing
from marketplace.matching import running, storing
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation

WORDS_AT_MOST = 300  # letters, of an invitation and of why a pair is put forward
ANSWERED = (MatchStatus.INTERESTED, MatchStatus.DECLINED, MatchStatus.CONVERTED)

Rooms = Mapping[int, int | None]  # of an organisation by id: what it can still answer; None: it has not said


@dataclass(frozen=True, slots=True)
class Invitations:
    """What became of inviting several: who was written to, and who was not and why."""

    invited: tuple[Match, ...]
    left_out: tuple[tuple[Match, str], ...]


def takes_answers(listing: Listing, *, today: date) -> bool:
    """Whether somebody invited today could still answer."""
    return listing.is_open and (listing.closes_on is None or listing.closes_on >= today)


def why_not(match: Match, *, rooms: Rooms, today: date) -> str:
    """Why this organisation can’t be invited now, as a sentence about “them”; empty when it can."""
    organisation = match.organisation
    return _first(
        (not takes_answers(match.listing, today=today), "This notice takes no more answers."),
        (match.status is MatchStatus.DECLINED, "They said it isn’t for them this time."),
        (match.status in ANSWERED, "They have answered already."),
        (match.invited_at is not None, "You have invited them already."),
        (match.retired_at is not None or not organisation.is_public, "They no longer fit this notice."),
        (not organisation.is_claimed, "Nobody speaks for them here yet, so there is nobody to write to."),
        (rooms.get(organisation.id) == 0, "They have no room for more just now."),
    )


def invite(match: Match, words: str, *, rooms: Rooms, actor: User, now: datetime) -> None:
    """Ask an organisation to look at the notice, and write to its people once."""
    if why := why_not(match, rooms=rooms, today=now.date()):
        raise Refused(why)
    ours = rows_changed(
        update(Match)
        .where(Match.id == match.id, Match.invited_at.is_(None), Match.status.not_in(ANSWERED))
        .values(invited_at=now, invited_by_id=actor.id, invited_words=words)
    )
    db.session.refresh(match)
    if not ours:  # a colleague invited them, or they answered, since this page was made
        raise Refused(why_not(match, rooms=rooms, today=now.date()))
    audit.record("match.invited", match, actor=actor)
    for person in organisations.members_of(match.organisation_id):
        mail.queue(
            "invited_to_answer", to_user=person, now=now, key=f"invited:{match.id}:{person.id}",
            organisation_name=match.organisation.name, other_name=match.listing.organisation.name,
            listing_title=match.listing.title, closes_on=match.listing.closes_on, words=words,
            url=url_for("matching.show", match_id=match.id),
        )  # fmt: skip


def invite_all(
    matches: Iterable[Match], words: str, *, rooms: Rooms, actor: User, now: datetime
) -> Invitations:
    """Invite those who can be, and say of the others why not: one refusal stops nobody else."""
    invited, left_out = [], []
    for match in matches:
        try:
            invite(match, words, rooms=rooms, actor=actor, now=now)
        except Refused as refusal:
            left_out.append((match, refusal.message))
        else:
            invited.append(match)
    return Invitations(tuple(invited), tuple(left_out))


def put_forward(
    listing: Listing, organisation: Organisation, words: str, *, actor: User, now: datetime
) -> Match:
    """Lay a notice on an organisation’s desk by hand, scored as far as ranking has anything to count."""
    match = _of_pair(listing, organisation)
    if why := why_not_forward(listing, organisation, match, today=now.date()):
        raise Refused(why)
    if match is None or match.retired_at is not None:
        match = match or _new(listing, organisation, now=now)
        match.retired_at, match.suggested_at = None, now
        _score(match, now=now)
    match.put_forward_at, match.put_forward_by_id, match.put_forward_words = now, actor.id, words
    audit.record("match.put_forward", match, actor=actor)
    return match


def why_not_forward(listing: Listing, organisation: Organisation, match: Match | None, *, today: date) -> str:
    """Why this pair can’t be put forward, as a sentence; empty when it can. A no always wins."""
    name, status = organisation.name, match.status if match else None
    return _first(
        (not takes_answers(listing, today=today), "This notice takes no more answers."),
        (organisation.id == listing.organisation_id, f"This is {name}’s own notice."),
        (not organisation.is_public, f"{name} is not on the board."),
        (status is MatchStatus.DECLINED, f"{name} said it isn’t for them this time."),
        (status in ANSWERED, f"{name} has answered already."),
        (match is not None and match.put_forward_at is not None, f"{name} is put forward already."),
    )


def _first(*against: tuple[bool, str]) -> str:
    """The first thing that stands against it, in words; empty when nothing does."""
    return next((words for holds, words in against if holds), "")


def take_back(match: Match, *, actor: User, now: datetime) -> None:
    """Undo putting forward. What stood by that alone is retired; what ranking found as well stays."""
    if match.put_forward_at is None:
        return  # the button was pressed twice
    if match.status in ANSWERED:
        raise Refused(f"{match.organisation.name} has answered already, so it can’t be taken back.")
    if match.suggested_at == match.put_forward_at and match.invited_at is None:
        match.retired_at = now
    match.put_forward_at, match.put_forward_by_id, match.put_forward_words = None, None, ""
    audit.record("match.put_forward_taken_back", match, actor=actor)


def _of_pair(listing: Listing, organisation: Organisation) -> Match | None:
    return db.session.scalar(
        db.select(Match).where(Match.listing_id == listing.id, Match.organisation_id == organisation.id)
    )


def _new(listing: Listing, organisation: Organisation, *, now: datetime) -> Match:
    """The row of a pair that never had one, with nothing counted towards it yet."""
    match = insert_unless_there(
        Match, organisation_id=organisation.id, listing_id=listing.id, score=0, fit=0.0, parts=[],
        model_version="", status=MatchStatus.SUGGESTED, suggested_at=now, scored_at=now,
    )  # fmt: skip
    if match is None:  # a run, or another convener, made it since we looked
        raise Refused("Something changed about these two just now. Try once more.")
    return match


def _score(match: Match, *, now: datetime) -> None:
    """Count what can be counted, as for any other pair; without anything the row keeps what it has."""
    if fit := running.score_pair(match.organisation_id, match.listing_id, now=now):
        storing.put(match, fit, now=now)
