"""What is ranked, and what a ranking answers with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from search.geo import Point

if TYPE_CHECKING:
    from search.ranking.lexicon import Reading


@dataclass(frozen=True, slots=True)
class Want:
    """Something asked for: an opportunity (with money) or a need (without)."""

    key: str
    party: str
    family: str  # "opportunity" | "need"
    title: str
    text: str = ""
    categories: frozenset[str] = frozenset()  # paths such as "parent" or "parent/child", of any depth
    point: Point | None = None
    reach_miles: float | None = None  # how far away the asker accepts; None: anywhere
    value: float | None = None  # £; None, 0 and 1 mean "not said"
    quantity_kinds: frozenset[str] = frozenset()  # of which something is still missing
    must_have: frozenset[str] = frozenset()  # credentials without which nobody is considered
    lacking: float = 1.0  # 0 to 1: how much of what a need asked for is still missing
    posted_on: date | None = None
    closes_on: date | None = None  # the last day it can be answered
    not_for: frozenset[str] = frozenset()  # parties that said no, or may not be shown it
    met: frozenset[str] = frozenset()  # parties introduced to it: their room is what is left besides it
    vector: tuple[float, ...] | None = field(default=None, repr=False)  # its meaning, if a model read it
    reading: "Reading | None" = field(default=None, repr=False, compare=False)  # None: read when ranked


@dataclass(frozen=True, slots=True)
class Give:
    """Something a party does or gives: a listing of theirs, their interests, or work they did before."""

    key: str
    party: str
    family: str  # "capability" | "offer" | "interests" | "history"
    title: str
    text: str = ""
    categories: frozenset[str] = frozenset()
    point: Point | None = None
    reach_miles: float | None = None  # how far it travels; None: not said
    value: float | None = None  # £: of work done, or the biggest job it usually takes
    quantity_kinds: frozenset[str] = frozenset()
    done_on: date | None = None  # of history
    shared_by: int = 1  # parties that did this work together
    vector: tuple[float, ...] | None = field(default=None, repr=False)
    reading: "Reading | None" = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Party:
    """Who may answer, with what is known of it whatever is asked."""

    key: str
    gives: tuple[Give, ...]
    turnover: float | None = None  # £ a year; None and 0 mean "not said"
    holds: frozenset[str] = frozenset()  # credentials
    room: Mapping[str, int] = field(
        default_factory=dict
    )  # by side: introductions it can still take, where said
    asked: int = 0  # times it was introduced and could have answered
    answered: int = 0  # times it did; a no is an answer
    seen_on: date | None = None  # when it last did or changed anything here


Listing = Want | Give


@dataclass(frozen=True, slots=True)
class Part:
    """One named share of a score: whole points for people, the exact share, and the reason in a sentence."""

    name: str
    points: int
    words: str
    exact: float = 0.0


@dataclass(frozen=True, slots=True)
class Fit:
    """How well one party answers one want.

    `fit` is out of 100 and is the sum of the parts' exact shares; `score` is the same in whole points, and
    the sum of the parts' points. `give` is the listing of the party that counts most. Parts come heaviest
    first; those of no points say what is missing. `version` names the model that scored the pair.
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
