"""People, found."""

from marketplace.accounts.models import User
from marketplace.extensions import db, login


def by_email(email: str) -> User | None:
    return db.session.scalar(db.select(User).where(User.email == email.strip().lower()))


@login.user_loader
def by_session(user_id: str) -> User | None:
    """The person a session cookie names."""
    return db.session.get(User, int(user_id)) if user_id.isdigit() else None
