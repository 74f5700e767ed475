"""Conversations, read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import contains_eager, joinedload, lazyload

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.messages.models import (
    Block,
    ContactShared,
    Message,
    MessageReport,
    Thread,
    ThreadReader,
)
from marketplace.organisations.models import Membership, Organisation

IN_TIME = 7 * 24  # hours: an answer within them counts as one

_is_owner = Membership.organisation_id == Thread.owner_id


@dataclass(frozen=True, slots=True)
class Line:
    """A conversation as a list shows it."""

    thread: Thread
    other: Organisation
    last: Message | None
    is_unread: bool

    @property
    def after(self) -> str:
        """Where the page after this line begins."""
        return f"{int(self.is_unread)}-{int(self.thread.last_at.timestamp() * 1_000_000)}-{self.thread.id}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the conversations, new ones first, and where the next begin; empty when there are no more."""

    lines: Sequence[Line]
    next: str


@dataclass(frozen=True, slots=True)
class Someone:
    """A person of one side, as the other side sees them: their address only if they chose so."""

    user_id: int
    organisation_id: int
    name: str
    address: str


def thread_between(listing_id: int, organisation_id: int) -> Thread | None:
    return db.session.scalar(
        select(Thread).where(Thread.listing_id == listing_id, Thread.organisation_id == organisation_id)
    )


def message_with(form_key: str) -> Message | None:
    return db.session.scalar(select(Message).where(Message.form_key == form_key))


def page_of(organisation: Organisation, user: User, *, after: str = "", limit: int = 20) -> Page:
    """The conversations of an organisation as this person sees them: unread first, then latest first."""
    unread = _is_unread(organisation.id)
    order = (case((unread, 1), else_=0), Thread.last_at, Thread.id)
    query = (
        select(Thread, unread.label("is_unread"))
        .outerjoin(ThreadReader, _reads(user.id))
        .join(Thread.listing)
        .where(_takes_part(organisation.id), Thread.organisation_last_id + Thread.owner_last_id > 0)
        .options(
            contains_eager(Thread.listing).options(*_bare_listing()),
            joinedload(Thread.organisation),
            joinedload(Thread.owner),
        )
        .order_by(*(each.desc() for each in order))
        .limit(limit + 1)
    )
    if (begins := _begins(after)) is not None:
        query = query.where(tuple_(*order) < begins)
    rows = db.session.execute(query).all()
    last = _messages({max(row.Thread.organisation_last_id, row.Thread.owner_last_id) for row in rows})
    lines = [
        Line(
            thread=row.Thread,
            other=row.Thread.other(organisation.id),
            last=last.get(max(row.Thread.organisation_last_id, row.Thread.owner_last_id)),
            is_unread=bool(row.is_unread),
        )
        for row in rows[:limit]
    ]
    return Page(lines, lines[-1].after if len(rows) > limit else "")


def number_unread(organisation_id: int, user_id: int) -> int:
    """How many conversations of an organisation hold something this person has not seen."""
    query = (
        select(func.count())
        .select_from(Thread)
        .outerjoin(ThreadReader, _reads(user_id))
        .where(_takes_part(organisation_id), _is_unread(organisation_id))
    )
    return db.session.scalar(query) or 0


def messages_of(thread: Thread, *, before: int | None = None, limit: int = 50) -> Sequence[Message]:
    """The latest messages (before one, where it is given), oldest first."""
    query = _shown().where(Message.thread_id == thread.id)
    if before is not None:
        query = query.where(Message.id < before)
    found = db.session.scalars(query.order_by(Message.id.desc()).limit(limit)).all()
    return found[::-1]


def new_from(thread: Thread, organisation_id: int, *, since: int) -> Sequence[Message]:
    """What one side wrote after a message, oldest first; without what was taken away."""
    query = _shown().where(
        Message.thread_id == thread.id,
        Message.organisation_id == organisation_id,
        Message.id > since,
        Message.hidden_at.is_(None),
    )
    return db.session.scalars(query.order_by(Message.id)).all()


def people_of(thread: Thread) -> Sequence[Someone]:
    """Everybody who reads the conversation, of both sides, in the order in which they came."""
    query = (
        select(User.id, User.name, User.email, Membership.organisation_id, ContactShared.shared_at)
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(
            ContactShared, and_(ContactShared.user_id == User.id, ContactShared.thread_id == thread.id)
        )
        .where(Membership.organisation_id.in_(thread.sides))
        .order_by(Membership.id)
    )
    return [
        Someone(row.id, row.organisation_id, row.name, row.email if row.shared_at else "")
        for row in db.session.execute(query)
    ]


def readers_of(thread: Thread) -> dict[int, ThreadReader]:
    """How far each person has read, by their id."""
    rows = db.session.scalars(select(ThreadReader).where(ThreadReader.thread_id == thread.id))
    return {row.user_id: row for row in rows}


def blocking(one_id: int, other_id: int) -> frozenset[int]:
    """The ids of those of the two organisations that block the other."""
    query = select(Block.by_id).where(
        or_(
            and_(Block.by_id == one_id, Block.of_id == other_id),
            and_(Block.by_id == other_id, Block.of_id == one_id),
        )
    )
    return frozenset(db.session.scalars(query))


