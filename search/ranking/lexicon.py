"""What the ranking knows of a place's words: how telling each is, and which go together.

Fitted on a background of texts and kept with a version. Every reading is made by one lexicon, and readings
compare only within it.
"""

import hashlib
import io
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.utils import murmurhash3_32

from search.ranking.bags import Bags, Ids, Weights, unit
from search.ranking.words import terms, terms_with_words, unaccented

READ_BY = "3"  # raise it with any change in how a text is read
HASHES = 2**31 - 1
OPENING = 240  # characters of the text, beside the title, whose spelling is compared
LATENT = 100  # directions of latent semantic analysis
LATENT_TERMS = 20_000  # the commonest terms, which alone say what goes together
LATENT_TEXTS = 20_000  # are enough to learn it from
AT_ONCE = 2_000  # texts read together
SIZES = 4  # numbers at the head of a reading that is kept: how long each of its parts is

Numbers = NDArray[np.float64]
Latent = NDArray[np.float32]
Terms = tuple[Ids, Weights]
Thing = TypeVar("Thing")


class Text(Protocol):
    """What is read of a listing."""

    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One text as the ranking compares it. Each part has length 1, or is empty or 0 where nothing is said."""

    words: Terms
    title: Terms  # the words of the title alone
    spelling: Terms
    latent: Latent

    def to_bytes(self) -> bytes:
        bags = (self.words, self.title, self.spelling)
        sizes = np.array([*(len(ids) for ids, _ in bags), len(self.latent)], np.int32)
        parts = [sizes, *(part for bag in bags for part in bag), self.latent]
        return b"".join(part.tobytes() for part in parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Reading":
        whole = np.frombuffer(data, np.int32)
        weights = whole.view(np.float32)
        at, found = SIZES, []
        for size in whole[: SIZES - 1].tolist():
            middle, end = at + size, at + 2 * size
            found.append((whole[at:middle], weights[middle:end]))
            at = end
        return cls(found[0], found[1], found[2], weights[at:])


@dataclass(frozen=True, slots=True)
class Counts:
    """In how many texts each term stands; terms met once are left out, for they are as good as unknown."""

    ids: Ids
    texts: NDArray[np.int32]
    total: int

    @classmethod
    def of(cls, bags: Iterable[Bags]) -> "Counts":
        ids, texts, total = np.empty(0, np.int32), np.empty(0, np.int32), 0
        for some in bags:
            total += len(some)
            new, times = np.unique(some.ids, return_counts=True)
            ids, where = np.unique(np.concatenate([ids, new]), return_inverse=True)
            texts = np.bincount(where, np.concatenate([texts, times])).astype(np.int32)
        kept = texts > 1
        return cls(ids[kept], texts[kept], total)

    def telling(self, ids: Ids) -> Weights:
        """The smoothed inverse document frequency of each term: 1 + ln((1 + n) / (1 + texts))."""
        places = np.searchsorted(self.ids, ids)
        places[places == len(self.ids)] = 0
        known = self.ids[places] == ids if len(self.ids) else np.zeros(len(ids), bool)
        texts = np.where(known, self.texts[places] if len(self.ids) else 0, 0)
        return (1 + np.log((1 + self.total) / (1 + texts))).astype(np.float32)


class Lexicon:
    """Reads texts. `place_words` are names of towns and the like, left out of what is compared.

    Where something is belongs to the distance, and must not be counted twice. Only the whole name goes,
    spelt with its capitals, so that Station Town and Crook cost nobody their station, town or crook.
    """

    def __init__(
        self,
        words: Counts,
        spelling: Counts,
        common: Ids,
        directions: Latent,
        place_words: Collection[str] = (),
    ) -> None:
        self._words, self._spelling = words, spelling
        self._common, self._directions = common, directions  # terms, and terms × LATENT
        self.place_words = tuple(sorted(place_words))
        self._places = _pattern(self.place_words)
        said = [words.ids, words.texts, spelling.ids, spelling.texts, common, directions]
        marks = hashlib.blake2b(f"{READ_BY} {self.place_words}".encode(), digest_size=6)
        for each in said:
            marks.update(each.tobytes())
        self.version = marks.hexdigest()

    @classmethod
    def fit(cls, texts: Iterable[Text], place_words: Collection[str] = (), *, seed: int = 0) -> "Lexicon":
        """From the texts that say what is common here; none at all makes a lexicon to which all is news."""
        counted = (count(some, place_words) for some in _slices(texts, AT_ONCE))
        return cls.of(list(counted), place_words, seed=seed)

    @classmethod
    def of(
        cls, counted: Sequence["Counted"], place_words: Collection[str] = (), *, seed: int = 0
    ) -> "Lexicon":
        """The same from texts counted before, with these same place words."""
        words = Counts.of(each.words for each in counted)
        spelling = Counts.of(each.spelling for each in counted)
        rows = Bags.of(each.words.row(row) for each in counted for row in range(len(each.words)))
        return cls(words, spelling, *_directions(rows, words, seed), place_words)

    def read(self, texts: Sequence[Text]) -> list[Reading]:
        """Each text's reading."""
        slices = _slices(texts, AT_ONCE)
        return [reading for some in slices for reading in self.weigh(count(some, self.place_words))]

    def weigh(self, counted: "Counted") -> list[Reading]:
        """The readings of texts counted before."""
        words, titles = (_weighed(bags, self._words) for bags in (counted.words, counted.titles))
        spelling = _weighed(counted.spelling, self._spelling)
        latent = _unit(np.asarray(words.against(self._common) @ self._directions, np.float32))
        return [
            Reading(words.row(row), titles.row(row), spelling.row(row), latent[row])
            for row in range(len(latent))
        ]

    def telling(self, text: Text, at_most: int) -> dict[str, float]:
        """The words of a text that carry most, as written, heaviest first: to look for its like."""
        said = terms_with_words(self._wording(text))
        written = {term: word for term, word in reversed(list(said)) if " " not in term}
        carried = self._words.telling(np.array([number(term) for term in written], np.int32)).tolist()
        best = sorted(zip(written.values(), carried, strict=True), key=lambda each: (-each[1], each[0]))
        return dict(best[:at_most])

    def _wording(self, text: Text) -> str:
        return wording(text, self._places)

    def to_bytes(self) -> bytes:
        """Everything but the version, which follows from it."""
        file = io.BytesIO()
        np.savez_compressed(
            file, words=self._words.ids, words_in=self._words.texts, spelling=self._spelling.ids,
            spelling_in=self._spelling.texts, common=self._common, directions=self._directions,
            totals=np.array([self._words.total, self._spelling.total]),
            places=np.array(self.place_words, dtype=str),
        )  # fmt: skip
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Lexicon":
        with np.load(io.BytesIO(data), allow_pickle=False) as kept:
            words, spelling = kept["totals"].tolist()
            return cls(
                Counts(kept["words"], kept["words_in"], words),
                Counts(kept["spelling"], kept["spelling_in"], spelling),
                kept["common"],
                kept["directions"],
                kept["places"].tolist(),
            )


