"""Never two digests of a period, never none when one is due: over generated years of schedulers.

`PLACEFUL_RUNS=10000 pytest -n0 tests/digests/test_digest_schedules.py` plays that many; without it, 200.
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.accounts.models import DigestFrequency
from marketplace.digests import due
from marketplace.digests.due import GAP, REST, Last

RUNS = int(os.environ.get("PLACEFUL_RUNS", "200"))
DAILY, WEEKLY, MONTHLY, PAUSED = DigestFrequency
CLOCKS_CHANGE = (date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28))
A_DAY = timedelta(days=1)


@dataclass
class Person:
    """Somebody's digests, as the database would keep them: one row for each period."""

    frequency: DigestFrequency
    periods: dict[date, date] = field(default_factory=dict)  # its day
    sent: list[Last] = field(default_factory=list)

    def look(self, now: datetime) -> bool:
        """What a scheduler does when it comes by; says whether it wrote."""
        day = due.local_day(now)
        if not due.has_opened(now) or self.frequency is PAUSED:
            return False
        period = due.period_of(self.frequency, day)
        last = max(self.sent, key=lambda each: each.on, default=None)
        if period in self.periods or not due.is_due(self.frequency, day, last):
            return False
        self.periods[period] = day
        self.sent.append(Last(day, self.frequency))
        return True


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[datetime, DigestFrequency | None]]:
    """Instants in order at which a scheduler comes by, or somebody asks for another frequency."""
    first = draw(st.sampled_from([*CLOCKS_CHANGE, date(2026, 1, 1), date(2026, 6, 1)])) - timedelta(days=40)
    length = draw(st.integers(10, 100))
    found: list[tuple[datetime, DigestFrequency | None]] = []
    for number in range(length):
        day = first + number * A_DAY
        for minute in draw(st.lists(st.integers(0, 24 * 60 - 1), max_size=4)):  # none: a day that was missed
            at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=minute)
            found.append((at, None))
            if draw(st.integers(0, 3)) == 0:
                found.append((at - timedelta(days=draw(st.integers(1, 8))), None))  # with a past date
        if draw(st.integers(0, 15)) == 0:
            at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=draw(st.integers(0, 23)))
            found.append((at, draw(st.sampled_from(DigestFrequency))))
    return found


@settings(max_examples=RUNS, deadline=None)
@given(start=st.sampled_from([DAILY, WEEKLY, MONTHLY]), history=histories())
def test_never_two_in_a_period_never_too_close_and_never_none_when_due(start, history):
    person = Person(start)
    for at, frequency in history:
        if frequency is not None:
            person.frequency = frequency
            continue
        day, was_due = due.local_day(at), _is_owed(person, at)
        wrote = person.look(at)
        assert wrote == was_due, day
        assert not person.look(at), "another scheduler, at the same moment"

    days = [each.on for each in person.sent]
    assert len(set(days)) == len(days), "two on a day"
    for earlier, later in zip(person.sent, person.sent[1:], strict=False):
        apart = (later.on - earlier.on).days
        if earlier.frequency is later.frequency:
            assert apart >= REST[later.frequency]
            assert _name(earlier) != _name(later), "two of a period"
        else:
            assert apart >= min(GAP[earlier.frequency], GAP[later.frequency])


def _name(one: Last) -> object:
    """The day, the week or the month a digest is of, counted another way than the code does."""
    iso = one.on.isocalendar()
    return {DAILY: one.on, WEEKLY: (iso.year, iso.week), MONTHLY: (one.on.year, one.on.month)}[one.frequency]


def _is_owed(person: Person, at: datetime) -> bool:
    """Whether a digest is due, said anew: by the clock on the wall of the place, and by what was had."""
    wall = at.astimezone(due.LOCAL)
    if wall.hour < 7 or person.frequency is PAUSED:
        return False
    today = Last(wall.date(), person.frequency)
    if due.period_of(person.frequency, today.on) in person.periods:
        return False
    if not person.sent:
        return True
    latest = max(person.sent, key=lambda each: each.on)
    days = (today.on - latest.on).days
    if latest.frequency is person.frequency:
        return _name(latest) != _name(today) and days >= REST[person.frequency]
    return days >= min(GAP[latest.frequency], GAP[person.frequency])


@pytest.mark.parametrize("changing", CLOCKS_CHANGE)
def test_around_a_change_of_clocks_somebody_who_wants_one_a_day_gets_one_a_day(changing):
    person = Person(DAILY)
    start = datetime.combine(changing - 3 * A_DAY, datetime.min.time(), UTC)
    for hour in range(24 * 7):
        person.look(start + timedelta(hours=hour))

    days = [each.on for each in person.sent]
    assert days == [days[0] + number * A_DAY for number in range(len(days))]
    assert changing in days


def test_a_whole_week_that_was_missed_gives_one():
    person = Person(WEEKLY)
    monday = datetime(2026, 11, 9, 12, tzinfo=UTC)
    person.look(monday)
    came = [person.look(monday + timedelta(days=14, hours=hour)) for hour in range(24 * 6)]

    assert sum(came) == 1


def test_a_week_begins_on_monday_and_a_missed_monday_is_made_good_on_the_next_day():
    person = Person(WEEKLY, sent=[Last(date(2026, 11, 16), WEEKLY)], periods={date(2026, 11, 16): date.min})
    looked = [person.look(datetime(2026, 11, day, 12, tzinfo=UTC)) for day in (19, 22, 25, 26, 30)]

    assert looked == [False, False, True, False, True]


def test_after_a_sunday_the_next_comes_four_days_later_not_the_day_after():
    person = Person(WEEKLY, sent=[Last(date(2026, 11, 22), WEEKLY)], periods={date(2026, 11, 16): date.min})
    looked = [person.look(datetime(2026, 11, day, 12, tzinfo=UTC)) for day in (23, 24, 25, 26, 30)]

    assert looked == [False, False, False, True, True]


@pytest.mark.parametrize("day", [23, 24, 27, 29])
def test_a_period_is_a_day_a_week_from_its_monday_or_a_month_from_its_first(day):
    on = date(2026, 11, day)

    assert [due.period_of(each, on) for each in due.OFTEN] == [on, date(2026, 11, 23), date(2026, 11, 1)]


@pytest.mark.parametrize(
    ("day", "hour"), [(date(2026, 3, 28), 7), (date(2026, 3, 29), 6), (date(2026, 10, 25), 7)]
)
def test_the_letters_of_a_day_begin_at_seven_by_the_clocks_of_the_place(day, hour):
    assert due.opens_at(day) == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
