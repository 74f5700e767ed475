"""Ranks what is asked for against what is given, and says why.

A score is a sum of named parts: each feature's reading times its weight. How near and how large count only
as far as the topic fits, so a part never makes a match on its own account.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor as round_down
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.ranking.columns import Columns, Numbers, lay_out
from search.ranking.features import FEATURES, out_of_the_question, shared_kinds, topic
from search.ranking.listings import Fit, Give, Part, Want
from search.ranking.reasons import WORDS, Pair
from search.ranking.vocabulary import Terms, Vocabulary
from search.ranking.weights import (
    ANSWERED_BY,
    CIRCUMSTANCES,
    FLOOR,
    MEANING,
    MODEL_VERSION,
    READ_FOR_MEANING,
    WEIGHTS,
    side_of,
)

AT_ONCE = 64  # wants compared in one go: a few tens of MB for 10,000 gives

Whole = NDArray[np.int64]


def rank(
    wants: Sequence[Want],
    gives: Sequence[Give],
    *,
    per_want: int,
    per_party: int,
    floor: int = FLOOR,
    category_names: Mapping[str, str] | None = None,
    place_words: Collection[str] = (),
    background: Sequence[Give] = (),
) -> list[Fit]:
    """The pairs of want and party worth showing, each by the party's best give.

    A pair stays if it is among the best `per_want` of its want or the best `per_party` of its party (on its
    side, spend or support) and scores at least `floor`. Nobody is matched with their own want. The answer
    is in order of want, then best first; ties fall by key, so the same input always gives the same answer.
    `background` is not ranked: its words only help to tell common words from telling ones.
    """
    if not wants or not gives:
        return []
    wants = sorted(wants, key=lambda want: want.key)
    gives = sorted(gives, key=lambda give: (give.party, give.key))
    vocabulary = Vocabulary([*wants, *gives, *background], place_words)
    limits = Limits(per_want, per_party, floor)
    found: list[Fit] = []
    for side in WEIGHTS:
        asked = [want for want in wants if side_of(want.family) == side]
        given = [give for give in gives if give.family in ANSWERED_BY[side]]
        if asked and given:
            table = Table(asked, given, *lay_out(asked, given, vocabulary))
            for cell in sorted(_choose(table, _weights(side, table), limits), key=lambda cell: cell.want):
                found.append(_explain(cell, table, vocabulary, category_names or {}))
    return sorted(found, key=lambda fit: (fit.want, -fit.fit, fit.party))


@dataclass(frozen=True, slots=True)
class Limits:
    """How many pairs are worth keeping."""

    per_want: int
    per_party: int
    floor: int


@dataclass(frozen=True, slots=True)
class Table:
    """One side of the marketplace: its listings, and the same as columns of numbers."""

    wants: Sequence[Want]
    gives: Sequence[Give]
    asked: Columns
    given: Columns


@dataclass(frozen=True, slots=True)
class Cell:
    """A want and a party's best give for it, by their numbers, with the unrounded points of each part."""

    want: int
    give: int
    party: int
    fit: float
    points: Mapping[str, float]


def earned(asked: Columns, given: Columns, weights: Mapping[str, int]) -> dict[str, Numbers]:
    """Unrounded points of each part for every want against every give; their sum is the fit.

    Meaning, where it has a weight, counts only as far as the words left it something to say.
    """
    values = {name: FEATURES[name](asked, given) for name in weights}
    alike = values["text"]
    if "meaning" in weights:
        values["meaning"] *= 1 - alike
        alike = alike + values["meaning"] * weights["meaning"] / weights["text"]
    evidence = {"text": alike, "category": values["category"]}
    if "quantity" in weights:
        evidence["quantity"] = shared_kinds(asked, given)
    fits = topic(evidence)
    possible = (fits > 0) & (out_of_the_question(asked, given) == 0)
    return {
        name: np.where(possible, weight * values[name] * (fits if name in CIRCUMSTANCES else 1.0), 0.0)
        for name, weight in weights.items()
    }


def _weights(side: str, table: Table) -> Mapping[str, int]:
    """The weights of a side, and one for meaning where there are vectors on both hands."""
    read = table.asked.meaning.any() and table.given.meaning.any()
    return {**WEIGHTS[side], "meaning": MEANING[side]} if read else WEIGHTS[side]


