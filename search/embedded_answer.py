"""Putting a query to one reading of a tantivy index: its page of hits in order, totals and counts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from tantivy import DocAddress, Occur, Order, Schema, Searcher
from tantivy import Query as Clause

from search import embedded_query as put
from search.embedded_distance import Spots, miles_of, nowhere
from search.embedded_layout import CLOSING, NEWEST
from search.schema import CLOSING_DAYS, CLOSING_FACET, Hit, Query, Results, Sort, Suggestion
from search.text import normalise
from search.understanding import understand
from search.vocabulary import Vocabulary

ENOUGH = 20  # documents of a place with every word: those with only some of them are then left out
MOST_VALUES = 10_000  # of one facet
SPARE = 40  # hits fetched beyond the page, so that ties at its edge are seen whole
FEWEST_SPOTS = 64


@dataclass(frozen=True, slots=True)
class Index:
    """What answering needs of an index that is open for reading."""

    schema: Schema
    searcher: Searcher
    vocabulary: Callable[[], Vocabulary]
    spots: Callable[[], Spots]


@dataclass(frozen=True, slots=True)
class Row:
    """A match: its score, and where tantivy keeps it."""

    score: float
    address: DocAddress


def find(index: Index, query: Query) -> Results:
    """One page of what the query finds."""
    asked = _asked(index, query)
    counts = _count(index, asked, query)
    rows = _rows(index, asked, query)
    miles = miles_of(index.searcher, [row.address for row in rows], query.near)
    hits = tuple(
        Hit(_kept(index, row, "key"), row.score, None if np.isnan(far) else float(far))
        for row, far in zip(rows, miles, strict=True)
    )
    return Results(hits, counts.pop(""), counts)


def suggest(index: Index, query: Query) -> tuple[Suggestion, ...]:
    """Titles that fit what is being typed."""
    words = normalise(query.text).split()[:8]
    if not words:
        return ()
    titles = put.beginning_of_title(index.schema, words)
    asked = put.Asked(put.always(index.schema, query), put.filters(index.schema, query), titles)
    rows = _by_score(index, asked.clause(), query.limit)
    keys = [_kept(index, row, "key") for row in rows]
    return tuple(
        Suggestion(key, key.partition(":")[0], _kept(index, row, "title"))
        for key, row in zip(keys, rows, strict=True)
    )


def marks(index: Index) -> Iterator[tuple[str, str]]:
    """Every key and the mark of its version."""
    everything = index.searcher.search(Clause.all_query(), limit=max(1, index.searcher.num_docs), count=False)
    for _, address in everything.hits:
        kept = index.searcher.doc(address)
        yield kept["key_kept"][0], kept["mark_kept"][0]


def _asked(index: Index, query: Query) -> put.Asked:
    schema = index.schema
    always, filters = put.always(schema, query), put.filters(schema, query)
    if query.near is not None and query.within_miles is not None:
        spots = index.spots()
        filters["location"] = spots.clause(schema, spots.miles_from(query.near) <= query.within_miles)
    concepts = understand(query.text, index.vocabulary(), typing=query.typing)
    if not concepts:
        return put.Asked(always, filters, None)
    every = put.every_word(schema, concepts)
    # Asked of the whole place, whatever the filters: narrowing them must never find more.
    if len(concepts) > 1 and _total(index, put.Asked(always, {}, every).clause()) < ENOUGH:
        return put.Asked(always, filters, put.some_words(schema, concepts))
    return put.Asked(always, filters, every)


def _total(index: Index, clause: Clause) -> int:
    return index.searcher.search(clause, limit=1, count=True).count  # type: ignore[attr-defined, no-any-return]  # missing from tantivy's stubs


def _count(index: Index, asked: put.Asked, query: Query) -> dict[str, Any]:
    """Each facet's counts by its name, and the total under no name at all.

    One pass counts all facets no filter is about; each of the others is counted without its own filter.
    """
    counted = {name: _counting(name, query) for name in query.facets}
    together = {name: how for name, how in counted.items() if name not in asked.filters}
    found: dict[str, Any] = {"": _total(index, asked.clause())}
    if together:
        found |= _aggregated(index, asked.clause(), together)
    for name in counted.keys() - together.keys():
        found |= _aggregated(index, asked.clause(without=name), {name: counted[name]})
    return found


def _counting(name: str, query: Query) -> dict[str, Any]:
    if name != CLOSING_FACET:
        return {"terms": {"field": f"{name}_is", "size": MOST_VALUES}}
    assert query.today is not None  # noqa: S101  # a Query with this facet has refused to be without it
    first = query.today.toordinal()
    starts = [first, *(first + days + 1 for days in CLOSING_DAYS)]
    ranges = [{"from": start, "to": end} for start, end in pairwise(starts)]
    return {"range": {"field": "closes_on_day", "ranges": ranges}}


def _aggregated(index: Index, clause: Clause, counting: dict[str, Any]) -> dict[str, dict[str, int]]:
    answer = index.searcher.aggregate(clause, counting)
    return {
        name: _closing_counts(answer[name]["buckets"])
        if name == CLOSING_FACET
        else {each["key"]: int(each["doc_count"]) for each in answer[name]["buckets"]}
        for name in counting
    }


def _closing_counts(buckets: list[dict[str, Any]]) -> dict[str, int]:
    """Counts within each number of days, from the counts between them."""
    between = sorted(
        (each["from"], int(each["doc_count"])) for each in buckets if each.get("to") and each.get("from")
    )
    sums = np.cumsum([count for _, count in between])
    return {str(days): int(total) for days, total in zip(CLOSING_DAYS, sums, strict=True) if total}


def _rows(index: Index, asked: put.Asked, query: Query) -> list[Row]:
    """The rows of one page, in order."""
    end = query.offset + query.limit
    if query.limit == 0:
        return []
    sort = Sort.NEWEST if query.sort is Sort.RELEVANCE and asked.words is None else query.sort
    if sort is Sort.RELEVANCE:
        return _by_score(index, asked.clause(), end)[query.offset :]
    rows: list[Row] = []
    for part in _parts(index, asked, query, sort):
        rows += part(end - len(rows))
        if len(rows) >= end:
            break
    return rows[query.offset : end]


def _parts(index: Index, asked: put.Asked, query: Query, sort: Sort) -> Iterator[Callable[[int], list[Row]]]:
    """The matches in groups that follow one another, each able to give its first so many."""

    def by(field: str, order: Order, *also: Clause) -> Callable[[int], list[Row]]:
        clause = asked.clause(also=also)
        return lambda most: _by_field(index, clause, field, order, most)

    if sort is Sort.NEWEST:
        yield by(NEWEST, Order.Desc)
    elif sort is Sort.NEAREST:
        yield lambda most: _nearest(index, asked, query, most)
        if query.within_miles is None:
            yield by(NEWEST, Order.Desc, nowhere(index.schema))
    else:
        yield from _closing(index, query, by)


def _closing(index: Index, query: Query, by: Callable[..., Callable[[int], list[Row]]]) -> Iterator[Any]:
    """Soonest first; then what has no last day; then, if we know today, what has passed, latest first."""
    today = query.today.toordinal() if query.today else 1  # the first day there ever was
    yield by(CLOSING, Order.Asc, put.days(index.schema, today, None))
    undated = Clause.boolean_query(
        [(Occur.Must, Clause.all_query()), (Occur.MustNot, Clause.exists_query("closes_on_day"))]
    )
    yield by(NEWEST, Order.Desc, Clause.const_score_query(undated, 0.0))
    yield by(CLOSING, Order.Desc, put.days(index.schema, None, today - 1))


def _by_score(index: Index, clause: Clause, most: int) -> list[Row]:
    """The best, ties by newest: fetched until the last of them is no longer tied with what was not."""
    wanted = most + SPARE
    while True:
        hits = index.searcher.search(clause, limit=wanted, count=False).hits
        if len(hits) < wanted or len(hits) <= most or hits[most - 1][0] > hits[-1][0]:
            break
        wanted *= 8
    newest = index.searcher.fast_field_values(NEWEST, [address for _, address in hits])
    order = sorted(range(len(hits)), key=lambda row: (-hits[row][0], -(newest[row] or 0)))
    return [Row(*hits[row]) for row in order[:most]]


def _by_field(index: Index, clause: Clause, field: str, order: Order, most: int) -> list[Row]:
    hits = index.searcher.search(clause, limit=most, count=False, order_by_field=field, order=order).hits
    return [Row(0.0, address) for _, address in hits]


def _nearest(index: Index, asked: put.Asked, query: Query, most: int) -> list[Row]:
    """The nearest located matches: circles widen until one holds enough, which alone is then measured."""
    assert query.near is not None  # noqa: S101  # a Query sorted by distance has refused to be without it
    spots = index.spots()
    miles = spots.miles_from(query.near)
    inside = np.sort(miles if query.within_miles is None else miles[miles <= query.within_miles])
    clause, found, spread = None, 0, FEWEST_SPOTS
    while found < most and len(inside):
        reach = inside[min(spread, len(inside)) - 1]
        clause = asked.clause(also=[spots.clause(index.schema, miles <= reach)])
        found = _total(index, clause)
        if spread >= len(inside):
            break
        spread *= 4
    if clause is None or found == 0:
        return []
    hits = index.searcher.search(clause, limit=found, count=False).hits
    addresses = [address for _, address in hits]
    far = miles_of(index.searcher, addresses, query.near)
    newest = np.array(index.searcher.fast_field_values(NEWEST, addresses), dtype=np.uint64)
    order = np.lexsort((~newest, far))[:most]
    return [Row(float(hits[row][0]), addresses[row]) for row in order]


def _kept(index: Index, row: Row, name: str) -> str:
    return str(index.searcher.doc(row.address).get_first(f"{name}_kept"))
