"""Who could do this, as whoever asks sees it: best first, with the reasons and what each said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.listings.cards import miles_apart
from marketplace.listings.models import Family, Listing
from marketplace.matching import inviting, queries, viewing
from marketplace.matching.models import Match, MatchStatus
from marketplace.matching.viewing import Side
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import REGISTERS, Organisation, OrganisationStatus
from marketplace.web.words import short_day

ON_A_PAGE = 20
PICKED_AT_MOST = 20
COMPARED = range(2, 5)  # how many stand side by side
REASONS_SHOWN = 2
CHOICES = 12  # of organisations by name
WORDS_OF_A_NAME = 5
NOT_ASKED = (MatchStatus.SUGGESTED, MatchStatus.NOTIFIED, MatchStatus.OPENED, MatchStatus.SNOOZED)
SAID_YES = (MatchStatus.INTERESTED, MatchStatus.CONVERTED)


@dataclass(frozen=True, slots=True)
class Showing:
    """Which of them to show: “all”, “interested” or “unasked”; maybe only those a public register knows."""

    which: str = "all"
    verified: bool = False

    def condition(self) -> ColumnElement[bool]:
        found = WHICH[self.which]()
        return and_(found, Organisation.source.in_(REGISTERS)) if self.verified else found


def _interested() -> ColumnElement[bool]:
    return Match.status.in_(SAID_YES)


def _unasked() -> ColumnElement[bool]:
    return and_(Match.status.in_(NOT_ASKED), Match.invited_at.is_(None))


WHICH = {"all": db.true, "interested": _interested, "unasked": _unasked}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One organisation that fits: what is said of it stands in words that it may be told as well."""

    match: Match
    size: str
    miles: float | None
    reasons: tuple[str, ...]
    missing: tuple[str, ...]
    said: str
    said_yes: bool
    by_hand: bool  # stands by a convener’s word, with nothing that ranking counted

    @property
    def is_unasked(self) -> bool:
        """Neither side said anything yet."""
        return self.match.status in NOT_ASKED and self.match.invited_at is None


@dataclass(frozen=True, slots=True)
class Page:
    """Some candidates, the first of them in place `first`; the next page begins behind the match `after`."""

    candidates: tuple[Candidate, ...]
    first: int
    after: int | None


@dataclass(frozen=True, slots=True)
class Choice:
    """An organisation that could be put forward, or why it can’t be."""

    organisation: Organisation
    size: str
    miles: float | None
    score: int | None
    why_not: str


def counts(listing: Listing, *, verified: bool) -> dict[str, int]:
    """How many each of WHICH would show, how many are verified and how many there are, in one query."""
    each = {name: Showing(name, verified).condition() for name in WHICH}
    each |= {"verified": Showing(verified=True).condition(), "total": Showing().condition()}
    query = db.select(*(func.count(Match.id).filter(condition) for condition in each.values()))
    row = db.session.execute(query.join(Match.organisation).where(*standing(listing))).one()
    return dict(zip(each, row, strict=True))


def page(listing: Listing, showing: Showing, *, today: date, after: int | None = None) -> Page:
    """The next candidates behind a match, best first."""
    query, first = _candidates(listing).where(showing.condition()), 1
    if after is not None:
        last = db.select(Match.fit).where(Match.id == after).scalar_subquery()
        beyond = or_(Match.fit < last, and_(Match.fit == last, Match.id > after))
        before = db.select(func.count(Match.id)).join(Match.organisation)
        before = before.where(*standing(listing), showing.condition(), ~beyond)
        query, first = query.where(beyond), 1 + (db.session.scalar(before) or 0)
    rows = db.session.scalars(query.limit(ON_A_PAGE + 1)).all()
    shown = rows[:ON_A_PAGE]
    return Page(
        tuple(candidate(row, today=today) for row in shown),
        first,
        shown[-1].id if len(rows) > ON_A_PAGE else None,
    )


def picked(listing: Listing, ids: Iterable[int]) -> Sequence[Match]:
    """Those of these matches that are this notice’s, best first."""
    wanted = list(dict.fromkeys(ids))[:PICKED_AT_MOST]
    return db.session.scalars(_candidates(listing).where(Match.id.in_(wanted))).all() if wanted else ()


def shortlist(listing: Listing, *, today: date, limit: int = 5) -> list[Candidate]:
    """The first few who have not said no, for the page of the notice."""
    return [candidate(match, today=today) for match in queries.fits_for(listing, limit=limit)]


def choices(listing: Listing, typed: str, *, today: date) -> list[Choice]:
    """Organisations of the place with these words in their name, and how each stands to the notice."""
    typed_words = typed.split()[:WORDS_OF_A_NAME]
    if not typed_words:
        return []
    named = (Organisation.name.icontains(word, autoescape=True) for word in typed_words)
    query = db.select(Organisation, Match).where(
        Organisation.place_id == listing.place_id,
        Organisation.status == OrganisationStatus.ACTIVE,
        Organisation.id != listing.organisation_id,
        *named,
    )
    pair = and_(Match.organisation_id == Organisation.id, Match.listing_id == listing.id)
    rows = db.session.execute(
        query.outerjoin(Match, pair).order_by(Organisation.name, Organisation.id).limit(CHOICES)
    )
    return [
        Choice(
            organisation=organisation,
            size=organisations.size_words(organisation, on=organisation.facts_on or today),
            miles=miles_apart(organisation, listing),
            score=match.score if match is not None and match.retired_at is None else None,
            why_not=inviting.why_not_forward(listing, organisation, match, today=today),
        )
        for organisation, match in rows
    ]


def candidate(match: Match, *, today: date) -> Candidate:
    """A match as a line of the list; its organisation and listing are loaded already."""
    organisation = match.organisation
    return Candidate(
        match=match,
        size=organisations.size_words(organisation, on=organisation.facts_on or today),
        miles=miles_apart(organisation, match.listing),
        reasons=viewing.reasons(match, Side.ASKS, limit=REASONS_SHOWN),
        missing=tuple(part["words"] for part in viewing.missing(viewing.as_seen_by(match.parts, Side.ASKS))),
        said=said(match),
        said_yes=match.status in SAID_YES,
        by_hand=match.put_forward_at is not None and not match.parts,
    )


def said(match: Match) -> str:
    """What they said so far, as far as it concerns whoever asks: why not, and “later”, are theirs to keep."""
    if match.status is MatchStatus.CONVERTED:
        return "Promised something" if match.listing.family is Family.NEED else "Answered"
    if match.status is MatchStatus.INTERESTED:
        return "Interested"
    if match.status is MatchStatus.DECLINED:
        return "Not this time"
    if match.invited_at is not None:
        return f"Invited on {short_day(match.invited_at)}, not answered yet"
    return "Not asked yet"


def standing(listing: Listing) -> tuple[Any, ...]:
    """The matches of a notice that hold now."""
    return Match.listing_id == listing.id, Match.retired_at.is_(None)


def _candidates(listing: Listing) -> Any:
    return (
        db.select(Match)
        .join(Match.organisation)
        .options(joinedload(Match.organisation), joinedload(Match.listing))
        .where(*standing(listing))
        .order_by(Match.fit.desc(), Match.id)
    )
