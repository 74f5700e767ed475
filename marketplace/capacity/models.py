"""What an organisation can take on."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.extensions import db
from marketplace.organisations.models import Organisation


class Capacity(db.Model):
    """What an organisation says it has room for; empty means it has not said, 0 that it has none."""

    __table_args__ = (
        CheckConstraint("jobs_a_quarter >= 0", name="jobs_not_negative"),
        CheckConstraint("volunteers_a_month >= 0", name="volunteers_not_negative"),
        CheckConstraint("hours_left >= 0", name="hours_not_negative"),
        CheckConstraint("money_left >= 0", name="money_not_negative"),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    jobs_a_quarter: Mapped[int | None]  # new work it could start
    volunteers_a_month: Mapped[int | None]  # people it could host
    hours_left: Mapped[int | None]  # of time to give, this year
    money_left: Mapped[int | None]  # £ to give, this year
    updated_at: Mapped[datetime]

    organisation: Mapped[Organisation] = relationship()
