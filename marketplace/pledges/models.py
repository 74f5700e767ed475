"""Promises of a quantity, how far each has come, and what was given of it when."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.accounts.models import User
from marketplace.extensions import db, enum_type
from marketplace.files.models import File
from marketplace.listings.models import Family, Listing, Quantity
from marketplace.organisations.models import Organisation


class PledgeStatus(StrEnum):
    DRAFT = "draft"  # waits for somebody of the giver's own team
    WAITING = "waiting"  # on the list of a line that is full
    OFFERED = "offered"
    ACCEPTED = "accepted"  # the days are still to be agreed
    SCHEDULED = "scheduled"
    PARTLY_DELIVERED = "partly_delivered"  # some of it was given, some is still to come
    DELIVERED = "delivered"  # all that will come was given, and waits to be confirmed
    CONFIRMED = "confirmed"
    VERIFIED = "verified"
    DISPUTED = "disputed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    NOT_DELIVERED = "not_delivered"


_UNDER_WAY = {
    PledgeStatus.ACCEPTED,
    PledgeStatus.SCHEDULED,
    PledgeStatus.PARTLY_DELIVERED,
    PledgeStatus.DELIVERED,
    PledgeStatus.CONFIRMED,
    PledgeStatus.DISPUTED,
    PledgeStatus.NOT_DELIVERED,
    PledgeStatus.WITHDRAWN,
    PledgeStatus.LAPSED,
}
# The moves there are; `services` makes them in the database, so that two at once are one.
NEXT = {
    PledgeStatus.DRAFT: {
        PledgeStatus.OFFERED,
        PledgeStatus.WAITING,
        PledgeStatus.DECLINED,
        PledgeStatus.WITHDRAWN,
        PledgeStatus.LAPSED,
    },
    PledgeStatus.WAITING: {PledgeStatus.OFFERED, PledgeStatus.WITHDRAWN, PledgeStatus.LAPSED},
    PledgeStatus.OFFERED: {
        PledgeStatus.ACCEPTED,
        PledgeStatus.SCHEDULED,
        PledgeStatus.DECLINED,
        PledgeStatus.WITHDRAWN,
        PledgeStatus.LAPSED,
    },
    PledgeStatus.ACCEPTED: _UNDER_WAY - {PledgeStatus.ACCEPTED},
    PledgeStatus.SCHEDULED: _UNDER_WAY - {PledgeStatus.SCHEDULED},
    # Of a promise given several times, the last to come or not may find the others verified.
    PledgeStatus.PARTLY_DELIVERED: _UNDER_WAY - {PledgeStatus.PARTLY_DELIVERED} | {PledgeStatus.VERIFIED},
    PledgeStatus.DELIVERED: _UNDER_WAY - {PledgeStatus.DELIVERED} | {PledgeStatus.VERIFIED},
    PledgeStatus.CONFIRMED: {PledgeStatus.VERIFIED, PledgeStatus.DISPUTED},
    # And one that did not come may be disputed after the rest was verified, or called off.
    PledgeStatus.VERIFIED: {PledgeStatus.DISPUTED},
    PledgeStatus.NOT_DELIVERED: {PledgeStatus.DISPUTED},
    PledgeStatus.WITHDRAWN: {PledgeStatus.DISPUTED},
    PledgeStatus.LAPSED: {PledgeStatus.DISPUTED},
    PledgeStatus.DISPUTED: {
        PledgeStatus.ACCEPTED,
        PledgeStatus.SCHEDULED,
        PledgeStatus.WITHDRAWN,
        PledgeStatus.LAPSED,
        PledgeStatus.PARTLY_DELIVERED,
        PledgeStatus.DELIVERED,
        PledgeStatus.CONFIRMED,
        PledgeStatus.VERIFIED,
        PledgeStatus.NOT_DELIVERED,
    },
}
HOLDS = frozenset(  # takes part of what is needed
    {
        PledgeStatus.ACCEPTED,
        PledgeStatus.SCHEDULED,
        PledgeStatus.PARTLY_DELIVERED,
        PledgeStatus.DELIVERED,
        PledgeStatus.CONFIRMED,
        PledgeStatus.VERIFIED,
        PledgeStatus.DISPUTED,
    }
)
ENDED = frozenset(
    {
        PledgeStatus.CONFIRMED,
        PledgeStatus.VERIFIED,
        PledgeStatus.DECLINED,
        PledgeStatus.WITHDRAWN,
        PledgeStatus.LAPSED,
        PledgeStatus.NOT_DELIVERED,
    }
)


class End(StrEnum):
    """The two ends of a pledge."""

    GIVER = "giver"
    RECEIVER = "receiver"

    @property
    def other(self) -> "End":
        return End.RECEIVER if self is End.GIVER else End.GIVER


class Rhythm(StrEnum):
    ONCE = "once"
    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY = "monthly"


class Bundle(db.Model):
    """Several small needs that one giver promises to together; each stays a pledge of its own."""

    id: Mapped[int] = mapped_column(primary_key=True)
    giver_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    form_key: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))

    pledges: Mapped[list["Pledge"]] = relationship(back_populates="bundle", order_by="Pledge.id")


class Pledge(db.Model):
    """A giver's promise towards one quantity of a need, or of their own offer where a charity asked for it.

    `quantity` was offered, `accepted` is what the answer took of it, and `held` is how much of the listing's
    line it takes now: what fell through is given back. `quantity` is `each` times `times`.
    """

    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("quantity = each * times", name="quantity_is_each_times"),
        CheckConstraint(
            "held >= 0 AND held <= accepted AND accepted <= quantity", name="held_within_accepted"
        ),
        CheckConstraint("giver_id <> receiver_id", name="not_to_oneself"),
        Index(None, "giver_id", "status"),
        Index(None, "quantity_id", "status"),
        Index(None, "receiver_id", "status"),
        Index(None, "status", "due_at"),
        Index(None, "giver_id", "confirmed_at"),
        Index(None, "receiver_id", "confirmed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    listing_id: Mapped[int] = mapped_column(
        ForeignKey("listing.id"), index=True
    )  # a need, or an offer asked for
    quantity_id: Mapped[int] = mapped_column(ForeignKey("quantity.id"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    receiver_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    begun_by: Mapped[End] = mapped_column(enum_type(End), default=End.GIVER)  # the other end answers
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("bundle.id"), index=True)

    quantity: Mapped[int]
    each: Mapped[int]
    times: Mapped[int] = mapped_column(default=1)
    rhythm: Mapped[Rhythm] = mapped_column(enum_type(Rhythm), default=Rhythm.ONCE)
    accepted: Mapped[int] = mapped_column(default=0)
    held: Mapped[int] = mapped_column(default=0)

    words: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[str] = mapped_column(String(500), default="")
    starts_on: Mapped[date | None]  # the first day: offered, then agreed
    timing: Mapped[str] = mapped_column(String(200), default="")  # in words, such as “Tuesdays, 2 to 4”
    proposed_on: Mapped[date | None]  # another first day, which the other end has yet to agree to
    proposed_timing: Mapped[str] = mapped_column(String(200), default="")
    proposed_by: Mapped[End | None] = mapped_column(enum_type(End))

    contract_id: Mapped[int | None] = mapped_column(
        ForeignKey("opportunity.id"), index=True
    )  # counts for, at most one
    credited_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # empty: the giver
    budget_id: Mapped[int | None] = mapped_column(ForeignKey("budget.id"), index=True)
    reserved: Mapped[int] = mapped_column(default=0)  # of that budget

    status: Mapped[PledgeStatus] = mapped_column(enum_type(PledgeStatus), default=PledgeStatus.OFFERED)
    version: Mapped[int] = mapped_column(default=1)  # of the row: an old page shows an older one
    reason: Mapped[str] = mapped_column(String(300), default="")  # why it ended early
    reason_words: Mapped[str] = mapped_column(String(500), default="")
    ended_by: Mapped[End | None] = mapped_column(enum_type(End))
    form_key: Mapped[str] = mapped_column(String(64), unique=True)  # a form sent twice is one pledge

    due_at: Mapped[
        datetime | None
    ]  # when it lapses, or goes to the convener, if whoever's turn it is does nothing
    turn_began_at: Mapped[datetime | None]  # half-way from here to `due_at` they are reminded
    nudged_at: Mapped[datetime | None]  # reminded in this turn
    escalated_at: Mapped[datetime | None]  # given, never confirmed: the convener looks

    created_at: Mapped[datetime]
    offered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[datetime | None]
    waiting_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    scheduled_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    lapsed_at: Mapped[datetime | None]
    not_delivered_at: Mapped[datetime | None]

    listing: Mapped[Listing] = relationship()
    quantity_row: Mapped[Quantity] = relationship()
    giver: Mapped[Organisation] = relationship(foreign_keys=[giver_id])
    receiver: Mapped[Organisation] = relationship(foreign_keys=[receiver_id])
    offered_by: Mapped[User | None] = relationship(foreign_keys=[offered_by_id])
    bundle: Mapped[Bundle | None] = relationship(back_populates="pledges")
    deliveries: Mapped[list["Delivery"]] = relationship(back_populates="pledge", order_by="Delivery.number")

    @property
    def what(self) -> str:
        """“8 hours of volunteering”: what stands now, or was offered."""
        return self.quantity_row.words(self.held or self.accepted or self.quantity)

    @property
    def is_request(self) -> bool:
        """A charity asked for a standing offer; the giver answers."""
        return self.listing.family is Family.OFFER

    def organisation_of(self, end: End) -> Organisation:
        return self.giver if end is End.GIVER else self.receiver

    def organisation_id_of(self, end: End) -> int:
        return self.giver_id if end is End.GIVER else self.receiver_id


class DeliveryStatus(StrEnum):
    PLANNED = "planned"
    DELIVERED = "delivered"  # as the giver says
    CONFIRMED = "confirmed"  # as the receiver says
    VERIFIED = "verified"
    DISPUTED = "disputed"
    NOT_DELIVERED = "not_delivered"
    CALLED_OFF = "called_off"  # before it was due


class Settled(StrEnum):
    """How the convener ended a dispute."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Delivery(db.Model):
    """One time that something promised is given; a promise for ten weeks has ten."""

    __table_args__ = (
        UniqueConstraint("pledge_id", "number"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "delivered >= 0 AND delivered <= quantity AND confirmed >= 0 AND confirmed <= delivered"
            " AND verified >= 0 AND verified <= confirmed",
            name="each_within_the_last",
        ),
        CheckConstraint("places > 0", name="places_positive"),
        Index(None, "status", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"))
    number: Mapped[int]  # 1, 2, 3 …
    due_on: Mapped[date | None]
    places: Mapped[int | None]  # for people of the giver to come
    status: Mapped[DeliveryStatus] = mapped_column(enum_type(DeliveryStatus), default=DeliveryStatus.PLANNED)
    quantity: Mapped[int]
    delivered: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    verified: Mapped[int] = mapped_column(default=0)

    words: Mapped[str] = mapped_column(Text, default="")  # the giver's, when it was given
    delivered_at: Mapped[datetime | None]
    delivered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    certified_at: Mapped[datetime | None]
    certified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    confirmed_words: Mapped[str] = mapped_column(Text, default="")
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    verify_asked_at: Mapped[datetime | None]  # drawn into the sample, or asked for
    not_delivered_at: Mapped[datetime | None]
    not_delivered_by: Mapped[End | None] = mapped_column(enum_type(End))
    reason: Mapped[str] = mapped_column(String(300), default="")
    called_off_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    disputed_by: Mapped[End | None] = mapped_column(enum_type(End))
    disputed_words: Mapped[str] = mapped_column(Text, default="")
    settled: Mapped[Settled | None] = mapped_column(enum_type(Settled))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    settled_words: Mapped[str] = mapped_column(Text, default="")

    pledge: Mapped[Pledge] = relationship(back_populates="deliveries")
    file_rows: Mapped[list["DeliveryFile"]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    @property
    def listing_words(self) -> str:
        """“2 hours of volunteering”: how much it is now."""
        row = self.pledge.quantity_row
        return row.words(self.verified or self.confirmed or self.delivered or self.quantity)


class DeliveryFile(db.Model):
    """Evidence: a photo, receipt or timesheet of a delivery."""

    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("file.id"), primary_key=True)

    file: Mapped[File] = relationship(lazy="joined")


class Story(db.Model):
    """The receiver's thanks, in public if both let it: what came of it, with a photo if they have one."""

    id: Mapped[int] = mapped_column(primary_key=True)
    pledge_id: Mapped[int] = mapped_column(ForeignKey("pledge.id"), unique=True)
    words: Mapped[str] = mapped_column(Text)
    said_by: Mapped[str] = mapped_column(String(80), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("file.id"))
    published_at: Mapped[datetime]
    taken_down_at: Mapped[datetime | None]

    pledge: Mapped[Pledge] = relationship()
    file: Mapped[File | None] = relationship()
