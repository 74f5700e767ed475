"""Pledges, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.messages.ties import tie
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import ENDED, HOLDS, Pledge, PledgeStatus

TOLD = 20  # promises on the page of their need
_NOTHING = (PledgeStatus.DECLINED, PledgeStatus.WITHDRAWN, PledgeStatus.LAPSED)


@tie("pledge")
def are_tied(listing_id: int, organisation_id: int) -> bool:
    """Whether an organisation promised something towards a notice, or asked for what it offers."""
    ends = or_(Pledge.giver_id == organisation_id, Pledge.receiver_id == organisation_id)
    query = db.select(Pledge.id).where(Pledge.listing_id == listing_id, ends).limit(1)
    return db.session.scalar(query) is not None


def _shown() -> Select[Any]:
    """With what a line about a pledge says; notices by a query of their own, or SQLite reads them all."""
    listing = selectinload(Pledge.listing)
    return db.select(Pledge).options(
        listing.joinedload(Listing.organisation),
        listing.lazyload(Listing.quantities),  # what no list of pledges shows
        joinedload(Pledge.giver),
        joinedload(Pledge.receiver),
        joinedload(Pledge.quantity_row),
    )


def _these(ids: Select[tuple[int]]) -> Sequence[Pledge]:
    """The pledges of these ids, in their order. Sorted first and loaded then: rows are wide, ids are not."""
    order = {number: place for place, number in enumerate(db.session.scalars(ids))}
    rows = db.session.scalars(_shown().where(Pledge.id.in_(order))) if order else ()
    return sorted(rows, key=lambda pledge: order[pledge.id])


def of_organisation(organisation: Organisation, *, limit: int = 50) -> Sequence[Pledge]:
    """Pledges given or received, those under way first, latest first."""
    ids = db.select(Pledge.id).where(_given_or_received(organisation))
    return _these(ids.order_by(Pledge.status.in_(ENDED), Pledge.id.desc()).limit(limit))


def confirmed_of(organisation: Organisation, *, limit: int = 50) -> Sequence[Pledge]:
    """What was given or received and came, latest first."""
    came = Pledge.status.in_([PledgeStatus.CONFIRMED, PledgeStatus.VERIFIED])
    latest = (Pledge.confirmed_at.desc(), Pledge.id)
    # The latest of each side by its index, then the latest of both.
    given, received = (
        select(
            db.select(Pledge.id, Pledge.confirmed_at)
            .where(side == organisation.id, Pledge.confirmed_at.is_not(None), came)
            .order_by(*latest)
            .limit(limit)
            .subquery()
        )
        for side in (Pledge.giver_id, Pledge.receiver_id)
    )
    both = given.union_all(received).subquery()
    return _these(select(both.c.id).order_by(both.c.confirmed_at.desc(), both.c.id).limit(limit))


def _given_or_received(organisation: Organisation) -> ColumnElement[bool]:
    return or_(Pledge.giver_id == organisation.id, Pledge.receiver_id == organisation.id)


@dataclass(frozen=True, slots=True)
class Towards:
    """Promises towards a need, as its page tells of them: some of each sort, and how many more are in."""

    to_answer: Sequence[Pledge]  # for whoever asks: first come first
    own: Sequence[Pledge]  # of whoever looks
    already_in: Sequence[Pledge]
    more: int


def towards(need: Need, *, own: bool, reader: Organisation | None) -> Towards:
    """What its page tells whoever asks (`own`), or somebody who acts for `reader`."""
    its = Pledge.listing_id == need.id
    waits = Pledge.status.in_([PledgeStatus.OFFERED, PledgeStatus.DELIVERED])
    is_in = Pledge.status.in_(HOLDS)
    theirs = and_(Pledge.giver_id == reader.id, Pledge.status.not_in(_NOTHING)) if reader else false()
    first = db.select(Pledge.id).order_by(Pledge.id).limit(TOLD)
    in_all = db.session.scalar(db.select(func.count(Pledge.id)).where(its, is_in)) or 0
    already_in = _these(first.where(its, is_in))
    return Towards(
        _these(first.where(its, waits)) if own else (),
        _these(first.where(its, theirs)) if reader and not own else (),
        already_in,
        in_all - len(already_in),
    )
