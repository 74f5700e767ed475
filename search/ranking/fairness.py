"""Sharing out who is seen: what each is owed, an order that pays it at a small price, and the figures.

To be seen is counted by place: the first of a list counts 1, the tenth 0.29. Over a window each listing is to
reach a floor, and lists may give up a little relevance for that, 2% of it over all of them. Clicks and
popularity are not known here, so they cannot count.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import log2

import numpy as np

ALPHA = 0.8  # of an equal share: the floor
AIM = (
    0.9  # of an equal share is what orders work towards: above the floor, for tomorrow's lists are not known
)
BUDGET = 0.02  # of the relevance of lists, as the mean loss of nDCG, may be spent
PRICE = 3.0  # whoever is owed everything is lifted by three times the best fit: to the top, if affordable
MOST_AT_ONCE = 0.1  # of one list's relevance, however much the lists before it left
FULL = 1.0  # relevance saved up, in whole lists, beyond which no more is kept: the budget of fifty lists
LITTLE = 2.0  # exposure below which little is known about somebody: a few places on a page
CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may stand on a list, and how well they fit it: any scale from 0 up."""

    key: str
    fit: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Where somebody stands on a list, from 1; `explored` says that the place was given to learn by."""

    key: str
    fit: float
    position: int
    explored: bool = False


def exposure(position: int) -> float:
    """How much a place, from 1, is seen: 1 / log2(position + 1), after Järvelin and Kekäläinen (2002)."""
    return 1 / log2(position + 1)


@dataclass(slots=True)
class Account:
    """How much each of a pool was seen, and how much an equal share would have been, both in exposure.

    The share is the maximin share of FairRec (Patro, Biswas, Ganguly, Gummadi and Chakraborty, WWW 2020):
    what one can be sure of when exposure is cut as evenly as can be. There every list can carry every
    listing, and the share is all exposure ÷ the number of listings. Here a list carries only what fits it, so
    each list is cut by itself: its exposure ÷ the number that could have stood on it. Somebody's share is the
    sum over the lists they could have stood on. Where every list can carry everybody the two are one. Shares
    add up to what was handed out, and orders drawn by lot would give each theirs in the mean, so they can be
    met. Whoever came late is owed only for the lists since; what fits no list is owed nothing: no floor.
    """

    received: dict[str, float] = field(default_factory=dict)
    due: dict[str, float] = field(default_factory=dict)

    def show(self, shown: Sequence[str], eligible: Collection[str]) -> None:
        """A list was seen: who stood on it, first first, and everybody who could have (they among them)."""
        for position, key in enumerate(shown, start=1):
            self.received[key] = self.received.get(key, 0.0) + exposure(position)
        self.divide(_handed_out(len(shown)), eligible)

    def divide(self, handed_out: float, eligible: Collection[str]) -> None:
        """Add an equal share of some exposure to what each of these is due."""
        for key in eligible:
            self.due[key] = self.due.get(key, 0.0) + handed_out / len(eligible)

    def owed(self, eligible: Collection[str], length: int) -> dict[str, float]:
        """How much of what orders aim at is missing, above 0 up to 1; those who have it are left out.

        For a list about to be shown: its own share, `length` places among all these, counts as due already,
        or whoever could stand on one list only would be owed something when it is too late.
        """
        coming = _handed_out(min(length, len(eligible))) / len(eligible) if eligible else 0.0
        shares = {key: self.due.get(key, 0.0) + coming for key in eligible}
        missing = {
            key: 1 - self.received.get(key, 0.0) / (AIM * share) for key, share in shares.items() if share > 0
        }
        return {key: part for key, part in missing.items() if part > 0}

    def little_known(self, keys: Iterable[str]) -> frozenset[str]:
        """Those hardly seen so far."""
        return frozenset(key for key in keys if self.received.get(key, 0.0) < LITTLE)


def _handed_out(places: int) -> float:
    """All exposure of so many places."""
    return sum(map(exposure, range(1, places + 1)))


def rerank(
    candidates: Sequence[Candidate],
    owed: Mapping[str, float],
    *,
    length: int,
    budget: float = BUDGET,
    price: float = PRICE,
    little_known: Collection[str] = (),
    seed: str = "",
) -> list[Placed]:
    """The first `length` places: by fit, with those who are owed lifted as far as the budget goes.

    What a candidate is owed (0 to 1) × `price` × the best fit is added to its fit. Whoever is owed most is
    served first: it climbs past those who fit less than that, while the list's DCG stays within `budget` of
    that of the order by fit alone, and then holds its place. Being owed more means to be served no later, to
    find no less left and to pass no fewer, so it never moves anybody down. With nothing owed the order is by
    fit. Ties fall by key.

    One place may go to somebody of whom little is known, and is marked: to the first such who was lifted, or
    else, if affordable, the last place nobody holds, to one drawn by `seed`.
    """
    pure = sorted(candidates, key=lambda each: (-each.fit, each.key))
    page = _Page([each.fit for each in pure], min(length, len(pure)), budget)
    needs = [max(0.0, owed.get(each.key, 0.0)) for each in pure]
    best = pure[0].fit if pure else 0.0
    for rank in sorted(range(len(pure)), key=lambda rank: (-needs[rank], rank)):
        if needs[rank] > 0:
            page.climb(rank, pure[rank].fit + price * needs[rank] * best)
    learnt = _explore(
        page, {rank: each.key for rank, each in enumerate(pure) if each.key in little_known}, seed
    )
    return [
        Placed(pure[rank].key, pure[rank].fit, place + 1, explored=rank == learnt)
        for place, rank in enumerate(page.order[: page.length])
    ]


class _Page:
    """A list being ordered: candidates by their rank in the order by fit, and what is left to spend."""

    def __init__(self, fits: Sequence[float], length: int, budget: float) -> None:
        self.fits = fits
        self.length = length
        self.order = list(range(len(fits)))
        self.held: set[int] = set()
        self.weights = [exposure(place + 1) for place in range(length)]
        self.left = budget * _dcg(fits[:length])

    def climb(self, rank: int, reach: float) -> None:
        """Up over the places nobody holds, past those who fit less than `reach`, if affordable; then hold."""
        at = self.order.index(rank)
        for place in range(min(at, self.length) - 1, -1, -1):
            if place in self.held:
                continue
            if self.fits[self.order[place]] >= reach or not self.swap(at, place):
                break
            at = place
        if at < self.length:
            self.held.add(at)

    def swap(self, low: int, high: int) -> bool:
        """Let the lower one (maybe off the page) and the higher one change places, if it is affordable."""
        below, above = self.order[low], self.order[high]
        step = self.weights[high] - (self.weights[low] if low < self.length else 0.0)
        cost = step * (self.fits[above] - self.fits[below])
        if cost > self.left:
            return False
        self.left -= cost
        self.order[low], self.order[high] = above, below
        return True


def _explore(page: _Page, little_known: Mapping[int, str], seed: str) -> int | None:
    """The one whose place is given to learn by, if there is one."""
    for place, rank in enumerate(page.order[: page.length]):
        if rank in little_known and place < rank:
            return rank
    free = [place for place in range(page.length) if place not in page.held]
    unseen = [rank for rank in page.order[page.length :] if rank in little_known]
    for rank in sorted(unseen, key=lambda rank: sha256(f"{seed} {little_known[rank]}".encode()).digest()):
        if free and page.swap(page.order.index(rank), free[-1]):
            return rank
    return None


def relevance_lost(placed: Sequence[Placed], candidates: Iterable[Candidate]) -> float:
    """How much of the nDCG of the order by fit alone this one gives up, 0 to 1; the gain is the fit."""
    best = _dcg(sorted((each.fit for each in candidates), reverse=True)[: len(placed)])
    return 1 - _dcg([each.fit for each in placed]) / best if best else 0.0


def _dcg(fits: Sequence[float]) -> float:
    return sum(fit * exposure(position) for position, fit in enumerate(fits, start=1))


@dataclass(slots=True)
class Bank:
    """What lists may still give up, in whole lists' relevance, so that the mean loss never passes the budget.

    Each list pays its budget in and takes out what it gave up, at most a tenth of its relevance. As the bank
    runs dry being owed lifts less, so that what there is goes where it moves most, not to whoever came first.
    """

    budget: float = BUDGET
    left: float = 0.0

    def order(
        self,
        candidates: Sequence[Candidate],
        owed: Mapping[str, float],
        *,
        length: int,
        little_known: Collection[str] = (),
        seed: str = "",
    ) -> list[Placed]:
        """One more list, ordered with what there is."""
        self.left = min(FULL, self.left + self.budget)
        placed = rerank(
            candidates,
            owed,
            length=length,
            budget=min(self.left, MOST_AT_ONCE),
            price=PRICE * self.left / FULL,
            little_known=little_known,
            seed=seed,
        )
        self.left = max(0.0, self.left - relevance_lost(placed, candidates))
        return placed


@dataclass(frozen=True, slots=True)
class Seen:
    """One line of the account, and the groups it is of, such as {"size": "micro", "ward": "Crook"}."""

    key: str
    received: float
    due: float
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """How exposure fell within a group; the last two are None where nobody is owed anything."""

    number: int
    per_head: float
    gini: float
    of_share: (
        float | None
    )  # what the group got for each unit of its equal shares: 1 is as much as they come to
    at_floor: float | None


def gini(values: Iterable[float]) -> float:
    """How unequal they are: 0 where all have the same, near 1 where one has all. None below 0; of none, 0.

    Half the mean difference of two drawn at random, as a share of the mean (Gini 1912).
    """
    ordered = np.sort(np.fromiter(values, dtype=np.float64))
    if not ordered.size or ordered[-1] <= 0:
        return 0.0
    if ordered[0] < 0:
        raise ValueError("exposure is never below 0")
    count = ordered.size
    return float((2 * np.arange(1, count + 1) - count - 1) @ ordered / (count * ordered.sum()))


def share_at_floor(rows: Iterable[Seen]) -> float | None:
    """The share of those with a floor who reached it: ALPHA of an equal share."""
    reached = [row.received >= ALPHA * row.due - CLOSE for row in rows if row.due > 0]
    return sum(reached) / len(reached) if reached else None


def figures(rows: Sequence[Seen]) -> Figures:
    """The figures of some rows."""
    received, due = sum(row.received for row in rows), sum(row.due for row in rows)
    return Figures(
        number=len(rows),
        per_head=received / len(rows) if rows else 0.0,
        gini=gini(row.received for row in rows),
        of_share=received / due if due else None,
        at_floor=share_at_floor(rows),
    )


def report(rows: Iterable[Seen], by: str) -> dict[str, Figures]:
    """The figures of each group of one kind, such as "size", by name; rows that do not say are left out."""
    groups: dict[str, list[Seen]] = defaultdict(list)
    for row in rows:
        if by in row.groups:
            groups[row.groups[by]].append(row)
    return {name: figures(groups[name]) for name in sorted(groups)}
