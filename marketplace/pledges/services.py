"""Verbs about pledges, and the one place where a need's promised quantity changes."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from marketplace import audit, mail, outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, rows_changed
from marketplace.listings import services as listings
from marketplace.listings.models import Quantity
from marketplace.needs.models import Need
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import NEXT, Pledge, PledgeStatus


@dataclass(frozen=True, kw_only=True)
class PledgeDetails:
    """How much of which line of the need, and what the giver says."""

    quantity_id: int
    quantity: int
    words: str
    form_key: str


def offer(need: Need, details: PledgeDetails, *, giver: Organisation, actor: User, now: datetime) -> Pledge:
    """Promise a quantity; the same form sent twice is one pledge."""
    if (repeated := _sent_before(details.form_key, giver)) is not None:
        return repeated
    if not need.is_open:
        raise Refused("This need takes no more pledges.")
    line = next((row for row in need.quantities if row.id == details.quantity_id), None)
    if line is None:
        raise Refused("Choose what you would give.", field="quantity_id")
    if details.quantity > line.missing:
        left = line.words(line.missing) if line.missing else "nothing more"
        raise Refused(f"They still need {left}. Promise at most that.", field="quantity")
    pledge = Pledge(
        listing_id=need.id, quantity_id=line.id, giver_id=giver.id, receiver_id=need.organisation_id,
        each=details.quantity, created_at=now,
        quantity=details.quantity, words=details.words, form_key=details.form_key,
        status=PledgeStatus.OFFERED, offered_at=now, offered_by_id=actor.id,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(pledge)
    except IntegrityError:  # the same form came twice at once, and the other was first
        if (repeated := _sent_before(details.form_key, giver)) is not None:
            return repeated
        raise
    audit.record("pledge.offered", pledge, actor=actor, quantity=pledge.quantity)
    outbox.add("matching.converted", organisation_id=giver.id, listing_id=need.id)
    _tell(pledge, "pledge_offered", need.organisation_id, now=now)
    return pledge


def accept(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """Say yes. The database moves the promised quantity, so two at once never exceed what is needed."""
    if pledge.status is PledgeStatus.ACCEPTED:
        return
    if not pledge.listing.is_public:
        raise Refused("Your notice is not on the board. Put it back first, so that both know what it is for.")
    if not _move(pledge, PledgeStatus.ACCEPTED, now=now):
        return
    taken = rows_changed(
        update(Quantity)
        .where(Quantity.id == pledge.quantity_id, Quantity.promised + pledge.quantity <= Quantity.wanted)
        .values(promised=Quantity.promised + pledge.quantity)
    )
    if not taken:
        db.session.refresh(pledge.quantity_row)
        line = pledge.quantity_row
        left = f"only {line.words(line.missing)} more" if line.missing else "nothing more of this"
        raise Refused(f"You need {left} now. Ask them to offer less, or ask for more on your notice.")
    db.session.refresh(pledge.quantity_row)
    db.session.execute(
        update(Pledge).where(Pledge.id == pledge.id).values(accepted=pledge.quantity, held=pledge.quantity)
    )
    db.session.refresh(pledge)
    audit.record("pledge.accepted", pledge, actor=actor, quantity=pledge.quantity)
    listings.tell(pledge.listing)
    _tell(pledge, "pledge_accepted", pledge.giver_id, now=now)


def decline(pledge: Pledge, reason: str, *, actor: User, now: datetime) -> None:
    """Say no, and why."""
    if pledge.status is PledgeStatus.DECLINED or not _move(pledge, PledgeStatus.DECLINED, now=now):
        return
    pledge.reason = reason
    audit.record("pledge.declined", pledge, actor=actor)
    _tell(pledge, "pledge_declined", pledge.giver_id, now=now)


def withdraw(pledge: Pledge, *, actor: User, now: datetime) -> None:
    """Take the promise back; what was promised is needed again."""
    if pledge.status is PledgeStatus.WITHDRAWN:
        return
    if pledge.status not in (PledgeStatus.OFFERED, PledgeStatus.ACCEPTED):
        raise Refused("This pledge has gone too far to take back. Write to them instead.")
    was_accepted = pledge.status is PledgeStatus.ACCEPTED
    if not _move(pledge, PledgeStatus.WITHDRAWN, now=now):
        return
    if was_accepted:
        db.session.execute(
            update(Quantity)
            .where(Quantity.id == pledge.quantity_id)
            .values(promised=Quantity.promised - pledge.quantity)
        )
        db.session.refresh(pledge.quantity_row)
        listings.tell(pledge.listing)
    audit.record("pledge.withdrawn", pledge, actor=actor, quantity=pledge.quantity)
    _tell(pledge, "pledge_withdrawn", pledge.receiver_id, now=now)


def deliver(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """The giver says it has been given."""
    if pledge.status is PledgeStatus.DELIVERED:
        return
    if pledge.status is not PledgeStatus.ACCEPTED:
        raise Refused("Only a pledge that was accepted can be delivered.")
    if not _move(pledge, PledgeStatus.DELIVERED, now=now):
        return
    audit.record("pledge.delivered", pledge, actor=actor, quantity=pledge.quantity)
    _tell(pledge, "pledge_delivered", pledge.receiver_id, now=now)


def confirm(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """The receiver says it came."""
    if pledge.status is PledgeStatus.CONFIRMED:
        return
    if pledge.status is not PledgeStatus.DELIVERED:
        raise Refused("Only a pledge that was delivered can be confirmed.")
    if not _move(pledge, PledgeStatus.CONFIRMED, now=now):
        return
    audit.record("pledge.confirmed", pledge, actor=actor, quantity=pledge.quantity)
    _tell(pledge, "pledge_confirmed", pledge.giver_id, now=now)


def _sent_before(form_key: str, giver: Organisation) -> Pledge | None:
    return db.session.scalar(
        db.select(Pledge).where(Pledge.form_key == form_key, Pledge.giver_id == giver.id)
    )


def _move(pledge: Pledge, status: PledgeStatus, *, now: datetime) -> bool:
    """Make the move in the database, where only one of two people at the same moment can.

    False when somebody else just made this very move; refused when they made another. After that, or any
    later refusal, the caller rolls back, as every caller does on `Refused`.
    """
    seen = pledge.status
    if status not in NEXT.get(seen, ()):
        raise Refused(f"This pledge is {seen.value} already.")
    ours = rows_changed(
        update(Pledge)
        .where(Pledge.id == pledge.id, Pledge.status == seen)
        .values(status=status, **{f"{status.value}_at": now})
    )
    db.session.refresh(pledge)
    if not ours and pledge.status is not status:
        raise Refused(f"This pledge is {pledge.status.value} already.")
    return ours > 0


def _tell(pledge: Pledge, letter: str, organisation_id: int, *, now: datetime) -> None:
    """Write to the people of one side about what the other side did."""
    reader_gives = organisation_id == pledge.giver_id
    giver = db.session.get_one(Organisation, pledge.giver_id)
    own, other = (
        (giver, pledge.listing.organisation) if reader_gives else (pledge.listing.organisation, giver)
    )
    for person in organisations.members_of(organisation_id):
        mail.queue(
            letter, to_user=person, now=now, key=f"{letter}:{pledge.id}:{person.id}",
            person_name=person.name, organisation_name=own.name, other_name=other.name,
            listing_title=pledge.listing.title, what=pledge.what, words=pledge.words, reason=pledge.reason,
            url=url_for("pledges.show", pledge_id=pledge.id),
        )  # fmt: skip
