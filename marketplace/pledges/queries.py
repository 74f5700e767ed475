"""Pledges, read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, or_
from sqlalchemy.orm import joinedload

from marketplace.extensions import db
from marketplace.listings.models import Listing, Quantity, QuantityKind
from marketplace.messages.ties import tie
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import ENDED, Pledge, PledgeStatus


@tie("pledge")
def are_tied(listing_id: int, organisation_id: int) -> bool:
    """Whether an organisation promised something towards a notice, or asked for what it offers."""
    ends = or_(Pledge.giver_id == organisation_id, Pledge.receiver_id == organisation_id)
    query = db.select(Pledge.id).where(Pledge.listing_id == listing_id, ends).limit(1)
    return db.session.scalar(query) is not None


def _shown() -> Select[Any]:
    need, giver, receiver = joinedload(Pledge.listing), joinedload(Pledge.giver), joinedload(Pledge.receiver)
    return db.select(Pledge).options(
        need.joinedload(Listing.organisation).lazyload(Organisation.interest_rows),
        # What a list of pledges never shows, so that it is one query.
        need.lazyload(Listing.category_rows),
        need.lazyload(Listing.quantities),
        giver.lazyload(Organisation.interest_rows),
        receiver.lazyload(Organisation.interest_rows),
        joinedload(Pledge.quantity_row),
    )


def of_organisation(organisation: Organisation, *, limit: int = 50) -> Sequence[Pledge]:
    """Pledges given or received, those under way first, latest first."""
    query = _shown().where(or_(Pledge.giver_id == organisation.id, Pledge.receiver_id == organisation.id))
    under_way = Pledge.status.in_(ENDED)
    return db.session.scalars(
        query.order_by(under_way, Pledge.offered_at.desc(), Pledge.id).limit(limit)
    ).all()


def confirmed_of(organisation: Organisation, *, limit: int = 50) -> Sequence[Pledge]:
    """What was given or received and came, latest first."""
    query = _shown().where(
        or_(Pledge.giver_id == organisation.id, Pledge.receiver_id == organisation.id),
        Pledge.status.in_([PledgeStatus.CONFIRMED, PledgeStatus.VERIFIED]),
    )
    return db.session.scalars(query.order_by(Pledge.confirmed_at.desc(), Pledge.id).limit(limit)).all()


def towards(need: Need) -> Sequence[Pledge]:
    """Accepted promises towards a need, and those waiting for an answer, first come first."""
    query = _shown().where(
        Pledge.listing_id == need.id, Pledge.status.not_in([PledgeStatus.DECLINED, PledgeStatus.WITHDRAWN])
    )
    return db.session.scalars(query.order_by(Pledge.offered_at, Pledge.id)).all()


def totals() -> dict[PledgeStatus, dict[QuantityKind, int]]:
    """How much of each kind now stands at each state, over the whole place."""
    query = (
        db.select(Pledge.status, Quantity.kind, func.sum(Pledge.quantity))
        .join(Quantity, Quantity.id == Pledge.quantity_id)
        .group_by(Pledge.status, Quantity.kind)
    )
    found: dict[PledgeStatus, dict[QuantityKind, int]] = {}
    for status, kind, total in db.session.execute(query):
        found.setdefault(status, {})[kind] = int(total)
    return found
