"""What an organisation could change so that it fits better, each found by scoring the change."""

from dataclasses import dataclass
from datetime import date

from marketplace.matching.models import Match


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change, and what would come of it."""

    words: str  # “Add “asbestos removal” to your capability”
    points: int | None  # what it would add to this match; None: nothing here, it is about others
    more: int | None  # how many more open asks of this family would fit; None: not counted
    url: str | None  # where to change it


def for_match(match: Match, today: date) -> list[Change]:
    """Changes that would help this match or bring others, the most helpful first.

    None are worked out yet.
    """
    return []
