"""Finding what is most like a sketch in a tantivy index: candidates for a closer look, and soon.

Words lead, for the telling ones are rare: whatever says one is scored, and what it is filed under adds to
that. What is merely filed alike, close in meaning or near by is found by questions of their own, so that
none of them has to walk through what only another would find.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from tantivy import Occur, Order, Schema
from tantivy import Query as Clause

from search import embedded_query as put
from search.embedded_answer import SPARE, Index, Row, by_field, kept
from search.embedded_distance import Parts, chord, miles_of, nowhere
from search.embedded_layout import NEWEST, WORDS
from search.embedded_meaning import Near, near
from search.geo import Point
from search.schema import MOST_SKETCHED, OPEN, Hit, Sketch
from search.text import is_text, weighed_stems
from search.weighing import most_telling, rarity, together

MOST_COMMON = 2  # words read where all of them are common
MOST_SLUGS = 12  # asked about, the heaviest
NAMED_SPOTS = 1_024  # locations sought by their names; of more than these only the bounds are checked
FEWEST_SPOTS = 64  # locations among which the nearest documents are sought first
FEW_MEASURED = 3_000  # documents that are all measured, rather than sought location by location
MOST_MEASURED = 5_000  # of more than these at the same few locations, the newest are

Found = dict[tuple[int, int], Row]  # by where tantivy keeps it


def alike(index: Index, sketch: Sketch) -> tuple[Hit, ...]:
    """The most alike, best first and ties by newest; then the nearest that are not among them."""
    sought = Sought.of(index, sketch)
    found = _by_place(sought.likest())
    rows = [*found.values(), *(row for row in sought.nearest() if _place(row) not in found)]
    miles = miles_of(index.searcher, [row.address for row in rows], sketch.near)
    return tuple(
        Hit(kept(index, row, "key"), row.score, None if np.isnan(far) else float(far))
        for row, far in zip(rows, miles, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """Where to look: any of these parts must hold, and of what they let through so much is near enough."""

    parts: tuple[Parts, ...]
    share: float

    @classmethod
    def of(cls, index: Index, sketch: Sketch) -> "Reach":
        """A few locations are sought by name, and what has none apart; of many, most hits will do as well."""
        if sketch.near is None or sketch.within_miles is None:
            return cls(([],), 1.0)
        spots = index.spots()
        band = spots.band(sketch.near, sketch.within_miles)
        inside = np.flatnonzero(band.chords_from(sketch.near) <= chord(sketch.within_miles))
        if len(inside) <= NAMED_SPOTS:
            return cls((band.named(index.schema, inside), [(Occur.Must, nowhere(index.schema))]), 1.0)
        return cls(([],), len(inside) / len(spots.names))


@dataclass(frozen=True, slots=True)
class Sought:
    """A sketch put to one reading of the index."""

    index: Index
    sketch: Sketch
    must: Parts  # holds of everything found
    reach: Reach
    words: Parts  # each may be said
    filed: dict[str, float]  # what being filed under a slug scores, highest first

    @classmethod
    def of(cls, index: Index, sketch: Sketch) -> "Sought":
        told = _must(index, sketch), Reach.of(index, sketch), _words(index, sketch), _filed(index, sketch)
        return cls(index, sketch, *told)

    def likest(self) -> list[Row]:
        """By words, categories and meaning together."""
        most = self._most(self.sketch.limit)
        if not most:
            return []
        found = self._saying_it(most)
        found = self._merely_filed(found, most) | found
        close = near(self.index.schema, self.index.searcher, self.index.vectors, self.sketch, self.must)
        if close and close.names:
            found = self._meaning_it(close) | found
        if not found:
            return []
        addresses = [row.address for row in found.values()]
        scores = np.array([row.score for row in found.values()])
        if close:
            scores = together(scores, close.cosines(self.index.searcher, addresses))
        newest = np.array(self.index.searcher.fast_field_values(NEWEST, addresses), dtype=np.uint64)
        return [Row(float(scores[row]), addresses[row]) for row in np.lexsort((~newest, -scores))[:most]]

    def nearest(self) -> list[Row]:
        """The nearest of these families, in these categories if there are any. They score nothing."""
        point, most = self.sketch.near, self._most(self.sketch.nearest)
        if point is None or not most:
            return []
        must = [*self.must, *_any_of(self.index.schema, "categories_is", self.sketch.categories)]
        miles = np.inf if self.sketch.within_miles is None else self.sketch.within_miles
        rows = self._around(point, miles, most, must)
        far = miles_of(self.index.searcher, [row.address for row in rows], point)
        order = np.argsort(far, kind="stable")[:most]  # newest first where equally far
        return [rows[row] for row in order if far[row] <= miles]

    def _saying_it(self, most: int) -> Found:
        """What says any of the words."""
        if not self.words:
            return {}
        return self._first([(Occur.Must, Clause.boolean_query(self.words)), *self._worth()], most)

    def _merely_filed(self, found: Found, most: int) -> Found:
        """The newest under each slug, until no other slug could bring anything better than what is found."""
        filed: Found = {}
        left = sum(self.filed.values())
        for slug, score in self.filed.items():
            if sum(row.score >= left for row in (*found.values(), *filed.values())) >= most:
                break
            here = [(Occur.Must, _term(self.index.schema, "categories_is", slug, 0.0))]
            for place, row in self._first(here, most, newest=True).items():
                filed[place] = Row(filed.get(place, row).score + score, row.address)
            left -= score
        return filed

    def _meaning_it(self, close: Near) -> Found:
        """What is close in meaning, with what it says besides."""
        return self._first([(Occur.Must, close.clause), *self.words, *self._worth()], len(close.names))

    def _worth(self) -> Parts:
        """What being filed under each slug adds to the score of what was found otherwise."""
        return [
            (Occur.Should, _term(self.index.schema, "categories_is", slug, score))
            for slug, score in self.filed.items()
        ]

    def _first(self, parts: Parts, most: int, *, newest: bool = False) -> Found:
        """The best, or the newest, so many of what is near enough, and some more."""
        rows: list[Row] = []
        for reach in self.reach.parts:
            clause = Clause.boolean_query([*self.must, *reach, *parts])
            wanted = self._most(int((most + SPARE) / self.reach.share))
            while True:
                hits = self._hits(clause, wanted, newest=newest)
                inside = self._near_enough(hits)
                # Equals are told apart by their age, so all of them must be seen, unless they are legion.
                cut = len(inside) < most or (
                    not newest and wanted < MOST_MEASURED and inside[most - 1].score == inside[-1].score
                )
                if not cut or len(hits) < wanted or wanted == self.index.searcher.num_docs:
                    break
                wanted = self._most(4 * wanted)
            rows += inside
        return _by_place(rows)

    def _hits(self, clause: Clause, most: int, *, newest: bool) -> list[Row]:
        if newest:
            return by_field(self.index, clause, NEWEST, Order.Desc, most)
        return [Row(*hit) for hit in self.index.searcher.search(clause, limit=most, count=False).hits]

    def _near_enough(self, rows: list[Row]) -> list[Row]:
        """All but what is known to be too far."""
        if self.sketch.within_miles is None:
            return rows
        far = miles_of(self.index.searcher, [row.address for row in rows], self.sketch.near)
        return [row for row, miles in zip(rows, far, strict=True) if not miles > self.sketch.within_miles]

    def _around(self, point: Point, miles: float, most: int, must: Parts) -> list[Row]:
        """So many at least, unless there are fewer, and the nearest among them; where they are few, all.

        Otherwise sought at the nearest locations only, then at four times as many, until there are enough.
        """
        likely = self._likely()
        if likely <= FEW_MEASURED:
            rows = self._hits(Clause.boolean_query(must), MOST_MEASURED, newest=True)
            if len(rows) < MOST_MEASURED:
                return rows
        schema, spots = self.index.schema, self.index.spots()
        chords = spots.chords_from(point)
        order = np.argsort(chords, kind="stable")[: np.count_nonzero(chords <= chord(miles))]
        size = max(FEWEST_SPOTS, int(most * len(spots.names) / max(1.0, likely)))
        while True:
            if size <= NAMED_SPOTS:
                here = spots.named(schema, order[:size])
            else:
                here = spots.parts(schema, chords <= chords[order[:size][-1]])
            rows = self._hits(Clause.boolean_query([*must, *here]), MOST_MEASURED, newest=True)
            if len(rows) >= most or size >= len(order):
                return rows
            size *= 4

    def _likely(self) -> float:
        """About how many documents of these families are filed in these categories."""
        heard, total = self.index.searcher.doc_freq, max(1, self.index.searcher.num_docs)
        of_families = sum(heard("family_is", one) for one in self.sketch.families)
        if not self.sketch.categories:
            return of_families
        filed = sum(heard("categories_is", one) for one in self.sketch.categories if is_text(one))
        return filed * min(1.0, of_families / total)

    def _most(self, asked: int) -> int:
        """tantivy makes room for as many as it is asked for."""
        return min(asked, self.index.searcher.num_docs)


def _must(index: Index, sketch: Sketch) -> Parts:
    """The place, the audiences, the families, still open, and of these quantity kinds if it says any."""
    schema = index.schema
    parts = [
        *put.always(schema, sketch),
        *_any_of(schema, "family_is", sketch.families),
        (Occur.Must, _term(schema, "state_is", OPEN, 0.0)),
    ]
    if sketch.quantity_kinds:
        said = (Occur.Must, Clause.exists_query("quantity_kinds_is"))
        these = _any_of(schema, "quantity_kinds_is", sketch.quantity_kinds)
        others = Clause.boolean_query([said, *((Occur.MustNot, one) for _, one in these)])
        parts.append((Occur.MustNot, others))
    return parts


def _words(index: Index, sketch: Sketch) -> Parts:
    """The telling words, each scored as BM25 has it, times its weight.

    Common ones are passed over; where there are no others, the rarest of them will do.
    """
    stems = weighed_stems(sketch.words, MOST_SKETCHED)
    heard = {stem: index.searcher.doc_freq(WORDS, stem) for stem in stems}
    rarest = sorted((stem for stem in stems if heard[stem]), key=lambda stem: heard[stem])
    common = most_telling(index.searcher.num_docs)
    telling = [stem for stem in rarest if heard[stem] <= common] or rarest[:MOST_COMMON]
    return [
        (Occur.Should, Clause.boost_query(Clause.term_query(index.schema, WORDS, stem, "freq"), stems[stem]))
        for stem in telling
    ]


def _filed(index: Index, sketch: Sketch) -> dict[str, float]:
    """What being filed under each slug scores: as much as an average mention of a word as rare."""
    total = index.searcher.num_docs
    scores: dict[str, float] = {}
    for slug, weight in [*sketch.category_weights.items()][:MOST_SLUGS]:
        if is_text(slug) and (heard := index.searcher.doc_freq("categories_is", slug)):
            scores[slug] = weight * rarity(heard, total)
    return dict(sorted(scores.items(), key=lambda one: (-one[1], one[0])))


def _any_of(schema: Schema, name: str, values: Collection[str]) -> Parts:
    """One of these values must hold, if there are any. Terms side by side are quicker than as a set."""
    if not values:
        return []
    known = [(Occur.Should, _term(schema, name, one, 0.0)) for one in sorted(values) if is_text(one)]
    return [(Occur.Must, Clause.boolean_query(known) if known else Clause.empty_query())]


def _term(schema: Schema, name: str, value: str, score: float) -> Clause:
    return Clause.const_score_query(Clause.term_query(schema, name, value, "basic"), score)


def _by_place(rows: Iterable[Row]) -> Found:
    return {_place(row): row for row in rows}


def _place(row: Row) -> tuple[int, int]:
    return row.address.segment_ord, row.address.doc
