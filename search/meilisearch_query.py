"""How a question is put to Meilisearch, and how its answers are read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from search.geo import Point
from search.meilisearch_filters import all_of, geo_point, miles_to, one_of, within
from search.meilisearch_layout import (
    EMBEDDER,
    MOST_HITS,
    PRIMARY_KEY,
    PUBLISHED,
    STEMS,
    TIE,
    TITLES,
    key_of,
    value_of,
)
from search.schema import CLOSING_DAYS, CLOSING_FACET, Hit, Query, Results, Sketch, Sort, Suggestion
from search.synonyms import synonyms
from search.text import Run, runs, says_something, stemmed

Asked = dict[str, Any]
Answer = Mapping[str, Any]
Count = tuple[str, int]  # what is counted apart: a facet, and for “closes within” the days

NONSENSE = (AttributeError, LookupError, TypeError, ValueError)
MOST_WORDS = 10  # Meilisearch reads no more
WHOLE: Count = ("", 0)  # everything found, for a page that starts in between
ORDERS = {
    Sort.NEWEST: [f"{PUBLISHED}:desc", f"{TIE}:asc"],
    Sort.CLOSING: ["closes_on_day:asc", f"{PUBLISHED}:desc", f"{TIE}:asc"],
}


def restriction(asked: Query | Sketch) -> str:
    """The place and the audiences, as a filter: what holds whatever else is asked."""
    return all_of([one_of("place", [asked.place]), one_of("audience", asked.audiences)])


@dataclass(frozen=True, slots=True)
class Asking:
    """The words of a question, each once and in their order, as they were typed."""

    runs: tuple[Run, ...]
    unfinished: bool  # the last word is the beginning of one

    @classmethod
    def read(cls, query: Query) -> "Asking":
        """Quotations stay whole; stop words go unless there is nothing else, or the last is being typed."""
        asked = runs(query.text)
        telling = says_something(asked)
        unfinished = query.typing and bool(asked) and not asked[-1].quoted and not query.text[-1].isspace()
        kept: dict[Run, None] = {}
        for run in asked:
            parts = [run] if run.quoted else [Run((word,), quoted=False) for word in run.words]
            kept |= dict.fromkeys(part for part in parts if part.quoted or part.words[0] in telling)
        if unfinished:
            last = Run(asked[-1].words[-1:], quoted=False)
            kept.pop(last, None)
            kept[last] = None
        found = tuple(part for part in kept if stemmed(part.words))
        return cls(found[:MOST_WORDS], unfinished and len(found) <= MOST_WORDS)

    @property
    def whole_words(self) -> tuple[str, ...]:
        """The single words that were typed to their end."""
        plain = self.runs[:-1] if self.unfinished else self.runs
        return tuple(run.words[0] for run in plain if not run.quoted)

    @property
    def neighbours(self) -> "list[Asking]":
        """Each word with the next."""
        pairs = list(pairwise(self.runs))
        return [
            Asking(pair, self.unfinished and n == len(pairs))
            for n, pair in enumerate(pairs, 1)
            if not any(run.quoted for run in pair)
        ]

    def text(self, stemmed_words: Collection[str] = (), without: Collection[str] = ()) -> str:
        """What is sent: these words as their stems, and all but those; a space after the last ends it."""
        said = [
            f'"{_stem(run.words)}"' if run.quoted else _stem(run.words) if word in stemmed_words else word
            for run in self.runs
            if (word := run.words[0]) not in without or run.quoted
        ]
        return " ".join(said) + (" " if said and not self.unfinished else "")


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What must be known of the words before they are sent: who uses them, in this place.

    A word whose stem somebody uses, or the list of synonyms knows, is sent as its stem, and finds all its
    forms. Any other is sent as typed, for it is probably misspelt, and Meilisearch forgives letters in
    words better than in what is left of them. A word nobody uses, not even spelt otherwise, called
    otherwise or joined with its neighbour, is left out, for Meilisearch holds on to the rarest the longest.
    """

    asking: Asking
    stems: dict[str, Asked]
    words: dict[str, Asked]
    pairs: dict[tuple[str, ...], Asked]

    @classmethod
    def about(cls, asking: Asking, query: Query, index: str) -> "Inquiry":
        """A single word is left out by nobody."""
        count: Asked = {
            "indexUid": index,
            "filter": restriction(query),
            "matchingStrategy": "all",
            "attributesToRetrieve": [PRIMARY_KEY],
            "page": 1,
            "hitsPerPage": 0,
        }
        words = asking.whole_words
        exactly = {word: f'"{_stem((word,))}"' for word in words if stemmed((word,)) != (word,)}
        several = len(asking.runs) > 1
        return cls(
            asking,
            {word: count | {"q": said, "attributesToSearchOn": STEMS} for word, said in exactly.items()},
            {word: count | {"q": f"{word} "} for word in words if several},
            {_pair(each): count | {"q": each.text()} for each in asking.neighbours},
        )

    @property
    def all(self) -> list[Asked]:
        return [*self.stems.values(), *self.words.values(), *self.pairs.values()]

    def text(self, answers: list[Answer]) -> str:
        """The words to send. Answers of another shape raise NONSENSE."""
        used = iter([answer["totalHits"] > 0 for answer in answers])
        called = _called_otherwise(self.asking)
        stems = called | {word for word in self.stems if next(used)}
        words = {word for word in self.words if next(used)}
        together = {word for pair in self.pairs if next(used) for word in pair}
        unused = self.words.keys() - stems - words - together
        if len(unused) == len(self.asking.runs):
            unused = set()
        return self.asking.text(stems, unused)


def _pair(asking: Asking) -> tuple[str, ...]:
    return tuple(run.words[0] for run in asking.runs)


