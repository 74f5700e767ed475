"""What is ranked, and what a ranking answers with."""

from collections.abc import Sequence
from dataclasses import dataclass

from search.geo import Point


@dataclass(frozen=True, slots=True)
class Want:
    """Something asked for: an opportunity (with money) or a need (without)."""

    key: str
    party: str
    family: str  # "opportunity" | "need"
    title: str
    text: str
    categories: frozenset[str] = frozenset()  # slugs: "parent" or "parent/child"
    point: Point | None = None
    reach_miles: float | None = None  # how far away the asker accepts; None: anywhere
    value: float | None = None  # £; None, 0 and 1 mean "not said"
    quantity_kinds: frozenset[str] = frozenset()  # needs: volunteers, goods, money, space, skills
    vector: tuple[float, ...] | None = None  # what its text means to a model; None: none was made


@dataclass(frozen=True, slots=True)
class Give:
    """Something a party can do or give: a listing of theirs, their interests, or work they did before."""

    key: str
    party: str
    family: str  # "capability" | "offer" | "interests" | "history"
    title: str
    text: str
    categories: frozenset[str] = frozenset()
    point: Point | None = None
    reach_miles: float | None = None  # how far it travels; None: not said
    turnover: float | None = None  # £ a year; None and 0 mean "not said"
    quantity_kinds: frozenset[str] = frozenset()
    vector: tuple[float, ...] | None = None


Listing = Want | Give


@dataclass(frozen=True, slots=True)
class Part:
    """One named share of a score, and the reason for it as a plain sentence."""

    name: str
    points: int
    words: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one party answers one want, by the best of the party's gives.

    `score` is out of 100 and is exactly the sum of the parts' points. `fit` is the same figure before
    rounding, for putting in order. Parts come heaviest first; those of no points say what is missing.
    `version` is the model that scored this pair: one more was read where both had a vector.
    """

    want: str
    party: str
    give: str
    score: int
    fit: float
    parts: tuple[Part, ...]
    version: str


def counted(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts that make up the score: the reasons."""
    return tuple(part for part in parts if part.points > 0)


def missing(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts that earned nothing: what would have to change."""
    return tuple(part for part in parts if part.points == 0)
