"""Search by meaning: what is close is found whatever words it uses, and nothing else leaks in with it."""

import os
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from search.embedded import EmbeddedEngine
from search.engine import SearchEngine
from search.geo import Point
from search.schema import Document, Query, Sort
from tests.search.themes import ThemeEncoder

THEMES = ThemeEncoder()
CROOK = {"lat": 54.714, "lon": -1.745}


@pytest.fixture
def told(document: Callable[..., Document]) -> Callable[..., Document]:
    """A document with the vector of its title."""

    def build(key: str, title: str, **said: Any) -> Document:
        return document(key=key, title=title, **{"vector": THEMES.of(title)} | said)

    return build


@pytest.fixture
def embedded(tmp_path: Path) -> EmbeddedEngine:
    engine = EmbeddedEngine(tmp_path / "index")
    engine.rebuild([])
    return engine


def ask(text: str, **asked: Any) -> Query:
    return Query(text, **{"place": "durham", "vector": THEMES.of(text), "limit": 100} | asked)


def keys(engine: SearchEngine, query: Query) -> list[str]:
    return [hit.key for hit in engine.search(query).hits]


def test_what_means_the_same_is_found_and_what_says_it_comes_first(engine, told):
    engine.upsert(
        [
            told("need:1", "A lorry to the hall"),
            told("need:2", "A van to the hall"),
            told("need:3", "Somebody to cook"),
        ]
    )

    found = keys(engine, ask("van"))

    assert found[0] == "need:2"
    assert "need:1" in found


@pytest.mark.parametrize(
    "filtered",
    [
        {"filters": {"state": frozenset({"open"})}},
        {"filters": {"ward": frozenset({"E05000001"})}},
        {"near": Point(54.714, -1.745), "within_miles": 2.0},
        {"closes_within": 7, "today": date(2026, 1, 1)},
    ],
)
def test_no_filter_lets_its_likeness_pass(engine, told, filtered):
    inside = {"ward": "E05000001", "closes_on": date(2026, 1, 5), **CROOK}
    engine.upsert(
        [
            told("need:1", "Minibus", **inside),
            told("need:2", "Lorry", state="closed", ward="E05000002", lat=55.5, lon=-1.745),
            told("need:3", "Lorry", place="wear", **inside),
            told("need:4", "Lorry", audience="org-7", **inside),
        ]
    )

    found = engine.search(ask("van", facets=("family",), **filtered))

    assert [hit.key for hit in found.hits] == ["need:1"]
    assert found.total == 1
    assert found.facets == {"family": {"need": 1}}


def test_totals_facets_and_every_order_speak_of_the_same_documents(embedded, told):
    embedded.upsert(
        [
            told("need:1", "Lorry", published_on=date(2026, 1, 3), **CROOK),
            told("offer:2", "Van", family="offer", published_on=date(2026, 1, 2), closes_on=date(2026, 2, 1)),
            told("need:3", "Driver", published_on=date(2026, 1, 1), lat=54.9, lon=-1.7),
            told("need:4", "Roof"),
        ]
    )
    point = Point(54.714, -1.745)
    orders = {
        Sort.RELEVANCE: ["offer:2", "need:1", "need:3"],
        Sort.NEWEST: ["need:1", "offer:2", "need:3"],
        Sort.NEAREST: ["need:1", "need:3", "offer:2"],
        Sort.CLOSING: ["offer:2", "need:1", "need:3"],
    }

    for sort, expected in orders.items():
        found = embedded.search(ask("van", sort=sort, near=point, facets=("family",)))
        assert [hit.key for hit in found.hits] == expected, sort
        assert (found.total, found.facets) == (3, {"family": {"need": 2, "offer": 1}}), sort


def test_a_quotation_asks_for_its_words_and_no_text_asks_for_everything(embedded, told):
    embedded.upsert([told("need:1", "Van"), told("need:2", "Lorry"), told("need:3", "Roof")])

    assert keys(embedded, ask("“van”")) == ["need:1"]
    assert len(keys(embedded, ask("", vector=THEMES.of("van")))) == 3


def test_whatever_says_it_as_typed_stands_before_what_was_read_with_slips(embedded, told):
    embedded.upsert(
        [
            told("need:1", "Carers", vector=THEMES.of("roof")),
            told("need:2", "Careers", vector=THEMES.of("van")),
        ]
    )

    assert keys(embedded, ask("carers", vector=THEMES.of("van"))) == ["need:1", "need:2"]


def test_pages_follow_one_another_without_gaps_or_repeats(embedded, told):
    draw = random.Random(7)
    titles = ["Lorry", "Van for hire", "Van driver", "Minibus driver", "Van with a roof"]
    documents = [told(f"need:{n}", draw.choice(titles)) for n in range(400)]
    embedded.rebuild(documents)

    pages = [embedded.search(ask("van", offset=start, limit=30)) for start in range(0, 420, 30)]
    found = [hit.key for page in pages for hit in page.hits]
    scores = [hit.score for page in pages for hit in page.hits]

    assert {page.total for page in pages} == {len(found)}
    assert len(set(found)) == len(found) > 230  # what is close, and more that only has the word
    assert scores == sorted(scores, reverse=True)


def test_a_vector_follows_its_document(embedded, told):
    embedded.upsert([told("need:1", "Lorry"), told("need:2", "Minibus"), told("need:3", "Driver")])
    embedded.upsert([told("need:1", "Lorry", vector=THEMES.of("roof"))])
    embedded.upsert([told("need:2", "Minibus", vector=None)])

    assert keys(embedded, ask("van")) == ["need:3"]
    embedded.delete(["need:3"])
    assert keys(embedded, ask("van")) == []
    embedded.rebuild([told("need:4", "Lorry")])
    assert keys(embedded, ask("van")) == ["need:4"]


def test_a_writer_that_died_half_way_leaves_vectors_nobody_speaks_of(embedded, told, tmp_path):
    embedded.upsert([told("need:1", "Lorry")])

    def interrupted():
        yield told("need:2", "Minibus")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        embedded.upsert(interrupted())
    (kept,) = (tmp_path / "index").glob("*/vectors-3")
    with kept.open("ab") as file:
        file.write(b"half")
    assert keys(embedded, ask("van")) == ["need:1"]
    embedded.upsert([told("need:3", "Driver")])

    fresh = EmbeddedEngine(tmp_path / "index")
    assert sorted(keys(fresh, ask("van"))) == sorted(keys(embedded, ask("van"))) == ["need:1", "need:3"]


def test_without_its_vectors_an_index_still_answers_by_words(embedded, told, tmp_path):
    embedded.upsert([told("need:1", "Lorry"), told("need:2", "Van")])
    (kept,) = (tmp_path / "index").glob("*/vectors-3")
    os.truncate(kept, 0)

    assert keys(EmbeddedEngine(tmp_path / "index"), ask("van")) == ["need:2"]


@pytest.mark.parametrize("vector", [(0.0, 0.0, 0.0), (float("nan"), 1.0, 0.0), ()])
def test_a_vector_that_says_nothing_changes_nothing(embedded, told, vector):
    embedded.upsert([told("need:1", "Lorry"), told("need:2", "Van", vector=vector), told("need:3", "Van")])

    assert keys(embedded, ask("van", vector=vector)) == keys(embedded, ask("van", vector=None))
    assert set(keys(embedded, ask("van"))) == {"need:1", "need:2", "need:3"}
    assert keys(embedded, ask("van", vector=(1.0,))) == keys(embedded, ask("van", vector=None))
