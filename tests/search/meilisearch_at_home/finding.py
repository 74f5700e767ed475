"""A search over the documents of one index: what matches, in which order, and how many of each facet.

Ranking follows the rules set, but for proximity, which is not weighed.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from typing import Any

from tests.search.meilisearch_at_home.filters import BadFilter, Test, compiled, metres
from tests.search.meilisearch_at_home.words import Cost, Met, Term, Text, read

Document = dict[str, Any]
NOTHING = Cost(0, 0, 0)


class BadRequest(Exception):
    """The server answers 400 with this code and these words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class Snapshot:
    """An index as it was after one task."""

    documents: dict[str, Document]
    settings: dict[str, Any]
    _inside: dict[str, dict[str, Document]] = field(default_factory=dict, repr=False)

    @cached_property
    def text(self) -> Text:
        return Text.of(self.documents, self.settings)

    @cached_property
    def filterable(self) -> frozenset[str]:
        return frozenset(self.settings["filterableAttributes"])

    def inside(self, rules: str) -> dict[str, Document]:
        """The documents a bearer may find; the same few rules come with every search."""
        if rules not in self._inside:
            tests = [self.test(each) for each in json.loads(rules)]
            kept = {key: each for key, each in self.documents.items() if all(test(each) for test in tests)}
            self._inside[rules] = kept
        return self._inside[rules]

    def test(self, said: Any) -> Test:
        """A filter given as text, or as a list of them whose inner lists are alternatives."""
        if said is None:
            return lambda document: True
        if isinstance(said, str):
            try:
                return compiled(said, self.filterable)
            except BadFilter as problem:
                raise BadRequest("invalid_search_filter", str(problem)) from None
        tests = [self._any(each) if isinstance(each, list) else self.test(each) for each in said]
        return lambda document: all(test(document) for test in tests)

    def _any(self, said: list[Any]) -> Test:
        tests = [self.test(each) for each in said]
        return lambda document: any(test(document) for test in tests)


@dataclass
class Match:
    """A document that a question found, and how well."""

    document: Document
    words: int = 0
    cost: Cost = field(default=NOTHING)
    score: float = 1.0


def find(snapshot: Snapshot, asked: dict[str, Any], rules: list[Any]) -> dict[str, Any]:
    """Answer one search; `rules` are filters that hold besides its own."""
    inside = snapshot.inside(json.dumps(rules))
    if (said := asked.get("filter")) is not None:
        test = snapshot.test(said)
        inside = {key: each for key, each in inside.items() if test(each)}
    matches = _matches(snapshot, inside, asked)
    matches.sort(key=_order(snapshot, asked))
    if asked.get("hybrid"):
        matches = _with_meaning(snapshot, inside, matches, asked)
    if asked.get("rankingScoreThreshold") is not None:
        matches = [each for each in matches if each.score >= asked["rankingScoreThreshold"]]
    return {
        **_page(matches, asked, snapshot),
        **_facets(matches, asked, snapshot),
        "query": asked.get("q") or "",
        "processingTimeMs": 0,
    }


def _matches(snapshot: Snapshot, inside: dict[str, Document], asked: dict[str, Any]) -> list[Match]:
    wording = read(asked.get("q") or "")
    text, ranks = snapshot.text, _ranks(snapshot, asked)
    out = {key for term in wording.unwanted for key in text.meet(term, ranks)}
    left = {key: each for key, each in inside.items() if key not in out}
    if not wording.terms:
        return [Match(each) for each in left.values()]
    spans = _spans(text, wording.terms, ranks)
    order = _kept_longest(spans, len(wording.terms), asked.get("matchingStrategy", "last"))
    possible = set().union(*(met.keys() for met in spans.values())) & left.keys()
    found = []
    for key in possible:
        if (best := _cover(spans, order, key, asked.get("matchingStrategy", "last"))) is not None:
            words, cost = best
            quality = 0.1**cost.typos * (0.5 + 0.5 / (1 + cost.attribute + 0.1 * cost.inexact))
            score = (words - 1 + quality) / len(wording.terms)
            found.append(Match(left[key], words, cost, score))
    return found


