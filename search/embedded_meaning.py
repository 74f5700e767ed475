"""Documents of a tantivy index that are close in meaning to what is asked, whatever words they use."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import NDArray
from tantivy import DocAddress, Occur, Schema, Searcher
from tantivy import Query as Clause

from search.embedded_distance import Parts
from search.embedded_layout import MEANING
from search.schema import Query, Sketch
from search.vectors import Cosines, Vectors, VectorTable, unit
from search.weighing import CLOSE

MOST = 200  # documents found by meaning alone
TRIED = 3 * MOST  # the nearest vectors, some of which may be former ones, or for other people


@dataclass(frozen=True, eq=False, slots=True)
class Near:
    """The documents of a place that are closest to a question, for whoever asks it."""

    schema: Schema
    table: VectorTable
    vector: Cosines
    names: tuple[int, ...]

    @property
    def clause(self) -> Clause:
        """These documents. It scores nothing."""
        return _named(self.schema, self.names)

    def cosines(self, searcher: Searcher, addresses: Sequence[DocAddress]) -> NDArray:
        """How close each document is, these or others; 0 where nobody said what it means."""
        return self.table.cosines(searcher.fast_field_values(MEANING, list(addresses)), self.vector)


def near(
    schema: Schema, searcher: Searcher, vectors: Vectors, asked: Query | Sketch, always: Parts
) -> Near | None:
    """What is close to the vector asked with, in its place, of what always holds, such as its audiences.

    A query's other filters are not asked here, so that narrowing them never finds more.
    """
    pointed = None if asked.vector is None else unit(asked.vector)
    table = None if pointed is None else vectors.of(len(pointed))
    if pointed is None or table is None:
        return None
    names, _ = table.nearest(asked.place, pointed, CLOSE)
    names = names[:TRIED]
    if names:
        clause = Clause.boolean_query([*always, (Occur.Must, _named(schema, names))])
        hits = searcher.search(clause, limit=len(names), count=False).hits
        held = set(searcher.fast_field_values(MEANING, [address for _, address in hits])) if hits else set()
        names = [name for name in names if name in held][:MOST]
    return Near(schema, table, pointed, tuple(names))


def _named(schema: Schema, names: Sequence[int]) -> Clause:
    """Documents whose vectors have these names; found one by one, which is quicker than as a set."""
    either = [(Occur.Should, Clause.term_query(schema, MEANING, name, "basic")) for name in names]
    return Clause.const_score_query(Clause.boolean_query(either), 0.0)
