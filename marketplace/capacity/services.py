"""Saying how much an organisation can take on."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from marketplace import audit, outbox
from marketplace.accounts.models import User
from marketplace.capacity.models import Capacity
from marketplace.extensions import db, find_or_insert
from marketplace.organisations.models import Organisation


@dataclass(frozen=True, kw_only=True)
class CapacityDetails:
    """New jobs a quarter, volunteers a month, hours and £ left this year; None is not said, 0 is no room."""

    jobs_a_quarter: int | None = None
    volunteers_a_month: int | None = None
    hours_left: int | None = None
    money_left: int | None = None

    @classmethod
    def of(cls, capacity: Capacity | None) -> "CapacityDetails":
        """What is said now; nothing where nobody has said anything."""
        if capacity is None:
            return cls()
        return cls(**{name: getattr(capacity, name) for name in asdict(cls())})


def say(organisation: Organisation, details: CapacityDetails, *, actor: User, now: datetime) -> None:
    """Remember what it has room for, and have its matches looked at again."""
    row, _ = find_or_insert(Capacity, {"organisation_id": organisation.id}, updated_at=now)
    for name, value in asdict(details).items():
        setattr(row, name, value)
    row.updated_at = now
    audit.record("capacity.said", organisation, actor=actor, **asdict(details))
    outbox.add("matching.organisation", organisation_id=organisation.id)


def no_room(
    organisation: Organisation, asked: Iterable[str], *, actor: User, now: datetime
) -> CapacityDetails | None:
    """Say there is no room for any of these just now.

    Returns what was said before, for whoever changes their mind; None where it had no room already.
    """
    before = CapacityDetails.of(db.session.get(Capacity, organisation.id))
    details = replace(before, **dict.fromkeys(asked, 0))
    if details == before:
        return None
    say(organisation, details, actor=actor, now=now)
    return before


def room_again(
    organisation: Organisation,
    asked: Iterable[str],
    before: CapacityDetails | None,
    *,
    actor: User,
    now: datetime,
) -> bool:
    """Go back to what was said before; where that is not known, these are not said any more.

    Returns False, with nothing changed, where some of them are not 0: somebody has said since how much.
    """
    unsaid = dict.fromkeys(asked)
    current = CapacityDetails.of(db.session.get(Capacity, organisation.id))
    if any(getattr(current, name) != 0 for name in unsaid):
        return False
    say(organisation, before or replace(current, **unsaid), actor=actor, now=now)
    return True
