"""Who is introduced to whom, so that nobody gets more than they can answer and few are left with none.

Choosing the best for each want by itself sends the same few parties everything. Here all introductions of a
period are chosen together: the sum of their worth is the greatest there can be within everybody's room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import inf

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, hstack, identity
from scipy.sparse.csgraph import connected_components

FIRST = 0.5  # how much more anybody's first introduction is worth, as a share of the best of theirs
AT_ONCE = 200_000  # pairs solved together: more than the whole of a county on most days
MOST = 2_000_000  # pairs of one component, above which it is solved greedily
RARELY = 0.05  # no want is held to be answered more rarely: at most twenty introductions for each one lacking

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Introduction:
    """A want and a party that fit, and what introducing them is worth: say, the chance that both say yes."""

    want: str
    party: str
    value: float


def room(missing: float, answer_rate: float) -> int:
    """How many introductions a want has room for, if no more yeses are to be expected than it lacks.

    `missing` is what the want still lacks, in yeses; `answer_rate` is the usual share of them, 0 to 1. So a
    need that is nearly met fades by itself, and a met one has no room.
    """
    return int(max(0.0, missing) / min(1.0, max(RARELY, answer_rate)) + 1e-9)


def assign(
    pairs: Sequence[Introduction],
    party_room: Mapping[str, int],
    want_room: Mapping[str, int],
    *,
    first: float = FIRST,
) -> list[Introduction]:
    """The introductions of the greatest worth together, within the room of both sides; by want, best first.

    Worth is the sum of values, and for every want and party with any introduction `first` × the best value
    among its pairs: what one more adds falls after the first, so few are left with none. Whoever is in
    neither mapping has no room; pairs worth nothing are left out; the same pairs in any order give the same.

    This is b-matching with concave gains, that is a flow: each want and party is two arcs side by side, one
    of a single unit that earns its first, one for the rest. Such a linear programme has whole numbers at its
    corners (Hoffman and Kruskal 1956), and HiGHS's simplex answers with a corner. A component of more than
    `MOST` pairs, which no place should have, is filled greedily instead: at least half of the best there is
    without firsts (two matroids: Jenkyns 1976, Korte and Hausmann 1978), at least a third with them (Fisher,
    Nemhauser and Wolsey 1978).
    """
    best = {(each.want, each.party): each for each in sorted(pairs, key=lambda each: each.value)}
    useful = [
        each
        for names, each in sorted(best.items())
        if 0 < each.value < inf and want_room.get(each.want, 0) > 0 and party_room.get(each.party, 0) > 0
    ]
    chosen: list[Introduction] = []
    for some in _bundles(useful):
        problem = _Problem.of(some, party_room, want_room, first)
        keep = problem.best() if len(some) <= MOST and not problem.is_star else problem.greedy()
        chosen += [each for each, kept in zip(some, keep, strict=True) if kept]
    return sorted(chosen, key=lambda each: (each.want, -each.value, each.party))


def _bundles(pairs: Sequence[Introduction]) -> list[list[Introduction]]:
    """The pairs cut where nothing connects them, small components put together."""
    if not pairs:
        return []
    wants, parties = _numbered([each.want for each in pairs]), _numbered([each.party for each in pairs])
    first_party = wants.max() + 1
    size = first_party + parties.max() + 1
    graph = coo_matrix((np.ones(len(pairs)), (wants, first_party + parties)), shape=(size, size))
    label = connected_components(graph, directed=False)[1][wants]
    found: list[list[Introduction]] = [[]]
    for part in np.split(np.argsort(label, kind="stable"), np.cumsum(np.bincount(label))[:-1]):
        if found[-1] and len(found[-1]) + len(part) > AT_ONCE:
            found.append([])
        found[-1] += [pairs[at] for at in part.tolist()]
    return found


def _numbered(names: Sequence[str]) -> Whole:
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Problem:
    """Pairs as numbers. Wants and parties are nodes in one row, wants first."""

    wants: Whole  # of each pair
    parties: Whole
    values: Numbers
    room: Whole  # of each node
    bonus: Numbers  # for each node's first

    @classmethod
    def of(
        cls,
        pairs: Sequence[Introduction],
        party_room: Mapping[str, int],
        want_room: Mapping[str, int],
        first: float,
    ) -> "_Problem":
        wants, parties = sorted({each.want for each in pairs}), sorted({each.party for each in pairs})
        values = np.array([each.value for each in pairs])
        from_want = _numbered([each.want for each in pairs])
        to_party = len(wants) + _numbered([each.party for each in pairs])
        room = [want_room[name] for name in wants] + [party_room[name] for name in parties]
        bonus = np.zeros(len(room))
        np.maximum.at(bonus, from_want, first * values)
        np.maximum.at(bonus, to_party, first * values)
        return cls(from_want, to_party, values, np.array(room, dtype=np.int64), bonus)

    @property
    def is_star(self) -> bool:
        """One want, or one party, and all the others: the best of its pairs are the best there is."""
        return len({*self.wants.tolist()}) == 1 or len({*self.parties.tolist()}) == 1

    def best(self) -> NDArray[np.bool_]:
        """Which pairs to keep, by linear programme: what passes a node is its first unit and the rest."""
        count, nodes = len(self.values), len(self.room)
        ends = np.concatenate([self.wants, self.parties])
        through = coo_matrix((np.ones(2 * count), (ends, np.tile(np.arange(count), 2))), shape=(nodes, count))
        gains = np.concatenate([self.values, self.bonus, np.zeros(nodes)]) / self.values.max()
        most = np.concatenate([np.ones(count), np.ones(nodes), self.room - 1])
        answer = linprog(
            -gains,
            A_eq=hstack([through, -identity(nodes), -identity(nodes)]).tocsc(),
            b_eq=np.zeros(nodes),
            bounds=np.stack([np.zeros_like(most), most], axis=1),
            method="highs-ds",
        )
        return self.greedy() if answer.x is None else answer.x[:count] > 0.5

    def greedy(self) -> NDArray[np.bool_]:
        """Which pairs to keep, taking what adds most while there is room; a gain only ever falls."""
        keep = np.zeros(len(self.values), dtype=np.bool_)
        used = np.zeros(len(self.room), dtype=np.int64)

        def gain(pair: int) -> float:
            ends = (self.wants[pair], self.parties[pair])
            return float(self.values[pair] + sum(self.bonus[end] for end in ends if not used[end]))

        waiting = [(-gain(pair), pair) for pair in range(len(self.values))]
        heapify(waiting)
        while waiting:
            promised, pair = heappop(waiting)
            ends = [self.wants[pair], self.parties[pair]]
            if (used[ends] >= self.room[ends]).any():
                continue
            if -gain(pair) > promised:
                heappush(waiting, (-gain(pair), pair))
                continue
            keep[pair] = True
            used[ends] += 1
        return keep
