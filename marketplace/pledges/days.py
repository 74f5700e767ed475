"""The days on which something promised is given, and whether they suit the need."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlalchemy import func

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import Listing, Quantity, QuantityKind
from marketplace.needs.models import Need
from marketplace.pledges.models import Delivery, DeliveryStatus, Pledge, Rhythm
from marketplace.web import words

A_WEEK = timedelta(days=7)
AHEAD = 8  # weeks looked at for one with room
SUGGESTED = 2
_TAKES_ROOM = (
    DeliveryStatus.PLANNED,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.CONFIRMED,
    DeliveryStatus.VERIFIED,
    DeliveryStatus.DISPUTED,
)


def days(first: date, rhythm: Rhythm, times: int) -> list[date]:
    """The day of each time, from the first; monthly on that day of the month, or the month's last."""
    match rhythm:
        case Rhythm.MONTHLY:
            return [_months_later(first, number) for number in range(times)]
        case Rhythm.FORTNIGHTLY:
            return [first + 2 * number * A_WEEK for number in range(times)]
        case Rhythm.WEEKLY:
            return [first + number * A_WEEK for number in range(times)]
    return [first] * times


def check(listing: Listing, wanted: Sequence[date], *, today: date) -> None:
    """Refuse days that are past, or outside those when the need can use help."""
    if not wanted:
        return
    if wanted[0] < today:
        raise Refused("That day has passed. Choose one that is still to come.", field="starts_on")
    if not isinstance(listing, Need):
        return
    if listing.starts_on and wanted[0] < listing.starts_on:
        first = words.day(listing.starts_on)
        raise Refused(
            f"They can use this from {first} on. Choose that day or a later one.", field="starts_on"
        )
    if listing.ends_on and wanted[-1] > listing.ends_on:
        last = words.day(listing.ends_on)
        more = "the last time is after that" if len(wanted) > 1 else "that day is later"
        raise Refused(f"They can use this until {last}, and {more}.", field="starts_on")


def check_room(
    line: Quantity, wanted: Sequence[date], *, helpers: int = 1, but: Pledge | None = None
) -> None:
    """Refuse weeks in which the need can host no more helpers; says which weeks it can.

    A delivery counts as the places it has for people, and as one person until it says; `helpers` is how many
    would come on each of these days. Holds the need until the transaction ends, so that two who take a
    week's last place do so one after the other.
    """
    need = line.listing
    if not wanted or line.kind is not QuantityKind.VOLUNTEERS:
        return
    if not isinstance(need, Need) or need.host_a_week is None:
        return
    db.session.execute(db.select(Need.id).where(Need.id == need.id).with_for_update(key_share=True))
    taken = _helpers_by_week(need, wanted, but)
    for on in wanted:
        week = monday(on)
        taken[week] = taken.get(week, 0) + helpers
        if taken[week] > need.host_a_week:
            raise Refused(_full(need.host_a_week, week, taken), field="starts_on")


def monday(on: date) -> date:
    """The week a day lies in, by its Monday."""
    return on - timedelta(days=on.weekday())


def plan(pledge: Pledge, first: date) -> list[date]:
    """The days of what is still planned of a pledge, if the next time is on this day."""
    return days(first, pledge.rhythm, len(planned(pledge)))


def planned(pledge: Pledge) -> list[Delivery]:
    return [row for row in pledge.deliveries if row.status is DeliveryStatus.PLANNED]


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _helpers_by_week(need: Need, wanted: Iterable[date], but: Pledge | None) -> dict[date, int]:
    """How many come in each week from the first one wanted on, besides those of a pledge that moves."""
    since = min(monday(on) for on in wanted)
    query = (
        db.select(Delivery.due_on, func.coalesce(Delivery.places, 1))
        .join(Pledge, Pledge.id == Delivery.pledge_id)
        .join(Quantity, Quantity.id == Pledge.quantity_id)
        .where(
            Pledge.listing_id == need.id,
            Quantity.kind == QuantityKind.VOLUNTEERS,
            Delivery.status.in_(_TAKES_ROOM),
            Delivery.due_on >= since,
        )
    )
    if but is not None:
        query = query.where(Pledge.id != but.id)
    found: dict[date, int] = {}
    for on, helpers in db.session.execute(query):
        found[monday(on)] = found.get(monday(on), 0) + helpers
    return found


def _full(host_a_week: int, week: date, taken: dict[date, int]) -> str:
    later = (week + number * A_WEEK for number in range(1, AHEAD + 1))
    free = [each for each in later if taken.get(each, 0) < host_a_week][:SUGGESTED]
    they = f"They can host {words.count(host_a_week, 'helper')} a week, and the week of"
    said = f"{they} {words.short_day(week)} is full."
    if not free:
        return f"{said} Write to them to find another time."
    weeks = words.joined([words.short_day(each) for each in free], "or")
    return f"{said} There is room in the week of {weeks}."
