"""The questions of the ranking benchmark: an award, and everybody who might have won it as known before."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from marketplace.bench.awards import NOWHERE, Award, Supplier, Where, Work, masked

EARLIER = 20  # awards before the day of a query, at least
CANDIDATES = 10  # suppliers known for it, at least
OPENING = 400  # characters of a description, beside the title, that tell a repeat
A_WORD = r"[a-z]{3,}"
REPEATS = (3, 5)  # 3/5: awards whose words overlap by that much are left out
AT_ONCE = 200  # awards compared with all others together


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was known of a supplier: its earlier work in date order, its district, and its flags.

    District and flags are the latest that one of those earlier awards says; None and empty: none did.
    """

    name: str
    works: tuple[Work, ...]
    where: Where = NOWHERE
    sme: bool | None = None
    vcse: bool | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """What happened: the winners among the candidates, and whether any of them is an SME or a VCSE."""

    winners: frozenset[str]
    sme: bool | None
    vcse: bool | None


@dataclass(frozen=True, slots=True)
class Case:
    """One query. `asked` is the award without its winners' names; candidates go by their names.

    The numbers of the works that may be known are those below `earlier` without `left_out`. The truth is
    for scoring, and for learning once the answer is given; nothing else says who won or who bought.
    """

    asked: Work
    candidates: Mapping[str, Candidate]
    earlier: int
    left_out: frozenset[int]
    truth: Truth


def cases(awards: Sequence[Award]) -> Iterator[Case]:
    """Every query among the awards, which are as `awards.read` gives them: in date order, numbered from 0.

    What is known of a supplier comes from strictly earlier awards; those of the same day are not earlier.
    Awards that repeat the query's are left out of it: both titles with the first 400 characters of their
    descriptions, as sets of runs of three or more letters a to z, overlap by Jaccard 0.6 or more. A supplier
    with none left is nobody we know of, and so no candidate; where that leaves no winner among the
    candidates there is no query. (This reading gives the 196 queries and the mean of 1,215 candidates seen
    on Contracts Finder 2020; keeping such suppliers, with a postcode and no past, would ask 47 more.)
    A supplier goes by its name as first written. Where an award says no place, it is asked about where it
    was bought from, a district wide.
    """
    repeats = _repeats(awards)
    known = _Known()
    for _, together in groupby(awards, key=lambda award: award.work.date):
        day = list(together)
        earlier = day[0].work.number
        for award in day if earlier >= EARLIER else ():
            left_out = [awards[number] for number in repeats[award.work.number] if number < earlier]
            if case := _case(award, known, earlier, left_out):
                yield case
        known.learn(day)


class _Known:
    """What is known of every supplier before a day."""

    def __init__(self) -> None:
        self._past: dict[str, list[tuple[Work, Supplier]]] = defaultdict(list)
        self._candidates: dict[str, Candidate] = {}

    def learn(self, day: Sequence[Award]) -> None:
        """Add a day's awards; candidates handed out before stay as they were."""
        self._candidates = dict(self._candidates)
        for award in day:
            for supplier in award.suppliers:
                self._past[supplier.key].append((award.work, supplier))
        for key in dict.fromkeys(supplier.key for award in day for supplier in award.suppliers):
            self._candidates[self.name(key)] = _candidate(self.name(key), self._past[key])

    def name(self, key: str) -> str:
        """As first written; empty for a supplier nobody has heard of."""
        return self._past[key][0][1].name if key in self._past else ""

    def without(self, left_out: Sequence[Award]) -> Mapping[str, Candidate]:
        """The candidates as they would be had these awards never been."""
        if not left_out:
            return self._candidates
        candidates, gone = dict(self._candidates), {award.work.number for award in left_out}
        for key in {supplier.key for award in left_out for supplier in award.suppliers}:
            name = self.name(key)
            if kept := [entry for entry in self._past[key] if entry[0].number not in gone]:
                candidates[name] = _candidate(name, kept)
            else:
                del candidates[name]
        return candidates


def _case(award: Award, known: _Known, earlier: int, left_out: Sequence[Award]) -> Case | None:
    candidates = known.without(left_out)
    won = {known.name(each.key): each for each in award.suppliers}
    found = {name: each for name, each in won.items() if name in candidates}
    if len(candidates) < CANDIDATES or not found:
        return None
    return Case(
        asked=replace(
            award.work,
            title=masked(award.work.title, award.suppliers),
            description=masked(award.work.description, award.suppliers),
            where=award.work.where if award.work.where.outcode else award.bought_from,
        ),
        candidates=candidates,
        earlier=earlier,
        left_out=frozenset(each.work.number for each in left_out),
        truth=Truth(
            winners=frozenset(found),
            sme=_any([each.sme for each in found.values()]),
            vcse=_any([each.vcse for each in found.values()]),
        ),
    )


def _candidate(name: str, past: Sequence[tuple[Work, Supplier]]) -> Candidate:
    return Candidate(
        name=name,
        works=tuple(work for work, _ in past),
        where=next((said.where for _, said in reversed(past) if said.where.outcode), NOWHERE),
        sme=next((said.sme for _, said in reversed(past) if said.sme is not None), None),
        vcse=next((said.vcse for _, said in reversed(past) if said.vcse is not None), None),
    )


def _any(flags: Sequence[bool | None]) -> bool | None:
    """Yes if anybody says so, no if somebody denies it, else not known."""
    said = [flag for flag in flags if flag is not None]
    return any(said) if said else None


def _repeats(awards: Sequence[Award]) -> list[list[int]]:
    """For each award, the numbers of those whose opening words overlap with its own too much."""
    words = CountVectorizer(token_pattern=A_WORD, binary=True, dtype=np.int32)
    openings = (f"{each.work.title} {each.work.description[:OPENING]}" for each in awards)
    marks = csr_matrix(words.fit_transform([*openings, "placeholder"]))[: len(awards)]
    sizes = np.diff(marks.indptr)
    share, of = REPEATS
    found: list[list[int]] = []
    for start in range(0, len(awards), AT_ONCE):
        common = (marks[start : start + AT_ONCE] @ marks.T).tocsr()
        rows = np.repeat(np.arange(common.shape[0]), np.diff(common.indptr))
        union = sizes[start + rows] + sizes[common.indices] - common.data
        alike = of * common.data >= share * union  # in whole numbers: 0.6 itself is no float
        found += [[] for _ in range(common.shape[0])]
        for row, other in zip((start + rows[alike]).tolist(), common.indices[alike].tolist(), strict=True):
            if row != other:
                found[row].append(other)
    return [sorted(each) for each in found]
