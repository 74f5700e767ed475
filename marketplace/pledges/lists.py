"""Pledges as lists: by whose move it is, what the convener looks at, and the thanks that came of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, Select, and_, bindparam, case, exists, func, or_
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from marketplace.extensions import db
from marketplace.ledger.models import LedgerEntry
from marketplace.listings.models import Listing, ListingStatus
from marketplace.needs.models import Need
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation, OrganisationStatus
from marketplace.pledges.models import (
    ENDED,
    Delivery,
    DeliveryStatus,
    End,
    Pledge,
    PledgeStatus,
    Story,
)
from marketplace.responses.models import Outcome

_UNDER_WAY = (PledgeStatus.ACCEPTED, PledgeStatus.SCHEDULED, PledgeStatus.PARTLY_DELIVERED)
_LIVE = tuple(status for status in PledgeStatus if status not in ENDED)
STORIES_SHOWN = 6
CONTRACTS_SHOWN = 50


class Move(StrEnum):
    """Whose move it is, as an organisation sees its pledges."""

    YOURS = "yours"
    THEIRS = "theirs"
    DONE = "done"


class Part(StrEnum):
    """What an organisation has in its pledges."""

    GIVEN = "given"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class PledgeList:
    """Some pledges in order, and the id that the next page comes after, if there is one."""

    pledges: Sequence[Pledge]
    after: int | None


def _to_be_confirmed() -> ColumnElement[bool]:
    return exists().where(Delivery.pledge_id == Pledge.id, Delivery.status == DeliveryStatus.DELIVERED)


def _turn_of(end: End) -> ColumnElement[bool]:
    """Pledges that wait for this end: the same as `turns.turn` says, for many at once. Never NULL."""
    is_asked = and_(Pledge.proposed_by.is_not(None), Pledge.status.in_([PledgeStatus.OFFERED, *_UNDER_WAY]))
    to_answer = and_(Pledge.status == PledgeStatus.OFFERED, Pledge.begun_by == end.other)
    partly = Pledge.status == PledgeStatus.PARTLY_DELIVERED
    if end is End.GIVER:
        to_do = or_(
            Pledge.status.in_([PledgeStatus.DRAFT, PledgeStatus.ACCEPTED, PledgeStatus.SCHEDULED]),
            and_(partly, ~_to_be_confirmed()),
        )
    else:
        to_do = and_(
            or_(Pledge.status == PledgeStatus.DELIVERED, and_(partly, _to_be_confirmed())),
            Pledge.escalated_at.is_(None),
        )
    return or_(and_(is_asked, Pledge.proposed_by == end.other), and_(~is_asked, or_(to_answer, to_do)))


_WHOSE = bindparam("whose", type_=Integer)  # the organisation that asks


def _ours(part: Part | None, statuses: Collection[PledgeStatus]) -> ColumnElement[bool]:
    """Given or received by an organisation; what the giver's own team has yet to let out is not received.

    The states are said on each side, where an index knows them.
    """
    is_out = or_(Pledge.offered_at.is_not(None), Pledge.waiting_at.is_not(None))
    gives = and_(Pledge.giver_id == _WHOSE, Pledge.status.in_(statuses))
    gets = and_(Pledge.receiver_id == _WHOSE, Pledge.status.in_(statuses), is_out)
    return {None: or_(gives, gets), Part.GIVEN: gives, Part.RECEIVED: gets}[part]


def _is(move: Move) -> ColumnElement[bool]:
    yours = or_(
        and_(Pledge.giver_id == _WHOSE, _turn_of(End.GIVER)),
        and_(Pledge.receiver_id == _WHOSE, _turn_of(End.RECEIVER)),
    )
    ended = Pledge.status.in_(ENDED)
    return {Move.YOURS: yours, Move.THEIRS: and_(~ended, ~yours), Move.DONE: ended}[move]


def _loaded() -> tuple[ExecutableOption, ...]:
    """What a line of a list shows, in three queries however long it is."""
    return (
        selectinload(Pledge.listing).lazyload(Listing.quantities),
        joinedload(Pledge.giver),
        joinedload(Pledge.receiver),
        joinedload(Pledge.quantity_row),
        selectinload(Pledge.deliveries).lazyload(Delivery.file_rows),
    )


def page_of(
    organisation: Organisation, move: Move, *, part: Part | None, after: int | None, limit: int
) -> PledgeList:
    """Pledges of an organisation: what waits for it the oldest first, the others the newest first."""
    beyond = after if after is not None else 0 if move is Move.YOURS else BEYOND_ALL
    asked = {"whose": organisation.id, "beyond": beyond, "so_many": limit + 1}
    some = db.session.scalars(_page(move, part), asked).all()
    found = db.session.scalars(_these(move), {"ids": some}).all() if some else ()
    return PledgeList(found[:limit], found[limit - 1].id if len(found) > limit else None)


BEYOND_ALL = 2**31  # no id is so high

# Each of these has a hundred parts, so they are made once: it would take longer than to carry them out.


@cache
def _page(move: Move, part: Part | None) -> Select[int]:
    """The ids of a page, in order."""
    beyond, statuses = bindparam("beyond", type_=BigInteger), ENDED if move is Move.DONE else _LIVE
    is_beyond = Pledge.id > beyond if move is Move.YOURS else Pledge.id < beyond
    ids = db.select(Pledge.id).where(_ours(part, statuses), _is(move), is_beyond)
    return ids.order_by(_order(move)).limit(bindparam("so_many", type_=Integer))


@cache
def _these(move: Move) -> Select[Pledge]:
    query = db.select(Pledge).where(Pledge.id.in_(bindparam("ids", expanding=True))).options(*_loaded())
    return query.order_by(_order(move))


def _order(move: Move) -> ColumnElement[int]:
    return Pledge.id.asc() if move is Move.YOURS else Pledge.id.desc()


def numbers_of(organisation: Organisation, *, part: Part | None = None) -> Mapping[Move, int]:
    """How many there are of each, in two queries: the many that have ended need no looking into."""
    live, ended = _numbers(part)
    mine, all_live = db.session.execute(live, {"whose": organisation.id}).one()
    done = db.session.scalar(ended, {"whose": organisation.id}) or 0
    return {Move.YOURS: int(mine or 0), Move.THEIRS: all_live - int(mine or 0), Move.DONE: done}


@cache
def _numbers(part: Part | None) -> tuple[Select[Any], Select[Any]]:
    yours = func.sum(case((_is(Move.YOURS), 1), else_=0))
    live = db.select(yours, func.count()).where(_ours(part, _LIVE))
    return live, db.select(func.count()).where(_ours(part, ENDED))


class Queue(StrEnum):
    """What the convener looks at."""

    DISPUTED = "disputed"
    UNCONFIRMED = "unconfirmed"
    TO_VERIFY = "to_verify"


def _in_queue(queue: Queue) -> Select[Any]:
    query = db.select(Delivery).join(Delivery.pledge)
    if queue is Queue.DISPUTED:
        return query.where(Delivery.status == DeliveryStatus.DISPUTED).order_by(
            Delivery.disputed_at, Delivery.id
        )
    if queue is Queue.UNCONFIRMED:
        waits = and_(Delivery.status == DeliveryStatus.DELIVERED, Pledge.escalated_at.is_not(None))
        return query.where(waits).order_by(Delivery.delivered_at, Delivery.id)
    asked = and_(Delivery.status == DeliveryStatus.CONFIRMED, Delivery.verify_asked_at.is_not(None))
    return query.where(asked).order_by(Delivery.verify_asked_at, Delivery.id)


def queue_of(queue: Queue, *, limit: int) -> tuple[Sequence[Delivery], int]:
    """The oldest of a queue, and how many there are in all: two queries."""
    pledge = joinedload(Delivery.pledge)
    options = (
        pledge.joinedload(Pledge.giver),
        pledge.joinedload(Pledge.receiver),
        pledge.joinedload(Pledge.quantity_row),
        pledge.selectinload(Pledge.listing).lazyload(Listing.quantities),
        selectinload(Delivery.file_rows),
    )
    found = _in_queue(queue)
    total = db.session.scalar(db.select(func.count()).select_from(found.order_by(None).subquery()))
    return db.session.scalars(found.options(*options).limit(limit)).all(), total or 0


def deliveries_of(pledge: Pledge) -> Sequence[Delivery]:
    """Each time of it in order, with what was sent as evidence."""
    query = db.select(Delivery).where(Delivery.pledge_id == pledge.id).order_by(Delivery.number)
    return db.session.scalars(query).all()


def bundled_with(pledge: Pledge) -> Sequence[Pledge]:
    """The others that were promised together with it."""
    if pledge.bundle_id is None:
        return ()
    query = db.select(Pledge).where(Pledge.bundle_id == pledge.bundle_id, Pledge.id != pledge.id)
    return db.session.scalars(query.options(*_loaded()).order_by(Pledge.id)).all()


def entries_of(pledge: Pledge) -> Sequence[LedgerEntry]:
    """What the ledger says of it, in the order it was written."""
    query = db.select(LedgerEntry).where(LedgerEntry.pledge_id == pledge.id).order_by(LedgerEntry.id)
    return db.session.scalars(query).all()


def waiting_for(need: Need) -> int:
    """How many are on its waiting list."""
    query = db.select(func.count(Pledge.id)).where(
        Pledge.listing_id == need.id, Pledge.status == PledgeStatus.WAITING
    )
    return db.session.scalar(query) or 0


def story_of(pledge: Pledge) -> Story | None:
    """The thanks for it, also where they were taken down."""
    return db.session.scalar(db.select(Story).where(Story.pledge_id == pledge.id))


def _stories() -> Select[Any]:
    pledge = joinedload(Story.pledge)
    return (
        db.select(Story)
        .join(Story.pledge)
        .where(Story.taken_down_at.is_(None))
        .options(
            pledge.joinedload(Pledge.giver),
            pledge.joinedload(Pledge.receiver),
            pledge.joinedload(Pledge.quantity_row),
            pledge.selectinload(Pledge.listing).lazyload(Listing.quantities),
            joinedload(Story.file),
        )
        .order_by(Story.published_at.desc(), Story.id.desc())
        .limit(STORIES_SHOWN)
    )


def stories_about(listing: Listing) -> Sequence[Story]:
    """What came of promises towards a notice, latest first."""
    return db.session.scalars(_stories().where(Pledge.listing_id == listing.id)).all()


def stories_with(organisation: Organisation) -> Sequence[Story]:
    """What came of what an organisation gave or got, latest first."""
    ours = or_(Pledge.giver_id == organisation.id, Pledge.receiver_id == organisation.id)
    return db.session.scalars(_stories().where(ours)).all()


def contract_of(pledge: Pledge) -> str:
    """The title of the contract that it counts for, if any."""
    if pledge.contract_id is None:
        return ""
    return db.session.scalar(db.select(Opportunity.title).where(Opportunity.id == pledge.contract_id)) or ""


def contracts_of(organisation: Organisation) -> Mapping[int, str]:
    """Titles of the contracts that a promise of theirs may count for: those they won, and those they gave."""
    won = db.select(Outcome.opportunity_id).where(Outcome.winner_id == organisation.id)
    query = (
        db.select(Opportunity.id, Opportunity.title)
        .where(
            or_(Opportunity.organisation_id == organisation.id, Opportunity.id.in_(won)),
            Opportunity.published_at.is_not(None),
            Opportunity.status.in_([ListingStatus.PUBLISHED, ListingStatus.CLOSED, ListingStatus.COMPLETED]),
        )
        .order_by(Opportunity.published_at.desc(), Opportunity.id)
        .limit(CONTRACTS_SHOWN)
    )
    return {row.id: row.title for row in db.session.execute(query)}


def credits_of(giver: Organisation, own: Sequence[Organisation]) -> Mapping[int, str]:
    """Names of those whose giving a promise may count as: others the person acts for, who gave them work."""
    query = (
        db.select(Organisation.id, Organisation.name)
        .join(Opportunity, Opportunity.organisation_id == Organisation.id)
        .join(Outcome, Outcome.opportunity_id == Opportunity.id)
        .where(Outcome.winner_id == giver.id, Organisation.status == OrganisationStatus.ACTIVE)
        .distinct()
        .limit(CONTRACTS_SHOWN)
    )
    found = {each.id: each.name for each in own if each.is_public}
    found |= {row.id: row.name for row in db.session.execute(query)}
    found.pop(giver.id, None)
    return dict(sorted(found.items(), key=lambda each: each[1]))


def credited_of(pledge: Pledge) -> str:
    """Whose giving it counts as, where that is not the giver."""
    if pledge.credited_id is None:
        return ""
    return db.session.scalar(db.select(Organisation.name).where(Organisation.id == pledge.credited_id)) or ""
