"""People, found."""

from marketplace.accounts.models import User
from marketplace.extensions import db, login


def by_email(email: str) -> User | None:
    return db.session.scalar(db.select(User).where(User.email == email.strip().lower()))


@login.user_loader
def by_session(remembered: str) -> User | None:
    """The person a session cookie names, unless their password has changed since."""
    user_id = remembered.partition(".")[0]
    user = db.session.get(User, int(user_id)) if user_id.isdigit() else None
    return user if user is not None and user.get_id() == remembered else None


def conveners() -> list[User]:
    """Those who work for the place, to tell when something needs looking at."""
    query = db.select(User).where(User.is_convener.is_(True), User.confirmed_at.is_not(None))
    return list(db.session.scalars(query.order_by(User.id)))
