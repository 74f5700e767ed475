"""Who is due a digest on a day of the place: decided by functions that only think.

A digest is of a period: a day, a week from its Monday, or a month from its first. There is one a period and
person, on its first day or, when that was missed, on the first day after it. Days are those of the place, so
the two nights of the year when clocks are changed give neither two nor none.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from marketplace.accounts.models import DigestFrequency
from marketplace.web.words import LOCAL

OPENS = time(7)  # by the clocks of the place: when a day's letters are begun

# Days between two: where one was late, so that Sunday's and Monday's are not a day apart …
REST = {DigestFrequency.DAILY: 1, DigestFrequency.WEEKLY: 4, DigestFrequency.MONTHLY: 14}
# … and where somebody asked for another frequency in between: the shorter of the two.
GAP = {DigestFrequency.DAILY: 1, DigestFrequency.WEEKLY: 7, DigestFrequency.MONTHLY: 28}

OFTEN = (DigestFrequency.DAILY, DigestFrequency.WEEKLY, DigestFrequency.MONTHLY)


@dataclass(frozen=True, slots=True)
class Last:
    """The last digest that was sent to somebody: on which day of the place, and how often they wanted one."""

    on: date
    frequency: DigestFrequency


def local_day(now: datetime) -> date:
    """Which day it is in the place."""
    return now.astimezone(LOCAL).date()


def opens_at(day: date) -> datetime:
    """The instant at which the letters of a day are begun."""
    return datetime.combine(day, OPENS, LOCAL).astimezone(UTC)


def midnight(day: date) -> datetime:
    """The instant at which a day of the place begins."""
    return datetime.combine(day, time(), LOCAL).astimezone(UTC)


def has_opened(now: datetime) -> bool:
    """Whether it is late enough in the day to write to people."""
    return now >= opens_at(local_day(now))


def period_of(frequency: DigestFrequency, day: date) -> date:
    """The first day of the period that a day lies in."""
    if frequency is DigestFrequency.DAILY:
        return day
    if frequency is DigestFrequency.WEEKLY:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def is_due(frequency: DigestFrequency, day: date, last: Last | None) -> bool:
    """Whether somebody with this last digest is due one on the day, if the day’s period has none yet."""
    if frequency is DigestFrequency.PAUSED:
        return False
    if last is None:
        return True
    if last.frequency is frequency:
        is_of_another = period_of(frequency, last.on) < period_of(frequency, day)
        return is_of_another and (day - last.on).days >= REST[frequency]
    return (day - last.on).days >= min(GAP.get(last.frequency, 1), GAP[frequency])
