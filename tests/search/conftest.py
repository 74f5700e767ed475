"""Scenes for the search engines. Every engine named in ENGINES must pass the same contract."""

import os
import socket
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from meilisearch import Client

from search.embedded import EmbeddedEngine
from search.engine import SearchEngine
from search.meilisearch import MeilisearchEngine
from search.schema import Document, Query
from tests.search.meilisearch_at_home.description import SPECIFICATION, Description
from tests.search.meilisearch_at_home.server import MeilisearchAtHome, served

LIVE_URL = os.environ.get("MEILISEARCH_TEST_URL", "")
LIVE_KEY = os.environ.get("MEILISEARCH_TEST_KEY", "")
ENGINES = ("embedded", "meilisearch", *(["meilisearch-live"] if LIVE_URL else []))
VECTOR_SIZE = 3


@pytest.fixture(scope="session")
def _server() -> Iterator[MeilisearchAtHome]:
    """One server for the whole run, or a skip that says what is missing."""
    if not SPECIFICATION.exists():
        pytest.skip("Meilisearch's description is not beside this checkout: ../shared/specs")
    with served(Description()) as home:
        yield home


@pytest.fixture
def at_home(_server: MeilisearchAtHome) -> Iterator[MeilisearchAtHome]:
    """The server in good order and empty. Whatever it was asked must have been as described."""
    _server.begin_again()
    yield _server
    _server.fault = None
    assert _server.faults == []


def meilisearch(url: str, key: str, **said: Any) -> MeilisearchEngine:
    """An engine with an index of its own."""
    plain: dict[str, Any] = {
        "now": lambda: datetime.now(UTC),
        "index": f"test_{uuid.uuid4().hex}",
        "vector_size": VECTOR_SIZE,
        "timeout_seconds": 10,  # the machine may be busy with other tests
        "pause_ms": 2,
    }
    return MeilisearchEngine(url, key, **plain | said)


@contextmanager
def _live() -> Iterator[MeilisearchEngine]:
    name = f"test_{uuid.uuid4().hex}"
    yield meilisearch(LIVE_URL, LIVE_KEY, index=name)
    Client(LIVE_URL, LIVE_KEY).delete_index(name)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine with an empty index of its own."""
    if request.param == "embedded":
        made: SearchEngine = EmbeddedEngine(tmp_path / "index", wait_seconds=0.5)
        made.rebuild([])
        yield made
    elif request.param == "meilisearch":
        home = request.getfixturevalue("at_home")
        made = meilisearch(home.address, home.key)
        made.rebuild([])
        yield made
    else:
        with _live() as made:
            made.rebuild([])
            yield made


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port where calls are taken and never answered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


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
