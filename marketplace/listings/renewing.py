"""Notices that are about to come down: a letter two weeks before, with a link whose page has one button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

from marketplace import mail
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.cards import address
from marketplace.listings.models import ASKS, Listing, ListingStatus
from marketplace.mail.models import MailMessage
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Membership

WARNED_BEFORE = timedelta(days=14)
LINK_DAYS = 45
AT_ONCE = 500  # keys looked up together
TOO_OLD = "This link is too old, or not whole. Sign in and renew the notice from its page."


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a link stands for: a notice, and whoever the letter was written to."""

    listing: Listing
    user: User


def token_for(listing: Listing, user: User) -> str:
    """Lets this person renew this notice, for 45 days."""
    return str(_signer().dumps([listing.id, user.id]))


def read_token(token: str) -> Renewal:
    """Raises `Refused` when the link is not good, or the person no longer belongs to the organisation."""
    try:
        listing_id, user_id = _signer().loads(token, max_age=LINK_DAYS * 86400)
    except BadSignature:
        raise Refused(TOO_OLD) from None
    listing, user = db.session.get(Listing, listing_id), db.session.get(User, user_id)
    if listing is None or user is None:
        raise Refused(TOO_OLD)
    if all(each.organisation_id != listing.organisation_id for each in user.memberships):
        raise Refused("You no longer belong to the organisation that put this notice up.")
    return Renewal(listing, user)


def to_warn_of(today: date) -> Sequence[int]:
    """Notices that come down within two weeks because nobody renewed them, and of which somebody is not told.

    One with a closing date of its own ends as its owner meant it to.
    """
    query = (
        db.select(Listing.id, Listing.expires_on, Membership.user_id)
        .join(Membership, Membership.organisation_id == Listing.organisation_id)
        .where(
            Listing.status == ListingStatus.PUBLISHED,
            Listing.closes_on.is_(None),
            Listing.expires_on.between(today, today + WARNED_BEFORE),
        )
        .order_by(Listing.id)
    )
    rows = db.session.execute(query).all()
    keys = {_key(listing_id, until, user_id): listing_id for listing_id, until, user_id in rows}
    for start in range(0, len(rows), AT_ONCE):
        some = [_key(*row) for row in rows[start : start + AT_ONCE]]
        for told in db.session.scalars(db.select(MailMessage.key).where(MailMessage.key.in_(some))):
            keys.pop(told, None)
    return sorted(set(keys.values()))


def warn(listing: Listing, *, now: datetime) -> None:
    """Write to everybody at its organisation, once for each last day."""
    if not listing.is_open or listing.closes_on or listing.expires_on is None:
        return  # it was closed or renewed since
    for person in organisations.members_of(listing.organisation_id):
        mail.queue(
            "listing_expiring", to_user=person, now=now,
            key=_key(listing.id, listing.expires_on, person.id),
            organisation_name=listing.organisation.name, listing_title=listing.title,
            until=listing.expires_on, lasts=how_long(listing), listing_url=mail.link(address(listing)),
            url=url_for("listings.renew", token=token_for(listing, person)),
        )  # fmt: skip


def how_long(listing: Listing) -> str:
    """For how long it is renewed, in words."""
    return "three months" if listing.family in ASKS else "six months"


def _key(listing_id: int, until: date, user_id: int) -> str:
    return f"listing_expiring:{listing_id}:{until.isoformat()}:{user_id}"


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="listing.renew")
