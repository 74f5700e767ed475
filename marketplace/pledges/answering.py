"""What the two ends say to a promise: yes, no, another day, and that it cannot be after all."""

from dataclasses import dataclass
from datetime import date, datetime

from marketplace import audit, outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.pledges import days, entries, holding, moves, waiting
from marketplace.pledges.models import Delivery, DeliveryStatus, End, Pledge, PledgeStatus, Rhythm
from marketplace.teams import queries as teams
from marketplace.teams import services as limits

_AGREED = (PledgeStatus.ACCEPTED, PledgeStatus.SCHEDULED)
_UNDER_WAY = (*_AGREED, PledgeStatus.PARTLY_DELIVERED)


@dataclass(frozen=True, slots=True)
class _Days:
    """A first day, and when on it in words."""

    first: date | None
    timing: str


def accept(
    pledge: Pledge,
    *,
    quantity: int | None = None,
    starts_on: date | None = None,
    timing: str = "",
    actor: User | None,
    now: datetime,
) -> None:
    """Say yes to all of it or to part; with other days, those have to be agreed by whoever began.

    The database moves the promised quantity, so two at once never exceed what is wanted.
    """
    end = pledge.begun_by.other
    moves.only(pledge, end, actor)
    as_seen = moves.hold(pledge)
    taken = pledge.quantity if quantity is None else quantity
    if pledge.status in _AGREED and taken == pledge.accepted:
        return
    if pledge.status is not PledgeStatus.OFFERED:
        raise moves.already(pledge)
    moves.unchanged(as_seen)
    _may_take(pledge, taken, actor)
    offered = _Days(pledge.starts_on, pledge.timing)
    if pledge.proposed_by is pledge.begun_by:  # the latest word of whoever began
        offered = _Days(pledge.proposed_on, pledge.proposed_timing)
    wanted = _Days(starts_on or offered.first, timing or offered.timing)

    pledge.accepted, pledge.deliveries = taken, _deliveries(pledge, taken)
    if wanted != offered:
        if wanted.first is None:
            raise Refused("Say which day it would be.", field="starts_on")
        _check(pledge, wanted.first, now)
        _put(pledge, wanted, end)
    elif offered.first is not None:
        _check(pledge, offered.first, now)
        _fix(pledge, offered, now)
    pledge.accepted_at = now
    moves.change(pledge, PledgeStatus.SCHEDULED if pledge.scheduled_at else PledgeStatus.ACCEPTED, now=now)
    _count(pledge, actor=actor, now=now)
    audit.record("pledge.accepted", pledge, actor=actor, quantity=taken)
    moves.tell(pledge, "pledge_accepted", end.other, until=pledge.due_at)


def decline(pledge: Pledge, reason: str, words: str = "", *, actor: User | None, now: datetime) -> None:
    """Say no, and why."""
    end = pledge.begun_by.other
    moves.only(pledge, end, actor)
    as_seen = moves.hold(pledge)
    if pledge.status is PledgeStatus.DECLINED and pledge.offered_at is not None:
        return
    if pledge.status is not PledgeStatus.OFFERED:
        raise moves.already(pledge)
    moves.unchanged(as_seen)
    pledge.ended_by, pledge.reason, pledge.reason_words = end, reason[:300], words[:500]
    _clear(pledge)
    moves.change(pledge, PledgeStatus.DECLINED, now=now)
    never_mind(pledge, actor=actor, now=now)
    audit.record("pledge.declined", pledge, actor=actor)
    moves.tell(pledge, "pledge_declined", end.other, reason=reason, words=words)


