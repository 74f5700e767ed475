"""The demo's people, and their mail."""

from collections.abc import Sequence

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.mail.models import MailMessage


def mail_of(user: User) -> Sequence[MailMessage]:
    """What was written to a person, latest first."""
    query = db.select(MailMessage).where(MailMessage.user_id == user.id)
    return db.session.scalars(
        query.order_by(MailMessage.created_at.desc(), MailMessage.id.desc()).limit(100)
    ).all()
