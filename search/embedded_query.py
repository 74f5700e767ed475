"""How a query is put to tantivy, and its hits put in order."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tantivy import DocAddress, FieldType, Occur, Schema, Searcher
from tantivy import Query as Clause

from search.geo import box_around, miles_matrix
from search.schema import FIELDS, Hit, Query, Results, Sort
from search.text import query_words

# Hits with every word come before hits with some. No sum of word scores reaches this: sixteen words, each
# at the heaviest weight in the rarest case of a million documents, come to less than half of it.
ALL_WORDS = 10_000.0
OTHER_FIELDS = 0.1  # how much a word counts again for being in a second field


@dataclass(frozen=True, slots=True)
class Found:
    """Every match of a query, a row each: where it is kept, and what orders it (not-a-number: not known)."""

    addresses: list[DocAddress]
    scores: NDArray[np.float64]
    published: NDArray[np.float64]
    ties: NDArray[np.uint64]
    miles: NDArray[np.float64]


def find(searcher: Searcher, schema: Schema, query: Query) -> Results:
    """Match, measure and order everything, then answer with one page of it.

    All matches are ordered each time, which keeps totals and pages exact; 20,000 take a few milliseconds.
    """
    matches = searcher.search(clause(schema, query), limit=max(1, searcher.num_docs), count=False).hits
    found = _measure(searcher, [address for _, address in matches], [score for score, _ in matches], query)
    rows = _in_order(found, query.sort)
    if query.within_miles is not None:
        rows = rows[found.miles[rows] <= query.within_miles]
    page = rows[query.offset : query.offset + query.limit]
    return Results(hits=tuple(_hit(searcher, found, row) for row in page), total=len(rows))


def clause(schema: Schema, query: Query) -> Clause:
    """Everything that must hold, the place first; only words score."""
    musts = [Clause.term_query(schema, "place_is", query.place, "basic")]
    if query.families:
        musts.append(Clause.term_set_query(schema, "family_is", sorted(query.families)))
    if query.category is not None:
        musts.append(Clause.term_query(schema, "categories_is", query.category, "basic"))
    musts += _box(schema, query)
    parts = [(Occur.Must, Clause.const_score_query(must, 0.0)) for must in musts]
    if found := query_words(query.text):
        parts.append((Occur.Must, _any_word(schema, found)))
    return Clause.boolean_query(parts)


def _any_word(schema: Schema, found: Sequence[str]) -> Clause:
    each = [_word(schema, word) for word in found]
    either = [(Occur.Should, one) for one in each]
    if len(each) > 1:
        every = Clause.boolean_query([(Occur.Must, one) for one in each])
        either.append((Occur.Should, Clause.const_score_query(every, ALL_WORDS)))
    return Clause.boolean_query(either)


def _word(schema: Schema, stem: str) -> Clause:
    """The word in its best field; being in others too adds a little."""
    fields = [
        Clause.boost_query(Clause.term_query(schema, f"{field.name}_words", stem, "freq"), field.weight)
        for field in FIELDS
        if field.weight > 0
    ]
    return Clause.disjunction_max_query(fields, OTHER_FIELDS)


def _box(schema: Schema, query: Query) -> list[Clause]:
    """Bounds that surely hold the circle asked for, so that few need measuring."""
    if query.near is None or query.within_miles is None:
        return []
    box = box_around(query.near, query.within_miles)
    bounds = [("location_lat", box.south, box.north)]
    if box.west is not None and box.east is not None:
        bounds.append(("location_lon", box.west, box.east))
    return [Clause.range_query(schema, name, FieldType.Float, low, high) for name, low, high in bounds]


def _measure(searcher: Searcher, addresses: list[DocAddress], scores: list[float], query: Query) -> Found:
    def column(name: str) -> NDArray[np.float64]:
        return np.array(searcher.fast_field_values(name, addresses), dtype=np.float64)

    if query.near is None:
        miles = np.full(len(addresses), np.nan)
    else:
        lat, lon = column("location_lat"), column("location_lon")
        miles = miles_matrix([query.near.lat], [query.near.lon], lat, lon)[0]
    return Found(
        addresses=addresses,
        scores=np.array(scores, dtype=np.float64),
        published=np.nan_to_num(column("published_on_day"), nan=0.0),
        ties=np.array(searcher.fast_field_values("tie", addresses), dtype=np.uint64),
        miles=miles,
    )


def _in_order(found: Found, sort: Sort) -> NDArray[np.intp]:
    """Rows from first to last; unknown distances come last. The last key of a lexsort counts most."""
    by = {
        Sort.RELEVANCE: (found.ties, -found.published, -found.scores),
        Sort.NEAREST: (found.ties, -found.published, -found.scores, found.miles),
        Sort.NEWEST: (found.ties, -found.scores, -found.published),
    }
    return np.lexsort(by[sort])


def _hit(searcher: Searcher, found: Found, row: int) -> Hit:
    key = searcher.doc(found.addresses[row]).get_first("key_is")
    miles = float(found.miles[row])
    return Hit(str(key), float(found.scores[row]), None if np.isnan(miles) else miles)
