"""Who is due a digest, what became of those before, and the facts that a letter says of each item."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Date, Row, case, func, literal, or_, select

from marketplace.accounts.models import DigestFrequency, User
from marketplace.digests.due import OFTEN, is_due, midnight, period_of
from marketplace.digests.easing import IGNORED, Past
from marketplace.digests.models import Digest
from marketplace.discovery.models import SavedSearch
from marketplace.extensions import db
from marketplace.fetching import Rows
from marketplace.listings.models import Listing
from marketplace.mail.models import MailMessage, Stream
from marketplace.organisations.models import Membership, Organisation

A_DAY_AT_MOST = 3  # letters of other kinds; with as many a digest waits for another day


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose period has no digest yet."""

    user: User
    past: Sequence[Past] = field(default=())  # digests that were sent, newest first

    @property
    def id(self) -> int:
        return self.user.id


@dataclass(frozen=True, slots=True)
class People:
    """Those due on a page of people; `last` is the id of the last who was looked at, due or not."""

    due: Sequence[Person]
    last: int


def due_page(day: date, *, after: int, upto: int | None = None, limit: int) -> People | None:
    """People due a digest on a day, by id; None when nobody is left to look at."""
    users = db.session.scalars(_without_one(day, after, upto).limit(limit)).all()
    if not users:
        return None
    past = _past([user.id for user in users])
    people = [Person(user, past.get(user.id, ())) for user in users]
    due = [each for each in people if is_due(each.user.digest_frequency, day, _last(each))]
    return People(due, users[-1].id)


def bounds(day: date, *, after: int, each: int) -> list[int]:
    """The ids that end pages of so many people: what several processes share out among them."""
    ids = db.session.scalars(_without_one(day, after, None).with_only_columns(User.id)).all()
    return [*ids[each - 1 :: each], *ids[-1:]] if len(ids) % each else list(ids[each - 1 :: each])


def _last(person: Person) -> Any:
    return person.past[0].last if person.past else None


def _without_one(day: date, after: int, upto: int | None) -> Any:
    """Confirmed people who act for an organisation or keep a search, whose period has no digest."""
    period = case(
        *(
            (User.digest_frequency == each, literal(period_of(each, day), Date))
            for each in OFTEN
            if each is not DigestFrequency.MONTHLY
        ),
        else_=literal(period_of(DigestFrequency.MONTHLY, day), Date),
    )
    has_one = select(Digest.id).where(Digest.user_id == User.id, Digest.period == period).exists()
    belongs = select(Membership.id).where(Membership.user_id == User.id).exists()
    keeps = (
        select(SavedSearch.id).where(SavedSearch.user_id == User.id, SavedSearch.muted.is_(False)).exists()
    )
    query = db.select(User).where(
        User.id > after,
        User.confirmed_at.is_not(None),
        User.digest_frequency.in_(OFTEN),
        or_(belongs, keeps),
        ~has_one,
    )
    if upto is not None:
        query = query.where(User.id <= upto)
    return query.order_by(User.id)


def _past(user_ids: Collection[int]) -> dict[int, list[Past]]:
    """The last few digests that were sent to each, newest first. What was dropped was never sent."""
    place = func.row_number().over(partition_by=Digest.user_id, order_by=Digest.created_at.desc())
    few = (
        select(Digest.user_id, Digest.created_at, Digest.frequency, Digest.met_at, place.label("place"))
        .join(MailMessage, MailMessage.id == Digest.message_id)
        .where(Digest.user_id.in_(user_ids), MailMessage.dropped_at.is_(None))
        .subquery()
    )
    rows = db.session.execute(select(few).where(few.c.place <= IGNORED).order_by(few.c.user_id, few.c.place))
    found: dict[int, list[Past]] = {}
    for row in rows:
        found.setdefault(row.user_id, []).append(Past(row.created_at, row.frequency, row.met_at))
    return found


def full_today(user_ids: Collection[int], day: date) -> set[int]:
    """Who of these got as many letters on that day as anybody should, or a digest."""
    is_digest = MailMessage.stream == Stream.DIGEST
    query = (
        select(MailMessage.user_id)
        .where(
            MailMessage.user_id.in_(user_ids),
            MailMessage.stream != Stream.ACCOUNT,
            MailMessage.created_at >= midnight(day),
            MailMessage.created_at < midnight(day + timedelta(days=1)),
            MailMessage.dropped_at.is_(None),
        )
        .group_by(MailMessage.user_id)
        .having(or_(func.count() >= A_DAY_AT_MOST, func.sum(case((is_digest, 1), else_=0)) > 0))
    )
    return {user_id for user_id in db.session.scalars(query) if user_id is not None}


_LISTINGS = Rows(
    select(
        Listing.id, Listing.family, Listing.title, Listing.town, Listing.lat, Listing.lon, Listing.closes_on,
        Organisation.name.label("who"),
    ).join(Organisation, Organisation.id == Listing.organisation_id),
    Listing.id.expression,
)  # fmt: skip
_ORGANISATIONS = Rows(
    select(Organisation.id, Organisation.name, Organisation.lat, Organisation.lon), Organisation.id.expression
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What letters say of listings and of organisations, by id."""

    listings: dict[int, Row[Any]]
    organisations: dict[int, Row[Any]]


def facts(listing_ids: Collection[int], organisation_ids: Collection[int]) -> Facts:
    """Read in two statements."""
    return Facts(
        {row.id: row for row in _LISTINGS.of(listing_ids)},
        {row.id: row for row in _ORGANISATIONS.of(organisation_ids)},
    )
