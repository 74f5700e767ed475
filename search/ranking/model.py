"""Ranks what is asked for against those who might answer, and says why.

A score is a sum of named parts: each feature's reading times its weight. How near, how large and how ready
count only as far as the topic fits, so that no circumstance makes a match by itself.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import floor as round_down

import numpy as np

from search.ranking.columns import Numbers, Table, Whole
from search.ranking.features import read
from search.ranking.lexicon import Lexicon
from search.ranking.listings import Fit, Part, Party, Want
from search.ranking.pairs import Pairs
from search.ranking.reasons import WORDS, Pair
from search.ranking.weights import (
    ANSWERED_BY,
    FLOOR,
    MEANING,
    PART_OF,
    READ_FOR_MEANING,
    SHIPPED,
    Model,
    side_of,
)

# Parts that say what is missing where they earned nothing; of the others nothing needs to be said.
SAID_WHEN_MISSING = frozenset({"text", "category", "quantity", "distance", "size"})

PLAINLY_LIKE = 0.25  # likeness of texts at which people would say so
AT_ONCE = 640_000  # pairs of a want and a give compared in one go: a few tens of MB


def rank(
    wants: Sequence[Want],
    parties: Sequence[Party],
    lexicon: Lexicon,
    model: Model = SHIPPED,
    *,
    today: date,
    per_want: int,
    floor: float = FLOOR,
    category_names: Mapping[str, str] | None = None,
) -> list[Fit]:
    """The parties worth showing for each want: the best `per_want` that score at least `floor`.

    The answer is in order of want, then best first; ties fall by key, so the same input always gives the
    same answer. Nobody is matched with their own want, and nobody whom a fact rules out.
    """
    found: list[Fit] = []
    for side, scored in tables(wants, parties, lexicon, model, today=today):
        names = Names(lexicon, category_names or {}, model.versions[side])
        for row in np.flatnonzero((scored.fits > 0).any(axis=1)).tolist():
            want = scored.table.wants[row]
            found += [
                _explain(scored, row, party, names, want) for party in scored.best(row, per_want, floor)
            ]
    return sorted(found, key=lambda fit: (fit.want, -fit.fit, fit.party))


def rank_for(
    party: Party,
    wants: Sequence[Want],
    lexicon: Lexicon,
    model: Model = SHIPPED,
    *,
    today: date,
    choose: Callable[[Mapping[str, float]], Collection[str]],
    quoted: Callable[[Sequence[Want]], Sequence[Want]],
    category_names: Mapping[str, str] | None = None,
) -> list[Fit]:
    """What one party fits, said why for those wants alone that `choose` picks by key from all their fits.

    `quoted` gives these few their texts, which reasons quote. The answer is in order of want.
    """
    rows = [
        (side, scored, row, want)
        for side, scored in tables(wants, [party], lexicon, model, today=today)
        for row, want in enumerate(scored.table.wants)
    ]
    chosen = choose({want.key: float(scored.fits[row, 0]) for _, scored, row, want in rows})
    said = {want.key: want for want in quoted([want for *_, want in rows if want.key in chosen])}
    names = {side: Names(lexicon, category_names or {}, version) for side, version in model.versions.items()}
    found = [
        _explain(scored, row, 0, names[side], said[want.key])
        for side, scored, row, want in rows
        if want.key in said
    ]
    return sorted(found, key=lambda fit: fit.want)


def fits(
    wants: Sequence[Want], parties: Sequence[Party], lexicon: Lexicon, model: Model = SHIPPED, *, today: date
) -> dict[tuple[str, str], float]:
    """How well every pair of want and party fits, out of 100, without saying why; those that do at all."""
    found: dict[tuple[str, str], float] = {}
    for _, scored in tables(wants, parties, lexicon, model, today=today):
        for row, party in zip(*(each.tolist() for each in np.nonzero(scored.fits)), strict=True):
            key = scored.table.wants[row].key, scored.table.parties[party].key
            found[key] = float(scored.fits[row, party])
    return found


@dataclass(frozen=True, slots=True)
class Scored:
    """Some wants of one side against every party: what each feature earned, and the sums, out of 100."""

    table: Table
    pairs: Pairs
    main: Whole  # wants × parties: the number of the give that counts most
    earned: Mapping[str, Numbers]  # feature → wants × parties
    fits: Numbers  # wants × parties; 0 where a fact rules it out

    def best(self, row: int, at_most: int, floor: float) -> list[int]:
        """The numbers of the best parties of one want, best first."""
        good = np.flatnonzero((self.fits[row] > 0) & (np.floor(self.fits[row] + 0.5) >= floor))
        keys = np.array([self.table.parties[party].key for party in good.tolist()])
        order = np.lexsort((keys, -np.round(self.fits[row, good], 9)))
        return [int(number) for number in good[order[:at_most]]]

    def kindred(self, row: int, party: int) -> int:
        """How many other things of the party are plainly like what is asked."""
        start = self.table.starts[party]
        likeness = self.pairs.likeness[row, start : start + len(self.table.parties[party].gives)]
        return int(np.count_nonzero(np.delete(likeness, self.main[row, party] - start) >= PLAINLY_LIKE))


def tables(
    wants: Sequence[Want], parties: Sequence[Party], lexicon: Lexicon, model: Model, *, today: date
) -> Iterator[tuple[str, Scored]]:
    """Everything scored, some wants at a time, a side after the other."""
    for side in model.weights:
        asked = [want for want in wants if side_of(want.family) == side]
        if not asked:
            continue
        able = [party for each in parties if (party := only(each, side)).gives]
        some = max(1, AT_ONCE // max(1, sum(len(party.gives) for party in able)))
        for start in range(0, len(asked) if able else 0, some):
            table = Table.of(asked[start : start + some], able, lexicon)
            yield side, score(Pairs(table, side, today), model.weights[side])


def only(party: Party, side: str) -> Party:
    """The party with those of its gives that answer on this side, by key, so that ties always fall alike."""
    able = (give for give in party.gives if give.family in ANSWERED_BY[side])
    gives = tuple(sorted(able, key=lambda give: give.key))
    return party if gives == party.gives else replace(party, gives=gives)


def score(pairs: Pairs, weights: Mapping[str, float]) -> Scored:
    """What each feature earns for every want and party; their sum is the fit."""
    if pairs.asked.meaning.any() and pairs.given.meaning.any():
        weights = {**weights, "meaning": MEANING[pairs.side]}
    found = read(pairs, weights)
    about = np.take_along_axis(pairs.topic, found.main, axis=1) > 0
    earned = {
        name: np.where(about & pairs.possible, weights[name] * value, 0.0)
        for name, value in found.values.items()
    }
    return Scored(pairs.table, pairs, found.main, earned, np.sum(list(earned.values()), axis=0))


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called: terms, categories, and the model."""

    lexicon: Lexicon
    categories: Mapping[str, str]
    version: str


