"""Who could do this? Our order of the suppliers known before each award, beside plain orders of them."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from marketplace.bench import records
from marketplace.bench.awards import Award
from marketplace.bench.figures import Numbers, interval, mean, ratio, resampled
from marketplace.bench.ranking_baselines import Baselines, Ranker
from marketplace.bench.ranking_cases import Candidate, Case, cases
from search.ranking.evaluation import hit, ndcg, reciprocal_rank
from search.schema import VALUE_BANDS, value_bands

__all__ = [
    "Candidate",
    "Case",
    "Ours",
    "Ranker",
    "Scored",
    "cases",
    "measure",
    "one_by_one",
    "report",
    "table",
]

OURS, PLAIN = "ours", "bm25"
FIGURES = ("mrr", "hit_at_1", "hit_at_5", "hit_at_10", "ndcg_at_10")
NAMES = {"ours": "ours", "bm25": "BM25", "tfidf": "TF-IDF", "popularity": "popularity", "nearest": "nearest"}
ENOUGH = 30  # queries, from which a slice says something
UNKNOWN = "unknown"

Ours = Callable[[Iterable[Case]], Iterator[Sequence[str]]]
"""Answers each case with all its candidates, best first: told the cases once, in date order.

It may look ahead as far as it likes, but learn from a case's truth only for cases of later days.
"""


@dataclass(frozen=True, slots=True)
class Scored:
    """One query: how many candidates it had, the slices it belongs to, and FIGURES of every order."""

    candidates: int
    slices: Mapping[str, str]
    figures: Mapping[str, tuple[float, ...]]


def one_by_one(ranker: Ranker) -> Ours:
    """An order that looks at each case alone."""
    return lambda asked: map(ranker, asked)


def measure(awards: Sequence[Award], ours: Ours, out: Path | None = None) -> list[Scored]:
    """Our answers and the baselines' to every query of the awards, scored; ours are also written down.

    Answers are scored as they come and not kept: on a large file they would not fit.
    """
    scored: list[Scored] = []
    baselines = Baselines(awards).rankers

    def answers() -> Iterator[Mapping[str, Any]]:
        for case, ranked in _answered(cases(awards), ours):
            orders = {OURS: ranked, **{name: order(case) for name, order in baselines.items()}}
            scored.append(
                Scored(
                    candidates=len(case.candidates),
                    slices=slices(case),
                    figures={name: _figures(order, case) for name, order in orders.items()},
                )
            )
            yield {"id": case.asked.id, "ranked": list(ranked)}

    if out:
        records.write(out, answers())
    else:
        deque(answers(), maxlen=0)
    return scored


def slices(case: Case) -> dict[str, str]:
    """The slice of each kind that a case belongs to.

    The sector is the first CPV division, the size that of the winners we could have named, the value the
    award's; “unknown” where the file says nothing.
    """
    bands = value_bands(None, None if case.asked.value is None else int(case.asked.value))
    return {
        "sector": case.asked.cpv[0][:2] if case.asked.cpv else UNKNOWN,
        "sme": _word(case.truth.sme),
        "vcse": _word(case.truth.vcse),
        "value": bands[0] if bands else UNKNOWN,
    }


def report(scored: Sequence[Scored]) -> dict[str, Any]:
    """The figures. Intervals are of 10,000 paired resamples of the queries, the same for every figure."""
    columns = {
        (name, figure): [each.figures[name][at] for each in scored]
        for name in NAMES
        for at, figure in enumerate(FIGURES)
    }
    drawn = dict(zip(columns, resampled(list(columns.values())).T, strict=True))
    means = {key: mean(column) for key, column in columns.items()}
    parts = _slices(scored)
    return {
        "queries": len(scored),
        "candidates": {
            "mean": round(mean([each.candidates for each in scored]), 1),
            "most": max((each.candidates for each in scored), default=0),
        },
        **{name: {figure: round(means[name, figure], 4) for figure in FIGURES} for name in NAMES},
        "against": {
            name: {
                figure: _compared(
                    means[OURS, figure], means[name, figure], drawn[OURS, figure], drawn[name, figure]
                )
                for figure in FIGURES
            }
            for name in NAMES
            if name != OURS
        },
        "slices": parts,
        "below_bm25": [
            f"{kind} {name}"
            for kind, named in parts.items()
            for name, part in named.items()
            if part["queries"] >= ENOUGH and part["mrr"] < part["bm25_mrr"]
        ],
    }


def table(told: Mapping[str, Any]) -> str:
    """The figures for people."""
    mean_of, most = told["candidates"]["mean"], told["candidates"]["most"]
    lines = [
        f"{told['queries']:,} queries; candidates: {mean_of:,.0f} on average, {most:,} at most",
        "",
        f"{'':<12}{'MRR':>7}{'hit@1':>8}{'hit@5':>8}{'hit@10':>8}{'nDCG@10':>9}   ours is, by MRR",
    ]
    for name, word in NAMES.items():
        values = [told[name][figure] for figure in FIGURES]
        widths = (7, 8, 8, 8, 9)
        row = "".join(f"{value:>{width}.3f}" for value, width in zip(values, widths, strict=True))
        lines.append(f"{word:<12}{row}   {_times(told['against'].get(name, {}).get('mrr'))}".rstrip())
    lines += ["", f"{'MRR by slice':<24}{'queries':>8}{'ours':>8}{'BM25':>8}{'ratio':>8}"]
    for kind, named in told["slices"].items():
        for name, part in named.items():
            times = "–" if part["ratio"] is None else f"{part['ratio']:.3f}"
            scores = f"{part['mrr']:>8.3f}{part['bm25_mrr']:>8.3f}{times:>8}"
            lines.append(f"{kind + ' ' + name:<24}{part['queries']:>8}{scores}")
    below = ", ".join(told["below_bm25"]) or "none"
    return "\n".join([*lines, "", f"Slices of {ENOUGH} queries or more where BM25 is better: {below}."])


def _answered(asked: Iterable[Case], ours: Ours) -> Iterator[tuple[Case, Sequence[str]]]:
    """Each case with our answer, which has to name every candidate once; `ValueError` if it does not."""
    waiting: deque[Case] = deque()

    def told() -> Iterator[Case]:
        for case in asked:
            waiting.append(case)
            yield case

    for ranked in ours(told()):
        case = waiting.popleft()
        if len(ranked) != len(case.candidates) or set(ranked) != set(case.candidates):
            raise ValueError(f"The answer to {case.asked.id} does not name every candidate once")
        yield case, ranked
    if waiting:
        raise ValueError(f"There is no answer to {waiting[0].asked.id}")


def _figures(ranked: Sequence[str], case: Case) -> tuple[float, ...]:
    """One query's FIGURES, in their order. Winners nobody had heard of before are not asked for."""
    right = case.truth.winners
    grades = dict.fromkeys(right, 1)
    return (
        reciprocal_rank(ranked, right),
        *(hit(ranked, right, k) for k in (1, 5, 10)),
        ndcg(ranked, grades, 10),
    )


