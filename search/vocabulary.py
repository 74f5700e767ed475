"""The words an index holds, and those that begin like, or are spelt almost like, what somebody typed."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from string import ascii_lowercase

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

AFTER_ALL = "\U0010ffff"  # sorts after every letter
FAR = 255  # a distance nobody asks for


def typos_allowed(word: str) -> int:
    """None up to four letters or with a digit in it, one up to eight letters, two from nine."""
    if not word.isalpha() or len(word) < 5:
        return 0
    return 1 if len(word) < 9 else 2


def distance(typed: str, word: str, at_most: int) -> int:
    """Letters wrong, missing, added or swapped with their neighbour; a wrong first letter counts twice.

    More than `at_most` is always one more than that.
    """
    wrong_start = typed[:1] != word[:1]
    if at_most <= wrong_start or abs(len(typed) - len(word)) > at_most:
        return 0 if typed == word else at_most + 1
    return min(OSA.distance(typed, word, score_cutoff=at_most) + wrong_start, at_most + 1)


class Vocabulary:
    """The words (unstemmed, normalised) an index holds, with how many documents have each.

    Kept in order, so that words sharing their first letters lie side by side. Beside each is a mask of the
    letters in it: one typo takes away one letter of it at most and adds one at most, which spares comparing
    nearly all words.
    """

    def __init__(self, words: Iterable[tuple[str, int]]) -> None:
        """Counts of a word given twice add up; words no document has are left out."""
        counts: dict[str, int] = {}
        for word, documents in words:
            counts[word] = counts.get(word, 0) + documents
        self._counts = {word: documents for word, documents in counts.items() if word and documents > 0}
        self._words = sorted(self._counts)
        self._backwards = sorted(word[::-1] for word in self._words)
        size = len(self._words)
        self._frequencies = np.fromiter(map(counts.__getitem__, self._words), np.int64, size)
        lengths = np.fromiter(map(len, self._words), np.int64, size)
        self._as_array = np.array(self._words, dtype=object)
        self._masks = _masks("".join(self._words), lengths)
        spelt = np.fromiter(map(str.isalpha, self._words), np.bool_, size)
        self._lengths = np.where(spelt, np.minimum(lengths, FAR), 0).astype(np.uint8)  # 0: never a correction

    def __len__(self) -> int:
        return len(self._words)

    def __contains__(self, word: str) -> bool:
        return self.frequency(word) > 0

    def frequency(self, word: str) -> int:
        """How many documents have this very word."""
        return self._counts.get(word, 0)

    def beginning(self, prefix: str, limit: int) -> list[str]:
        """Words that begin so, most frequent first; the prefix itself too if it is a word."""
        start, end = self._range(prefix)
        if start == end or limit < 1:
            return []
        chosen = [start + int(row) for row in _largest(self._frequencies[start:end], limit)]
        if self._words[start] == prefix and start not in chosen:
            chosen[-1] = start
        return [self._words[place] for place in chosen]

    def ending(self, suffix: str, limit: int) -> list[str]:
        """Words that end so, most frequent first."""
        backwards = suffix[::-1]
        start = bisect_left(self._backwards, backwards)
        end = bisect_left(self._backwards, backwards + AFTER_ALL, lo=start)
        found = [word[::-1] for word in self._backwards[start:end]]
        return sorted(found, key=lambda word: (-self.frequency(word), word))[: max(0, limit)]

    def beginning_almost(self, prefix: str, limit: int) -> list[str]:
        """Words that begin as the prefix would with one typo put right (never its first letter), as above."""
        found: dict[str, int] = {}
        for near in sorted(set(_edited(prefix)) - {prefix}):
            found.update((word, self.frequency(word)) for word in self.beginning(near, limit))
        return sorted(found, key=lambda word: (-found[word], word))[: max(0, limit)]

    def like(self, word: str, typos: int, limit: int) -> list[tuple[str, int]]:
        """Words at most so many typos away with how many it is, closest then most frequent first."""
        if typos < 1 or limit < 1 or not word.isalpha():
            return []
        found = list(self._same_initial(word, typos))
        if typos > 1:
            also = ((self.frequency(near), near) for near in _other_initial(word))
            found += [(2, -documents, near) for documents, near in also if documents]
        return [(near, edits) for edits, _, near in sorted(found)[:limit]]

    def _same_initial(self, word: str, typos: int) -> Iterator[tuple[int, int, str]]:
        """How far each is, how many documents have it, as less than nothing, and the word: in its order."""
        start, end = self._range(word[0])
        mask = _masks(word, np.array([len(word)]))[0]
        masks = self._masks[start:end]
        near = np.abs(self._lengths[start:end].astype(np.int16) - len(word)) <= typos
        near &= np.bitwise_count(masks & ~mask) <= typos
        near &= np.bitwise_count(mask & ~masks) <= typos
        places = start + np.flatnonzero(near)
        if not len(places):
            return
        candidates = self._as_array[places].tolist()
        edits = cdist([word], candidates, scorer=OSA.distance, score_cutoff=typos, dtype=np.uint8)[0]
        for row in np.flatnonzero((edits > 0) & (edits <= typos)):
            yield int(edits[row]), -int(self._frequencies[places[row]]), candidates[row]

    def _range(self, prefix: str) -> tuple[int, int]:
        """Where the words that begin so start and end."""
        start = bisect_left(self._words, prefix)
        return start, bisect_left(self._words, prefix + AFTER_ALL, lo=start)


def _masks(letters: str, lengths: NDArray[np.int64]) -> NDArray[np.uint32]:
    """For words written one after the other, a bit for each letter in them; all of a to z differ."""
    if not letters:
        return np.zeros(0, np.uint32)
    codes = np.frombuffer(letters.encode("utf-32-le", "surrogatepass"), np.uint32)
    bits = np.left_shift(np.uint32(1), codes & np.uint32(31))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return np.bitwise_or.reduceat(bits, starts)


def _largest(values: NDArray[np.int64], limit: int) -> list[int]:
    """Rows of the largest values, largest first; the first rows of equals."""
    rows = np.arange(len(values))
    if len(values) > limit:
        least = np.partition(values, -limit)[-limit]
        above = np.flatnonzero(values > least)
        rows = np.concatenate([above, np.flatnonzero(values == least)[: limit - len(above)]])
    return [int(row) for row in sorted(rows, key=lambda row: (-values[row], row))]


def _other_initial(word: str) -> set[str]:
    """Everything one edit makes of a word that then begins otherwise."""
    rest = word[1:]
    made = {rest, rest[:1] + word[0] + rest[1:]}
    made |= {letter + kept for letter in ascii_lowercase for kept in (rest, word)}
    return {near for near in made if near[:1] != word[0]}


def _edited(word: str) -> Iterator[str]:
    """Everything one edit after the first letter makes of a word."""
    for place in range(1, len(word) + 1):
        before, after = word[:place], word[place:]
        yield from (before + letter + after for letter in ascii_lowercase)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in ascii_lowercase)
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