def _ranks(snapshot: Snapshot, asked: dict[str, Any]) -> frozenset[int]:
    names = snapshot.text.attributes
    only = asked.get("attributesToSearchOn")
    if only is None:
        return frozenset(range(len(names)))
    if unknown := set(only) - set(names):
        raise BadRequest("invalid_search_attributes_to_search_on", f"Not searchable: {sorted(unknown)}")
    return frozenset(names.index(name) for name in only)


Spans = dict[tuple[int, int], Met]  # from one word asked to before another


def _spans(text: Text, terms: tuple[Term, ...], ranks: frozenset[int]) -> Spans:
    """Each word alone, and neighbours together where they are joined or have other names."""
    spans: Spans = {(n, n + 1): dict(text.meet(term, ranks)) for n, term in enumerate(terms)}
    for start in range(len(terms)):
        for end in range(start + 1, len(terms) + 1):
            if any(term.quoted for term in terms[start:end]):
                break
            words = tuple(term.words[0] for term in terms[start:end])
            met = spans.setdefault((start, end), {})
            alike = [text.phrase(other, ranks) for other in text.synonyms(words)]
            if 2 <= len(words) <= 3:
                alike.append(text.joined(words, ranks))
            for more in alike:
                for key, cost in more.items():
                    inexact = Cost(cost.typos, cost.attribute, 1)
                    if key not in met or inexact < met[key]:
                        met[key] = inexact
    return spans


def _kept_longest(spans: Spans, size: int, strategy: str) -> list[int]:
    """The places of the words, the one that is given up last before all others."""
    if strategy == "frequency":
        return sorted(range(size), key=lambda n: (len(spans[(n, n + 1)]), n))
    return list(range(size))


def _cover(spans: Spans, order: list[int], key: str, strategy: str) -> tuple[int, Cost] | None:
    """The most words of this document, and at what cost."""
    least = len(order) if strategy == "all" else 1
    for size in range(len(order), least - 1, -1):
        cost = _cheapest(spans, frozenset(order[:size]), len(order), key)
        if cost is not None:
            return size, cost
    return None


def _cheapest(spans: Spans, kept: frozenset[int], size: int, key: str) -> Cost | None:
    best: list[Cost | None] = [NOTHING] + [None] * size
    for end in range(1, size + 1):
        if end - 1 not in kept:
            best[end] = best[end - 1]
            continue
        for start in range(end):
            before, met = best[start], spans.get((start, end), {}).get(key)
            if before is None or met is None or not kept.issuperset(range(start, end)):
                continue
            total = Cost(
                before.typos + met.typos, before.attribute + met.attribute, before.inexact + met.inexact
            )
            if (current := best[end]) is None or total < current:
                best[end] = total
    return best[size]


def _order(snapshot: Snapshot, asked: dict[str, Any]) -> Any:
    rules = snapshot.settings["rankingRules"]
    sorts = [_sort(rule, snapshot) for rule in asked.get("sort") or ()]

    def key(match: Match) -> list[Any]:
        made: list[Any] = []
        for rule in rules:
            if rule == "sort":
                made += [sort(match.document) for sort in sorts]
            elif rule == "words":
                made.append(-match.words)
            elif rule == "typo":
                made.append(match.cost.typos)
            elif rule in ("attribute", "attributeRank"):
                made.append(match.cost.attribute)
            elif rule == "exactness":
                made.append(match.cost.inexact)
            elif ":" in rule:
                made.append(_by(*rule.rsplit(":", 1))(match.document))
        return made

    return key


def _sort(rule: str, snapshot: Snapshot) -> Any:
    name, _, direction = rule.rpartition(":")
    field_name = "_geo" if name.startswith("_geoPoint(") else name
    if field_name not in snapshot.settings["sortableAttributes"] or direction not in ("asc", "desc"):
        raise BadRequest("invalid_search_sort", f"Attribute `{field_name}` is not sortable.")
    if field_name != "_geo":
        return _by(name, direction)
    lat, lng = (float(part) for part in name.removeprefix("_geoPoint(").removesuffix(")").split(","))
    sign = 1 if direction == "asc" else -1
    return lambda document: (0, sign * metres(lat, lng, document["_geo"])) if "_geo" in document else (1, 0.0)