def _choose(table: Table, weights: Mapping[str, int], limits: Limits) -> list[Cell]:
    """The best pairs of one side, a slice of the wants at a time."""
    parties, starts = np.unique([give.party for give in table.gives], return_index=True)
    number = {str(party): column for column, party in enumerate(parties)}
    own = np.array([number.get(want.party, -1) for want in table.wants])

    kept: list[Cell] = []
    for start in range(0, len(table.wants), AT_ONCE):
        rows = slice(start, start + AT_ONCE)
        points = earned(table.asked.part(rows), table.given, weights)
        fits = np.round(np.sum(list(points.values()), axis=0), 9)
        best = np.maximum.reduceat(fits, starts, axis=1)  # wants × parties
        mine = np.flatnonzero(own[rows] >= 0)
        best[mine, own[rows][mine]] = 0.0
        good = (best > 0) & (np.floor(best + 0.5) >= limits.floor)
        near_top = (_places(best, axis=1) < limits.per_want) | (_places(best, axis=0) < limits.per_party)
        kept += _cells(np.argwhere(good & near_top), start, starts, fits, points)
    return _best_of_each(kept, limits)


def _places(best: Numbers, axis: int) -> Whole:
    """Each cell's place along an axis, best first from 0; ties keep their order, which is that of keys."""
    order = np.argsort(-best, axis=axis, kind="stable")
    places = np.empty_like(order)
    ranks = np.arange(best.shape[axis])
    np.put_along_axis(places, order, ranks[None, :] if axis == 1 else ranks[:, None], axis=axis)
    return places


def _cells(
    chosen: Whole, start: int, starts: Whole, fits: Numbers, points: Mapping[str, Numbers]
) -> Iterator[Cell]:
    """The chosen cells of wants × parties as pairs, each with the party's best give."""
    ends = np.append(starts[1:], fits.shape[1])
    for row, party in chosen:
        give = int(starts[party] + np.argmax(fits[row, starts[party] : ends[party]]))
        parts = {name: float(each[row, give]) for name, each in points.items()}
        yield Cell(start + int(row), give, int(party), float(fits[row, give]), parts)


def _best_of_each(cells: list[Cell], limits: Limits) -> list[Cell]:
    """Those among the best of their want or of their party, over the whole run."""
    seen: dict[tuple[str, Any], int] = {}
    kept = []
    for cell in sorted(cells, key=lambda cell: (-cell.fit, cell.want, cell.party)):
        of_want = seen[("want", cell.want)] = seen.get(("want", cell.want), 0) + 1
        of_party = seen[("party", cell.party)] = seen.get(("party", cell.party), 0) + 1
        if of_want <= limits.per_want or of_party <= limits.per_party:
            kept.append(cell)
    return kept


def _explain(cell: Cell, table: Table, vocabulary: Vocabulary, category_names: Mapping[str, str]) -> Fit:
    """The pair as people read it: whole points that add up, and a sentence for each."""
    want, give = table.wants[cell.want], table.gives[cell.give]
    asked, given = Terms.of(table.asked.by_words, cell.want), Terms.of(table.given.by_words, cell.give)
    pair = Pair(want, give, asked, given, vocabulary, category_names)
    whole = whole_points(cell.points)
    parts = [
        Part(name, points, WORDS[name](pair, points))
        for name, points in whole.items()
        if points > 0 or name != "meaning"  # without it nothing is missing: text says what is
    ]
    heaviest = sorted(parts, key=lambda part: -part.points)
    version = READ_FOR_MEANING if _both_read(want, give) else MODEL_VERSION
    return Fit(want.key, give.party, give.key, sum(whole.values()), cell.fit, tuple(heaviest), version)


def _both_read(want: Want, give: Give) -> bool:
    """Whether their meanings could be compared: both have a vector, and of one size."""
    return bool(want.vector and give.vector and len(want.vector) == len(give.vector))


def whole_points(points: Mapping[str, float]) -> dict[str, int]:
    """Points rounded so that they add up to the rounded total: the largest remainders get what is left."""
    whole = {name: round_down(value) for name, value in points.items()}
    left = round_down(round(sum(points.values()), 9) + 0.5) - sum(whole.values())
    by_remainder = sorted(points, key=lambda name: (whole[name] - points[name], name))
    for name in by_remainder[:left]:
        whole[name] += 1
    return whole
