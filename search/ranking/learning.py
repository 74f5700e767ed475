"""Learning the weights from what people chose, given what they were shown.

A conditional logit (McFadden, 1974): of a lesson's candidates, each was chosen with a chance proportional to
the exponential of its score. Weights never fall below 0, since no feature should count against a pair, and
are drawn towards those in use, so that little evidence changes little.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import minimize
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from search.ranking.columns import Numbers, Whole

DRAWN = 100.0  # how hard weights are drawn to those in use: as much as about so many lessons pull away
MOST_WEIGHT = 5.0  # of a choice made far down a list, beside one at the top
WHOLE = 100.0  # what shipped weights add up to


@dataclass(frozen=True, slots=True)
class Lesson:
    """One choice: candidates × features, which were chosen, and how much each choice tells.

    A choice made lower in a list tells more, for fewer people look there: `tells` is one over the chance
    that it was seen (Joachims, Swaminathan and Schnabel, 2017), at most `MOST_WEIGHT`.
    """

    values: Numbers
    chosen: Whole  # the rows chosen
    tells: Numbers  # one for each of those


def tells(position: int | None) -> float:
    """How much a choice at this place (from 1) tells; a place nobody noted tells as much as the first."""
    return min(MOST_WEIGHT, float(np.log2(1 + max(1, position or 1))))


class ChoiceModel(BaseEstimator):
    """Learns weights of features; `predict` puts the candidates of each lesson in order.

    `prior` maps each feature to the weight in use, in the order of the columns.
    """

    def __init__(self, prior: Mapping[str, float], drawn: float = DRAWN) -> None:
        self.prior = prior
        self.drawn = drawn

    def fit(self, lessons: Sequence[Lesson], y: object = None) -> Self:
        """Sets `weights_`, which add up to what the prior's do."""
        start = np.array(list(self.prior.values()), dtype=float) / WHOLE
        rows = _Rows.of(lessons)
        scale = float(minimize(lambda s: rows.loss(s[0] * start)[0], [5.0], bounds=[(0.1, 100.0)]).x[0])
        pull = self.drawn / (scale**2 * float(start @ start))

        def loss(weights: Numbers) -> tuple[float, Numbers]:
            value, slope = rows.loss(weights)
            away = weights - scale * start
            return value + pull * float(away @ away) / 2, slope + pull * away

        found = minimize(loss, scale * start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
        weights = found.x / found.x.sum() * sum(self.prior.values()) if found.x.sum() > 0 else start * WHOLE
        self.weights_ = dict(zip(self.prior, weights.tolist(), strict=True))
        self.scale_ = scale
        return self

    def predict(self, lessons: Sequence[Lesson]) -> list[Whole]:
        """Each lesson's candidates, best first; ties keep their order."""
        check_is_fitted(self)
        return [order(lesson, self.weights_) for lesson in lessons]


def order(lesson: Lesson, weights: Mapping[str, float]) -> Whole:
    """A lesson's candidates, best first by these weights."""
    return np.argsort(-np.round(lesson.values @ np.array(list(weights.values())), 9), kind="stable")


@dataclass(frozen=True, slots=True)
class _Rows:
    """All lessons one after another."""

    values: Numbers
    starts: Whole
    lesson: Whole  # of each row
    told: Numbers  # of each row: how much its being chosen tells

    @classmethod
    def of(cls, lessons: Sequence[Lesson]) -> "_Rows":
        sizes = np.array([len(lesson.values) for lesson in lessons])
        told = []
        for lesson in lessons:
            each = np.zeros(len(lesson.values))
            each[lesson.chosen] = lesson.tells
            told.append(each)
        return cls(
            np.vstack([lesson.values for lesson in lessons]),
            np.cumsum(sizes) - sizes,
            np.repeat(np.arange(len(lessons)), sizes),
            np.concatenate(told),
        )

    def loss(self, weights: Numbers) -> tuple[float, Numbers]:
        """Minus the weighted log likelihood of what was chosen, and its slope."""
        scores = self.values @ weights
        highest = np.maximum.reduceat(scores, self.starts)
        chances = np.exp(scores - highest[self.lesson])
        sums = np.add.reduceat(chances, self.starts)
        per_lesson = np.add.reduceat(self.told, self.starts)
        likelihood = self.told @ (scores - highest[self.lesson]) - per_lesson @ np.log(sums)
        expected = chances * (per_lesson / sums)[self.lesson]
        return -float(likelihood), self.values.T @ (expected - self.told)