def _by(name: str, direction: str) -> Any:
    """What lacks the attribute comes last in either direction."""
    sign = 1 if direction == "asc" else -1
    return lambda document: (0, sign * document[name]) if document.get(name) is not None else (1, 0)


def _with_meaning(
    snapshot: Snapshot, inside: dict[str, Document], matches: list[Match], asked: dict[str, Any]
) -> list[Match]:
    """The words' hits and the vectors' neighbours in one list, each by the better of its two scores.

    Where meaning is all that counts, what has no vector is not found.
    """
    embedder, ratio = asked["hybrid"]["embedder"], asked["hybrid"].get("semanticRatio", 0.5)
    known = (snapshot.settings.get("embedders") or {}).get(embedder)
    if known is None:
        raise BadRequest("invalid_search_embedder", f"Cannot find embedder with name `{embedder}`.")
    if len(asked["vector"]) != known["dimensions"]:
        raise BadRequest("invalid_search_vector", "The vector has other dimensions than the index.")
    best = {id(each.document): (each.score * (1 - ratio), each) for each in matches if ratio < 1}
    for document in inside.values():
        vector = (document.get("_vectors") or {}).get(embedder)
        if vector:
            score = (1 + _cosine(vector, asked["vector"])) / 2
            if score * ratio > best.get(id(document), (0.0, None))[0]:
                best[id(document)] = (score * ratio, Match(document, score=score))
    return [match for _, match in sorted(best.values(), key=lambda each: (-each[0], each[1].document["id"]))]


def _cosine(one: list[float], other: list[float]) -> float:
    sizes = sqrt(sum(x * x for x in one)) * sqrt(sum(x * x for x in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / sizes if sizes else 0.0


def _page(matches: list[Match], asked: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    most = snapshot.settings["pagination"]["maxTotalHits"]
    total = min(most, len(matches))
    if asked.get("page") is not None or asked.get("hitsPerPage") is not None:
        size, number = asked.get("hitsPerPage", 20), asked.get("page", 1)
        start = max(0, number - 1) * size
        shown = matches[start : start + size] if number else []
        pages = -(-total // size) if size else 0
        said = {"hitsPerPage": size, "page": number, "totalPages": pages, "totalHits": total}
    else:
        start, size = asked.get("offset") or 0, asked.get("limit", 20)
        shown = matches[start : min(most, start + size)]
        # An estimate is only good once everything has been looked at.
        seen = total if start + size >= total else start + size
        said = {"offset": start, "limit": size, "estimatedTotalHits": seen}
    return {"hits": [_shown(each, asked, snapshot) for each in shown], **said}


def _shown(match: Match, asked: dict[str, Any], snapshot: Snapshot) -> Document:
    displayed = snapshot.settings["displayedAttributes"]
    names: Iterable[str] = asked.get("attributesToRetrieve") or ["*"]
    if "*" in names:
        names = match.document.keys() - {"_vectors"}
    hit = {
        name: match.document[name]
        for name in names
        if name in match.document and (name in displayed or "*" in displayed)
    }
    return hit | {"_rankingScore": match.score} if asked.get("showRankingScore") else hit


def _facets(matches: list[Match], asked: dict[str, Any], snapshot: Snapshot) -> dict[str, Any]:
    if asked.get("facets") is None:
        return {}
    if unknown := set(asked["facets"]) - snapshot.filterable:
        raise BadRequest("invalid_search_facets", f"Not filterable: {sorted(unknown)}")
    most = snapshot.settings["faceting"]["maxValuesPerFacet"]
    counts = {name: Counter(_said(matches, name)) for name in asked["facets"]}
    return {
        "facetDistribution": {name: dict(sorted(each.items())[:most]) for name, each in counts.items()},
        "facetStats": {},
    }


def _said(matches: list[Match], name: str) -> Iterable[str]:
    for match in matches:
        value = match.document.get(name)
        yield from map(str, value if isinstance(value, list) else [] if value is None else [value])
