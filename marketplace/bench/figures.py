"""Figures that several benchmarks give: means, how sure they are, and how long things take."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

RESAMPLES = 10_000
AT_ONCE = 500  # resamples drawn together

Answer = TypeVar("Answer")


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


def difference(ours: Sequence[float], theirs: Sequence[float], *, seed: int = 0) -> tuple[float, float]:
    """The 95% interval of the mean difference on the same queries: a paired bootstrap over them."""
    if not ours:
        return 0.0, 0.0
    gained = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    random = np.random.default_rng(seed)
    means = [
        gained[random.integers(0, len(gained), (AT_ONCE, len(gained)))].mean(axis=1)
        for _ in range(RESAMPLES // AT_ONCE)
    ]
    low, high = np.quantile(np.concatenate(means), [0.025, 0.975])
    return float(low), float(high)


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
