"""What every search engine promises, whatever it is made of."""

import threading
from datetime import date, timedelta
from random import Random

import pytest

from search.geo import Point, miles_between
from search.schema import FAMILIES, Query, Sort

DURHAM_CATHEDRAL = Point(54.7733, -1.5763)
CONSETT = {"lat": 54.8521, "lon": -1.8315}
BISHOP_AUCKLAND = {"lat": 54.6563, "lon": -1.6763}
SEAHAM = {"lat": 54.8389, "lon": -1.3456}

ODD_TEXT = [
    '"(:+-*',
    '"',
    "((((",
    "title_words:catering",
    "place_is:wear OR catering",
    "+catering -hall",
    "NOT catering",
    "AND OR NOT",
    "cater* ~2 ^9",
    "/.*/",
    "[a TO z]",
    "IN [durham wear]",
    "catering\\",
    "\x00\x01",
    "\ud800 half a letter",
    "🍰",
    "’’’",
    "   ",
    "x" * 100_000,
    "word " * 5_000,
    "1e400 -0 NaN",
    "'; DROP TABLE need; --",
]


@pytest.mark.parametrize("text", ODD_TEXT)
def test_any_text_can_be_typed_and_none_of_it_is_an_operator(engine, document, text):
    engine.upsert([document(title="Catering in the hall"), document(title="Catering", place="wear")])

    found = engine.search(Query(text, place="durham"))

    assert found.total <= 1


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"text": "catering"},
        {"text": "wear catering hall"},
        {"filters": {"family": FAMILIES}},
        {"filters": {"categories": frozenset({"food-drink"}), "is_verified": frozenset()}},
        {"text": "cat", "typing": True},
        {"near": DURHAM_CATHEDRAL, "within_miles": 500.0},
        {"near": DURHAM_CATHEDRAL, "sort": Sort.NEAREST},
        {"sort": Sort.NEWEST},
    ],
)
def test_one_place_never_sees_another(engine, document, asked):
    same = {"title": "Catering in the hall", "categories": ("food-drink/cafes",), **CONSETT}
    for place in ("durham", "Durham", "durham-city", "wear", "dur ham"):
        engine.upsert([document(key=f"need:{place}", place=place, organisation="durham", **same)])

    for place in ("durham", "durham-city", "wear"):
        found = engine.search(Query(place=place, **asked))
        assert [hit.key for hit in found.hits] == [f"need:{place}"]
        assert found.total == 1
    assert engine.search(Query(place="nowhere", **asked)).total == 0


def test_families_narrow_what_is_found(engine, document, keys):
    engine.upsert(document(key=f"{family}:1", family=family) for family in FAMILIES)

    assert sorted(keys(filters={"family": frozenset({"need", "offer"})})) == ["need:1", "offer:1"]
    assert len(keys()) == len(keys(filters={"family": frozenset()})) == len(FAMILIES)


def test_a_category_finds_its_descendants_and_nobody_else_s(engine, document, keys):
    filed = {
        "need:1": ("food-drink",),
        "need:2": ("food-drink/event-catering", "building"),
        "need:3": ("food",),
        "need:4": ("building/food-drink",),
        "need:5": (),
    }
    engine.upsert(document(key=key, categories=categories) for key, categories in filed.items())

    def filed_under(*slugs: str) -> list[str]:
        return sorted(keys(filters={"categories": frozenset(slugs)}))

    assert filed_under("food-drink") == ["need:1", "need:2"]
    assert filed_under("food-drink/event-catering") == ["need:2"]
    assert filed_under("building") == ["need:2", "need:4"]
    assert filed_under("building", "food") == ["need:2", "need:3", "need:4"]
    assert filed_under("Food-Drink") == filed_under("") == []


def test_distance_is_exact_and_leaves_out_what_has_no_location(engine, document):
    random = Random(7)
    spread = [
        document(lat=54.77 + random.uniform(-0.3, 0.3), lon=-1.57 + random.uniform(-0.5, 0.5))
        for _ in range(200)
    ]
    engine.upsert([*spread, document(title="Nobody knows where")])
    miles = {one.key: miles_between(DURHAM_CATHEDRAL, one.location) for one in spread}

    for reach in (0.0, 1.5, 6.0, 12.0, 10_000.0):
        found = engine.search(Query(place="durham", near=DURHAM_CATHEDRAL, within_miles=reach, limit=500))
        assert {hit.key for hit in found.hits} == {key for key, far in miles.items() if far <= reach}
        assert found.total == len(found.hits)
        assert all(hit.miles == pytest.approx(miles[hit.key]) for hit in found.hits)


def test_what_lies_exactly_at_the_point_is_within_no_miles_of_it(engine, document, keys):
    engine.upsert([document(key="need:1", lat=DURHAM_CATHEDRAL.lat, lon=DURHAM_CATHEDRAL.lon)])

    assert keys(near=DURHAM_CATHEDRAL, within_miles=0.0) == ["need:1"]


def test_nearest_goes_by_miles_and_puts_the_unknown_last(engine, document):
    engine.upsert(
        [
            document(key="need:1", title="Hall", **CONSETT),
            document(key="need:2", title="Hall"),
            document(key="need:3", title="Hall hall hall", **SEAHAM),
            document(key="need:4", title="Hall", **BISHOP_AUCKLAND),
        ]
    )

    found = engine.search(Query("hall", place="durham", near=DURHAM_CATHEDRAL, sort=Sort.NEAREST))

    assert [hit.key for hit in found.hits] == ["need:4", "need:3", "need:1", "need:2"]
    assert [hit.miles is None for hit in found.hits] == [False, False, False, True]


