"""Documents of a tantivy index that are close in meaning to what is asked, whatever words they use."""

from collections.abc import Sequence
from dataclasses import dataclass

from numpy.typing import NDArray
from tantivy import DocAddress, Occur, Schema, Searcher
from tantivy import Query as Clause

from search.embedded_distance import Parts
from search.embedded_layout import MEANING
from search.schema import Query
from search.vectors import Cosines, Vectors, VectorTable, unit

CLOSE = 0.4  # the least cosine of texts about one thing, in sentence models such as all-MiniLM-L6-v2
MOST = 200  # documents found by meaning alone


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
        return Clause.const_score_query(Clause.term_set_query(self.schema, MEANING, list(self.names)), 0.0)

    def cosines(self, searcher: Searcher, addresses: Sequence[DocAddress]) -> NDArray:
        """How close each document is, these or others; 0 where nobody said what it means."""
        return self.table.cosines(searcher.fast_field_values(MEANING, list(addresses)), self.vector)


def near(schema: Schema, searcher: Searcher, vectors: Vectors, query: Query, always: Parts) -> Near | None:
    """What is close to the question's vector in its place, for its audiences.

    The other filters are not asked here, so that narrowing them never finds more.
    """
    pointed = None if query.vector is None else unit(query.vector)
    table = None if pointed is None else vectors.of(len(pointed))
    if pointed is None or table is None:
        return None
    names, _ = table.nearest(query.place, pointed, CLOSE)
    if names:
        among = Clause.const_score_query(Clause.term_set_query(schema, MEANING, names), 0.0)
        clause = Clause.boolean_query([*always, (Occur.Must, among)])
        hits = searcher.search(clause, limit=len(names), count=False).hits
        held = set(searcher.fast_field_values(MEANING, [address for _, address in hits])) if hits else set()
        names = [name for name in names if name in held][:MOST]
    return Near(schema, table, pointed, tuple(names))