def written_since(user_id: int, since: datetime) -> int:
    """How many messages somebody has written since."""
    query = select(func.count()).where(Message.user_id == user_id, Message.sent_at > since)
    return db.session.scalar(query) or 0


def begun_since(organisation_id: int, since: datetime) -> int:
    """How many conversations an organisation has begun since: those in which it wrote first."""
    query = select(func.count()).where(
        _takes_part(organisation_id), Thread.asked_id != organisation_id, Thread.asked_at > since
    )
    return db.session.scalar(query) or 0


def unanswered(*, between: tuple[datetime, datetime]) -> Sequence[tuple[int, User, int]]:
    """Who has left the other side’s last words unread, where those came between two instants.

    As (thread id, person, id of the last message). Not those who were reminded already, nor where
    somebody of their own side has answered since.
    """
    theirs = or_(Membership.organisation_id == Thread.organisation_id, _is_owner)
    last = case((_is_owner, Thread.organisation_last_id), else_=Thread.owner_last_id)
    own = case((_is_owner, Thread.owner_last_id), else_=Thread.organisation_last_id)
    read = func.coalesce(ThreadReader.read_to_id, 0)
    query = (
        select(Thread.id, User, last.label("last_id"))
        .join(Membership, theirs)
        .join(User, User.id == Membership.user_id)
        .outerjoin(ThreadReader, and_(ThreadReader.thread_id == Thread.id, ThreadReader.user_id == User.id))
        .where(
            Thread.last_at > between[0],
            Thread.last_at <= between[1],
            last > own,
            last > read,
            func.coalesce(ThreadReader.nudged_to_id, 0) <= read,
        )
        .order_by(Thread.id, User.id)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]


def answers_given(until: datetime | BindParameter[datetime]) -> Any:
    """Of each organisation (`asked_id`): how many first messages it had time to answer, and answered in time.

    A column each, `asked` and `answered`; to be narrowed by `Thread.asked_id`.
    """
    in_time = case((Thread.answer_hours <= IN_TIME, 1), else_=0)
    return (
        select(Thread.asked_id, func.count(Thread.id).label("asked"), func.sum(in_time).label("answered"))
        .where(Thread.asked_id.is_not(None), or_(Thread.asked_at < until, Thread.answer_hours.is_not(None)))
        .group_by(Thread.asked_id)
    )


def open_reports() -> Sequence[MessageReport]:
    """What the convener was asked to look at and has not yet settled, longest waiting first."""
    message = joinedload(MessageReport.message)
    query = select(MessageReport).where(MessageReport.settled_at.is_(None))
    return db.session.scalars(
        query.options(
            message.joinedload(Message.organisation),
            message.joinedload(Message.user),
            message.joinedload(Message.thread).joinedload(Thread.listing).options(*_bare_listing()),
        )
        .order_by(MessageReport.reported_at, MessageReport.id)
        .limit(100)
    ).all()


def reports_of(message: Message) -> Sequence[MessageReport]:
    """Everybody’s open reports of one message."""
    return db.session.scalars(
        select(MessageReport)
        .where(MessageReport.message_id == message.id, MessageReport.settled_at.is_(None))
        .order_by(MessageReport.id)
    ).all()


def reported_by(user: User, messages: Iterable[Message]) -> frozenset[int]:
    """The ids of those of these messages that this person has reported."""
    query = select(MessageReport.message_id).where(
        MessageReport.reported_by_id == user.id, MessageReport.message_id.in_([row.id for row in messages])
    )
    return frozenset(db.session.scalars(query))


def _takes_part(organisation_id: int) -> ColumnElement[bool]:
    return or_(Thread.organisation_id == organisation_id, Thread.owner_id == organisation_id)


def _reads(user_id: int) -> ColumnElement[bool]:
    return and_(ThreadReader.thread_id == Thread.id, ThreadReader.user_id == user_id)


def _is_unread(organisation_id: int) -> ColumnElement[bool]:
    """The other side wrote something after what was read."""
    theirs = case(
        (Thread.organisation_id == organisation_id, Thread.owner_last_id),
        else_=Thread.organisation_last_id,
    )
    return theirs > func.coalesce(ThreadReader.read_to_id, 0)


def _shown() -> Select[Any]:
    return select(Message).options(
        joinedload(Message.user),
        joinedload(Message.organisation),
    )


def _bare_listing() -> tuple[Any, ...]:
    """Of a listing only what stands in its own row."""
    return (
        joinedload(Listing.organisation),
        lazyload(Listing.quantities),
    )


def _messages(ids: Iterable[int]) -> dict[int, Message]:
    found = db.session.scalars(_shown().where(Message.id.in_(list(ids))))
    return {row.id: row for row in found}


def _begins(after: str) -> tuple[int, datetime, int] | None:
    """What `Line.after` wrote; None for anything else."""
    parts = after.split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return None
    try:
        return int(parts[0]), datetime.fromtimestamp(int(parts[1]) / 1_000_000, UTC), int(parts[2])
    except (OverflowError, OSError, ValueError):
        return None
