"""The Meilisearch engine and its server: what is sent, in which order, by what right, what goes wrong."""

import base64
import json
import os
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from search.engine import SearchUnavailable
from search.geo import Point
from search.guarded import GuardedEngine
from search.meilisearch import MeilisearchEngine
from search.meilisearch_layout import code, document_id, key_of, settings, value_of
from search.schema import FAMILIES, FIELDS, Query, Sketch
from tests.search.conftest import LIVE_URL, meilisearch
from tests.search.meilisearch_at_home.server import BROKEN, DOWN, GARBAGE, HALF, HANG, MeilisearchAtHome

DURHAM = Query(place="durham")
ODD = [
    "need:12",
    "organisation:7",
    "",
    "a-b_c:d",
    "“Ünï” \\ \"x\" 'y'",
    "_2d",
    "~41",
    "\x00",
    "\ud800",
    "é",
    "e\u0301",
]


@pytest.fixture
def engine(at_home: MeilisearchAtHome) -> MeilisearchEngine:
    made = meilisearch(at_home.address, at_home.key, index="placeful")
    made.rebuild([])
    at_home.asked.clear()
    return made


def payload(bearer: str) -> dict:
    """What a tenant token says."""
    said = bearer.removeprefix("Bearer ").split(".")[1]
    return json.loads(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))


def test_a_live_server_keeps_the_same_promise():
    if not LIVE_URL:
        pytest.skip(
            "not tested against a live Meilisearch: set MEILISEARCH_TEST_URL and MEILISEARCH_TEST_KEY"
        )
    engine = meilisearch(LIVE_URL, os.environ.get("MEILISEARCH_TEST_KEY", ""))

    assert "not found" in engine.health().problem, "reached, with no index of that name"


@pytest.mark.parametrize("key", ODD)
def test_a_key_is_read_back_from_its_id(key):
    assert key_of(document_id(key)) == key
    assert set(document_id(key)) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
    assert document_id("need:12") == "need-12"


@pytest.mark.parametrize("value", ODD)
def test_a_value_is_read_back_from_its_code_and_shares_it_with_no_other(value):
    assert value_of(code(value)) == value
    assert len({code(other).lower() for other in ODD}) == len(ODD)
    assert not set(code(value)) & set("\"'\\ ,()[]")


def test_a_value_too_long_for_meilisearch_keeps_a_code_of_its_own():
    assert len(code("x" * 1000)) < 400
    assert code("x" * 1000) != code("x" * 1001)
    assert value_of(code("x" * 1000)) is None


def test_settings_follow_the_declared_fields():
    said = settings(384)
    by_weight = sorted((field for field in FIELDS if field.weight), key=lambda field: -field.weight)

    assert said["searchableAttributes"][::2] == [f"{field.name}_stems" for field in by_weight]
    assert said["searchableAttributes"][1::2] == [f"{field.name}_words" for field in by_weight]
    assert set(said["filterableAttributes"]) >= {f"{field.name}_is" for field in FIELDS if field.filterable}
    assert {"_geo", "place_is", "audience_is"} <= set(said["filterableAttributes"])
    assert said["typoTolerance"]["minWordSizeForTypos"] == {"oneTypo": 5, "twoTypos": 9}
    assert said["embedders"]["meaning"] == {"source": "userProvided", "dimensions": 384}
    assert "embedders" not in settings(None)


def test_a_rebuild_settles_first_then_adds_then_swaps_then_removes(engine, at_home, document):
    at_home.store.order.clear()

    engine.rebuild(document() for _ in range(2500))

    assert at_home.store.order == [
        "indexCreation", "settingsUpdate", *["documentAdditionOrUpdate"] * 3, "indexSwap", "indexDeletion"
    ]  # fmt: skip
    assert list(at_home.store.indexes) == ["placeful"]
    assert engine.health().documents == 2500


@pytest.mark.parametrize("kind", ["settingsUpdate", "documentAdditionOrUpdate", "indexSwap"])
def test_a_task_that_fails_in_a_rebuild_leaves_the_old_index_and_its_words_are_told(
    engine, at_home, document, kind
):
    engine.upsert([document(key="need:1")])
    at_home.store.failing = {kind: "no space left on device"}

    with pytest.raises(SearchUnavailable, match="no space left on device"):
        engine.rebuild([document(key="need:2")])

    assert [hit.key for hit in engine.search(DURHAM).hits] == ["need:1"]
    assert list(at_home.store.indexes) == ["placeful"], "what was half done is removed"


@pytest.mark.parametrize("change", ["upsert", "delete"])
def test_a_task_that_fails_is_told(engine, at_home, document, change):
    at_home.store.failing = dict.fromkeys(("documentAdditionOrUpdate", "documentDeletion"), "disk is full")

    with pytest.raises(SearchUnavailable, match="disk is full"):
        getattr(engine, change)([document()] if change == "upsert" else ["need:1"])


