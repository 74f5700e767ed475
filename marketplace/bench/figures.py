"""Figures that several benchmarks give: means, how sure they are, and how long things take."""

from collections.abc import Sequence

import numpy as np

RESAMPLES = 10_000
AT_ONCE = 500  # resamples drawn together


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