def _compared(ours: float, theirs: float, drawn_ours: Numbers, drawn_theirs: Numbers) -> dict[str, Any]:
    """How many times theirs ours is, and the 95% intervals of that and of the difference."""
    with np.errstate(divide="ignore", invalid="ignore"):  # a resample may hold nothing they got right
        times = drawn_ours / drawn_theirs
    return {
        "ratio": ratio(ours, theirs),
        "ratio_95": _rounded(interval(times)),
        "difference": round(ours - theirs, 4),
        "difference_95": _rounded(interval(drawn_ours - drawn_theirs)),
    }


def _rounded(edges: tuple[float, float] | None) -> list[float] | None:
    return None if edges is None else [round(edge, 4) for edge in edges]


def _slices(scored: Sequence[Scored]) -> dict[str, dict[str, dict[str, Any]]]:
    """Queries, both MRRs and their ratio for each slice of each kind, in order, the unknown last."""
    groups: dict[str, dict[str, list[Scored]]] = defaultdict(lambda: defaultdict(list))
    for each in scored:
        for kind, name in each.slices.items():
            groups[kind][name].append(each)
    order = [*VALUE_BANDS, UNKNOWN]

    def place(name: str) -> tuple[int, str]:
        return order.index(name) if name in order else -1, name

    return {
        kind: {name: _slice(named[name]) for name in sorted(named, key=place)}
        for kind, named in groups.items()
    }


def _slice(scored: Sequence[Scored]) -> dict[str, Any]:
    ours, theirs = (mean([each.figures[name][0] for each in scored]) for name in (OURS, PLAIN))
    return {
        "queries": len(scored),
        "mrr": round(ours, 4),
        "bm25_mrr": round(theirs, 4),
        "ratio": ratio(ours, theirs),
    }


def _word(flag: bool | None) -> str:
    return UNKNOWN if flag is None else "yes" if flag else "no"


def _times(part: Mapping[str, Any] | None) -> str:
    if part is None or part["ratio"] is None or part["ratio_95"] is None:
        return ""
    low, high = part["ratio_95"]
    return f"{part['ratio']:.3f} times as good (95%: {low:.3f} to {high:.3f})"
