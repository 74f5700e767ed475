"""The ledger: entries nobody changes, chained by their hashes, and the sums that are kept beside them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.extensions import db, enum_type


class Side(StrEnum):
    SUPPORT = "support"
    SPEND = "spend"


class Stage(StrEnum):
    """How far something had come; each side has its own, in this order."""

    PROMISED = "promised"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    CONFIRMED = "confirmed"
    VERIFIED = "verified"
    AWARDED = "awarded"
    STARTED = "started"
    PAID = "paid"  # as declared


class LedgerEntry(db.Model):
    """One step of one thing. Never changed: what turns out otherwise is a new entry that points at the old.

    `key` names the step and what it is of (“pledge:12/accepted”), so nothing is counted twice. A correction
    carries what it takes away or adds as a signed quantity. The sum of all entries of a stage is what stands.
    Triggers in the database refuse UPDATE and DELETE, an entry that does not follow the last one, a
    correction of something else or of more than is left, and a pledge that counts for two contracts.
    """

    __table_args__ = (
        CheckConstraint("quantity <> 0", name="quantity_not_zero"),
        CheckConstraint("quantity > 0 OR corrects_id IS NOT NULL", name="only_corrections_take_away"),
        CheckConstraint("corrects_id < id", name="corrects_an_earlier"),
        CheckConstraint("(unit = '£') = (pounds IS NOT NULL)", name="pounds_where_pounds"),
        CheckConstraint("pounds = quantity", name="pounds_are_the_quantity"),
        Index(None, "side", "stage", "kind"),
        Index(None, "giver_id", "stage"),
        Index(None, "receiver_id", "stage"),
    )

    id: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )  # 1, 2, 3 … without gaps
    key: Mapped[str] = mapped_column(String(120), unique=True)
    side: Mapped[Side] = mapped_column(enum_type(Side))
    stage: Mapped[Stage] = mapped_column(enum_type(Stage))
    kind: Mapped[str] = mapped_column(String(20))  # volunteers, goods, money, space, skills; spend: money
    unit: Mapped[str] = mapped_column(String(10))  # hours, items, £
    quantity: Mapped[int] = mapped_column(BigInteger)
    pounds: Mapped[int | None] = mapped_column(BigInteger)
    giver_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))  # of spend: the buyer
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # empty: not one of ours
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"), index=True)
    pledge_id: Mapped[int | None] = mapped_column(ForeignKey("pledge.id"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    outcome_id: Mapped[int | None] = mapped_column(ForeignKey("outcome.id"), index=True)
    ward_code: Mapped[str | None] = mapped_column(String(12), index=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"), index=True)
    credited_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    measure: Mapped[str] = mapped_column(String(60), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime]
    evidence: Mapped[str] = mapped_column(String(64), default="")  # SHA-256 over those of its files, if any
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    previous: Mapped[str] = mapped_column(String(64))  # hash of the entry before; 64 zeros for the first
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class LedgerHead(db.Model):
    """The end of the chain, one row: whoever writes the next entry holds it until the commit."""

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))


class LedgerTotal(db.Model):
    """What stands at a stage, over the whole place; kept in the transaction that writes the entry."""

    side: Mapped[Side] = mapped_column(enum_type(Side), primary_key=True)
    stage: Mapped[Stage] = mapped_column(enum_type(Stage), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    quantity: Mapped[int] = mapped_column(BigInteger, default=0)


class LedgerCheck(db.Model):
    """One time that the chain was verified: how far, and what was found. The next goes on from there."""

    id: Mapped[int] = mapped_column(primary_key=True)
    checked_at: Mapped[datetime]
    first: Mapped[int] = mapped_column(BigInteger)  # the first entry it looked at; 1: at all of them
    entries: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    faults: Mapped[int]
    words: Mapped[str] = mapped_column(Text, default="")  # the first few of them, a line each
