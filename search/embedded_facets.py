"""Counting the facets of a query on other threads, while its page is found."""

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from itertools import pairwise
from typing import Any

import numpy as np
from tantivy import Query as Clause
from tantivy import Searcher

from search.embedded_query import Asked
from search.schema import CLOSING_DAYS, CLOSING_FACET, Query

MOST_VALUES = 10_000  # of one facet

Counts = dict[str, dict[str, int]]


def start(aside: Executor, searcher: Searcher, asked: Asked, query: Query) -> list[Future[Counts]]:
    """One pass counts all facets no filter is about; each of the others is counted without its own filter."""
    counted = {name: _how(name, query) for name in query.facets}
    together = {name: how for name, how in counted.items() if name not in asked.filters}
    passes = [(asked.clause(), together)] if together else []
    passes += [
        (asked.clause(without=name), {name: counted[name]}) for name in counted if name not in together
    ]
    return [aside.submit(_counts, searcher, clause, counting) for clause, counting in passes]


def finish(passes: Sequence[Future[Counts]]) -> Counts:
    """Each facet's counts by its name."""
    return {name: counts for one in passes for name, counts in one.result().items()}


def _how(name: str, query: Query) -> dict[str, Any]:
    if name != CLOSING_FACET:
        return {"terms": {"field": f"{name}_is", "size": MOST_VALUES}}
    assert query.today is not None  # noqa: S101  # a Query with this facet has refused to be without it
    first = query.today.toordinal()
    starts = [first, *(first + days + 1 for days in CLOSING_DAYS)]
    ranges = [{"from": start, "to": end} for start, end in pairwise(starts)]
    return {"range": {"field": "closes_on_day", "ranges": ranges}}


def _counts(searcher: Searcher, clause: Clause, counting: dict[str, Any]) -> Counts:
    answer = searcher.aggregate(clause, counting)
    return {
        name: _closing_counts(answer[name]["buckets"])
        if name == CLOSING_FACET
        else {each["key"]: int(each["doc_count"]) for each in answer[name]["buckets"]}
        for name in counting
    }


def _closing_counts(buckets: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Counts within each number of days, from the counts between them."""
    between = sorted(
        (each["from"], int(each["doc_count"])) for each in buckets if each.get("to") and each.get("from")
    )
    sums = np.cumsum([count for _, count in between])
    return {str(days): int(total) for days, total in zip(CLOSING_DAYS, sums, strict=True) if total}
