"""What a query asks, put as tantivy's clauses."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from tantivy import FieldType, Occur, Schema
from tantivy import Query as Clause

from search.embedded_layout import TITLE, WORDS
from search.schema import Query
from search.understanding import Concept, Kind, Way

# How much a word counts when it is not quite the one typed. Found by trial on the search benchmark.
BOOSTS = {
    Kind.TYPED: 1.0,
    Kind.PREFIX: 0.9,
    Kind.JOINED: 0.8,
    Kind.SPLIT: 0.8,
    Kind.SYNONYM: 0.6,
    Kind.RELATED: 0.3,
    Kind.TYPO: 0.8,
}
SLIP = 0.001  # all that a likeness is worth when other documents have the word as typed
# A step no sum of word scores reaches: sixteen words, each in the rarest case of a million documents, come
# to less.
TYPED_ALL = 1000.0
ALL = 2.0  # for saying every word, where some hits do not: worth a rare word or two
LIKENESSES = frozenset({Kind.TYPO, Kind.RELATED})


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in tantivy's terms: what must always hold, each filter by name, and the words."""

    always: tuple[Clause, ...]
    filters: dict[str, Clause]
    words: Clause | None

    def clause(self, *, without: str | None = None, also: Iterable[Clause] = ()) -> Clause:
        """Everything asked, perhaps but for one filter; only words score."""
        musts = [*self.always, *(one for name, one in self.filters.items() if name != without), *also]
        if self.words is not None:
            musts.append(self.words)
        return Clause.boolean_query([(Occur.Must, one) for one in musts])


def always(schema: Schema, query: Query) -> tuple[Clause, ...]:
    """The place and the audiences: of every question, whatever else it says."""
    return (
        _one_of(schema, "place_is", [query.place]),
        _one_of(schema, "audience_is", sorted(query.audiences)),
    )


def filters(schema: Schema, query: Query) -> dict[str, Clause]:
    """Each filter that asks for something, but for distance."""
    found = {
        name: _one_of(schema, f"{name}_is", sorted(values)) for name, values in query.asked_filters.items()
    }
    if query.closes_within is not None and query.today is not None:
        first = query.today.toordinal()
        found["closes_within"] = days(schema, first, first + query.closes_within)
    return found


def days(schema: Schema, first: int | None, last: int | None) -> Clause:
    """A last day between these, both included."""
    bounds = Clause.range_query(schema, "closes_on_day", FieldType.Integer, first, last)
    return Clause.const_score_query(bounds, 0.0)


def every_word(schema: Schema, concepts: Sequence[Concept]) -> Clause:
    """Documents that say all of it; those that say it as it was typed come first."""
    parts = [(Occur.Must, _said(schema, concept)) for concept in concepts]
    if any(way.kind in LIKENESSES for concept in concepts for way in concept.ways):
        typed = [(Occur.Must, _said(schema, concept, LIKENESSES)) for concept in concepts]
        parts.append((Occur.Should, Clause.const_score_query(Clause.boolean_query(typed), TYPED_ALL)))
    return Clause.boolean_query(parts)


def some_words(schema: Schema, concepts: Sequence[Concept]) -> Clause:
    """Documents that say any of it, best those that say all."""
    said = [_said(schema, concept) for concept in concepts]
    every = Clause.boolean_query([(Occur.Must, one) for one in said])
    either = [(Occur.Should, one) for one in said]
    return Clause.boolean_query([*either, (Occur.Should, Clause.const_score_query(every, ALL))])


def beginning_of_title(schema: Schema, words: Sequence[str]) -> Clause:
    """Titles that have these words, the last of them perhaps only begun, or misspelt by a letter."""
    *whole, last = words
    parts = [(Occur.Must, Clause.term_query(schema, TITLE, word, "basic")) for word in whole]
    begun = [Clause.const_score_query(Clause.fuzzy_term_query(schema, TITLE, last, 0, prefix=True), 2.0)]
    if len(last) >= 5:
        almost = Clause.fuzzy_term_query(schema, TITLE, last, 1, prefix=True)
        begun.append(Clause.const_score_query(almost, 1.0))
    return Clause.boolean_query([*parts, (Occur.Must, Clause.disjunction_max_query(begun, 0.0))])


def _said(schema: Schema, concept: Concept, but: Collection[Kind] = ()) -> Clause:
    """The concept said in its best way, but not in these kinds of way."""
    typed = concept.ways[0].frequency > 0
    ways = [_way(schema, way, typed) for way in concept.ways if way.kind not in but]
    return ways[0] if len(ways) == 1 else Clause.disjunction_max_query(ways, 0.0)


def _way(schema: Schema, way: Way, typed: bool) -> Clause:
    if len(way.stems) == 1:
        said = Clause.term_query(schema, WORDS, way.stems[0], "freq")
    else:
        said = Clause.phrase_query(schema, WORDS, list(way.stems))
    if way.kind is Kind.TYPO and typed:
        return Clause.const_score_query(said, SLIP)
    return said if way.kind is Kind.TYPED else Clause.boost_query(said, BOOSTS[way.kind])


def _one_of(schema: Schema, name: str, values: Sequence[str]) -> Clause:
    if len(values) == 1:
        return Clause.const_score_query(Clause.term_query(schema, name, values[0], "basic"), 0.0)
    return Clause.const_score_query(Clause.term_set_query(schema, name, list(values)), 0.0)
