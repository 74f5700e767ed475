"""Vectors on disk, only ever appended to, and those among them that are nearest to another.

Each lies in a record of its length's file, beside the place it belongs to. A record counts once the index
speaks of it by its name: whatever a killed writer left is spoken of by nobody, and neither are records whose
documents have changed since. A rebuild starts new files.
"""

import hashlib
import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

MEASURED = 2_000  # vectors measured to the full; more than these are first thinned by their signs
AT_ONCE = 50_000  # records read in one go
ROW_BITS = 40  # of a name; the rest is the vector's length

Vector = Sequence[float]
Rows = NDArray[np.int64]
Cosines = NDArray[np.float32]


def unit(vector: Vector) -> Cosines | None:
    """The vector at length 1; None for one that points nowhere."""
    made = np.asarray(vector, dtype=np.float64)
    length = np.linalg.norm(made)
    if not len(made) or not np.isfinite(length) or length == 0:
        return None
    return (made / length).astype(np.float32)


class VectorWriter:
    """Appends vectors to a folder's files. One at a time: hold the lock of the index."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[int, tuple[BinaryIO, int]] = {}
        self._closing = ExitStack()

    def add(self, place: str, vector: Vector | None) -> int | None:
        """The name of the new record; None for no vector, or one that points nowhere."""
        pointed = None if vector is None else unit(vector)
        if pointed is None:
            return None
        size = len(pointed)
        file, row = self._open.get(size) or self._begin(size)
        record = np.zeros(1, _record(size))
        record["place"], record["vector"] = _code(place), pointed
        file.write(record.tobytes())
        self._open[size] = file, row + 1
        return (size << ROW_BITS) | row

    def finish(self) -> None:
        """Everything is on the disk when this returns; only then may the index speak of it."""
        for file, _ in self._open.values():
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        self._closing.close()

    def _begin(self, size: int) -> tuple[BinaryIO, int]:
        """After the last whole record: half of one is a killed writer's."""
        file = self._closing.enter_context(_path(self._folder, size).open("ab"))
        rows = file.tell() // _record(size).itemsize
        file.truncate(rows * _record(size).itemsize)
        return file, rows


@dataclass(frozen=True, eq=False, slots=True)
class VectorTable:
    """All vectors of one length, as they were at one time: mapped rather than read, but for their signs."""

    size: int
    records: NDArray[np.void]
    places: NDArray[np.uint32]
    signs: NDArray[np.uint64]

    @classmethod
    def empty(cls, size: int) -> "VectorTable":
        signs = np.zeros((_words(size), 0), np.uint64)
        return cls(size, np.zeros(0, _record(size)), np.zeros(0, np.uint32), signs)

    def grown(self, path: Path) -> "VectorTable":
        """With what was appended since."""
        record, held = _record(self.size), len(self.records)
        rows = path.stat().st_size // record.itemsize if path.exists() else 0
        if rows <= held:
            return self
        records = np.memmap(path, record, mode="r", shape=(rows,))
        places, signs = [self.places], [self.signs]
        for start in range(held, rows, AT_ONCE):
            part = records[start : start + AT_ONCE]
            places.append(np.array(part["place"]))
            signs.append(_signs(part["vector"]))
        return VectorTable(self.size, records, np.concatenate(places), np.concatenate(signs, axis=1))

    def nearest(self, place: str, vector: Cosines, least: float) -> tuple[list[int], Cosines]:
        """The names of records of a place whose cosine is at least this, nearest first, and the cosines.

        Where there are many, those measured are the ones whose signs differ least.
        """
        rows = np.flatnonzero(self.places == _code(place))
        if len(rows) > MEASURED:
            signs = self.signs if len(rows) == len(self.places) else self.signs[:, rows]
            wrong = np.zeros(len(rows), np.uint16)
            for held, asked in zip(signs, _signs(vector[None, :]), strict=True):
                wrong += np.bitwise_count(held ^ asked)
            rows = rows[np.argpartition(wrong, MEASURED)[:MEASURED]]
        cosines = self._cosines(rows, vector)
        order = np.argsort(-cosines, kind="stable")
        order = order[cosines[order] >= least]
        return [(self.size << ROW_BITS) | int(row) for row in rows[order]], cosines[order]

    def cosines(self, names: Sequence[float | None], vector: Cosines) -> Cosines:
        """The cosine of each; 0 of none and of what is not in this table."""
        rows = np.array(
            [-1 if name is None else int(name) - (self.size << ROW_BITS) for name in names], np.int64
        )
        known = (rows >= 0) & (rows < len(self.records))
        found = np.zeros(len(rows), np.float32)
        found[known] = self._cosines(rows[known], vector)
        return found

    def _cosines(self, rows: Rows, vector: Cosines) -> Cosines:
        kept = self.records["vector"][rows].astype(np.float32)
        return np.asarray(kept @ vector, dtype=np.float32)


class Vectors:
    """The tables of one folder, each read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tables: dict[int, VectorTable] = {}
        self._growing = threading.Lock()

    def of(self, size: int) -> VectorTable | None:
        """All vectors of this length; None if there are none."""
        with self._growing:
            held = self._tables.get(size) or VectorTable.empty(size)
            table = held.grown(_path(self._folder, size))
            if not len(table.records):
                return None
            self._tables[size] = table
            return table


def _path(folder: Path, size: int) -> Path:
    return folder / f"vectors-{size}"


def _record(size: int) -> np.dtype[np.void]:
    return np.dtype([("place", "<u4"), ("vector", "<f2", (size,))])


def _words(size: int) -> int:
    return -(-size // 64)


def _signs(vectors: NDArray[np.floating]) -> NDArray[np.uint64]:
    """(words, vectors): a bit for each number, set where it is above nought."""
    bits = np.packbits(np.asarray(vectors) > 0, axis=1)
    padded = np.zeros((len(bits), _words(vectors.shape[1]) * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(padded.view(np.uint64).T)


def _code(place: str) -> int:
    """Tells places apart well enough to look in the right one; the index itself then makes sure."""
    return int.from_bytes(hashlib.blake2b(place.encode(), digest_size=4).digest(), "little")
