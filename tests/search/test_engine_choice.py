"""Which engine an installation gets from its settings."""

from pathlib import Path
from time import perf_counter

import pytest

from marketplace import create_app
from marketplace.config import Settings
from search.embedded import EmbeddedEngine
from search.engine import SearchUnavailable
from search.guarded import GuardedEngine
from search.meilisearch import MeilisearchEngine
from search.schema import Query


def engine_for(folder: Path, **env: str) -> GuardedEngine:
    engine = create_app(Settings.from_env({"DATA_DIR": str(folder), **env})).extensions["search"]
    assert isinstance(engine, GuardedEngine)
    return engine


def test_nothing_set_means_the_engine_of_this_process(tmp_path):
    assert isinstance(engine_for(tmp_path)._engine, EmbeddedEngine)


def test_an_address_and_a_key_mean_meilisearch_and_nobody_waits_for_it(tmp_path, silent_port):
    engine = engine_for(tmp_path, SEARCH_URL=f"http://127.0.0.1:{silent_port}", SEARCH_KEY="a-key")
    assert isinstance(engine._engine, MeilisearchEngine)

    start = perf_counter()
    for _ in range(20):
        with pytest.raises(SearchUnavailable):
            engine.search(Query(place="durham"))

    assert perf_counter() - start < 3, "three wait 0.2 seconds, the others not at all"
