"""Places at what an organisation promised, and who takes them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, func, or_
from sqlalchemy.orm import contains_eager, joinedload

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings.models import Listing, Quantity, QuantityKind
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import Delivery, DeliveryStatus, Pledge, PledgeStatus
from marketplace.volunteering.models import SignUp

PEOPLE_COME = (QuantityKind.VOLUNTEERS, QuantityKind.SKILLS)
STANDS = (PledgeStatus.ACCEPTED, PledgeStatus.SCHEDULED, PledgeStatus.PARTLY_DELIVERED)


@dataclass(frozen=True, slots=True)
class Slot:
    """A delivery people come to: how many said so, and how many more can (None: as many as like)."""

    delivery: Delivery
    taken: int
    left: int | None
    mine: SignUp | None = None

    @property
    def is_full(self) -> bool:
        return self.left == 0


@dataclass(frozen=True, slots=True)
class Page:
    """Some slots, the soonest first; `after` is the delivery that the next page begins after."""

    slots: Sequence[Slot]
    after: int | None


def takes_people(delivery: Delivery) -> bool:
    """Whether it is one that people come to: a gift of time, still to be given."""
    pledge = delivery.pledge
    return (
        pledge.quantity_row.kind in PEOPLE_COME
        and delivery.status is DeliveryStatus.PLANNED
        and pledge.status in STANDS
    )


def signed_up(delivery: Delivery) -> Sequence[SignUp]:
    """Who comes, in the order they said so."""
    query = db.select(SignUp).where(SignUp.delivery_id == delivery.id, SignUp.withdrawn_at.is_(None))
    return db.session.scalars(
        query.options(joinedload(SignUp.user)).order_by(SignUp.signed_up_at, SignUp.id)
    ).all()


def signed_up_to(pledge: Pledge) -> Sequence[SignUp]:
    """Who comes to any delivery of a pledge."""
    query = db.select(SignUp).join(SignUp.delivery).options(contains_eager(SignUp.delivery))
    query = query.where(Delivery.pledge_id == pledge.id, SignUp.withdrawn_at.is_(None))
    return db.session.scalars(query.options(joinedload(SignUp.user)).order_by(SignUp.id)).all()


def number_signed_up(delivery_id: int) -> int:
    query = db.select(func.count()).select_from(SignUp)
    found = query.where(SignUp.delivery_id == delivery_id, SignUp.withdrawn_at.is_(None))
    return db.session.scalar(found) or 0


def place_of(user_id: int, delivery_id: int) -> SignUp | None:
    """This person’s row, even one they took back."""
    return db.session.scalar(
        db.select(SignUp).where(SignUp.delivery_id == delivery_id, SignUp.user_id == user_id)
    )


def open_for(
    organisation: Organisation, user: User, *, today: date, after: int | None = None, limit: int
) -> Page:
    """What people of an organisation can still come to, the soonest first, days not agreed yet last.

    Four statements, however many there are.
    """
    day = func.coalesce(Delivery.due_on, date.max)
    query = _shown().where(
        Pledge.giver_id == organisation.id,
        Pledge.status.in_(STANDS),
        Quantity.kind.in_(PEOPLE_COME),
        Delivery.status == DeliveryStatus.PLANNED,
        or_(Delivery.due_on.is_(None), Delivery.due_on >= today),
    )
    if after is not None and (mark := _mark(after, organisation)) is not None:
        query = query.where(or_(day > mark, and_(day == mark, Delivery.id > after)))
    rows = db.session.scalars(query.order_by(day, Delivery.id).limit(limit + 1)).all()
    more = rows[limit - 1].id if len(rows) > limit else None
    return Page(_slots(rows[:limit], user), more)


def coming(user: User, *, today: date, limit: int = 50) -> list[SignUp]:
    """What this person has said they come to, the soonest first."""
    query = _mine(user).where(or_(Delivery.due_on.is_(None), Delivery.due_on >= today))
    order = func.coalesce(Delivery.due_on, date.max)
    return list(db.session.scalars(query.order_by(order, SignUp.id).limit(limit)))


def been(user: User, *, today: date, limit: int = 20) -> list[SignUp]:
    """What has been, the latest first: those they have not said anything about before the others."""
    query = _mine(user).where(Delivery.due_on < today)
    return list(
        db.session.scalars(
            query.order_by(SignUp.came.is_not(None), Delivery.due_on.desc(), SignUp.id).limit(limit)
        )
    )


def to_remind(first: date, last: date, *, limit: int) -> Sequence[SignUp]:
    """Who comes to something on these days and was not reminded, where it still stands."""
    query = _for_letters().where(
        SignUp.reminded_at.is_(None),
        Delivery.due_on.between(first, last),
        Delivery.status == DeliveryStatus.PLANNED,
        Pledge.status.in_(STANDS),
    )
    return db.session.scalars(query.order_by(SignUp.id).limit(limit)).all()


def to_ask(first: date, last: date) -> Sequence[SignUp]:
    """Who had a place at something that was to be on these days and has not said whether they came."""
    gone = (DeliveryStatus.CALLED_OFF, DeliveryStatus.NOT_DELIVERED)
    query = _for_letters().where(
        SignUp.came.is_(None), Delivery.due_on.between(first, last), Delivery.status.not_in(gone)
    )
    return db.session.scalars(query.order_by(SignUp.id)).all()


def suggested(delivery: Delivery) -> int | None:
    """How much was given, going by who says they came; None while nobody has said.

    What one person gives is the delivery shared among its places, or among those who signed up.
    """
    people = signed_up(delivery)
    came = sum(each.came is True for each in people)
    if not came:
        return None
    shares = max(delivery.places or len(people), came)
    return max(1, min(delivery.quantity, round(delivery.quantity * came / shares)))


def _slots(deliveries: Sequence[Delivery], user: User) -> list[Slot]:
    ids = [each.id for each in deliveries]
    taken = _taken(ids)
    query = db.select(SignUp).where(
        SignUp.delivery_id.in_(ids), SignUp.user_id == user.id, SignUp.withdrawn_at.is_(None)
    )
    mine = {row.delivery_id: row for row in db.session.scalars(query)}
    return [Slot(each, taken[each.id], left(each, taken[each.id]), mine.get(each.id)) for each in deliveries]


def left(delivery: Delivery, taken: int) -> int | None:
    """How many places are free; None where nobody said how many there are."""
    return None if delivery.places is None else max(delivery.places - taken, 0)


def _taken(delivery_ids: Iterable[int]) -> Counter[int]:
    query = (
        db.select(SignUp.delivery_id, func.count())
        .where(SignUp.delivery_id.in_(list(delivery_ids)), SignUp.withdrawn_at.is_(None))
        .group_by(SignUp.delivery_id)
    )
    found: Counter[int] = Counter()
    for delivery_id, number in db.session.execute(query):
        found[delivery_id] = number
    return found


def _mark(delivery_id: int, organisation: Organisation) -> date | None:
    """Where a delivery of theirs stands in the order."""
    query = db.select(func.coalesce(Delivery.due_on, date.max)).join(Delivery.pledge)
    return db.session.scalar(query.where(Delivery.id == delivery_id, Pledge.giver_id == organisation.id))


def _shown() -> Select[Any]:
    """Deliveries with what a list says of them, in one statement."""
    query = db.select(Delivery).join(Delivery.pledge).join(Pledge.quantity_row).join(Pledge.listing)
    return query.options(contains_eager(Delivery.pledge).options(*_about()))


def _mine(user: User) -> Select[Any]:
    """Places this person holds, with what they are of."""
    query = db.select(SignUp).join(SignUp.delivery).join(Delivery.pledge)
    query = query.join(Pledge.quantity_row).join(Pledge.listing)
    about = contains_eager(SignUp.delivery).contains_eager(Delivery.pledge).options(*_about())
    return query.options(about).where(SignUp.user_id == user.id, SignUp.withdrawn_at.is_(None))


def _for_letters() -> Select[Any]:
    query = db.select(SignUp).join(SignUp.delivery).join(Delivery.pledge)
    query = query.join(Pledge.quantity_row).join(Pledge.listing)
    about = contains_eager(SignUp.delivery).contains_eager(Delivery.pledge).options(*_about())
    return query.options(about, joinedload(SignUp.user)).where(SignUp.withdrawn_at.is_(None))


def _about() -> tuple[Any, ...]:
    return (
        contains_eager(Pledge.quantity_row),
        contains_eager(Pledge.listing).lazyload(Listing.quantities),
        joinedload(Pledge.giver),
        joinedload(Pledge.receiver),
    )
