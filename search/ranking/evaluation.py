"""How good an order is, against what people judged or what really happened.

Each figure takes one query's answer, best first; `mean` puts queries together.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from math import log2
from typing import TypeVar

Truth = TypeVar("Truth")


def reciprocal_rank(ranked: Sequence[str], right: Collection[str]) -> float:
    """One over the position of the first right answer; 0 if there is none. Its mean is the MRR."""
    return next((1 / place for place, key in enumerate(ranked, start=1) if key in right), 0.0)


def hit(ranked: Sequence[str], right: Collection[str], k: int) -> float:
    """1 if a right answer is among the first k, else 0. Its mean is hit@k."""
    return float(any(key in right for key in ranked[:k]))


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Discounted gain of the first k against the best order possible, 0 to 1; the gain is 2^grade − 1.

    Järvelin and Kekäläinen (2002), with the exponential gain of Burges et al. (2005). No grades: 0.
    """
    best = _discounted(sorted(grades.values(), reverse=True)[:k])
    return _discounted([grades.get(key, 0) for key in ranked[:k]]) / best if best else 0.0


def _discounted(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / log2(place + 1) for place, grade in enumerate(grades, start=1))


def mean(
    figure: Callable[[Sequence[str], Truth], float],
    answers: Mapping[str, Sequence[str]],
    truth: Mapping[str, Truth],
) -> float:
    """A figure's mean over every query with a known truth; a query left unanswered counts as 0."""
    return (
        sum(figure(answers.get(query, ()), right) for query, right in truth.items()) / len(truth)
        if truth
        else 0.0
    )
