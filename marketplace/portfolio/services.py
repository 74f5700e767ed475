"""Verbs of a giving team: keeping needs in mind, and promising to several at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, find_or_insert
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from marketplace.pledges import services as pledges
from marketplace.pledges.models import Bundle, Pledge
from marketplace.portfolio import queries
from marketplace.portfolio.models import Shortlisted


def keep(need: Need, *, organisation: Organisation, actor: User, now: datetime) -> Shortlisted:
    """Put a need on the shortlist. Twice is once."""
    pair = {"organisation_id": organisation.id, "listing_id": need.id}
    row, is_new = find_or_insert(Shortlisted, pair, added_by_id=actor.id, added_at=now)
    if is_new:
        audit.record("need.shortlisted", need, actor=actor, organisation_id=organisation.id)
    return row


def write_note(row: Shortlisted, note: str, *, actor: User, now: datetime) -> None:
    """What the team thinks of it; only they read it."""
    row.note = note
    audit.record("shortlist.noted", row, actor=actor)


def drop(row: Shortlisted, *, actor: User, now: datetime) -> None:
    """Take it off the shortlist, and the note with it."""
    audit.record("shortlist.dropped", row, actor=actor, listing_id=row.listing_id)
    db.session.delete(row)


@dataclass(frozen=True, kw_only=True)
class Share:
    """How much of which line of which need."""

    need: Need
    quantity_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Failed:
    """A promise that could not be made, and why."""

    need: Need
    reason: str


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a bundle: each promise stands by itself."""

    bundle: Bundle
    pledges: Sequence[Pledge]
    failed: Sequence[Failed]


@dataclass(frozen=True, kw_only=True)
class BundleDetails:
    """Several promises under one name. `form_key` makes a form sent twice one bundle."""

    name: str
    shares: Sequence[Share]
    words: str = ""
    starts_on: date | None = None
    form_key: str


def promise_together(details: BundleDetails, *, giver: Organisation, actor: User, now: datetime) -> Made:
    """Promise to several needs at once: what can be promised is; the rest is named, each with its reason.

    Raises `Refused` where none can be made, and nothing is kept then.
    """
    if (before := queries.bundle_sent(details.form_key, giver.id)) is not None:
        return Made(before, before.pledges, ())
    if not details.shares:
        raise Refused("Say how much you would give to at least one of them.")
    bundle = pledges.make_bundle(details.name, details.form_key, giver=giver, actor=actor, now=now)
    if bundle.pledges:  # the same form came twice at once, and the other was first
        return Made(bundle, bundle.pledges, ())
    made, failed = [], []
    # In the order of their lines, so that two bundles at once never wait for each other.
    for share in sorted(details.shares, key=lambda each: each.quantity_id):
        try:
            with db.session.begin_nested():
                made.append(_offer(share, details, bundle, giver=giver, actor=actor, now=now))
        except Refused as refusal:
            failed.append(Failed(share.need, refusal.message))
    if not made:
        raise Refused(" ".join(f"{each.need.title}: {each.reason}" for each in failed))
    return Made(bundle, made, failed)


def _offer(
    share: Share, details: BundleDetails, bundle: Bundle, *, giver: Organisation, actor: User, now: datetime
) -> Pledge:
    offered = pledges.PledgeDetails(
        quantity_id=share.quantity_id,
        each=share.quantity,
        words=details.words,
        starts_on=details.starts_on,
        form_key=f"{details.form_key[:40]}:{share.quantity_id}",
        bundle_id=bundle.id,
    )
    return pledges.offer(share.need, offered, giver=giver, actor=actor, now=now)
