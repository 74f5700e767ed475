"""The search engines a benchmark can be run on, each on an index of its own that is gone afterwards."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from uuid import uuid4

from meilisearch import Client
from meilisearch.errors import MeilisearchError

from marketplace import clock
from marketplace.config import Settings
from marketplace.errors import NotSetUp
from search.embedded import EmbeddedEngine
from search.engine import SearchEngine, SearchUnavailable
from search.meilisearch import MeilisearchEngine

EMBEDDED, MEILISEARCH = "embedded", "meilisearch"
TIDY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Home:
    """Where a benchmark's index is kept: which engine, and its folder or the index's name on the server."""

    engine: str
    where: str

    def open(self, vector_size: int | None = None) -> SearchEngine:
        """The engine there; any process may open it. Vectors, if it is to hold any, are so long."""
        if self.engine == EMBEDDED:
            return EmbeddedEngine(self.where)
        settings = _server()
        return MeilisearchEngine(
            settings.search_url,
            settings.search_key,
            now=clock.now,
            index=self.where,
            vector_size=vector_size,
        )


@contextmanager
def home(name: str) -> Iterator[Home]:
    """Room for one index. Raises `NotSetUp` when there is no server to hold it, or it stops answering."""
    try:
        with _meilisearch() if name == MEILISEARCH else _embedded() as made:
            yield made
    except SearchUnavailable as trouble:
        raise NotSetUp(f"The search engine cannot be measured. {trouble}.") from trouble


@contextmanager
def _embedded() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="placeful-bench-", ignore_cleanup_errors=True) as folder:
        yield Home(EMBEDDED, folder)


@contextmanager
def _meilisearch() -> Iterator[Home]:
    """An index beside the installation's own, on the same server."""
    settings = _server()
    index = f"placeful_bench_{uuid4().hex}"
    try:
        yield Home(MEILISEARCH, index)
    finally:
        with suppress(MeilisearchError):
            Client(settings.search_url, settings.search_key, timeout=TIDY_SECONDS).delete_index(index)


def _server() -> Settings:
    settings = Settings.from_env()
    if not settings.search_url:
        raise NotSetUp(
            "This runs on a Meilisearch server. Set SEARCH_URL and SEARCH_KEY to one, "
            "or leave out --engine for the embedded engine."
        )
    return settings