_HASHING = {"n_features": HASHES, "alternate_sign": False, "norm": None, "dtype": np.float32}
_WORDS = HashingVectorizer(analyzer=terms, **_HASHING)
_SPELLING = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), **_HASHING)


@lru_cache(maxsize=100_000)
def number(term: str) -> int:
    """The hash a term has in every reading."""
    return int(abs(murmurhash3_32(term, seed=0)) % HASHES)


def wording(text: Text, places: re.Pattern[str] | None) -> str:
    """What a text says, its title twice: a title is chosen with more care than a paragraph."""
    return _placeless(f"{text.title}\n{text.title}\n{text.text}", places)


def _opening(text: Text, places: re.Pattern[str] | None) -> str:
    """The part whose spelling is compared: the words that say something, one by one."""
    start = terms_with_words(_placeless(f"{text.title}\n{text.text[:OPENING]}", places))
    return " ".join(unaccented(word) for term, word in start if " " not in term)


def _placeless(text: str, places: re.Pattern[str] | None) -> str:
    return places.sub(".", text) if places else text


@lru_cache(maxsize=16)
def _pattern(place_words: tuple[str, ...]) -> re.Pattern[str] | None:
    names = sorted({form for name in place_words for form in (name, name.upper())}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each text says each term, and spells each group of letters; the more, the less it adds."""

    words: Bags
    titles: Bags
    spelling: Bags


def count(texts: Sequence[Text], place_words: Collection[str] = ()) -> Counted:
    """Count what texts say, the slow part of reading them; weighing it takes a lexicon."""
    places = _pattern(tuple(sorted(place_words)))
    return Counted(
        _bags(_WORDS.transform([wording(text, places) for text in texts])),
        _bags(_WORDS.transform([_placeless(text.title, places) for text in texts])),
        _bags(_SPELLING.transform([_opening(text, places) for text in texts])),
    )


def _bags(counts: csr_matrix) -> Bags:
    counts.sort_indices()
    return Bags(counts.indptr.astype(np.int64), counts.indices.astype(np.int32), 1 + np.log(counts.data))


def _weighed(bags: Bags, counts: Counts) -> Bags:
    return unit(Bags(bags.starts, bags.ids, bags.weights * counts.telling(bags.ids)))


def _unit(rows: Latent) -> Latent:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 1e-6)


def _directions(bags: Bags, counts: Counts, seed: int) -> tuple[Ids, Latent]:
    """The commonest terms, and where each points among what goes together (Deerwester et al., 1990)."""
    commonest = np.sort(counts.ids[np.argsort(-counts.texts, kind="stable")[:LATENT_TERMS]])
    step = max(1, len(bags) // LATENT_TEXTS)
    sample = _weighed(bags.take(range(0, len(bags), step)), counts).against(commonest)
    size = min(LATENT, len(commonest) - 1, sample.shape[0] - 1)
    if size < 2:
        return commonest, np.zeros((max(1, len(commonest)), 1), np.float32)
    found = TruncatedSVD(size, random_state=seed).fit(sample)
    return commonest, np.ascontiguousarray(found.components_.T, np.float32)


def _slices(things: Iterable[Thing], size: int) -> Iterator[list[Thing]]:
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some
