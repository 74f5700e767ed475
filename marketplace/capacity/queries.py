"""What organisations say they have room for, read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from marketplace.capacity.models import Capacity
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.web import words

OLD = timedelta(days=90)  # after which we ask whether it is still so

_SELL = {OrganisationKind.BUSINESS, OrganisationKind.VOLUNTARY}
_GIVE = set(OrganisationKind) - {OrganisationKind.VOLUNTARY}
_ASKED: Mapping[str, tuple[set[OrganisationKind], Family]] = {  # of these kinds, and of whoever has a notice
    "jobs_a_quarter": (_SELL, Family.CAPABILITY),
    "volunteers_a_month": ({OrganisationKind.VOLUNTARY}, Family.NEED),
    "hours_left": (_GIVE, Family.OFFER),
    "money_left": (_GIVE, Family.OFFER),
}
_WORDS: Mapping[str, Callable[[int], str]] = {
    "jobs_a_quarter": lambda n: words.count(n, "new job") + " this quarter",
    "volunteers_a_month": lambda n: words.count(n, "volunteer") + " a month",
    "hours_left": lambda n: words.count(n, "hour") + " left to give this year",
    "money_left": lambda n: words.money(n) + " left to give this year",
}
_NONE: Mapping[str, str] = {
    "jobs_a_quarter": "No room for new jobs this quarter",
    "volunteers_a_month": "No room for volunteers just now",
    "hours_left": "No hours left to give this year",
    "money_left": "No money left to give this year",
}


@dataclass(frozen=True, slots=True)
class Room:
    """What an organisation says it can take on, for its own desk.

    `asked` names the columns of `Capacity` that make sense for it; `lines` say those it has answered.
    """

    asked: tuple[str, ...]
    lines: tuple[str, ...]
    is_full: bool
    said_at: datetime | None
    is_old: bool


def of(organisation_ids: Iterable[int]) -> dict[int, Capacity]:
    """What each of these has said, by its id; one that has said nothing is not there."""
    query = db.select(Capacity).where(Capacity.organisation_id.in_(list(organisation_ids)))
    return {row.organisation_id: row for row in db.session.scalars(query)}


def _asked_of(organisation: Organisation, capacity: Capacity | None) -> tuple[str, ...]:
    """What to ask this organisation: by its kind, by the notices it has written, and what it said before."""
    query = db.select(Listing.family).where(Listing.organisation_id == organisation.id).distinct()
    families = set(db.session.scalars(query))
    return tuple(
        name
        for name, (kinds, family) in _ASKED.items()
        if organisation.kind in kinds
        or family in families
        or (capacity is not None and getattr(capacity, name) is not None)
    )


def room_of(organisation: Organisation, *, now: datetime) -> Room:
    """What it has room for, in words. Two statements, whatever it has."""
    capacity = db.session.get(Capacity, organisation.id)
    asked = _asked_of(organisation, capacity)
    said = {name: getattr(capacity, name, None) for name in asked}
    said = {name: number for name, number in said.items() if number is not None}
    return Room(
        asked=asked,
        lines=tuple(_WORDS[name](number) if number else _NONE[name] for name, number in said.items()),
        is_full=set(said) == set(asked) and not any(said.values()),
        said_at=capacity.updated_at if capacity and said else None,
        is_old=bool(capacity and said and now - capacity.updated_at > OLD),
    )
