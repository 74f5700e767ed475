"""Figures that several benchmarks give: means, how sure they are, and how long things take."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
AT_ONCE = 500  # resamples drawn together

Answer = TypeVar("Answer")
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds on the clock, and of the processor: on a busy machine only the second means much."""

    seconds: float
    processor: float


def timed(work: Callable[[], Answer]) -> tuple[Took, Answer]:
    """How long it took, and what came of it."""
    began, worked = time.perf_counter(), time.process_time()
    answer = work()
    return Took(time.perf_counter() - began, time.process_time() - worked), answer


def mean(values: Sequence[float]) -> float:
    """Their mean; 0 of none."""
    return sum(values) / len(values) if values else 0.0


def resampled(columns: Sequence[Sequence[float]], *, seed: int = 0) -> Numbers:
    """Means of each column over the same queries drawn again and again: shape (RESAMPLES, columns).

    Columns are paired, one number a query each: a draw takes the same queries of all of them. Nothing
    drawn, from no queries, is shape (0, columns).
    """
    values = np.asarray(columns, dtype=np.float64).T
    if not len(values):
        return np.zeros((0, len(columns)))
    random = np.random.default_rng(seed)
    shifts = np.arange(AT_ONCE)[:, None] * len(values)
    means = []
    for _ in range(RESAMPLES // AT_ONCE):
        drawn = random.integers(0, len(values), (AT_ONCE, len(values))) + shifts
        times = np.bincount(drawn.ravel(), minlength=AT_ONCE * len(values)).reshape(AT_ONCE, -1)
        means.append(times @ values / len(values))
    return np.concatenate(means)


def interval(drawn: Numbers) -> tuple[float, float] | None:
    """The middle 95% of what was drawn, leaving out what is no number; None if nothing is left."""
    usable = drawn[np.isfinite(drawn)]
    if not len(usable):
        return None
    low, high = np.quantile(usable, [0.025, 0.975])
    return float(low), float(high)


def difference(ours: Sequence[float], theirs: Sequence[float], *, seed: int = 0) -> tuple[float, float]:
    """The 95% interval of the mean difference on the same queries: a paired bootstrap over them."""
    means = resampled([ours, theirs], seed=seed)
    return interval(means[:, 0] - means[:, 1]) or (0.0, 0.0)


def ratio(ours: float, theirs: float) -> float | None:
    """How many times theirs ours is; None when theirs is nothing."""
    return round(ours / theirs, 4) if theirs else None


def milliseconds(seconds: Sequence[float]) -> dict[str, float]:
    """The middle and the slow end of a series of times; the nearest time that was measured, none made up."""
    if not seconds:
        return {}
    at = np.quantile(np.asarray(seconds), [0.5, 0.95, 0.99], method="inverted_cdf")
    return {
        name: round(float(value) * 1000, 3) for name, value in zip(("p50", "p95", "p99"), at, strict=True)
    }


def times(took: Sequence[Took]) -> dict[str, Any]:
    """The same by the clock, and of the processor beside it."""
    clock = milliseconds([each.seconds for each in took])
    return {**clock, "processor": milliseconds([each.processor for each in took])}