def _explain(scored: Scored, row: int, party: int, names: Names, want: Want) -> Fit:
    """The pair as people read it: whole points that add up, and a sentence for each part."""
    table = scored.table
    give = table.gives[scored.main[row, party]]
    kindred = scored.kindred(row, party)
    pair = Pair(want, give, table.parties[party], names.lexicon, kindred, names.categories)
    exact: dict[str, float] = {}
    for name, earned in scored.earned.items():
        exact[PART_OF[name]] = exact.get(PART_OF[name], 0.0) + float(earned[row, party])
    parts = [
        Part(name, points, WORDS[name](pair, points), exact[name])
        for name, points in whole_points(exact).items()
        if exact[name] > 0 or name in SAID_WHEN_MISSING
    ]
    read = bool(want.vector and give.vector and len(want.vector) == len(give.vector))
    return Fit(
        want.key,
        give.party,
        give.key,
        sum(part.points for part in parts),
        sum(exact.values()),
        tuple(sorted(parts, key=lambda part: -part.exact)),
        names.version + READ_FOR_MEANING if read else names.version,
    )


def whole(fit: float) -> int:
    """A fit as people read it."""
    return round_down(round(fit, 9) + 0.5)


def whole_points(exact: Mapping[str, float]) -> dict[str, int]:
    """Points rounded so that they add up to the rounded total: the largest remainders get what is left."""
    points = {name: round_down(value) for name, value in exact.items()}
    left = whole(sum(exact.values())) - sum(points.values())
    by_remainder = sorted(exact, key=lambda name: (points[name] - exact[name], name))
    for name in by_remainder[:left]:
        points[name] += 1
    return points
