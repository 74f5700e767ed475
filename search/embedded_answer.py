"""Putting a query to one reading of a tantivy index: its page of hits in order, totals and counts."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from tantivy import DocAddress, Occur, Order, Schema, Searcher
from tantivy import Query as Clause

from search import embedded_facets as facets
from search import embedded_query as put
from search.embedded_distance import Parts, Spots, chord, miles_of, nowhere
from search.embedded_layout import CLOSING, NEWEST, WORDS
from search.embedded_meaning import Near, near
from search.schema import Hit, Query, Results, Sort, Suggestion
from search.text import normalise
from search.understanding import Concept, understand
from search.vectors import Vectors
from search.vocabulary import Vocabulary, typos_allowed
from search.weighing import most_telling, together

ENOUGH = 20  # documents of a place with every word: those with only some of them are then left out
ALMOST = 24  # words that begin almost as what is being typed
SPARE = 40  # hits fetched beyond the page, so that ties at its edge are seen whole
FEWEST_SPOTS = 64
WINDOW = 200  # hits by words alone whose meaning is weighed too; what follows keeps its order


@dataclass(frozen=True, slots=True)
class Index:
    """What answering needs of an index that is open for reading."""

    schema: Schema
    searcher: Searcher
    vocabulary: Callable[[], Vocabulary]
    spots: Callable[[], Spots]
    vectors: Vectors
    aside: Executor


@dataclass(frozen=True, slots=True)
class Row:
    """A match: its score, and where tantivy keeps it."""

    score: float
    address: DocAddress


def find(index: Index, query: Query) -> Results:
    """One page of what the query finds."""
    asked = _asked(index, query)
    counting = facets.start(index.aside, index.searcher, asked, query)
    rows, total = _page(index, asked, query)
    miles = miles_of(index.searcher, [row.address for row in rows], query.near)
    hits = tuple(
        Hit(kept(index, row, "key"), row.score, None if np.isnan(far) else float(far))
        for row, far in zip(rows, miles, strict=True)
    )
    return Results(hits, total, facets.finish(counting))


def suggest(index: Index, query: Query) -> tuple[Suggestion, ...]:
    """Titles that fit what is being typed, newest first; then, if they are few, those that almost do."""
    words = normalise(query.text).split()[:8]
    if not words:
        return ()
    most = min(query.limit, index.searcher.num_docs)
    rows = _titled(index, query, put.beginning_of_title(index.schema, words), most)
    if len(rows) < most and typos_allowed(words[-1]):
        almost = index.vocabulary().beginning_almost(words[-1], ALMOST)
        rows += _titled(index, query, put.one_of_in_title(index.schema, words[:-1], almost), most)
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(kept(index, row, "key"), row)
    return tuple(
        Suggestion(key, key.partition(":")[0], kept(index, row, "title"))
        for key, row in islice(found.items(), most)
    )


def _titled(index: Index, query: Query, titles: Clause, most: int) -> list[Row]:
    asked = put.Asked(put.always(index.schema, query), put.filters(index.schema, query), titles)
    return by_field(index, asked.clause(), NEWEST, Order.Desc, most) if most else []


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
        spots = index.spots().band(query.near, query.within_miles)
        filters["location"] = spots.parts(schema, spots.chords_from(query.near) <= chord(query.within_miles))
    concepts = understand(query.text, index.vocabulary(), typing=query.typing)
    if not concepts:
        return put.Asked(always, filters, None)
    asked = put.Asked(always, filters, _said(index, concepts, always))
    if query.vector is None or any(concept.quoted for concept in concepts):
        return asked
    return replace(asked, near=near(schema, index.searcher, index.vectors, query, always))


def _said(index: Index, concepts: tuple[Concept, ...], always: Parts) -> Clause:
    """Documents that say it all, if there are enough; or else what is telling of it; or else any of it.

    What is enough is asked of the whole place, whatever the filters: narrowing them must never find more.
    Where only a slip lets some documents say it all, those that need none stand before them.
    """
    saying = put.Saying(index.schema, concepts, frozenset(one for one in concepts if _heard(index, one)))
    every = saying.every_word()
    if len(concepts) == 1 or (total := _total(index, put.Asked(always, {}, every).clause())) >= ENOUGH:
        return every
    slips_after = False
    if total and saying.has(put.SLIPS):
        slips_after = 0 < _total(index, put.Asked(always, {}, saying.without(put.SLIPS)).clause()) < total
    telling = _telling(index, concepts)
    if len(telling) < len(concepts):
        only_telling = saying.some_words(telling, slips_after=slips_after)
        if _total(index, put.Asked(always, {}, only_telling).clause()) >= ENOUGH:
            return only_telling
    return saying.some_words(slips_after=slips_after)


def _telling(index: Index, concepts: Sequence[Concept]) -> list[Concept]:
    """Those that few documents say; all of them, when none is."""
    most = most_telling(index.searcher.num_docs)
    return [one for one in concepts if _heard(index, one) <= most] or list(concepts)


def _heard(index: Index, concept: Concept) -> int:
    """In how many documents the rarest word of what was typed is."""
    return min((index.searcher.doc_freq(WORDS, stem) for stem in concept.ways[0].stems), default=0)


def _total(index: Index, clause: Clause) -> int:
    return index.searcher.search(clause, limit=1, count=True).count  # type: ignore[attr-defined]  # missing from tantivy's stubs


def _page(index: Index, asked: put.Asked, query: Query) -> tuple[list[Row], int]:
    """The rows of one page, in order, and how many there are on all."""
    end = min(query.offset + query.limit, index.searcher.num_docs)
    first = min(query.offset, end)
    sort = Sort.NEWEST if query.sort is Sort.RELEVANCE and asked.words is None else query.sort
    if end and query.limit and sort is Sort.RELEVANCE:
        if asked.near:
            rows, total = _fused(index, asked, asked.near, end)
            return rows[first:end], total
        rows, total = _by_score(index, asked.clause(), end)
        return rows[first:], total
    total = _total(index, asked.clause())
    rows = []
    for part in _parts(index, asked, query, sort, total):
        if len(rows) >= min(end, total) or not query.limit:
            break
        rows += part(end - len(rows))
    return rows[first:end], total


def _parts(
    index: Index, asked: put.Asked, query: Query, sort: Sort, total: int
) -> Iterator[Callable[[int], list[Row]]]:
    """The matches in groups that follow one another, each able to give its first so many."""

    def by(field: str, order: Order, *also: Clause) -> Callable[[int], list[Row]]:
        clause = asked.clause(also=[(Occur.Must, one) for one in also])
        return lambda most: by_field(index, clause, field, order, most)

    if sort is Sort.NEWEST:
        yield by(NEWEST, Order.Desc)
    elif sort is Sort.NEAREST:
        yield lambda most: _nearest(index, asked, query, most, total)
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


def _by_score(index: Index, clause: Clause, most: int) -> tuple[list[Row], int]:
    """The best, ties by newest, and the total. Fetches until the last is no longer tied with what was not."""
    wanted = most + SPARE
    while True:
        found = index.searcher.search(clause, limit=wanted, count=True)
        hits = found.hits
        if len(hits) < wanted or len(hits) <= most or hits[most - 1][0] > hits[-1][0]:
            break
        wanted *= 8
    newest = index.searcher.fast_field_values(NEWEST, [address for _, address in hits])
    order = sorted(range(len(hits)), key=lambda row: (-hits[row][0], -(newest[row] or 0)))
    return [Row(*hits[row]) for row in order[:most]], found.count  # type: ignore[attr-defined]  # missing from tantivy's stubs


def _fused(index: Index, asked: put.Asked, near: Near, most: int) -> tuple[list[Row], int]:
    """The best by words and meaning together, ties by newest, and the total.

    Weighed are all that is near and the first so many that are not; the others follow in the order of
    their words, and score nothing. Whatever has every word as typed still stands before what was read with
    slips. A quotation asks for words alone, and is never weighed.
    """
    close: list[Row] = []
    if near.names:
        close, _ = _by_score(index, asked.clause(also=[(Occur.Must, near.clause)]), len(near.names))
    apart = replace(asked, near=None).clause(also=[(Occur.MustNot, near.clause)] if near.names else [])
    others, only_said = _by_score(index, apart, max(WINDOW, most))
    rows = [*close, *others[:WINDOW]]
    if not rows:
        return [], 0
    addresses = [row.address for row in rows]
    said = np.array([row.score for row in rows])
    as_typed = said >= put.TYPED_ALL
    said -= put.TYPED_ALL * as_typed
    scores = as_typed + together(said, near.cosines(index.searcher, addresses))
    newest = np.array(index.searcher.fast_field_values(NEWEST, addresses), dtype=np.uint64)
    best = [Row(float(scores[row]), addresses[row]) for row in np.lexsort((~newest, -scores))]
    return [*best, *(Row(0.0, row.address) for row in others[WINDOW:])], len(close) + only_said


def by_field(index: Index, clause: Clause, field: str, order: Order, most: int) -> list[Row]:
    """The first so many in the order of a field. They score nothing."""
    hits = index.searcher.search(clause, limit=most, count=False, order_by_field=field, order=order).hits
    return [Row(0.0, address) for _, address in hits]


def _nearest(index: Index, asked: put.Asked, query: Query, most: int, total: int) -> list[Row]:
    """The nearest located matches: circles widen until one holds enough, which alone is then measured."""
    assert query.near is not None  # noqa: S101  # a Query sorted by distance has refused to be without it
    spots = index.spots()
    chords = spots.chords_from(query.near)
    reachable = np.sort(chords if query.within_miles is None else chords[chords <= chord(query.within_miles)])
    # As many locations as would hold twice what is wanted, were the matches spread evenly.
    spread = max(FEWEST_SPOTS, 2 * most * len(reachable) // max(1, total))
    clause, found = None, 0
    while found < most and len(reachable):
        reach = reachable[min(spread, len(reachable)) - 1]
        clause = asked.clause(without="location", also=spots.parts(index.schema, chords <= reach))
        found = _total(index, clause)
        if spread >= len(reachable):
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


def kept(index: Index, row: Row, name: str) -> str:
    """What the index holds of a match to be read back: its key, title or mark."""
    return str(index.searcher.doc(row.address).get_first(f"{name}_kept"))
