"""A second look for a buyer: small groups who together could do what nobody here could do alone.

What is asked for becomes a few things to cover: each category, the most telling subjects, and the size of the
work. A group grows by whoever covers most of what is still open, weighted (the greedy rule of weighted set
cover: the objective is monotone and submodular, so greedy reaches at least 1 − 1/e of the best group of that
size; Nemhauser, Wolsey and Fisher 1978). It starts once from everybody, so a pair that covers all is always
found. Whoever brings nothing of their own is then left out again.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.geo import Point
from search.ranking.asked import DOES, MENTIONS, NO_NAMES, Asked, Asking, in_question
from search.ranking.listings import Give, Want

# The most of a year's turnover that one piece of work should be. The ranking calls a tenth comfortable; a
# buyer under the Public Contracts Regulations 2015 could ask for a turnover of twice the value, which is a
# half (reg. 58(9)). In between, past a quarter, being paid late or losing the work can sink a small firm.
CEILING = 0.25
LEAST_PART = 0.1  # of the work: who could take on less than this adds more meetings than capacity
SIZE_WEIGHT = 1.0  # that of a category
SAME = 1e-9

SIZE = "The size of the work"
PART_OF_THE_SIZE = "Room for part of the work"
TOO_BIG_FOR_ONE = "Nobody alone is big enough"
TOO_MUCH_FOR_ONE = "Nobody alone does all of it"
STILL_SMALL = "Together they may still be small for work of this size"
SIZE_NOT_KNOWN = "Whether they are big enough together is not known: a turnover is not given"
PLACE_NOT_KNOWN = "Whether all of them reach the place is not known"

Marks = NDArray[np.bool_]
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Bidder:
    """A party that might take part, and all it does; `fit` is as the ranking gave it."""

    key: str
    gives: Sequence[Give]
    point: Point | None = None
    turnover: float | None = None  # £ a year; None, 0 and 1 mean “not said”
    fit: float = 0.0


@dataclass(frozen=True, slots=True)
class Member:
    """One of a group, and what it brings, in plain words: first what no other member does."""

    key: str
    brings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consortium:
    """A group who together cover more than anyone alone: what they cover, and the gaps that stay.

    The words are those of the want, never a figure of a party's. `turnover_together` (£ a year, None where
    nobody said) is for reckoning with, not for showing.
    """

    members: tuple[Member, ...]
    why: str
    covered: tuple[str, ...]
    gaps: tuple[str, ...]
    turnover_together: float | None


def consortia(
    want: Want,
    parties: Sequence[Bidder],
    *,
    at_most: int = 3,
    size: int = 4,
    category_names: Mapping[str, str] = NO_NAMES,
    place_words: Collection[str] = (),
) -> list[Consortium]:
    """The best groups of two to `size`, best first; none if somebody alone does, or no group does better.

    All cover equally much and are equally small: nobody is offered four where two would do. The second and
    third prefer new faces. Only opportunities have any, since a need takes many pledges as it is, and only
    those with a category, since words alone don't say what is a trade. `category_names` and `place_words` are
    as for `rank`.
    """
    if want.family != "opportunity" or not want.categories or size < 2:
        return []
    field = _Field.of(want, parties, category_names, place_words)
    if field is None or field.somebody_alone():
        return []
    return [field.described(group) for group in _unlike(field.best_groups(size), at_most)]


@dataclass(frozen=True)
class _Field:
    """Who may take part, best fit first, against what is asked for: a row each, a column for each thing."""

    bidders: Sequence[Bidder]
    asked: Sequence[Asked]
    does: Marks
    mentions: Marks  # does it, or says so by the way
    sized: bool  # whether the value of the work is given
    part: Numbers  # of the work each could take on, up to 1; NaN where value or turnover is not given
    placed: Marks  # whether it is known that they reach the place

    @classmethod
    def of(
        cls, want: Want, parties: Sequence[Bidder], names: Mapping[str, str], place_words: Collection[str]
    ) -> "_Field | None":
        """None where fewer than two parties do anything that is asked for."""
        once = {party.key: party for party in reversed(parties) if party.key != want.party}
        everybody = sorted(once.values(), key=lambda party: (-party.fit, party.key))
        near = [[give for give in party.gives if in_question(want, give, party.point)] for party in everybody]
        asking = Asking(want, near, names, place_words)
        grades = np.array(asking.grades(), dtype=int)
        kept = [row for row, each in enumerate(grades) if DOES in each]
        if len(kept) < 2:
            return None
        bidders = [everybody[row] for row in kept]
        return cls(
            bidders=bidders,
            asked=asking.things,
            does=grades[kept] == DOES,
            mentions=grades[kept] >= MENTIONS,
            sized=_said(want.value),
            part=np.array([_part(bidder, want.value) for bidder in bidders]),
            placed=np.array([_placed(want, bidder) for bidder in bidders]),
        )

    def somebody_alone(self) -> bool:
        """Whether a single party does all that anybody does, and isn't known to be too small for it."""
        return bool((self._do_all() & ~(self.part < 1)).any())

    def _do_all(self) -> Marks:
        """Who does or at least mentions all that anybody does."""
        by_nobody = ~np.any(self.mentions, axis=0)
        return np.asarray(np.all(self.mentions | by_nobody, axis=1), dtype=bool)

    def best_groups(self, size: int) -> list[tuple[int, ...]]:
        """Those who cover most with fewest members, by fit; none if they cover no more than one party."""
        alone = max(self._worth((row,)) for row in range(len(self.bidders)))
        worth = {group: self._worth(group) for group in self._grown(size)}
        most = max(worth.values())
        if most <= alone + SAME:
            return []
        needed = {self._needed(group) for group in worth if worth[group] > most - SAME}
        fewest = min(map(len, needed))
        return sorted(
            (group for group in needed if len(group) == fewest),
            key=lambda group: (-sum(self.bidders[row].fit for row in group), group),
        )

    def _grown(self, size: int) -> set[tuple[int, ...]]:
        """A group from each party: all grow at once, each by whoever adds most, the better fit on a tie."""
        weights = np.array([thing.weight for thing in self.asked])
        parts = np.array(self._rooms)
        groups = [[row] for row in range(len(self.bidders))]
        covered, room = self.does.copy(), parts.copy()
        for _ in range(size - 1):
            skills = (~covered * weights) @ self.does.T  # groups × parties: what each would add to each
            capacity = np.minimum(1, room[:, None] + parts[None, :]) - np.minimum(1, room)[:, None]
            gains = np.round(skills + SIZE_WEIGHT * capacity, 9)
            for row, group in enumerate(groups):
                gains[row, group] = 0
            best = gains.argmax(axis=1)
            for start in np.flatnonzero(gains.max(axis=1) > SAME):
                groups[start].append(int(best[start]))
                covered[start] |= self.does[best[start]]
                room[start] += parts[best[start]]
        return {tuple(sorted(group)) for group in groups}

    def _needed(self, group: tuple[int, ...]) -> tuple[int, ...]:
        """Without whoever could leave and nothing be lost, the least fitting first."""
        whole = self._worth(group)
        for row in reversed(group):
            fewer = tuple(other for other in group if other != row)
            if fewer and self._worth(fewer) > whole - SAME:
                group = fewer
        return group

    def _worth(self, group: Sequence[int]) -> float:
        """What a group covers, weighted: never less with one more, and each adds less to a larger group."""
        return sum(self.asked[thing].weight for thing in self._done_by(group)) + SIZE_WEIGHT * self._room(
            group
        )

    def _done_by(self, group: Sequence[int]) -> list[int]:
        return sorted({thing for row in group for thing in self._doing[row]})

    def _room(self, group: Sequence[int]) -> float:
        """How much of the work they could take on together, up to 1."""
        return min(1.0, sum(self._rooms[row] for row in group))

    @cached_property
    def _doing(self) -> list[list[int]]:
        """The things each party does, by their columns."""
        return [list(np.flatnonzero(row)) for row in self.does]

    @cached_property
    def _rooms(self) -> list[float]:
        """The parts that count towards the size: not those too small to be worth a meeting, or not known."""
        return [part if part >= LEAST_PART else 0.0 for part in self.part.tolist()]

    def described(self, group: Sequence[int]) -> Consortium:
        rows = list(group)
        room = self._room(group)
        said = np.any(self.mentions[rows], axis=0)
        gaps = [
            thing.gap for thing, mentioned in zip(self.asked, said.tolist(), strict=True) if not mentioned
        ]
        if self.sized and room < 1 - SAME:
            gaps.append(SIZE_NOT_KNOWN if np.isnan(self.part[rows]).any() else STILL_SMALL)
        if not self.placed[rows].all():
            gaps.append(PLACE_NOT_KNOWN)
        turnovers = [turnover for row in rows if (turnover := _turnover(self.bidders[row])) is not None]
        return Consortium(
            members=tuple(self._member(row, group) for row in group),
            why=TOO_BIG_FOR_ONE if self._do_all().any() else TOO_MUCH_FOR_ONE,
            covered=(*self._names(self._done_by(group)), *([SIZE] if room >= 1 - SAME else [])),
            gaps=tuple(gaps),
            turnover_together=sum(turnovers) if turnovers else None,
        )

    def _member(self, row: int, group: Sequence[int]) -> Member:
        others = [other for other in group if other != row]
        theirs, shared = self._doing[row], self._done_by(others)
        alone = self._names([thing for thing in theirs if thing not in shared])
        both = self._names([thing for thing in theirs if thing in shared])
        room = [PART_OF_THE_SIZE] if self._room(group) > self._room(others) + SAME else []
        return Member(self.bidders[row].key, (*alone, *room, *both))

    def _names(self, things: Sequence[int]) -> list[str]:
        return [self.asked[thing].name for thing in things]


def _unlike(groups: list[tuple[int, ...]], at_most: int) -> list[tuple[int, ...]]:
    """The first, and then those with fewest members seen before, so that others get a hearing."""
    chosen: list[tuple[int, ...]] = []
    seen: Counter[int] = Counter()
    left = list(groups)
    while left and len(chosen) < at_most:
        best = min(left, key=lambda group: sum(seen[row] for row in group))
        left.remove(best)
        chosen.append(best)
        seen.update(best)
    return chosen


def _placed(want: Want, party: Bidder) -> bool:
    """Whether it is known where both are, if it matters at all."""
    return want.point is None or party.point is not None or any(give.point for give in party.gives)


def _part(party: Bidder, value: float | None) -> float:
    turnover = _turnover(party)
    if value is None or not _said(value) or turnover is None:
        return float("nan")
    return min(1.0, CEILING * turnover / value)


def _turnover(party: Bidder) -> float | None:
    return party.turnover if _said(party.turnover) else None


def _said(pounds: float | None) -> bool:
    """Whether a sum was really given: public notices write 0 or 1 for “not said”."""
    return pounds is not None and pounds > 1
