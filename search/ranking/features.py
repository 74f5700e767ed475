"""What makes a pair fit: each feature reads every want against every give as a number from 0 to 1.

All take the columns of some wants and of some gives and answer wants × gives. Features know nothing of
weights; hand-set and learned weights read the same ones.
"""

from collections.abc import Callable, Mapping

import numpy as np
from scipy.sparse import csr_matrix

from search.geo import miles_matrix
from search.ranking.columns import KINDS, Columns, Numbers
from search.ranking.weights import TOPIC

WORDS_SHARE = 0.75  # of the likeness; the rest is spelling, which forgives typing and joins kindred words
UNRELATED = 0.03  # likeness two listings reach by chance
HALF_ALIKE = 0.12  # likeness beyond that which counts as half
SPELLING_BY_CHANCE = 0.12  # letter groups any two English texts share
NO_SHARED_WORD = 0.3  # the most that spelling alone can count

# Cosines of meanings, as all-MiniLM-L6-v2 makes them.
ABOUT_OTHER_THINGS = 0.35  # more than nine in ten pairs of strangers stay below
ABOUT_THE_SAME = 0.8  # what a want and its obvious answer reach, since no two are written alike

SAME_PARENT = 0.4

DOORSTEP = 3.0  # miles: within it nobody minds
AT_THE_EDGE = 0.4  # what is left of nearness at the end of the reach
FADES_OVER = 25.0  # miles: where nobody said how far, nearness falls to about a third over this
TOO_FAR = 1.5  # times the stated reach: beyond it the pair is no match at all
PLACE_NOT_KNOWN = 0.3

COMFORTABLE = 0.1  # of a year's turnover: a firm takes on work of this size without leaning on it
SIZE_NOT_KNOWN = 0.5

LEAST_FOR_A_SHARED_KIND = 0.7
KINDRED_KINDS = (("volunteers", "skills", 0.5),)  # a skilled hand is a hand, and a keen one may be skilled
KIND_NOT_SAID = 0.3


def text(asked: Columns, given: Columns) -> Numbers:
    """How alike the two texts are in what they are about.

    The cosine of word vectors, helped by that of letter groups, less what chance gives, on a curve that
    reaches a half at `HALF_ALIKE` and flattens: the second shared word matters more than the tenth.
    """
    words = _cosine(asked.by_words, given.by_words)
    spelling = np.clip(_cosine(asked.by_spelling, given.by_spelling) - SPELLING_BY_CHANCE, 0, None)
    likeness = WORDS_SHARE * words + (1 - WORDS_SHARE) * spelling
    value = 1 - 0.5 ** (np.clip(likeness - UNRELATED, 0, None) / HALF_ALIKE)
    return np.where(words > 0, value, np.minimum(value, NO_SHARED_WORD))


def meaning(asked: Columns, given: Columns) -> Numbers:
    """How near the two texts are in what they mean, whatever their words; 0 where either has no vector."""
    cosine = asked.meaning @ given.meaning.T
    reading = (cosine.astype(float) - ABOUT_OTHER_THINGS) / (ABOUT_THE_SAME - ABOUT_OTHER_THINGS)
    return np.clip(reading, 0.0, 1.0)


def category(asked: Columns, given: Columns) -> Numbers:
    """Whether they are filed together: 1 in the same category, less under the same parent."""
    same = _cosine(asked.categories, given.categories) > 0
    akin = _cosine(asked.parents, given.parents) > 0
    return np.where(same, 1.0, np.where(akin, SAME_PARENT, 0.0))


def miles(asked: Columns, given: Columns) -> Numbers:
    """Miles between the two, NaN where a place is not known."""
    return miles_matrix(asked.lat, asked.lon, given.lat, given.lon)


def reach(asked: Columns, given: Columns) -> Numbers:
    """Miles within which both are content: the smaller of what each accepts, NaN if neither said."""
    return np.fmin(asked.reach[:, None], given.reach[None, :])


def distance(asked: Columns, given: Columns) -> Numbers:
    """How near they are for what they do: 1 on the doorstep, falling to the edge of the reach, 0 beyond."""
    apart, within = miles(asked, given), reach(asked, given)
    beyond = np.clip(apart - DOORSTEP, 0, None)
    to_the_edge = 1 - (1 - AT_THE_EDGE) * beyond / np.maximum(within - DOORSTEP, 1e-9)
    inside = np.where(beyond > 0, to_the_edge, 1.0)
    stated = np.where(apart <= within, inside, 0.0)
    value = np.where(np.isnan(within), np.exp(-beyond / FADES_OVER), stated)
    return np.where(np.isnan(apart), PLACE_NOT_KNOWN, value)


def size(asked: Columns, given: Columns) -> Numbers:
    """Whether the work would lean on the firm too hard: its value as a share of a year's turnover."""
    share = asked.money[:, None] / given.money[None, :]
    value = np.clip((1 - share) / (1 - COMFORTABLE), 0, 1)
    return np.where(np.isnan(share), SIZE_NOT_KNOWN, value)


def shared_kinds(asked: Columns, given: Columns) -> Numbers:
    """How much of the kinds asked for are given; 0 where a side has not said.

    One kind answered is most of the way, since givers combine; kindred kinds count in part.
    """
    both = asked.kinds @ given.kinds.T
    share = both / np.maximum(asked.kinds.sum(axis=1, keepdims=True), 1)
    value = np.where(both > 0, LEAST_FOR_A_SHARED_KIND + (1 - LEAST_FOR_A_SHARED_KIND) * share, 0.0)
    for one, other, worth in KINDRED_KINDS:
        a, b = KINDS.index(one), KINDS.index(other)
        akin = np.outer(asked.kinds[:, a], given.kinds[:, b]) + np.outer(asked.kinds[:, b], given.kinds[:, a])
        value = np.maximum(value, worth * (akin > 0))
    return value


def quantity(asked: Columns, given: Columns) -> Numbers:
    """Whether what is given is the kind of thing asked for, with a little for a side that has not said."""
    said = np.outer(asked.kinds.any(axis=1), given.kinds.any(axis=1))
    return np.where(said, shared_kinds(asked, given), KIND_NOT_SAID)


FEATURES: Mapping[str, Callable[[Columns, Columns], Numbers]] = {
    "text": text,
    "meaning": meaning,
    "category": category,
    "distance": distance,
    "size": size,
    "quantity": quantity,
}


def topic(evidence: Mapping[str, Numbers]) -> Numbers:
    """How sure we are that they are about the same thing, 0 to 1, from each kind of evidence for it.

    Every piece leaves less doubt than before (one less the product of the doubts left), scaled so that
    full evidence of every kind is 1.
    """
    doubt: Numbers | float = 1.0
    least = 1.0
    for name, value in evidence.items():
        doubt = doubt * (1 - TOPIC[name] * value)
        least *= 1 - TOPIC[name]
    return np.asarray((1 - doubt) / (1 - least))


def out_of_the_question(asked: Columns, given: Columns) -> Numbers:
    """1 where a fact rules the pair out whatever else fits: far outside a stated reach, or the wrong kind."""
    too_far = miles(asked, given) > TOO_FAR * reach(asked, given)
    said = np.outer(asked.kinds.any(axis=1), given.kinds.any(axis=1))
    wrong_kind = said & (shared_kinds(asked, given) == 0)
    return (too_far | wrong_kind).astype(float)


def _cosine(asked: csr_matrix, given: csr_matrix) -> Numbers:
    return np.asarray((asked @ given.T).toarray(), dtype=float)