def test_miles_are_told_only_when_a_point_is_given(engine, document):
    engine.upsert([document(**CONSETT)])

    (without,) = engine.search(Query(place="durham")).hits
    (with_point,) = engine.search(Query(place="durham", near=DURHAM_CATHEDRAL)).hits

    assert without.miles is None
    assert with_point.miles == pytest.approx(11.6, abs=0.2)


def test_newest_goes_by_the_day_of_publication(engine, document, keys):
    engine.upsert(
        document(key=f"need:{month}", title="Hall " * month, published_on=date(2026, month, 1))
        for month in (2, 9, 5)
    )

    assert keys("hall", sort=Sort.NEWEST) == ["need:9", "need:5", "need:2"]


@pytest.mark.parametrize("sort", Sort)
@pytest.mark.parametrize("text", ["", "hall garden"])
def test_pages_together_hold_every_hit_once_and_in_the_same_order(engine, document, keys, sort, text):
    random = Random(3)
    made = [
        document(
            title=random.choice(["Hall", "Garden", "Hall and garden"]),
            published_on=date(2026, 1, 1) + timedelta(days=random.randrange(4)),
            **random.choice([CONSETT, SEAHAM, {}]),
        )
        for _ in range(95)
    ]
    engine.upsert(made)
    asked = {"near": DURHAM_CATHEDRAL, "sort": sort}
    whole = keys(text, **asked)

    pages = [
        engine.search(Query(text, place="durham", offset=n, limit=10, **asked)) for n in range(0, 100, 10)
    ]
    random.shuffle(made)
    engine.rebuild(made)

    assert [hit.key for page in pages for hit in page.hits] == whole
    assert len(whole) >= 20
    assert {page.total for page in pages} == {len(whole)}
    assert keys(text, **asked) == whole, "equals keep their order when the index is built another way"


def test_a_page_past_the_end_is_empty_and_still_knows_the_total(engine, document):
    engine.upsert([document(), document()])

    assert engine.search(Query(place="durham", offset=50)).hits == ()
    assert engine.search(Query(place="durham", offset=50)).total == 2
    assert engine.search(Query(place="durham", limit=0)).total == 2


def test_no_number_is_too_large_to_ask(engine, document):
    engine.upsert([document(closes_on=date(2026, 3, 2), **CONSETT)])
    huge = {"near": DURHAM_CATHEDRAL, "within_miles": float("inf"), "closes_within": 10**12}

    found = engine.search(Query(place="durham", today=date(2026, 3, 1), **huge))

    assert found.total == len(found.hits) == 1
    assert engine.search(Query(place="durham", offset=10**30, limit=20)).hits == ()
    assert len(engine.search(Query(place="durham", limit=10**9)).hits) == 1


def test_a_document_replaces_the_one_with_its_key(engine, document, keys):
    engine.upsert([document(key="need:1", title="Hall", place="wear"), document(key="need:2", title="Hall")])
    engine.upsert([document(key="need:1", title="Draft"), document(key="need:1", title="Garden")])

    assert keys("garden") == ["need:1"]
    assert keys("draft") == keys(place="wear") == []
    assert sorted(keys()) == ["need:1", "need:2"]


def test_deleting_forgets_the_keys_and_an_unknown_key_is_no_error(engine, document, keys):
    engine.upsert([document(key="need:1"), document(key="need:10"), document(key="offer:1", family="offer")])

    engine.delete(["need:1", "need:404", "", "need:*"])

    assert sorted(keys()) == ["need:10", "offer:1"]


def test_a_rebuild_replaces_everything(engine, document, keys):
    engine.upsert([document(key="need:1"), document(key="need:2")])

    engine.rebuild([document(key="need:3")])
    assert keys() == ["need:3"]

    engine.rebuild([])
    assert keys() == []


@pytest.mark.parametrize("change", ["upsert", "rebuild"])
def test_documents_that_stop_half_way_change_nothing_and_the_reason_is_told(engine, document, keys, change):
    engine.upsert([document(key="need:1")])

    def interrupted():
        yield document(key="need:2")
        raise LookupError("the database went away")

    with pytest.raises(LookupError, match="went away"):
        getattr(engine, change)(interrupted())

    assert keys() == ["need:1"]
    engine.upsert([document(key="need:3")])
    assert sorted(keys()) == ["need:1", "need:3"]


def test_readers_see_the_old_index_or_the_new_while_it_is_rebuilt(engine, document):
    old = [document(key=f"need:{number}") for number in range(40)]
    new = [document(key=f"offer:{number}", family="offer") for number in range(60)]
    engine.rebuild(old)
    seen: set[tuple[int, frozenset[str]]] = set()
    trouble: list[Exception] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                found = engine.search(Query(place="durham", limit=100))
            except Exception as problem:  # noqa: BLE001 - whatever it is, the test must say so
                trouble.append(problem)
                return
            seen.add((found.total, frozenset(hit.key.split(":")[0] for hit in found.hits)))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(5):
        engine.rebuild(new)
        engine.rebuild(old)
    done.set()
    for reader in readers:
        reader.join()

    assert trouble == []
    assert seen <= {(40, frozenset({"need"})), (60, frozenset({"offer"}))}
    assert seen


def test_writers_in_several_threads_all_get_their_turn(engine, document, keys):
    made = [document() for _ in range(12)]
    writers = [threading.Thread(target=engine.upsert, args=([one],)) for one in made[:3]]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    engine.upsert(made[3:])

    assert sorted(keys()) == sorted(one.key for one in made)


def test_health_counts_the_documents(engine, document):
    engine.upsert([document(), document(place="wear")])

    health = engine.health()

    assert health.ready
    assert health.documents == 2
    assert health.problem == ""
