"""Whether a purchase is so large that public procurement law holds it in full, by the amounts of the day."""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Authority(StrEnum):
    """What kind of contracting authority buys, as the Act sets amounts for goods and services."""

    CENTRAL = "central"  # departments, and NHS trusts too
    SUB_CENTRAL = "sub_central"  # councils, universities, schools, police and fire, housing associations
    UTILITY = "utility"  # water, energy and transport, private ones as well


class Subject(StrEnum):
    """What is bought, where the amount depends on it."""

    GOODS_SERVICES = "goods_services"
    WORKS = "works"
    LIGHT_TOUCH = (
        "light_touch"  # social, health and education services of Procurement Regulations 2024 Sch. 1
    )


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount in whole £, VAT included, and where it is written."""

    amount: int
    vat_percent: int
    source: str

    def reached_by(self, value: int, *, includes_vat: bool | None) -> bool:
        """Whether a value in £ is not less than the amount; VAT is added unless it is known to be in."""
        percent = 0 if includes_vat else self.vat_percent
        return value * (100 + percent) >= self.amount * 100


def threshold(
    authority: Authority, subject: Subject = Subject.GOODS_SERVICES, *, on: date
) -> Threshold | None:
    """The amount on a day for this buyer and purchase; None before the oldest we hold.

    Not sure what is bought? Goods and services have the lowest amount, so nothing passes by mistake.
    """
    rule = _in_force(on)
    if rule is None:
        return None
    name = authority.value if subject is Subject.GOODS_SERVICES else subject.value
    return Threshold(rule[name], rule["vat_percent"], rule["source"])


@dataclass(frozen=True, slots=True)
class Reservation:
    """Who may keep a competition below the amounts to an area, or to small and voluntary suppliers."""

    since: date
    buyers: str
    area: str
    based: str
    source: str


def reservation(*, on: date) -> Reservation | None:
    """The rule on a day; None before there was one."""
    rule = _in_force(on, "reservation")
    if rule is None:
        return None
    return Reservation(rule["from"], rule["buyers"], rule["area"], rule["based"], rule["source"])


def _in_force(on: date, table: str = "procurement") -> dict[str, Any] | None:
    begun = [rule for rule in _table()[table] if rule["from"] <= on]
    return max(begun, key=lambda rule: rule["from"]) if begun else None


@cache
def _table() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(files(__package__).joinpath("thresholds.toml").read_text("utf-8"))