def _stem(words: Iterable[str]) -> str:
    return " ".join(stemmed(words))


def _called_otherwise(asking: Asking) -> set[str]:
    """The words and the words of phrases that have synonyms, which are listed by their stems."""
    words = asking.whole_words
    return {word for word, others in zip(words, synonyms().for_each(words), strict=True) if others}


@dataclass(frozen=True, slots=True)
class Questions:
    """Everything one search asks, in one request: a page of hits first, then what only counts."""

    query: Query
    page: Asked
    counts: dict[Count, Asked]

    @property
    def all(self) -> list[Asked]:
        return [self.page, *self.counts.values()]

    def results(self, answers: list[Answer]) -> Results:
        """The hits, their number and the facets. Answers of another shape raise NONSENSE."""
        page = answers[0]
        counted = dict(zip(self.counts, answers[1:], strict=True))
        hits = tuple(_hit(found, self.query.near) for found in page["hits"])
        whole = counted.get(WHOLE, page)
        facets = {name: self._facet(name, whole, counted) for name in self.query.facets}
        return Results(hits=hits, total=int(whole["totalHits"]), facets=facets)

    def _facet(self, name: str, whole: Answer, counted: Mapping[Count, Answer]) -> dict[str, int]:
        if name == CLOSING_FACET:
            found = {str(days): int(counted[(name, days)]["totalHits"]) for days in CLOSING_DAYS}
        else:
            answer = counted.get((name, 0), whole)
            coded = answer["facetDistribution"].get(f"{name}_is", {})
            found = {value: int(count) for each, count in coded.items() if (value := value_of(each))}
        return {value: count for value, count in found.items() if count}


def questions(query: Query, text: str, index: str, *, hybrid: bool) -> Questions:
    """One request's worth of questions for a page, its total and its facets."""
    conditions = _conditions(query)
    base: Asked = {"indexUid": index, "q": text, "matchingStrategy": "last" if query.typing else "frequency"}
    if hybrid and query.vector is not None and text and query.sort is Sort.RELEVANCE:
        base["vector"] = [float(part) for part in query.vector]
        base["hybrid"] = {"embedder": EMBEDDER, "semanticRatio": 0.5}
    fixed = restriction(query)
    counting = base | {"attributesToRetrieve": [PRIMARY_KEY], "page": 1, "hitsPerPage": 0}

    asked = [name for name in query.facets if name != CLOSING_FACET]
    here = [f"{name}_is" for name in asked if name not in conditions]
    page = base | _page(query) | _order(query) | {
        "filter": all_of([fixed, *conditions.values()]),
        "attributesToRetrieve": [PRIMARY_KEY, "_geo"],
        "showRankingScore": True,
    }  # fmt: skip
    counts: dict[Count, Asked] = {}
    if "offset" in page:
        counts[WHOLE] = counting | {"filter": page["filter"], "facets": here}
    else:
        page["facets"] = here
    for name in asked:
        if name in conditions:
            others = [each for field, each in conditions.items() if field != name]
            counts[(name, 0)] = counting | {"filter": all_of([fixed, *others]), "facets": [f"{name}_is"]}
    if CLOSING_FACET in query.facets:
        others = [each for field, each in conditions.items() if field != CLOSING_FACET]
        for days in CLOSING_DAYS:
            counts[(CLOSING_FACET, days)] = counting | {
                "filter": all_of([fixed, *others, _within(query, days)])
            }
    return Questions(query, page, counts)


def suggestion_question(query: Query, asking: Asking, index: str) -> Asked:
    """The titles with every word typed, the last of them unfinished."""
    return {
        "indexUid": index,
        "q": asking.text(),
        "attributesToSearchOn": TITLES,
        "matchingStrategy": "all",
        "filter": all_of(
            [restriction(query), *(each for name, each in _conditions(query).items() if name != "near")]
        ),
        "attributesToRetrieve": [PRIMARY_KEY, "family", "title"],
        "limit": query.limit,
    }


def suggestions(answer: Answer) -> tuple[Suggestion, ...]:
    """What to offer. An answer of another shape raises NONSENSE."""
    return tuple(
        Suggestion(key_of(hit[PRIMARY_KEY]), str(hit["family"]), str(hit["title"])) for hit in answer["hits"]
    )


def _conditions(query: Query) -> dict[str, str]:
    """Each filter asked for, by the name of its facet."""
    found = {name: one_of(name, values) for name, values in query.asked_filters.items()}
    if query.near is not None and query.within_miles is not None:
        found["near"] = within(query.near, query.within_miles)
    if query.closes_within is not None:
        found[CLOSING_FACET] = _within(query, query.closes_within)
    return found


def _within(query: Query, days: int) -> str:
    if query.today is None:
        raise ValueError("“Closes within” needs today's date")
    today = query.today.toordinal()
    return f"closes_on_day {today} TO {today + min(days, date.max.toordinal())}"


def _page(query: Query) -> Asked:
    """A numbered page, whose total Meilisearch counts to the end; a stretch when it starts in between."""
    offset, limit = min(query.offset, MOST_HITS), min(query.limit, MOST_HITS)
    if limit == 0 or offset % limit == 0:
        return {"page": offset // max(1, limit) + 1, "hitsPerPage": limit}
    return {"offset": offset, "limit": limit}


def _order(query: Query) -> Asked:
    if query.sort is Sort.RELEVANCE:
        return {}
    if query.sort is Sort.NEAREST and query.near is not None:
        return {"sort": [f"{geo_point(query.near)}:asc", *ORDERS[Sort.NEWEST]]}
    return {"sort": ORDERS[query.sort]}


def _hit(found: Answer, near: Point | None) -> Hit:
    return Hit(key_of(found[PRIMARY_KEY]), float(found["_rankingScore"]), miles_to(found, near))
