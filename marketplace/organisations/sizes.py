"""Micro, small, medium, large and SME, computed from raw facts by the definition in force on a day."""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Size(StrEnum):
    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SizeFacts:
    """Full-time equivalent staff; turnover and balance sheet total in £; None where nobody said."""

    staff: int | None = None
    turnover: int | None = None
    balance_sheet: int | None = None


def size(facts: SizeFacts, *, on: date) -> Size:
    """The Companies Act size: at least two of the three limits are met.

    All limits read “not more than” (s382(3), s384A(4)). Of two known facts both must fit; one alone is
    taken as the best there is.
    """
    rule = _in_force("companies_act", on)
    if rule is None or facts == SizeFacts():
        return Size.UNKNOWN
    for candidate in (Size.MICRO, Size.SMALL, Size.MEDIUM):
        if _meets(facts, rule[candidate.value]):
            return candidate
    return Size.LARGE


def is_sme(facts: SizeFacts, *, on: date) -> bool | None:
    """Procurement Act 2023 s123: under 250 staff, and turnover ≤ £44m or balance sheet ≤ £38m.

    None when the facts do not settle it.
    """
    rule = _in_force("procurement_act", on)
    if rule is None or facts.staff is None:
        return None
    limits = rule["sme"]
    if facts.staff >= limits["staff"]:
        return False
    known = [
        value <= limits[name]
        for name, value in (("turnover", facts.turnover), ("balance_sheet", facts.balance_sheet))
        if value is not None
    ]
    return any(known) if known else None


def _meets(facts: SizeFacts, limits: dict[str, int]) -> bool:
    known = [
        value <= limits[name]
        for name, value in (
            ("turnover", facts.turnover),
            ("balance_sheet", facts.balance_sheet),
            ("staff", facts.staff),
        )
        if value is not None
    ]
    return sum(known) >= min(2, len(known))


def _in_force(name: str, on: date) -> dict[str, Any] | None:
    begun = [rule for rule in _table()[name] if rule["from"] <= on]
    return max(begun, key=lambda rule: rule["from"]) if begun else None


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("sizes.toml").read_text("utf-8"))
