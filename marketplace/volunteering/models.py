"""People of an organisation who come to what it promised."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.pledges.models import Delivery


class SignUp(db.Model):
    """Somebody takes a place at a delivery of volunteering; taken back, the row stays and can be revived."""

    __table_args__ = (UniqueConstraint("delivery_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    signed_up_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    came: Mapped[bool | None]  # as they or their team said afterwards
    came_at: Mapped[datetime | None]

    delivery: Mapped[Delivery] = relationship()
    user: Mapped[User] = relationship()
