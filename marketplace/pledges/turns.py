"""Whose move it is, what they are asked for, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from marketplace.pledges.models import Delivery, DeliveryStatus, End, Pledge, PledgeStatus

TO_ANSWER = timedelta(days=14)  # also for the giver's own team
TO_AGREE = timedelta(days=28)
TO_GIVE = timedelta(days=14)  # after the last day that was planned
TO_CONFIRM = timedelta(days=14)  # then the convener looks
TO_DISPUTE = timedelta(days=14)
A_DAY = timedelta(days=1)  # at least, also where the day offered is tomorrow

_UNDER_WAY = (PledgeStatus.ACCEPTED, PledgeStatus.SCHEDULED, PledgeStatus.PARTLY_DELIVERED)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who has to do something: an end, or the convener (None). `words` ask them for it."""

    end: End | None
    words: str
    until: datetime | None


def turn(pledge: Pledge) -> Turn | None:
    """Whose move it is; None where it has ended, or waits for a place.

    Reads the deliveries of a pledge that is partly delivered and of no other.
    """
    status, until = pledge.status, pledge.due_at
    if pledge.proposed_by is not None and status in (PledgeStatus.OFFERED, *_UNDER_WAY):
        return Turn(pledge.proposed_by.other, "Agree to the day, or propose another", until)
    if status is PledgeStatus.OFFERED:
        return Turn(pledge.begun_by.other, "Say yes or no", until)
    if status in _GIVER_DOES:
        return Turn(End.GIVER, _GIVER_DOES[status], until)
    if status in (PledgeStatus.PARTLY_DELIVERED, PledgeStatus.DELIVERED):
        return _once_given(pledge)
    return Turn(None, "Decide what counts", None) if status is PledgeStatus.DISPUTED else None


_GIVER_DOES = {
    PledgeStatus.DRAFT: "Approve it, or turn it down",
    PledgeStatus.ACCEPTED: "Propose a day, or give it and say so",
    PledgeStatus.SCHEDULED: "Give it and say so",
}


def _once_given(pledge: Pledge) -> Turn:
    """Somebody has to say whether it came: the receiver, and after too long the convener."""
    if pledge.status is PledgeStatus.PARTLY_DELIVERED and not _waiting(pledge.deliveries):
        return Turn(End.GIVER, "Give the rest and say so", pledge.due_at)
    if pledge.escalated_at is not None:
        return Turn(None, "Find out whether it came", None)
    return Turn(End.RECEIVER, "Say whether it came", pledge.due_at)


def due(pledge: Pledge) -> datetime | None:
    """When it lapses, or goes to the convener, if nobody does anything from `turn_began_at` on."""
    began = pledge.turn_began_at
    if began is None:
        return None
    match pledge.status:
        case PledgeStatus.DRAFT | PledgeStatus.OFFERED:
            return to_begin(pledge.status, pledge.starts_on, began)
        case PledgeStatus.ACCEPTED | PledgeStatus.SCHEDULED | PledgeStatus.PARTLY_DELIVERED:
            ends = [to_give(pledge), _to_confirm(pledge)]
            return min((each for each in ends if each is not None), default=None)
        case PledgeStatus.DELIVERED:
            return _to_confirm(pledge)
    return None


def to_begin(status: PledgeStatus, starts_on: date | None, began: datetime) -> datetime | None:
    """When a promise lapses that nobody has said yes to, by the first day it speaks of."""
    if status is PledgeStatus.DRAFT:
        return began + TO_ANSWER
    return _to_answer(began, starts_on) if status is PledgeStatus.OFFERED else None


def midnight(on: date) -> datetime:
    """When a day begins."""
    return datetime.combine(on, time(), UTC)


def to_give(pledge: Pledge) -> datetime | None:
    """When what is still planned is given up: after its last day, or after they began to agree on one."""
    planned = [row for row in pledge.deliveries if row.status is DeliveryStatus.PLANNED]
    if not planned or pledge.turn_began_at is None:
        return None
    days = [row.due_on for row in planned if row.due_on is not None]
    return midnight(max(days)) + A_DAY + TO_GIVE if days else pledge.turn_began_at + TO_AGREE


def _to_answer(began: datetime, starts_on: date | None) -> datetime:
    due = began + TO_ANSWER
    if starts_on is None:
        return due
    return min(due, max(midnight(starts_on), began + A_DAY))


def waits_too_long(pledge: Pledge, now: datetime) -> bool:
    """Whether something of it was given, and nobody has said for too long whether it came."""
    at = _to_look_into(pledge)
    return at is not None and at <= now


def _to_look_into(pledge: Pledge) -> datetime | None:
    """When what was given first, and not confirmed, goes to the convener."""
    given = [row.delivered_at for row in _waiting(pledge.deliveries) if row.delivered_at is not None]
    return min(given) + TO_CONFIRM if given else None


def _to_confirm(pledge: Pledge) -> datetime | None:
    return _to_look_into(pledge) if pledge.escalated_at is None else None


def _waiting(deliveries: Iterable[Delivery]) -> list[Delivery]:
    return [row for row in deliveries if row.status is DeliveryStatus.DELIVERED]