def propose(
    pledge: Pledge, starts_on: date, timing: str = "", *, end: End, actor: User | None, now: datetime
) -> None:
    """Propose another first day for what is still to come; the days there were stand until it is agreed.

    Proposing the days that stand already turns the other end's proposal down.
    """
    moves.only(pledge, end, actor)
    as_seen = moves.hold(pledge)
    if (pledge.proposed_by, pledge.proposed_on, pledge.proposed_timing) == (end, starts_on, timing):
        return
    if pledge.status not in (PledgeStatus.OFFERED, *_UNDER_WAY):
        raise Refused("There is no day left to propose: nothing of it is still to come.")
    moves.unchanged(as_seen)
    if (starts_on, timing) == (pledge.starts_on, pledge.timing):
        if pledge.proposed_by is not None:
            _keep(pledge, end, actor=actor, now=now)
        return
    _check(pledge, starts_on, now)
    _put(pledge, _Days(starts_on, timing), end)
    moves.change(pledge, pledge.status, now=now)
    audit.record("pledge.days_proposed", pledge, actor=actor, starts_on=str(starts_on))
    moves.tell(pledge, "pledge_proposed", end.other, words=timing, until=pledge.due_at)


def agree(pledge: Pledge, *, end: End, actor: User | None, now: datetime) -> None:
    """Say yes to the days that the other end proposed."""
    moves.only(pledge, end, actor)
    as_seen = moves.hold(pledge)
    if pledge.proposed_by is None or pledge.proposed_on is None:
        if pledge.starts_on is not None and pledge.status in (PledgeStatus.OFFERED, *_UNDER_WAY):
            return
        raise Refused("There is no proposed day to agree to.")
    if pledge.proposed_by is end:
        raise Refused("You proposed this day yourself: it is for them to agree.")
    if pledge.status not in (PledgeStatus.OFFERED, *_UNDER_WAY):
        raise moves.already(pledge)
    moves.unchanged(as_seen)
    _check(pledge, pledge.proposed_on, now)
    agreed = _Days(pledge.proposed_on, pledge.proposed_timing)
    if pledge.status is PledgeStatus.OFFERED:
        pledge.starts_on, pledge.timing = agreed.first, agreed.timing
        _clear(pledge)
    else:
        _fix(pledge, agreed, now)
    scheduled = pledge.status is PledgeStatus.ACCEPTED
    moves.change(pledge, PledgeStatus.SCHEDULED if scheduled else pledge.status, now=now)
    audit.record("pledge.days_agreed", pledge, actor=actor, starts_on=str(agreed.first))
    moves.tell(pledge, "pledge_agreed", end.other, words=agreed.timing, until=agreed.first)


def withdraw(
    pledge: Pledge, *, reason: str = "", words: str = "", end: End, actor: User | None, now: datetime
) -> None:
    """Call off what is still to come; what was given stays, and what was promised is needed again."""
    moves.only(pledge, end, actor)
    as_seen = moves.hold(pledge)
    if pledge.withdrawn_at is not None:
        return
    before = pledge.status
    began = before in (PledgeStatus.DRAFT, PledgeStatus.WAITING, PledgeStatus.OFFERED)
    if began and end is not pledge.begun_by:
        raise Refused("You have not said yes to this. Say no to it instead.")
    if not began and before not in _UNDER_WAY:
        raise Refused("This pledge has gone too far to take back. Write to them instead.")
    moves.unchanged(as_seen)
    pledge.ended_by, pledge.reason, pledge.reason_words = end, reason[:300], words[:500]
    _clear(pledge)
    what = pledge.quantity_row.words(sum(row.quantity for row in days.planned(pledge)) or pledge.quantity)
    for row in days.planned(pledge):
        row.status, row.called_off_at = DeliveryStatus.CALLED_OFF, now
    if began:
        moves.change(pledge, PledgeStatus.WITHDRAWN, now=now)
        never_mind(pledge, actor=actor, now=now)
    else:
        pledge.withdrawn_at = now
        holding.follow(pledge, actor=actor, now=now)
        outbox.add("volunteering.changed", pledge_id=pledge.id)  # people may have meant to come
    audit.record("pledge.withdrawn", pledge, actor=actor, quantity=pledge.quantity)
    if before not in (PledgeStatus.DRAFT, PledgeStatus.WAITING):
        moves.tell(pledge, "pledge_withdrawn", end.other, what=what, reason=reason, words=words)


