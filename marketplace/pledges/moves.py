"""What every verb about a pledge stands on: hold the row, see who may, move it, and tell the others."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Executable, bindparam, select, update
from sqlalchemy.orm import lazyload
from sqlalchemy.orm.attributes import set_committed_value

from marketplace import outbox
from marketplace.accounts.models import User
from marketplace.errors import InvalidTransition, Refused
from marketplace.extensions import db
from marketplace.organisations.models import Organisation
from marketplace.pledges import turns
from marketplace.pledges.models import NEXT, Delivery, End, Pledge, PledgeStatus
from marketplace.teams import services as teams
from marketplace.teams.models import Part

SAID = {  # “This pledge is … already.”
    PledgeStatus.DRAFT: "waiting for its own team",
    PledgeStatus.WAITING: "on the waiting list",
    PledgeStatus.PARTLY_DELIVERED: "partly delivered",
    PledgeStatus.NOT_DELIVERED: "not delivered",
}
CHANGED = "This pledge changed while you were looking at it. See how it stands now, then choose again."


def hold(pledge: Pledge) -> bool:
    """Hold the pledge until the transaction ends, and read it as it is now.

    Of two people at the same moment the second waits here, then sees what the first did. Returns whether it
    is still as the caller saw it. Always the first lock of a verb: pledge, need, line, budget, ledger.
    """
    seen = pledge.version
    db.session.scalars(_HOLD[db.engine.dialect.name], {"held_id": pledge.id}).one()
    # There is none before somebody says yes.
    rows = db.session.scalars(_DELIVERIES, {"held_id": pledge.id}) if pledge.accepted else ()
    set_committed_value(pledge, "deliveries", list(rows))
    return pledge.version == seen


# Made once: making a statement takes longer than carrying it out, and whoever comes next waits for us.
_ONE = Pledge.id == bindparam("held_id")
_HOLD: Mapping[str, Executable] = {
    "sqlite": update(Pledge)  # which knows no other way to hold a row
    .where(_ONE)
    .values(version=Pledge.version)
    .returning(Pledge)
    .execution_options(synchronize_session=False, populate_existing=True),
    "postgresql": select(Pledge)
    .where(_ONE)
    .with_for_update(key_share=True)  # others may go on speaking of it, as an UPDATE would let them
    .execution_options(populate_existing=True),
}
_DELIVERIES = (
    select(Delivery)
    .where(Delivery.pledge_id == bindparam("held_id"))
    .order_by(Delivery.number)
    .options(lazyload(Delivery.file_rows))
    .execution_options(populate_existing=True)
)


def unchanged(as_seen: bool) -> None:
    """Refuse what was decided on a page that no longer tells the truth."""
    if not as_seen:
        raise Refused(CHANGED)


def only(pledge: Pledge, end: End, actor: User | None) -> None:
    """Refuse anybody who does not speak for this end. Without an actor, a command or a job does it."""
    if end is End.GIVER:
        may_give(pledge.giver_id, actor)
    else:
        belongs(pledge.receiver_id, actor)


def may_give(giver_id: int, actor: User | None) -> None:
    """Refuse anybody who may not promise for this organisation."""
    if actor is not None:
        belongs(giver_id, actor)
        teams.must(Part.PLEDGE, giver_id, actor)


def belongs(organisation_id: int, actor: User | None) -> None:
    if actor is not None and not is_of(organisation_id, actor):
        name = db.session.get_one(Organisation, organisation_id).name
        raise Refused(f"Only people of {name} can do this.")


def is_of(organisation_id: int, actor: User) -> bool:
    return any(each.organisation_id == organisation_id for each in actor.memberships)


def convener(pledge: Pledge, actor: User | None) -> None:
    """Refuse all but somebody who works for the place, and belongs to neither end."""
    if actor is None:
        return
    if not actor.is_convener:
        raise Refused("Only the convener can do this.")
    if is_of(pledge.giver_id, actor) or is_of(pledge.receiver_id, actor):
        raise Refused("You belong to one of the two sides. Ask another convener.")


def already(pledge: Pledge) -> Refused:
    return Refused(f"This pledge is {SAID.get(pledge.status, pledge.status.value)} already.")


def change(pledge: Pledge, status: PledgeStatus, *, now: datetime) -> None:
    """Make a move of the pledge that we hold: its state, the instant, the version, and whose turn begins."""
    if status is not pledge.status:
        if status not in NEXT.get(pledge.status, ()):
            raise InvalidTransition(pledge, status)
        pledge.status = status
        if status is not PledgeStatus.PARTLY_DELIVERED:
            setattr(pledge, f"{status.value}_at", now)
    pledge.version += 1
    begin_turn(pledge, now=now)


def begin_turn(pledge: Pledge, *, now: datetime) -> None:
    """From now on it is somebody's move, until `due_at`."""
    pledge.turn_began_at, pledge.nudged_at = now, None
    pledge.due_at = turns.due(pledge)
    if pledge.due_at is None:
        pledge.turn_began_at = None


def tell(
    pledge: Pledge,
    letter: str,
    *ends: End,
    people: Sequence[User] | None = None,
    what: str = "",
    words: str = "",
    reason: str = "",
    until: datetime | date | None = None,
) -> None:
    """Have it written to the people of one end, or of each, or to these of them, what happened.

    The letters are written after the commit: others may be waiting for what this transaction holds.
    """
    for end in ends:
        outbox.add(
            "pledges.tell", pledge_id=pledge.id, version=pledge.version, letter=letter, end=end.value,
            people=[person.id for person in people] if people is not None else None,
            what=what or pledge.what, words=words, reason=reason, until=until.isoformat() if until else None,
        )  # fmt: skip
