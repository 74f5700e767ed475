"""What could stand in the digests of a page of people, read in a fixed number of statements.

New matches, as on the desk; what searches they keep found since; and what they saved or put off that closes
soon. What somebody was told of is told again only when it closes, once. What was dropped told nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from marketplace.digests.choosing import SOON, Candidate
from marketplace.digests.finding import Finder, Found
from marketplace.digests.models import Answer, Digest, DigestItem, ItemKind
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.fetching import Rows
from marketplace.listings.models import Listing, ListingStatus
from marketplace.mail.models import MailMessage
from marketplace.matching import viewing
from marketplace.matching.models import Match, MatchStatus
from marketplace.matching.queries import brought_together
from marketplace.organisations.models import Membership, Organisation, OrganisationStatus
from marketplace.portfolio.models import Shortlisted
from search.ranking import FLOOR

A_FEW = 10  # the best matches of each organisation; five are shown
LOOKED_AT = 30  # to find those: some are too far for a letter
UNOPENED = (MatchStatus.SUGGESTED, MatchStatus.NOTIFIED)
UNANSWERED = (*UNOPENED, MatchStatus.OPENED, MatchStatus.SNOOZED)

_ASKER = aliased(Organisation)
_BY_HAND = or_(Match.invited_at.is_not(None), Match.put_forward_at.is_not(None))


@dataclass(slots=True)
class Reader:
    """One person as choosing knows them: whom they act for, and what could be told to them."""

    user_id: int
    organisation_ids: list[int] = field(default_factory=list)
    searches: list[SavedSearch] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


def gather(user_ids: Sequence[int], *, today: date, finder: Finder) -> dict[int, Reader]:
    """What could be told to each of these people."""
    readers = {user_id: Reader(user_id) for user_id in user_ids}
    for row in _MEMBERS.of(user_ids):
        readers[row.user_id].organisation_ids.append(row.organisation_id)
    told = _told(user_ids)
    for user_id, candidate in _new_matches(user_ids, today):
        _offer(readers[user_id], candidate, told)
    for user_id, candidate in _closing(user_ids, today):
        _offer(readers[user_id], candidate, told)
    for user_id, candidate in _found(readers, finder, today):
        _offer(readers[user_id], candidate, told)
    return readers


def _offer(reader: Reader, candidate: Candidate, told: Mapping[int, Mapping[int, set[ItemKind]]]) -> None:
    """Let it stand, unless it is their own or they were told."""
    before = told.get(reader.user_id, {}).get(candidate.listing_id, set())
    is_told = ItemKind.CLOSING in before if candidate.kind is ItemKind.CLOSING else bool(before)
    if not is_told and candidate.asker_id not in reader.organisation_ids:
        reader.candidates.append(candidate)


_MEMBERS = Rows(
    select(Membership.user_id, Membership.organisation_id)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Organisation.status == OrganisationStatus.ACTIVE)
    .order_by(Membership.user_id, Membership.id),
    Membership.user_id.expression,
)
_TOLD = Rows(
    select(Digest.user_id, DigestItem.listing_id, DigestItem.kind)
    .join(DigestItem, DigestItem.digest_id == Digest.id)
    .join(Listing, Listing.id == DigestItem.listing_id)
    .outerjoin(MailMessage, MailMessage.id == Digest.message_id)
    .where(Listing.status == ListingStatus.PUBLISHED, MailMessage.dropped_at.is_(None)),
    Digest.user_id.expression,
)


def _told(user_ids: Collection[int]) -> Mapping[int, Mapping[int, set[ItemKind]]]:
    """What each was told of that is open still, and as what."""
    told: dict[int, dict[int, set[ItemKind]]] = defaultdict(lambda: defaultdict(set))
    for row in _TOLD.of(user_ids):
        told[row.user_id][row.listing_id].add(row.kind)
    return told


def _open(today: date) -> ColumnElement[bool]:
    """Where a listing and whose it is are joined: that it takes answers."""
    return and_(
        Listing.status == ListingStatus.PUBLISHED,
        or_(Listing.closes_on.is_(None), Listing.closes_on >= today),
        _ASKER.status == OrganisationStatus.ACTIVE,
    )


def _of_pairs(*more: Any) -> Any:
    """Matches of the organisations people act for, as `_candidate` reads them."""
    return (
        select(
            Membership.user_id,
            Match.id.label("match_id"),
            Match.organisation_id,
            Match.fit,
            Match.parts,
            Match.explored,
            _BY_HAND.label("by_hand"),
            *_LISTED,
            *more,
        )
        .select_from(Membership)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .join(Match, Match.organisation_id == Membership.organisation_id)
        .join(Listing, Listing.id == Match.listing_id)
        .join(_ASKER, _ASKER.id == Listing.organisation_id)
        .where(Organisation.status == OrganisationStatus.ACTIVE, Match.retired_at.is_(None))
    )


_LISTED = (
    Listing.id.label("listing_id"),
    Listing.family,
    Listing.organisation_id.label("asker_id"),
    Listing.closes_on,
)


def _candidate(row: Row[Any], kind: ItemKind) -> Candidate:
    return Candidate(
        kind=kind,
        listing_id=row.listing_id,
        family=row.family.value,
        asker_id=row.asker_id,
        closes_on=row.closes_on,
        fit=row.fit,
        organisation_id=row.organisation_id,
        match_id=row.match_id,
        parts=tuple(row.parts),
        by_hand=bool(row.by_hand) and kind is ItemKind.MATCH,
        explored=row.explored and kind is ItemKind.MATCH,
    )


def _new_matches(user_ids: Collection[int], today: date) -> Iterator[tuple[int, Candidate]]:
    """The best few of each organisation that were brought together, near enough, and that nobody has opened.

    What a colleague was told of is still new to this person.
    """
    was_told = (
        select(DigestItem.id)
        .join(Digest, Digest.id == DigestItem.digest_id)
        .outerjoin(MailMessage, MailMessage.id == Digest.message_id)
        .where(
            DigestItem.match_id == Match.id,
            Digest.user_id == Membership.user_id,
            MailMessage.dropped_at.is_(None),
        )
        .exists()
    )
    order = (case((_BY_HAND, 0), else_=1), Match.fit.desc(), Match.id)
    place = func.row_number().over(partition_by=Membership.id, order_by=order).label("place")
    few = (
        _of_pairs(place)
        .where(
            Membership.user_id.in_(user_ids),
            Match.status.in_(UNOPENED),
            Match.saved_at.is_(None),
            brought_together(),
            or_(_BY_HAND, Match.score >= FLOOR),
            _open(today),
            ~was_told,
        )
        .subquery()
    )
    taken: Counter[tuple[int, int]] = Counter()
    for row in db.session.execute(select(few).where(few.c.place <= LOOKED_AT).order_by(few.c.place)):
        key = (row.user_id, row.organisation_id)
        if taken[key] < A_FEW and (row.by_hand or not viewing.is_too_far(row.parts)):
            taken[key] += 1
            yield row.user_id, _candidate(row, ItemKind.MATCH)


def _closing(user_ids: Collection[int], today: date) -> Iterator[tuple[int, Candidate]]:
    """What they saved or put off that closes within a week: of matches, of lists they keep, of digests."""
    soon = and_(_open(today), Listing.closes_on <= today + SOON)
    kept = or_(Match.saved_at.is_not(None), Match.status == MatchStatus.SNOOZED)
    matches = _of_pairs().where(Membership.user_id.in_(user_ids), Match.status.in_(UNANSWERED), kept, soon)
    for row in db.session.execute(matches):
        yield row.user_id, _candidate(row, ItemKind.CLOSING)
    shortlisted = (
        select(Membership.user_id, Membership.organisation_id, *_LISTED)
        .join(Shortlisted, Shortlisted.organisation_id == Membership.organisation_id)
        .join(Listing, Listing.id == Shortlisted.listing_id)
        .join(_ASKER, _ASKER.id == Listing.organisation_id)
        .where(Membership.user_id.in_(user_ids), soon)
    )
    put_off = (
        select(Digest.user_id, DigestItem.organisation_id, *_LISTED)
        .join(DigestItem, DigestItem.digest_id == Digest.id)
        .join(Listing, Listing.id == DigestItem.listing_id)
        .join(_ASKER, _ASKER.id == Listing.organisation_id)
        .where(
            Digest.user_id.in_(user_ids),
            DigestItem.answer == Answer.LATER,
            DigestItem.match_id.is_(None),
            soon,
        )
    )
    for query in (shortlisted, put_off):
        for row in db.session.execute(query):
            yield row.user_id, _unscored(row, ItemKind.CLOSING, row.organisation_id)


def _unscored(row: Any, kind: ItemKind, organisation_id: int | None) -> Candidate:
    return Candidate(
        kind=kind,
        listing_id=row.listing_id,
        family=row.family.value,
        asker_id=row.asker_id,
        closes_on=row.closes_on,
        organisation_id=organisation_id,
    )


_SEARCHES = select(SavedSearch).where(SavedSearch.muted.is_(False)).order_by(SavedSearch.id)


def _found(readers: Mapping[int, Reader], finder: Finder, today: date) -> Iterator[tuple[int, Candidate]]:
    """What their searches found that was put up since they last looked or were told."""
    searches = db.session.scalars(_SEARCHES.where(SavedSearch.user_id.in_(readers))).all()
    finder.look([search.address for search in searches])
    fresh: list[tuple[SavedSearch, Found]] = []
    for search in searches:
        readers[search.user_id].searches.append(search)
        since = search.last_seen_at or search.created_at
        fresh += [(search, each) for each in finder.found(search.address) if each.published_at > since]
    scored = _scored(fresh, readers)
    for search, found in fresh:
        theirs = readers[search.user_id].organisation_ids
        whose = search.organisation_id if search.organisation_id in theirs else next(iter(theirs), None)
        match = scored.get((whose, found.listing_id))
        if match is not None and not _is_open_to(match, today):
            continue  # “not for me” always wins, and so does yes
        scored_now = match if match is not None and match.retired_at is None else None
        yield (
            search.user_id,
            Candidate(
                kind=ItemKind.FOUND,
                listing_id=found.listing_id,
                family=found.family,
                asker_id=found.asker_id,
                closes_on=found.closes_on,
                fit=scored_now.fit if scored_now else None,
                organisation_id=whose,
                match_id=scored_now.id if scored_now else None,
                search_id=search.id,
            ),
        )


def _scored(
    fresh: Iterable[tuple[SavedSearch, Found]], readers: Mapping[int, Reader]
) -> dict[tuple[int | None, int], Any]:
    """What is known of these organisations and listings as pairs."""
    ids = {found.listing_id for _, found in fresh}
    whose = {each for search, _ in fresh for each in readers[search.user_id].organisation_ids}
    if not ids or not whose:
        return {}
    query = select(
        Match.id,
        Match.organisation_id,
        Match.listing_id,
        Match.fit,
        Match.status,
        Match.snoozed_until,
        Match.retired_at,
    ).where(Match.listing_id.in_(ids), Match.organisation_id.in_(whose))
    return {(row.organisation_id, row.listing_id): row for row in db.session.execute(query)}


def _is_open_to(match: Any, today: date) -> bool:
    if match.status is MatchStatus.SNOOZED:
        return match.snoozed_until is None or bool(match.snoozed_until <= today)
    return match.status in UNANSWERED
