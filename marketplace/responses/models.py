"""A supplier's answer to an opportunity, the questions asked before it, and what the buyer decided."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.errors import InvalidTransition
from marketplace.extensions import db, enum_type
from marketplace.files.models import File
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation


class ResponseStatus(StrEnum):
    INTERESTED = "interested"
    SHORTLISTED = "shortlisted"
    OFFERED = "offered"  # the work was offered to them, before the decision is recorded
    WON = "won"
    LOST = "lost"
    DECLINED = "declined"  # told no before anything was decided
    WITHDRAWN = "withdrawn"


NEXT = {
    ResponseStatus.INTERESTED: {
        ResponseStatus.SHORTLISTED,
        ResponseStatus.OFFERED,
        ResponseStatus.WON,
        ResponseStatus.LOST,
        ResponseStatus.DECLINED,
        ResponseStatus.WITHDRAWN,
    },
    ResponseStatus.SHORTLISTED: {
        ResponseStatus.INTERESTED,
        ResponseStatus.OFFERED,
        ResponseStatus.WON,
        ResponseStatus.LOST,
        ResponseStatus.DECLINED,
        ResponseStatus.WITHDRAWN,
    },
    ResponseStatus.OFFERED: {
        ResponseStatus.WON,
        ResponseStatus.LOST,
        ResponseStatus.DECLINED,
        ResponseStatus.WITHDRAWN,
    },
    ResponseStatus.DECLINED: {ResponseStatus.WON},  # they said no, and chose them in the end
    ResponseStatus.WITHDRAWN: {ResponseStatus.INTERESTED},
    # A decision put right makes another the winner.
    ResponseStatus.WON: {ResponseStatus.LOST},
    ResponseStatus.LOST: {ResponseStatus.WON},
}
STANDS = frozenset({ResponseStatus.INTERESTED, ResponseStatus.SHORTLISTED, ResponseStatus.OFFERED})


class Response(db.Model):
    """One organisation's answer to one opportunity. Prices are whole £, excluding VAT, as a band."""

    __table_args__ = (
        UniqueConstraint("opportunity_id", "supplier_id"),
        CheckConstraint("supplier_id <> buyer_id", name="not_to_oneself"),
        CheckConstraint("price_low <= price_high", name="price_range"),
        Index(None, "buyer_id", "status"),
        Index(None, "supplier_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    words: Mapped[str] = mapped_column(Text, default="")
    price_low: Mapped[int | None] = mapped_column(BigInteger)
    price_high: Mapped[int | None] = mapped_column(BigInteger)
    quote_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    status: Mapped[ResponseStatus] = mapped_column(
        enum_type(ResponseStatus), default=ResponseStatus.INTERESTED
    )
    note: Mapped[str] = mapped_column(
        Text, default=""
    )  # the buyer's own, while comparing; the supplier never sees it
    reason: Mapped[str] = mapped_column(String(300), default="")
    did_well: Mapped[str] = mapped_column(String(500), default="")
    do_better: Mapped[str] = mapped_column(String(500), default="")
    interested_at: Mapped[datetime]
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    shortlisted_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    won_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    opportunity: Mapped[Opportunity] = relationship()
    supplier: Mapped[Organisation] = relationship(foreign_keys=[supplier_id])
    buyer: Mapped[Organisation] = relationship(foreign_keys=[buyer_id])
    quote: Mapped[File | None] = relationship()

    @property
    def stands(self) -> bool:
        """It waits for the buyer's decision."""
        return self.status in STANDS

    def move_to(self, status: ResponseStatus, *, at: datetime) -> None:
        if status not in NEXT.get(self.status, ()):
            raise InvalidTransition(self, status)
        self.status = status
        setattr(self, f"{status.value}_at", at)


class Question(db.Model):
    """Asked by somebody who may answer the opportunity; once answered, everybody sees both, without names."""

    __table_args__ = (Index(None, "opportunity_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"))
    asker_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    words: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    taken_back_at: Mapped[datetime | None]

    opportunity: Mapped[Opportunity] = relationship()
    asker: Mapped[Organisation] = relationship()

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.taken_back_at is None


class OutcomeKind(StrEnum):
    AWARDED = "awarded"
    PARTLY = "partly"
    CANCELLED = "cancelled"
    NONE_SUITABLE = "none_suitable"


AWARDS = frozenset({OutcomeKind.AWARDED, OutcomeKind.PARTLY})


class Outcome(db.Model):
    """What the buyer decided: one row an opportunity. The winner is one of ours, or a name from outside."""

    __table_args__ = (
        CheckConstraint("value >= 0", name="value_not_negative"),
        CheckConstraint("starts_on <= ends_on", name="starts_before_it_ends"),
        CheckConstraint("winner_id IS NULL OR winner_name = ''", name="one_winner"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id"), unique=True)
    buyer_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    kind: Mapped[OutcomeKind] = mapped_column(enum_type(OutcomeKind))
    winner_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    winner_name: Mapped[str] = mapped_column(String(200), default="")  # from outside
    winner_postcode: Mapped[str] = mapped_column(String(8), default="")
    is_local: Mapped[bool | None]  # based in the place; of a winner from outside by postcode, else not known
    value: Mapped[int | None] = mapped_column(BigInteger)  # £ excluding VAT, of the whole award
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    words: Mapped[str] = mapped_column(Text, default="")  # to everybody who answered
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime | None]

    opportunity: Mapped[Opportunity] = relationship()
    buyer: Mapped[Organisation] = relationship(foreign_keys=[buyer_id])
    winner: Mapped[Organisation | None] = relationship(foreign_keys=[winner_id])
    payments: Mapped[list["Payment"]] = relationship(back_populates="outcome", order_by="Payment.id")

    @property
    def is_award(self) -> bool:
        return self.kind in AWARDS

    @property
    def winner_words(self) -> str:
        """Who won, by name; nobody where nothing was awarded."""
        return self.winner.name if self.winner else self.winner_name

    @property
    def paid(self) -> int:
        """£ declared to have been paid, without what was taken back."""
        return sum(each.pounds for each in self.payments if each.taken_back_at is None)

    @property
    def paid_on(self) -> date | None:
        """The day of the last payment, once all of the value was paid."""
        days = [each.paid_on for each in self.payments if each.taken_back_at is None]
        return max(days) if days and self.value and self.paid >= self.value else None


class Payment(db.Model):
    """£ that the buyer declares to have paid under an award; the supplier may say it came."""

    __table_args__ = (CheckConstraint("pounds > 0", name="pounds_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    outcome_id: Mapped[int] = mapped_column(ForeignKey("outcome.id"), index=True)
    pounds: Mapped[int] = mapped_column(BigInteger)
    paid_on: Mapped[date]
    words: Mapped[str] = mapped_column(String(200), default="")
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    declared_at: Mapped[datetime]
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    agreed_at: Mapped[datetime | None]  # by the supplier
    taken_back_at: Mapped[datetime | None]

    outcome: Mapped[Outcome] = relationship(back_populates="payments")