def never_mind(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """What follows when a promise ends before it was accepted: it was not promised after all."""
    holding.give_back(pledge, pledge.reserved)
    if pledge.offered_at is None:
        return
    if pledge.begun_by is End.GIVER:
        entries.no_longer_promised(pledge, pledge.quantity, actor=actor, now=now)
    db.session.flush()  # whoever waits is called by what the database knows
    waiting.call(pledge.quantity_id, now=now)


def _may_take(pledge: Pledge, taken: int, actor: User | None) -> None:
    if not pledge.listing.is_public:
        raise Refused("Your notice is not on the board. Put it back first, so that both know what it is for.")
    if not 1 <= taken <= pledge.quantity:
        words = pledge.quantity_row.words(pledge.quantity)
        raise Refused(f"They speak of {words}. Say yes to that or to less.", field="quantity")
    if pledge.rhythm is not Rhythm.ONCE and taken % pledge.each:
        words = pledge.quantity_row.words(pledge.each)
        raise Refused(f"It is {words} each time. Say yes to whole times.", field="quantity")
    if pledge.begun_by is End.GIVER or actor is None:
        return
    membership = teams.membership_of(pledge.giver_id, actor)
    if membership and limits.needs_approval(pledge.giver, membership, pledge.quantity_row.kind, taken):
        raise Refused(
            "This is more than you may promise alone. Ask a colleague who may to answer, or say yes to less.",
            field="quantity",
        )


def _deliveries(pledge: Pledge, taken: int) -> list[Delivery]:
    """One for each time; their days come when they are agreed."""
    once = pledge.rhythm is Rhythm.ONCE
    each, times = (taken, 1) if once else (pledge.each, taken // pledge.each)
    return [
        Delivery(
            number=number, quantity=each, status=DeliveryStatus.PLANNED, delivered=0, confirmed=0, verified=0
        )
        for number in range(1, times + 1)
    ]


def _count(pledge: Pledge, *, actor: User | None, now: datetime) -> None:
    """What a yes does to the line, the budget and the ledger, in this order: others lock them in it too."""
    left = pledge.quantity - pledge.accepted
    if pledge.begun_by is End.RECEIVER:
        entries.promised(pledge, pledge.accepted, actor=actor, now=now)
    elif left:
        entries.no_longer_promised(pledge, left, actor=actor, now=now)
    holding.take(pledge, is_first=True, actor=actor, now=now)
    if pledge.begun_by is End.RECEIVER:
        holding.reserve(pledge, pledge.accepted, on=now.date())
    else:
        holding.give_back(pledge, left)
    waiting.call(pledge.quantity_id, now=now)


def _check(pledge: Pledge, first: date, now: datetime) -> None:
    """Refuse a first day that does not suit the need."""
    planned = days.planned(pledge)
    wanted = days.days(first, pledge.rhythm, len(planned) or pledge.times)
    days.check(pledge.listing, wanted, today=now.date())
    helpers = max((row.places or 1 for row in planned), default=1)
    days.check_room(pledge.quantity_row, wanted, helpers=helpers, but=pledge)


def _put(pledge: Pledge, wanted: _Days, end: End) -> None:
    pledge.proposed_on, pledge.proposed_timing, pledge.proposed_by = wanted.first, wanted.timing[:200], end


def _clear(pledge: Pledge) -> None:
    pledge.proposed_on, pledge.proposed_timing, pledge.proposed_by = None, "", None


def _fix(pledge: Pledge, agreed: _Days, now: datetime) -> None:
    """These are the days now."""
    assert agreed.first is not None  # noqa: S101  # whoever calls has just looked
    _clear(pledge)
    pledge.starts_on, pledge.timing, pledge.scheduled_at = agreed.first, agreed.timing, now
    rows = days.planned(pledge)
    for row, on in zip(rows, days.days(agreed.first, pledge.rhythm, len(rows)), strict=True):
        row.due_on = on
    if pledge.accepted_at is not None:
        outbox.add("volunteering.changed", pledge_id=pledge.id)


def _keep(pledge: Pledge, end: End, *, actor: User | None, now: datetime) -> None:
    """The days stay as they were."""
    _clear(pledge)
    moves.change(pledge, pledge.status, now=now)
    audit.record("pledge.days_kept", pledge, actor=actor)
    moves.tell(pledge, "pledge_agreed", end.other, words=pledge.timing, until=pledge.starts_on)
