"""What a text is probably about: a linear model over its words, small enough to travel with the package.

    CategoryModel.load().suggest("Minibus driver for a lunch club")

Every category gets a sum over the words of the text, and the sums share out one certainty between them
(a softmax). A parent gets its children's shares and one of its own, for what is of none of them.
Training is in `search.classify_training`; here are only sums, with nothing from scikit-learn.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from math import log, sqrt
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from search.text import STOP_WORDS, english, normalise

SHIPPED = Path(__file__).with_name("categories.npz")
LONGEST_TEXT = 6000  # characters read
LEAST_LETTERS = 5  # a shorter text says nothing yet
PARENTS = 2.5  # a parent is vaguer, so it must be this many times as likely as a child to be offered
LEAST_KNOWN = 1 / 3  # of a text's words: below this, it speaks of things the model never saw
SAMPLE = (
    "The café’s re-opening needed 40 volunteers: cooks, drivers (with vans), someone who’d see to "
    "the boiler. Please can you help us? Any families, children, ladies’ groups and "
    "businesses may be asked."
)

Numbers = NDArray[np.float64]


class UnreadableModel(Exception):
    """The file is not a model of ours, or is damaged."""


def words(text: str) -> list[str]:
    """The stems of the telling words, in their order; numbers and stop words say nothing of a subject."""
    telling = (w for w in normalise(text[:LONGEST_TEXT]).split() if w not in STOP_WORDS and not w.isdigit())
    return english().analyze(" ".join(telling))


def terms(text: str) -> list[str]:
    """The stems of a text and each two that stand together."""
    stems = words(text)
    return stems + [f"{one} {following}" for one, following in pairwise(stems)]


def reading() -> str:
    """A fingerprint of how words are read: a model is good only for the reading it was learnt with."""
    return hashlib.blake2b("|".join(terms(SAMPLE)).encode("utf-8"), digest_size=8).hexdigest()


@dataclass(frozen=True, eq=False, slots=True)
class CategoryModel:
    """Weights of terms towards categories; `head` says what they were learnt from and how well they do."""

    head: Mapping[str, Any]
    slugs: tuple[str, ...]
    threshold: float
    rows: Mapping[str, int]  # a term's row
    rarity: Numbers  # of each term: its inverse document frequency
    starts: NDArray[np.int64]  # the row's first place in `columns` and `weights`
    columns: NDArray[np.int64]  # numbers of slugs
    weights: Numbers
    bias: Numbers

    @staticmethod
    def load(path: Path = SHIPPED) -> "CategoryModel":
        """The model in this file, read the first time it is asked for."""
        return _load(path)

    def suggest(self, text: str, limit: int = 5) -> tuple[tuple[str, float], ...]:
        """The categories worth offering for a text, likeliest first, each with its probability.

        None when the text is too short or speaks of nothing known. A parent is offered only when none of
        its children is.
        """
        return offer(self.probabilities(text), self.threshold)[:limit]

    def families(self, text: str, limit: int = 5) -> tuple[tuple[str, float], ...]:
        """As `suggest`, of the topmost categories alone."""
        chances = {slug: chance for slug, chance in self.probabilities(text).items() if "/" not in slug}
        return offer(chances, self.threshold)[:limit]

    def probabilities(self, text: str) -> dict[str, float]:
        """Every category's probability; empty when nothing can be said."""
        found = Counter(terms(text))
        singles = [term for term in found if " " not in term]
        known = [term for term in singles if term in self.rows]
        if sum(map(len, singles)) < LEAST_LETTERS or len(known) < max(1, LEAST_KNOWN * len(singles)):
            return {}
        sums = self._sums(found)
        shares = np.exp(sums - sums.max())
        chances = dict(zip(self.slugs, (shares / shares.sum()).tolist(), strict=True))
        for slug, chance in list(chances.items()):
            parent, _, child = slug.partition("/")
            if child and parent in chances:
                chances[parent] += chance
        return chances

    def _sums(self, found: Mapping[str, int]) -> Numbers:
        sums = np.zeros(len(self.slugs))
        readings = [
            (self.rows[term], (1 + log(count)) * float(self.rarity[self.rows[term]]))
            for term, count in found.items()
            if term in self.rows
        ]
        length = sqrt(sum(value * value for _, value in readings)) or 1.0
        for row, value in readings:
            part = slice(self.starts[row], self.starts[row + 1])
            sums[self.columns[part]] += self.weights[part] * (value / length)
        return sums + self.bias


def offer(chances: Mapping[str, float], threshold: float) -> tuple[tuple[str, float], ...]:
    """What is likely enough, likeliest first: children, and parents whose children are each too unlikely."""
    likely = {slug: chance for slug, chance in chances.items() if "/" in slug and chance >= threshold}
    spoken_for = {slug.partition("/")[0] for slug in likely}
    likely |= {
        slug: chance
        for slug, chance in chances.items()
        if "/" not in slug and slug not in spoken_for and chance >= PARENTS * threshold
    }
    return tuple(sorted(likely.items(), key=lambda each: (-each[1], each[0])))


@dataclass(frozen=True, eq=False, slots=True)
class Weights:
    """A model as it is written down: terms × slugs, row after row; each column has a scale of its own."""

    terms: tuple[str, ...]
    rarity: Numbers
    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.int8]
    scale: Numbers
    bias: Numbers

    def write(self, file: BinaryIO, head: Mapping[str, Any]) -> None:
        """The same weights and head always give the same bytes."""
        np.savez_compressed(
            file,
            allow_pickle=False,
            head=_letters(json.dumps(head, ensure_ascii=False, sort_keys=True)),
            terms=_letters("\n".join(self.terms)),
            rarity=self.rarity.astype(np.float16),
            lengths=np.diff(self.starts).astype(np.uint16),
            columns=self.columns.astype(np.uint16),
            values=self.values,
            scale=self.scale.astype(np.float32),
            bias=self.bias.astype(np.float32),
        )


@cache
def _load(path: Path) -> CategoryModel:
    try:
        with path.open("rb") as file:
            return read(file)
    except OSError as problem:
        raise UnreadableModel(f"{path} cannot be read: {problem}") from problem


def read(file: BinaryIO) -> CategoryModel:
    """The model that `Weights.write` wrote."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            return _unpacked(kept)
    except (KeyError, ValueError, EOFError, BadZipFile) as problem:
        raise UnreadableModel(f"This is not a model of categories: {problem}") from problem


def _unpacked(kept: Mapping[str, NDArray[Any]]) -> CategoryModel:
    head = json.loads(kept["head"].tobytes())
    columns = kept["columns"].astype(np.int64)
    named = kept["terms"].tobytes().decode("utf-8").split("\n")
    return CategoryModel(
        head=head,
        slugs=tuple(head["slugs"]),
        threshold=float(head["threshold"]),
        rows={term: row for row, term in enumerate(named)},
        rarity=kept["rarity"].astype(np.float64),
        starts=np.concatenate([[0], np.cumsum(kept["lengths"], dtype=np.int64)]),
        columns=columns,
        weights=kept["values"] * kept["scale"].astype(np.float64)[columns],
        bias=kept["bias"].astype(np.float64),
    )


def _letters(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
