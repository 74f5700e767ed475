"""How words, categories and meaning are weighed against each other, alike for every engine."""

from math import log

import numpy as np
from numpy.typing import NDArray

COMMON_SHARE = 0.05  # of all documents: a word in more of them finds nothing by itself when others are rarer
FEW = 200  # documents: in a small index no word is that common
CLOSE = 0.4  # the least cosine of texts about one thing, in sentence models such as all-MiniLM-L6-v2
MEANING_SHARE = 0.5  # of a score, where there are vectors; the words have the rest
FLATTER = 0.7  # a power: the scores of words fall off more steeply than likeness does

Numbers = NDArray[np.float64]


def most_telling(total: int) -> float:
    """Of so many documents, how many may have a word before it is a common one."""
    return max(FEW, COMMON_SHARE * total)


def rarity(documents: int, total: int) -> float:
    """How much it says that a document is one of so few: BM25's inverse document frequency.

    As Lucene and tantivy have it, ln(1 + (N - n + 0.5) / (n + 0.5)), which is never below nought.
    """
    return log(1 + (max(total, documents) - documents + 0.5) / (documents + 0.5))


def together(said: Numbers, cosines: NDArray) -> Numbers:
    """The scores of words, 0 or more, and the cosines of meaning as one score from 0 to 1."""
    by_words = (said / (said.max() or 1.0)) ** FLATTER
    scores: Numbers = (1 - MEANING_SHARE) * by_words + MEANING_SHARE * np.maximum(cosines, 0.0)
    return scores
