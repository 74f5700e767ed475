"""The words of one ranking run: fitted on everything ranked, so that rare words weigh more."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from search.ranking.listings import Listing
from search.ranking.words import terms, terms_with_words

OPENING = 240  # characters of the text, beside the title, whose spelling is compared
TELLING = 0.25  # of what the heaviest shared term carries: those below explain nothing
SPELLING_AT_MOST = 40_000  # letter groups kept; the rarest bring no two listings together


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one listing by their number in the vocabulary, and what each weighs."""

    columns: NDArray[Any]
    weights: NDArray[Any]

    @classmethod
    def of(cls, vectors: csr_matrix, row: int) -> "Terms":
        cells = slice(vectors.indptr[row], vectors.indptr[row + 1])
        return cls(vectors.indices[cells], vectors.data[cells])


class Vocabulary:
    """Word and letter-group vectors for listings, and the terms two listings share.

    `place_words` are names of towns and the like, left out of what is compared: where something is belongs
    to the distance, and must not be counted twice. Only the whole name goes, spelt with its capitals, so
    that Station Town and Crook cost nobody their station, town or crook.
    """

    def __init__(self, listings: Sequence[Listing], place_words: Collection[str] = ()) -> None:
        names = sorted({form for name in place_words for form in (name, name.upper())}, key=len, reverse=True)
        self._places = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b") if names else None
        self._words = TfidfVectorizer(analyzer=terms, sublinear_tf=True, dtype=np.float32)
        self._spelling = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(3, 5),
            sublinear_tf=True,
            max_features=SPELLING_AT_MOST,
            dtype=np.float32,
        )
        # A word of our own, so that listings without a single word make empty vectors and not an error.
        self._words.fit([*map(self._wording, listings), "placeholder"])
        self._spelling.fit([*map(self._opening, listings), "placeholder"])
        self._names = self._words.get_feature_names_out()

    def _placeless(self, text: str) -> str:
        return self._places.sub(".", text) if self._places else text

    def _wording(self, listing: Listing) -> str:
        """What a listing says, its title twice: a title is chosen with more care than a paragraph."""
        return self._placeless(f"{listing.title}\n{listing.title}\n{listing.text}")

    def _opening(self, listing: Listing) -> str:
        """The part of a listing whose spelling is compared: the words that say something, one by one."""
        start = terms_with_words(self._placeless(f"{listing.title}\n{listing.text[:OPENING]}"))
        return " ".join(word for term, word in start if " " not in term)

    def by_words(self, listings: Sequence[Listing]) -> csr_matrix:
        return csr_matrix(self._words.transform([self._wording(listing) for listing in listings]))

    def by_spelling(self, listings: Sequence[Listing]) -> csr_matrix:
        return csr_matrix(self._spelling.transform([self._opening(listing) for listing in listings]))

    def shared(self, asked: Terms, given: Terms, at_most: int = 3) -> list[str]:
        """The terms that carry the likeness of two listings, heaviest first."""
        common, ours, theirs = np.intersect1d(asked.columns, given.columns, return_indices=True)
        carried = asked.weights[ours] * given.weights[theirs]
        telling = carried >= TELLING * carried.max(initial=0.0)
        return self._heaviest(common[telling], carried[telling], at_most)

    def unanswered(self, asked: Terms, given: Terms, title: str, at_most: int = 2) -> list[str]:
        """The weightiest terms of a want's title that the other listing never uses."""
        theirs = {str(name) for name in self._names[given.columns]}
        open_terms = {term for term in terms(title) if theirs.isdisjoint((term, *term.split()))}
        alone = np.array([name in open_terms for name in self._names[asked.columns]], dtype=bool)
        return self._heaviest(asked.columns[alone], asked.weights[alone], at_most)

    def _heaviest(self, columns: NDArray[Any], weights: NDArray[Any], at_most: int) -> list[str]:
        order = np.lexsort((columns, -weights))
        return _without_repeats([str(self._names[column]) for column in columns[order]], at_most)


def _without_repeats(heaviest: list[str], at_most: int) -> list[str]:
    """The heaviest terms, none saying again what another said; two words said together stay together."""
    chosen: list[str] = []
    said: set[str] = set()
    for term in heaviest:
        if said.isdisjoint(term.split()) and len(chosen) < at_most:
            pairs = (pair for pair in heaviest if " " in pair and term in pair.split())
            fuller = next((pair for pair in pairs if said.isdisjoint(pair.split())), term)
            chosen.append(fuller)
            said.update(fuller.split())
    return chosen
