"""The one place where what is promised of a line changes, and with it the ledger and the giver's budget."""

from datetime import date, datetime

from sqlalchemy import Integer, bindparam, update

from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Quantity
from marketplace.pledges import entries, moves, waiting
from marketplace.pledges.models import End, Pledge
from marketplace.pledges.progress import stands, status_of
from marketplace.teams import services as teams


def take(pledge: Pledge, *, is_first: bool = False, actor: User | None, now: datetime) -> None:
    """Bring the line to what the deliveries of this pledge take of it now; `is_first` at the acceptance.

    The database makes the move, so that two at once never exceed what is wanted. Raises `Refused` where too
    little is left.
    """
    standing = sum(stands(row) for row in pledge.deliveries)
    change = standing - pledge.held
    if change == 0:
        return
    if db.session.scalars(_MOVE, {"line_id": pledge.quantity_id, "change": change}).one_or_none() is None:
        line = db.session.get_one(Quantity, pledge.quantity_id, populate_existing=True)
        raise Refused(_too_little(pledge, line, is_first), field="quantity")
    pledge.held = standing
    entries.held(pledge, change, is_first=is_first, actor=actor, now=now)
    listings.tell(pledge.listing)


_PROMISED = Quantity.promised + bindparam("change", type_=Integer)
_MOVE = (
    update(Quantity)
    .where(Quantity.id == bindparam("line_id"), _PROMISED >= 0, Quantity.wanted >= _PROMISED)
    .values(promised=_PROMISED)
    .returning(Quantity)
    .execution_options(synchronize_session=False, populate_existing=True, autoflush=False)
)


def follow(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """After its deliveries changed: move the pledge to where they say it is, the line and the budget with it.

    What is given back is offered to whoever waits.
    """
    moves.change(pledge, status_of(pledge), now=now)
    take(pledge, actor=actor, now=now)
    _budget(pledge, on=now.date())
    waiting.call(pledge.quantity_id, now=now)


def reserve(pledge: Pledge, quantity: int, *, on: date) -> None:
    """Take what is promised from the budget of its first day, or of today."""
    day = pledge.starts_on or on
    budget_id = teams.reserve(pledge.giver, pledge.quantity_row.kind, quantity, on=day)
    if budget_id is not None:
        pledge.budget_id, pledge.reserved = budget_id, quantity


def give_back(pledge: Pledge, quantity: int) -> None:
    """Give back to its budget what will not be given."""
    less = min(quantity, pledge.reserved)
    if pledge.budget_id is not None and less:
        teams.release(pledge.budget_id, pledge.quantity_row.kind, less)
        pledge.reserved -= less


def _budget(pledge: Pledge, *, on: date) -> None:
    """Bring what is reserved to what is held.

    More than before is held where the convener decides that more came than was confirmed. It comes from the
    same budget, if it can; but it was given, so a budget that has run out stops nobody.
    """
    more = pledge.held - pledge.reserved
    if pledge.budget_id is None or more == 0:
        return
    if more < 0:
        give_back(pledge, -more)
        return
    kind = pledge.quantity_row.kind
    try:
        budget_id = teams.reserve(pledge.giver, kind, more, on=pledge.starts_on or on)
    except Refused:
        return
    if budget_id == pledge.budget_id:
        pledge.reserved += more
    elif budget_id is not None:
        teams.release(budget_id, kind, more)


def _too_little(pledge: Pledge, line: Quantity, is_first: bool) -> str:
    left = f"only {line.words(line.missing)} more" if line.missing else "nothing more of this"
    if not is_first:
        return f"Others have promised this meanwhile, so {left} can count towards this notice."
    if pledge.begun_by is End.RECEIVER:
        return f"You have {left} to give now. Say yes to part of it, or add to your offer."
    return f"You need {left} now. Say yes to part of it, or ask for more on your notice."
