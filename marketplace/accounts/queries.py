"""People, found."""

from functools import cache

from sqlalchemy import Select, bindparam
from sqlalchemy.orm import joinedload

from marketplace.accounts.models import User
from marketplace.extensions import db, login


def by_email(email: str) -> User | None:
    return db.session.scalar(db.select(User).where(User.email == email.strip().lower()))


@login.user_loader
def by_session(remembered: str) -> User | None:
    """The person a session cookie names, unless their password has changed since."""
    user_id = remembered.partition(".")[0]
    user = who_acts(int(user_id)) if user_id.isdigit() else None
    return user if user is not None and user.get_id() == remembered else None


def who_acts(user_id: int) -> User | None:
    """A person with the organisations they act for, in one query: nearly every page asks for these too."""
    return db.session.scalars(_who_acts(), {"their_id": user_id}).unique().one_or_none()


@cache
def _who_acts() -> Select[User]:
    """Made once, and not before organisations are known."""
    return db.select(User).where(User.id == bindparam("their_id")).options(joinedload(User.memberships))


def conveners() -> list[User]:
    """Those who work for the place, to tell when something needs looking at."""
    query = db.select(User).where(User.is_convener.is_(True), User.confirmed_at.is_not(None))
    return list(db.session.scalars(query.order_by(User.id)))
