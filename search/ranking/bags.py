"""Weighted bags of hashed terms, a row each, and how alike the rows of two are.

Terms are 32-bit hashes, so that a text can be read on its own, today or next year, without a shared list of
words. With a hundred terms a side, one pair in 400,000 meets a hash that two words share.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Ids = NDArray[np.int32]
Weights = NDArray[np.float32]
Numbers = NDArray[np.float64]
Rows = NDArray[np.intp]

ENDING = 2**16 - 1  # the bits of a hash by which most others are told from it


@dataclass(frozen=True, slots=True)
class Bags:
    """Row r holds the terms `ids[starts[r]:starts[r + 1]]`, each once, with what each weighs."""

    starts: NDArray[np.int64]
    ids: Ids
    weights: Weights

    @classmethod
    def of(cls, rows: Iterable[tuple[Ids, Weights]]) -> "Bags":
        """From each row's terms and weights."""
        kept = list(rows)
        starts = np.concatenate([[0], np.cumsum([len(ids) for ids, _ in kept], dtype=np.int64)])
        ids = np.concatenate([ids for ids, _ in kept]) if kept else np.empty(0, np.int32)
        weights = np.concatenate([each for _, each in kept]) if kept else np.empty(0, np.float32)
        return cls(starts, ids, weights)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, number: int) -> tuple[Ids, Weights]:
        """One row's terms and weights."""
        cells = slice(self.starts[number], self.starts[number + 1])
        return self.ids[cells], self.weights[cells]

    def take(self, rows: Sequence[int] | Rows) -> "Bags":
        """These rows, in this order."""
        return Bags.of(self.row(int(number)) for number in rows)

    def against(self, columns: Ids) -> csr_matrix:
        """Rows × these sorted columns; other terms are left out."""
        likely = np.flatnonzero(_endings(columns)[self.ids & ENDING])
        places = np.searchsorted(columns, self.ids[likely])
        places[places == len(columns)] = 0
        known = columns[places] == self.ids[likely] if len(columns) else np.zeros(0, bool)
        kept = likely[known]
        shape = (len(self), max(1, len(columns)))
        return csr_matrix(
            (self.weights[kept], places[known], np.searchsorted(kept, self.starts)), shape=shape
        )


def alike(asked: Bags, given: Bags) -> Numbers:
    """Every row of one with every row of the other: cosines, where rows have length 1."""
    columns = np.unique(min(asked.ids, given.ids, key=len))
    return np.asarray((asked.against(columns) @ given.against(columns).T).toarray(), dtype=float)


def _endings(ids: Ids) -> NDArray[np.bool_]:
    """Which endings these hashes have: most others end otherwise, and soon drop out."""
    found = np.zeros(ENDING + 1, bool)
    found[ids & ENDING] = True
    return found


def unit(bags: Bags) -> Bags:
    """The same with every row brought to length 1; an empty row stays empty."""
    squares = np.add.reduceat(np.append(bags.weights**2, 0), bags.starts[:-1]) if len(bags) else np.empty(0)
    sizes = np.diff(bags.starts)
    lengths = np.sqrt(np.where(sizes > 0, squares, 1.0))
    scale = np.repeat(np.where(lengths > 0, lengths, 1.0), sizes)
    return Bags(bags.starts, bags.ids, (bags.weights / scale).astype(np.float32))
