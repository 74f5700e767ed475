"""What a query asks, put as tantivy's clauses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from tantivy import FieldType, Occur, Schema
from tantivy import Query as Clause

from search.embedded_distance import Parts
from search.embedded_layout import TITLE, WORDS
from search.embedded_meaning import Near
from search.schema import Query, Sketch
from search.text import is_text
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
SLIPS = frozenset({Kind.TYPO})


@dataclass(frozen=True, slots=True)
class Asked:
    """A query in tantivy's terms: what must always hold, each filter by name, the words, and what is near.

    What is near in meaning is found beside what has the words.
    """

    always: Parts
    filters: dict[str, Parts]
    words: Clause | None
    near: Near | None = None

    def clause(self, *, without: str | None = None, also: Parts | None = None) -> Clause:
        """Everything asked, perhaps but for one filter; only words score.

        All in one level: tantivy then leads with whatever is rarest and looks at the rest only there.
        """
        parts = [*self.always, *(also or ())]
        for name, filter_parts in self.filters.items():
            if name != without:
                parts += filter_parts
        if self.words is not None:
            parts.append((Occur.Must, self._either(self.words)))
        return Clause.boolean_query(parts)

    def _either(self, words: Clause) -> Clause:
        if self.near is None or not self.near.names:
            return words
        return Clause.boolean_query([(Occur.Should, words), (Occur.Should, self.near.clause)])


def always(schema: Schema, query: Query | Sketch) -> Parts:
    """The place and the audiences: of every question, whatever else it says."""
    return [
        (Occur.Must, one_of(schema, "place_is", [query.place])),
        (Occur.Must, one_of(schema, "audience_is", sorted(query.audiences))),
    ]


def filters(schema: Schema, query: Query) -> dict[str, Parts]:
    """Each filter that asks for something, but for distance."""
    found = {
        name: [(Occur.Must, one_of(schema, f"{name}_is", sorted(values)))]
        for name, values in query.asked_filters.items()
    }
    if query.closes_within is not None and query.today is not None:
        first = query.today.toordinal()
        found["closes_within"] = [(Occur.Must, days(schema, first, first + query.closes_within))]
    return found


def days(schema: Schema, first: int | None, last: int | None) -> Clause:
    """A last day between these, both included."""
    bounds = Clause.range_query(schema, "closes_on_day", FieldType.Integer, first, last)
    return Clause.const_score_query(bounds, 0.0)


@dataclass(frozen=True, slots=True)
class Saying:
    """How documents may say what was asked; `heard` is what some document somewhere says as it was typed."""

    schema: Schema
    concepts: tuple[Concept, ...]
    heard: frozenset[Concept]

    def has(self, kinds: Collection[Kind]) -> bool:
        """Whether any of it may be said in one of these kinds of way."""
        return any(way.kind in kinds for concept in self.concepts for way in concept.ways)

    def without(self, kinds: Collection[Kind]) -> Clause:
        """Documents that say all of it, none of it merely in these kinds of way."""
        return Clause.boolean_query([(Occur.Must, self._said(one, kinds)) for one in self.concepts])

    def every_word(self) -> Clause:
        """Documents that say all of it; those that say it as it was typed come first."""
        parts = [(Occur.Must, self._said(concept)) for concept in self.concepts]
        if self.has(LIKENESSES):
            parts.append(self._step_without(LIKENESSES))
        return Clause.boolean_query(parts)

    def some_words(self, telling: Sequence[Concept] = (), *, slips_after: bool = False) -> Clause:
        """Documents that say any of it, best those that say everything.

        Given what is telling, only that finds; the other words merely order what was found: alone,
        “services” would find half the board. With `slips_after`, whatever says all of it without a slip
        stands before everything else, however little it makes of it.
        """
        said = {concept: self._said(concept) for concept in self.concepts}
        finding = Clause.boolean_query([(Occur.Should, said[one]) for one in telling or self.concepts])
        others = [(Occur.Should, said[one]) for one in self.concepts if telling and one not in telling]
        every = Clause.boolean_query([(Occur.Must, one) for one in said.values()])
        best = [(Occur.Should, Clause.const_score_query(every, ALL))]
        if slips_after:
            best.append(self._step_without(SLIPS))
        return Clause.boolean_query([(Occur.Must, finding), *others, *best])

    def _step_without(self, kinds: Collection[Kind]) -> tuple[Occur, Clause]:
        return Occur.Should, Clause.const_score_query(self.without(kinds), TYPED_ALL)

    def _said(self, concept: Concept, but: Collection[Kind] = ()) -> Clause:
        """The concept said in its best way, but not in these kinds of way."""
        typed = concept in self.heard
        ways = [_way(self.schema, way, typed) for way in concept.ways if way.kind not in but]
        return ways[0] if len(ways) == 1 else Clause.disjunction_max_query(ways, 0.0)


def beginning_of_title(schema: Schema, words: Sequence[str]) -> Clause:
    """Titles that have these words, the last of them perhaps only begun."""
    *whole, last = words
    parts = [(Occur.Must, Clause.term_query(schema, TITLE, word, "basic")) for word in whole]
    return Clause.boolean_query(
        [*parts, (Occur.Must, Clause.fuzzy_term_query(schema, TITLE, last, 0, prefix=True))]
    )


def one_of_in_title(schema: Schema, words: Sequence[str], last: Sequence[str]) -> Clause:
    """Titles that have these words and one of the last ones; none when there is no last one."""
    if not last:
        return Clause.empty_query()
    parts = [(Occur.Must, Clause.term_query(schema, TITLE, word, "basic")) for word in words]
    return Clause.boolean_query([*parts, (Occur.Must, Clause.term_set_query(schema, TITLE, list(last)))])


def _way(schema: Schema, way: Way, typed: bool) -> Clause:
    if len(way.stems) == 1:
        said = Clause.term_query(schema, WORDS, way.stems[0], "freq")
    else:
        said = Clause.phrase_query(schema, WORDS, list(way.stems))
    if way.kind is Kind.TYPO and typed:
        return Clause.const_score_query(said, SLIP)
    return said if way.kind is Kind.TYPED else Clause.boost_query(said, BOOSTS[way.kind])


def one_of(schema: Schema, name: str, values: Sequence[str]) -> Clause:
    """Any of these values; those that are no text, as half a letter is not, no document has."""
    known = [value for value in values if value.isascii() or is_text(value)]
    if not known:
        return Clause.empty_query()
    if len(known) == 1:
        return Clause.const_score_query(Clause.term_query(schema, name, known[0], "basic"), 0.0)
    return Clause.const_score_query(Clause.term_set_query(schema, name, known), 0.0)
