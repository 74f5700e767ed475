"""Scenes for the search engines. Every engine named in ENGINES must pass the same contract."""

from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from search.embedded import EmbeddedEngine
from search.engine import SearchEngine
from search.schema import Document, Query

ENGINES: dict[str, Callable[[Path], SearchEngine]] = {
    "embedded": lambda folder: EmbeddedEngine(folder / "index", wait_seconds=0.5),
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> SearchEngine:
    """An engine with an empty index of its own."""
    made = ENGINES[request.param](tmp_path)
    made.rebuild([])
    return made


@pytest.fixture
def document() -> Callable[..., Document]:
    """Builds the smallest valid document; say only what matters."""
    numbers = count(1)

    def build(**said: Any) -> Document:
        plain: dict[str, Any] = {
            "key": f"need:{next(numbers)}",
            "family": "need",
            "place": "durham",
            "title": "Untitled",
            "published_on": date(2026, 1, 1),
        }
        return Document(**plain | said)

    return build


@pytest.fixture
def keys(engine: SearchEngine) -> Callable[..., list[str]]:
    """The keys a query finds in Durham, first to last."""

    def find(text: str = "", **asked: Any) -> list[str]:
        results = engine.search(Query(text, **{"place": "durham", "limit": 1000} | asked))
        assert results.total == len(results.hits)
        return [hit.key for hit in results.hits]

    return find
