"""Numbers and dates as people say them."""

import re
from datetime import date, datetime
from math import floor
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/London")
A_LINE = 200  # characters of a summary


def _on(value: date | datetime) -> date:
    return value.astimezone(LOCAL).date() if isinstance(value, datetime) else value


def day(value: date | datetime | None) -> str:
    """“3 March 2026”."""
    if value is None:
        return ""
    on = _on(value)
    return f"{on.day} {on:%B %Y}"


def short_day(value: date | datetime | None) -> str:
    """“3 March”."""
    if value is None:
        return ""
    on = _on(value)
    return f"{on.day} {on:%B}"


def money(value: float | None) -> str:
    """“£12,500”: whole pounds."""
    return "" if value is None else f"£{value:,.0f}"


def money_range(low: float | None, high: float | None) -> str:
    """“£2,000 to £5,000”, “up to £5,000”, “from £2,000”, or “value not said”."""
    if low and high:
        return money(low) if low == high else f"{money(low)} to {money(high)}"
    if high:
        return f"up to {money(high)}"
    return f"from {money(low)}" if low else "value not said"


def percent(share: float) -> str:
    """“98.9%” of a share from 0 to 1."""
    return f"{per_hundred(share):g}%"


def per_hundred(share: float) -> float:
    """98.9 of a share from 0 to 1. Rounded down, so that 99 is never said of less."""
    return floor(round(1000 * share, 6)) / 10


def count(number: int, one: str, many: str = "") -> str:
    """“1 need”, “2 needs”, “1,200 matches”."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def spelt(number: int) -> str:
    """“two” as it stands in a sentence, up to twelve; after that figures are easier to read."""
    return _SPELT[number] if 0 <= number < len(_SPELT) else f"{number:,}"


_SPELT = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


def miles(value: float | None) -> str:
    """“less than a mile”, “4 miles”."""
    if value is None:
        return ""
    return "less than a mile" if value < 1 else count(round(value), "mile")


def ago(value: date | datetime | None, today: date) -> str:
    """“today”, “yesterday”, “12 days ago”, “3 months ago”."""
    if value is None:
        return ""
    days = (today - _on(value)).days
    if days <= 0:
        return "today"
    if days == 1:
        return "yesterday"
    return f"{days} days ago" if days < 60 else f"{days // 30} months ago"


def ahead(on: date, today: date) -> str:
    """“today”, “tomorrow”, “in 5 days”, or the date when it is further off."""
    days = (on - today).days
    if days == 0:
        return "today"
    if days == 1:
        return "tomorrow"
    return f"in {days} days" if 1 < days <= 21 else f"on {short_day(on)}" if days > 0 else f"on {day(on)}"


def joined(parts: list[str], last: str = "and") -> str:
    """“a”, “a and b”, “a, b and c”; or with “or” between the last two."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else ""


def first_sentence(text: str) -> str:
    """The opening sentence, cut at a word where it is long."""
    sentence = re.split(r"(?<=[.!?])\s", " ".join(text.split()), maxsplit=1)[0]
    if len(sentence) <= A_LINE:
        return sentence
    return sentence[:A_LINE].rsplit(" ", 1)[0].rstrip(",;:") + "…"
