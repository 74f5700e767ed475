"""Who is due a digest, and what is new for them."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import or_
from sqlalchemy.orm import joinedload, selectinload

from marketplace.accounts.models import DigestFrequency, User
from marketplace.digests.models import Digest, DigestItem
from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus
from marketplace.matching import queries as matching
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import Membership, Organisation


def members(*, after: int = 0, limit: int = 200) -> Sequence[User]:
    """Confirmed people who belong to an organisation, by id; a page at a time."""
    belongs = db.select(Membership.id).where(Membership.user_id == User.id).exists()
    query = db.select(User).options(selectinload(User.memberships))
    query = query.where(User.id > after, User.confirmed_at.is_not(None), belongs)
    return db.session.scalars(query.order_by(User.id).limit(limit)).all()


def everyone() -> Iterator[int]:
    """The ids of all of them."""
    last = 0
    while page := members(after=last):
        yield from [person.id for person in page]
        last = page[-1].id


def wants_none(person: User) -> bool:
    """Paused, or not to be written to."""
    return person.digest_frequency is DigestFrequency.PAUSED


def was_written(person: User, period: date) -> bool:
    query = db.select(Digest.id).where(Digest.user_id == person.id, Digest.period == period)
    return db.session.scalar(query) is not None


def new_for(person: User, organisations: Sequence[Organisation], *, today: date) -> Sequence[Match]:
    """Open matches of these organisations that nobody has opened and this person has not been told of.

    What a colleague was told of is still new to this person.
    """
    told = (
        db.select(DigestItem.match_id)
        .join(Digest, Digest.id == DigestItem.digest_id)
        .where(Digest.user_id == person.id, DigestItem.match_id == Match.id)
        .exists()
    )
    query = (
        db.select(Match)
        .join(Match.listing)
        .options(joinedload(Match.listing).joinedload(Listing.organisation), joinedload(Match.organisation))
        .where(
            Match.organisation_id.in_([each.id for each in organisations]),
            Match.retired_at.is_(None),
            ~told,
            Match.status.in_([MatchStatus.SUGGESTED, MatchStatus.NOTIFIED]),
            matching.brought_together(),
            Listing.status == ListingStatus.PUBLISHED,
            or_(Listing.closes_on.is_(None), Listing.closes_on >= today),
        )
        .order_by(Match.fit.desc(), Match.id)
        .limit(50)
    )
    return db.session.scalars(query).all()