def test_what_a_rebuild_left_behind_when_it_died_is_removed_a_day_later(engine, at_home, document):
    at_home.store.create("placeful_next_dead", "id")
    at_home.store.create("placeful_next_living", "id")
    at_home.store.create("somebody_else", "id")
    at_home.store.get("placeful_next_dead").created_at = "2026-01-01T00:00:00.0Z"

    engine.rebuild([document()])

    assert sorted(at_home.store.indexes) == ["placeful", "placeful_next_living", "somebody_else"]


def test_an_index_that_is_not_there_is_made_with_its_settings_by_the_first_change(at_home, document):
    engine = meilisearch(at_home.address, at_home.key, index="fresh")
    engine.delete(["need:1"])
    with pytest.raises(SearchUnavailable, match="not found"):
        engine.search(DURHAM)
    with pytest.raises(SearchUnavailable, match="not found"):
        list(engine.marks())
    assert not engine.health().ready

    engine.upsert([document(key="need:1")])

    assert at_home.store.order == ["indexCreation", "settingsUpdate", "documentAdditionOrUpdate"]
    assert engine.search(DURHAM).total == 1


def test_every_search_carries_its_place_and_audiences_in_a_token_and_in_its_filter(engine, at_home, document):
    engine.upsert([document(place='Bishop\'s "Auckland"', title="Cleaners")])
    asked = Query(
        "cleaners hall",
        place='Bishop\'s "Auckland"',
        audiences=frozenset({"public", "org-7"}),
        facets=("family",),
        filters={"family": frozenset({"need"})},
    )
    engine.search(asked)
    engine.suggest(asked)

    held = 'place_is IN ["~42ishop~27s~20~22~41uckland~22"] AND audience_is IN ["org-7", "public"]'
    assert len(at_home.searches) == 3  # what is known of the words, the search, the suggestions
    for bearer, body in at_home.searches:
        said = payload(bearer)
        assert said["searchRules"] == {"placeful": {"filter": held}}
        assert said["apiKeyUid"] == at_home.search_key["uid"]
        assert (
            timedelta(0)
            < datetime.fromtimestamp(said["exp"], UTC) - datetime.now(UTC)
            < timedelta(minutes=11)
        )
        assert all(query["filter"].startswith(held) for query in body["queries"])
        assert at_home.key not in bearer
    assert at_home.asked.count("GET /keys") == 1


def test_a_search_is_one_request_whatever_it_counts(engine, at_home):
    everything = {name: frozenset({"x"}) for name in ("family", "ward", "categories", "kinds")}

    engine.search(Query("hall", place="durham", filters=everything, facets=(*everything, "state")))

    assert at_home.asked == ["GET /keys", "POST /multi-search"]


def test_a_sketch_is_one_request_and_one_more_where_many_say_its_words(engine, at_home, document):
    engine.upsert(document(title=title) for title in ["Halls", "Roofing"] * 6)
    sketch = Sketch(
        place="durham",
        families=frozenset({"need", "offer"}),
        words={"hall": 1.0, "roofs": 2.0, "xylophone": 3.0},
        categories={"building/roofing": 1.0},
        near=Point(54.8, -1.6),
        nearest=3,
        vector=(1.0, 0.0, 0.0),
    )
    at_home.asked.clear()

    assert len(engine.alike(sketch)) == 12
    assert at_home.asked == ["GET /keys", "POST /multi-search"]
    assert len(engine.alike(replace(sketch, limit=5))) == 5
    assert at_home.asked[2:] == ["POST /multi-search"] * 2

    held = 'place_is IN ["durham"] AND audience_is IN ["public"]'
    for bearer, body in at_home.searches:
        assert payload(bearer)["searchRules"] == {"placeful": {"filter": held}}
        for asked in body["queries"]:
            assert asked["filter"].startswith(f'{held} AND family_is IN ["need", "offer"] AND state_is IN')
    first, again, more = [body["queries"] for _, body in at_home.searches]
    assert [asked["q"] for asked in first if "q" in asked] == ['"xylophon"', '"roof"', '"hall"']
    assert len(first) == len(again) == 8  # the board, three words, two of categories, meaning and the nearest
    assert [(asked["q"], asked["matchingStrategy"]) for asked in more] == [("roof hall ", "frequency")]


def test_the_server_alone_would_keep_a_token_to_its_place(engine, at_home, document):
    engine.upsert([document(key="need:1"), document(key="need:2", place="wear")])
    server = engine._server

    answers = server.ask('place_is IN ["durham"]', [{"indexUid": "placeful", "filter": 'place_is = "wear"'}])
    assert answers[0]["hits"] == []
    answers = server.ask('place_is IN ["durham"]', [{"indexUid": "placeful", "filter": "place_is EXISTS"}])
    assert [hit["id"] for hit in answers[0]["hits"]] == ["need-1"]


def test_a_token_is_used_again_and_made_anew_before_it_ends(at_home, document):
    clock = [datetime.now(UTC)]
    engine = meilisearch(at_home.address, at_home.key, now=lambda: clock[0])
    engine.upsert([document()])
    for minutes in (0, 1, 7, 3):
        clock[0] += timedelta(minutes=minutes)
        engine.search(DURHAM)

    first, again, later, last = [bearer for bearer, _ in at_home.searches]
    assert first == again == later != last


def test_a_new_search_key_on_the_server_is_noticed(engine, at_home):
    engine.search(DURHAM)
    at_home.keys = [at_home.admin_key, {**at_home.search_key, "key": "another" * 5}]

    assert engine.search(DURHAM).total == 0


@pytest.mark.parametrize(
    "key",
    [
        {"actions": ["*"]},
        {"actions": ["search", "documents.get"]},
        {"indexes": ["movies", "place"]},
        {"expiresAt": "2026-01-01T00:00:00.0Z"},
    ],
)
def test_a_key_that_may_do_more_or_less_than_search_signs_nothing(engine, at_home, key):
    at_home.keys = [at_home.admin_key, {**at_home.search_key, **key}]

    with pytest.raises(SearchUnavailable, match="no key that may search “placeful” and do nothing else"):
        engine.search(DURHAM)


def test_a_wrong_key_is_told_and_never_shown(at_home):
    engine = meilisearch(at_home.address, "a-wrong-key-that-is-secret")

    health = engine.health()

    assert not health.ready
    assert "refused (403)" in health.problem
    assert "secret" not in health.problem


@pytest.mark.parametrize("fault", [DOWN, BROKEN, GARBAGE, HALF])
def test_whatever_goes_wrong_is_said_plainly_and_ends_when_the_fault_does(engine, at_home, document, fault):
    engine.search(DURHAM)
    at_home.fault = fault

    for ask in (
        lambda: engine.search(Query("cleaners of halls", place="durham", facets=("family",))),
        lambda: engine.search(DURHAM),
        lambda: engine.suggest(Query("hall", place="durham")),
        lambda: engine.alike(Sketch(place="durham", families=FAMILIES, words={"hall": 1.0})),
        lambda: engine.upsert([document()]),
        lambda: engine.delete(["need:1"]),
        lambda: engine.rebuild([document()]),
        lambda: list(engine.marks()),
    ):
        with pytest.raises(SearchUnavailable, match="Meilisearch "):
            ask()
    assert not engine.health().ready

    at_home.fault = None
    assert engine.search(DURHAM).total == 0
    assert engine.health().ready


def test_nobody_at_that_address_is_said_plainly():
    engine = meilisearch("http://127.0.0.1:1", "a-key")

    with pytest.raises(SearchUnavailable, match="cannot be reached"):
        engine.search(DURHAM)
    assert engine.health().problem == "Meilisearch cannot be reached"


def test_a_server_that_never_answers_is_given_up(silent_port):
    engine = meilisearch(f"http://127.0.0.1:{silent_port}", "a-key", timeout_seconds=1)

    with pytest.raises(SearchUnavailable, match="did not answer in time"):
        engine.search(DURHAM)


def test_a_guarded_engine_answers_in_time_while_the_server_hangs_and_recovers_by_itself(engine, at_home):
    clock = [0.0]
    guarded = GuardedEngine(engine, patience_seconds=0.1, clock=lambda: clock[0])
    assert guarded.search(DURHAM).total == 0
    at_home.fault = HANG
    for _ in range(20):
        with pytest.raises(SearchUnavailable):
            guarded.search(DURHAM)
    assert "resting" in guarded.health().problem

    at_home.fault = None
    at_home.awake.set()
    clock[0] += 6
    for _ in range(100):  # the hung connections come back one by one
        try:
            assert guarded.search(DURHAM).total == 0
            break
        except SearchUnavailable:
            clock[0] += 6
    else:
        pytest.fail("it did not recover")


def test_threads_share_an_engine_and_nothing_else(engine, document):
    engine.upsert([document(place=f"place-{number}") for number in range(8)])
    found: dict[int, int] = {}

    def look(number: int) -> None:
        for _ in range(5):
            found[number] = engine.search(Query(place=f"place-{number}")).total

    threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == dict.fromkeys(range(8), 1)


def test_only_vectors_of_the_right_length_are_sent_and_every_document_says_whether_it_has_one(
    engine, at_home, document
):
    engine.upsert([document(key="need:1", vector=(1.0, 0.0, 0.0)), document(vector=(1.0,)), document()])

    held = at_home.store.get("placeful").now.documents
    assert [each["_vectors"]["meaning"] for each in held.values()] == [[1.0, 0.0, 0.0], None, None]
    assert engine.search(Query("hall", place="durham", vector=(1.0, 2.0))).total == 0
    assert "hybrid" not in at_home.searches[-1][1]["queries"][0]
