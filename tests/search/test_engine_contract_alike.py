"""What every search engine finds when it is shown a sketch of what is sought."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from search.engine import SearchEngine
from search.geo import Point, miles_between
from search.schema import FAMILIES, Document, Hit, Sketch

DURHAM_CATHEDRAL = Point(54.7733, -1.5763)
CONSETT = {"lat": 54.8521, "lon": -1.8315}  # 11.6 miles away
SEAHAM = {"lat": 54.8389, "lon": -1.3456}  # 10.3
BISHOP_AUCKLAND = {"lat": 54.6563, "lon": -1.6763}  # 9.0

Alike = Callable[..., list[str]]


@pytest.fixture
def hits(engine: SearchEngine) -> Callable[..., tuple[Hit, ...]]:
    """What is like a sketch of a need in Durham."""

    def find(*words: str, **said: Any) -> tuple[Hit, ...]:
        plain = {"place": "durham", "families": frozenset({"need"}), "words": dict.fromkeys(words, 1.0)}
        return engine.alike(Sketch(**plain | said))

    return find


@pytest.fixture
def alike(hits: Callable[..., tuple[Hit, ...]]) -> Alike:
    """The keys of that, in their order."""

    def find(*words: str, **said: Any) -> list[str]:
        return [hit.key for hit in hits(*words, **said)]

    return find


def test_any_of_the_words_is_enough_and_more_of_them_are_better(engine, document, alike):
    engine.upsert(
        [
            document(key="need:1", title="Minibus"),
            document(key="need:2", title="A driver of a minibus"),
            document(key="need:3", title="Drivers"),
            document(key="need:4", title="Garden"),
        ]
    )

    found = alike("minibus", "driver", "xylophone")

    assert found[0] == "need:2"
    assert sorted(found) == ["need:1", "need:2", "need:3"]
    assert alike("xylophone") == alike() == []


def test_rarer_words_lead_and_so_do_those_that_weigh_more(engine, document, alike):
    engine.upsert(document(title="Hall") for _ in range(30))
    engine.upsert([document(key="need:roof", title="Roof"), document(key="need:damp", title="Damp")])

    found = alike("hall", "roof", "damp")
    assert set(found[:2]) == {"need:roof", "need:damp"}
    assert len(found) == 32
    assert alike(words={"roof": 1.0, "damp": 2.0})[0] == "need:damp"
    assert alike(words={"roof": 2.0, "damp": 1.0})[0] == "need:roof"


def test_common_words_find_nothing_where_there_are_rarer_ones(engine, document, alike):
    engine.upsert(document(title="Local services") for _ in range(220))
    engine.upsert([document(key="need:roof", title="Roof")])

    assert alike("local", "services", "roof", limit=1000) == ["need:roof"]
    assert len(alike("local", "services", limit=1000)) == 220


def test_of_words_said_too_often_to_look_at_all_what_says_several_is_found(engine, document, alike):
    engine.upsert(document(title=title) for title in ["Hall", "Roof"] * 60)
    engine.upsert([document(key="need:both", title="The roof of the hall", published_on=date(2020, 1, 1))])

    assert alike("hall", "roof", limit=10)[0] == "need:both"


def test_only_so_many_words_are_read_and_the_heaviest_are_among_them(engine, document, alike):
    engine.upsert([document(key="need:1", title="Roof"), document(key="need:2", title="Damp")])
    filling = {f"filler{number}": 1.0 for number in range(40)}

    assert alike(words=filling | {"roof": 2.0, "damp": 0.5}) == ["need:1"]


@pytest.mark.parametrize("word", ["catering", "CATERER", "Café-cater", "caters!"])
def test_words_are_plain_ones_in_any_form(engine, document, alike, word):
    engine.upsert([document(key="need:1", title="Caterers wanted"), document(title="Nothing of it")])

    assert alike(word) == ["need:1"]


def test_what_is_filed_alike_is_found_and_its_kin_after_it(engine, document, alike):
    filed = {
        "need:1": ("building/roofing",),
        "need:2": ("building/damp",),
        "need:3": ("building",),
        "need:4": ("food/catering",),
        "need:5": (),
        "need:6": ("building/roofing/slate",),
    }
    engine.upsert(document(key=key, categories=slugs) for key, slugs in filed.items())

    assert set(alike(categories={"building/roofing": 1.0})[:2]) == {"need:1", "need:6"}
    assert sorted(alike(categories={"building/roofing": 1.0})[2:]) == ["need:2", "need:3"]
    assert sorted(alike(categories={"building": 1.0})) == ["need:1", "need:2", "need:3", "need:6"]
    assert alike(categories={"nobody’s/own": 1.0}) == []


def test_a_category_adds_to_what_words_find_and_heavier_ones_add_more(engine, document, alike):
    engine.upsert(
        [
            document(key="need:1", title="Roof", published_on=date(2026, 5, 1)),
            document(key="need:2", title="Roof", categories=("building/slate",)),
            document(key="need:3", title="Roof", categories=("energy/solar",)),
            *(document(title="Garden", categories=("garden",)) for _ in range(20)),
        ]
    )

    assert alike("roof", categories={"building/slate": 2.0, "energy/solar": 1.0})[:3] == [
        "need:2",
        "need:3",
        "need:1",
    ]
    assert alike("roof", categories={"building/slate": 0.5, "energy/solar": 1.0})[0] == "need:3"


def test_what_is_merely_filed_alike_comes_newest_first(engine, document, alike):
    engine.upsert(
        document(key=f"need:{month}", categories=("building",), published_on=date(2026, month, 1))
        for month in (3, 9, 6, 1)
    )

    assert alike(categories={"building": 1.0}, limit=3) == ["need:9", "need:6", "need:3"]


@pytest.mark.parametrize("said", [{"words": {"hall": 1.0, "roof": 2.0}}, {"categories": {"venues": 1.0}}])
def test_of_many_that_are_alike_the_newest_are_found(engine, document, alike, said):
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(300)]
    Random(2).shuffle(days)
    made = [document(title="Hall roof", categories=("venues",), published_on=day) for day in days]
    engine.upsert(made)

    newest = sorted(made, key=lambda one: one.published_on, reverse=True)
    assert alike(**said, limit=5) == [one.key for one in newest[:5]]


@pytest.mark.parametrize("said", [{"words": {"hall": 1.0}}, {"categories": {"venues": 1.0}}, {"nearest": 9}])
def test_only_open_ones_of_the_families_the_place_and_the_audiences_are_found(engine, document, alike, said):
    plain = {"title": "Hall", "categories": ("venues/halls",), "vector": (1.0, 0.0, 0.0), **CONSETT}
    engine.upsert(
        [
            document(key="need:1", **plain),
            document(key="need:2", place="wear", **plain),
            document(key="need:3", audience="org-7", **plain),
            document(key="need:4", state="closed", **plain),
            *(document(key=f"{family}:5", family=family, **plain) for family in FAMILIES),
        ]
    )
    asked = {**said, "near": DURHAM_CATHEDRAL, "vector": (1.0, 0.0, 0.0)}

    assert sorted(alike(**asked)) == ["need:1", "need:5"]
    assert sorted(alike(**asked, audiences=frozenset({"org-7"}))) == ["need:3"]
    assert sorted(alike(**asked, audiences=frozenset({"public", "org-7"}))) == ["need:1", "need:3", "need:5"]
    assert alike(**asked, audiences=frozenset({"org", "*", "public org-7"})) == []
    assert alike(**asked, families=frozenset({"organisation"})) == ["organisation:5"]
    assert len(alike(**asked, families=FAMILIES)) == len(FAMILIES) + 1
    assert alike(**asked, place="nowhere") == []


def test_another_kind_of_quantity_is_left_out_and_none_at_all_is_not(engine, document, alike):
    kinds = {"need:1": ("money",), "need:2": ("goods", "space"), "need:3": (), "need:4": ("space",)}
    engine.upsert(document(key=key, title="Hall", quantity_kinds=said) for key, said in kinds.items())

    def of(*wanted: str) -> list[str]:
        return sorted(alike("hall", quantity_kinds=frozenset(wanted)))

    assert of("space") == ["need:2", "need:3", "need:4"]
    assert of("money", "goods") == ["need:1", "need:2", "need:3"]
    assert of("nobody’s") == of("\ud800") == ["need:3"]
    assert of() == sorted(kinds)


def test_what_is_known_to_be_farther_is_left_out_and_what_is_nowhere_stays(engine, document, hits):
    where = {"need:1": BISHOP_AUCKLAND, "need:2": SEAHAM, "need:3": CONSETT, "need:4": {}}
    engine.upsert(document(key=key, title="Hall", **at) for key, at in where.items())

    def within(miles: float | None, **asked: Any) -> dict[str, float | None]:
        found = hits("hall", near=DURHAM_CATHEDRAL, within_miles=miles, **asked)
        return {hit.key: hit.miles for hit in found}

    assert within(10.0).keys() == {"need:1", "need:4"}
    assert within(11.0, nearest=9).keys() == {"need:1", "need:2", "need:4"}
    assert within(0.0).keys() == {"need:4"}
    assert within(None).keys() == within(float("inf")).keys() == where.keys()
    assert within(None)["need:3"] == pytest.approx(11.6, abs=0.2)
    assert within(None)["need:4"] is None


@pytest.mark.parametrize("miles", [1.0, 5.0, 12.0])
def test_distance_is_exact_however_many_there_are(engine, document, alike, miles):
    random = Random(7)
    spread = [
        document(title="Hall", lat=54.77 + random.uniform(-0.2, 0.2), lon=-1.57 + random.uniform(-0.3, 0.3))
        for _ in range(300)
    ]
    engine.upsert(spread)
    inside = {one.key for one in spread if miles_between(DURHAM_CATHEDRAL, one.location) <= miles}
    asked = {"near": DURHAM_CATHEDRAL, "within_miles": miles}

    assert set(alike("hall", **asked, limit=1000)) == inside
    assert len(alike("hall", **asked, limit=5)) == min(5, len(inside))


def test_so_many_nearest_ones_follow_once_each_nearest_first(engine, document, alike):
    engine.upsert(
        [
            document(key="need:1", title="Roof", **CONSETT),
            document(key="need:2", title="Garden", **SEAHAM),
            document(key="need:3", title="Garden", **BISHOP_AUCKLAND),
            document(key="need:4", title="Garden"),
            document(key="need:5", title="Garden", lat=53.0, lon=-1.5),
        ]
    )

    assert alike("roof", near=DURHAM_CATHEDRAL, nearest=2) == ["need:1", "need:3", "need:2"]
    assert alike("roof", near=DURHAM_CATHEDRAL, nearest=9) == ["need:1", "need:3", "need:2", "need:5"]
    assert alike(near=DURHAM_CATHEDRAL, nearest=1) == ["need:3"]
    assert alike("roof", near=DURHAM_CATHEDRAL, nearest=1, limit=0) == ["need:3"]


def test_with_categories_the_nearest_share_one(engine, document, alike):
    engine.upsert(
        [
            document(key="need:1", categories=("building/roofing",), **CONSETT),
            document(key="need:2", categories=("building/damp",), **SEAHAM),
            document(key="need:3", categories=("food",), **BISHOP_AUCKLAND),
        ]
    )
    asked = {"near": DURHAM_CATHEDRAL, "nearest": 5, "limit": 0}

    assert alike(categories={"building": 1.0, "trains": 1.0}, **asked) == ["need:2", "need:1"]
    assert alike(categories={"building/roofing": 1.0}, **asked) == ["need:1"]
    assert alike(categories={"trains": 1.0}, **asked) == []


def test_what_is_close_in_meaning_is_found_too(engine, document, alike):
    engine.upsert(
        [
            document(key="need:1", title="Lunch", vector=(1.0, 0.1, 0.0)),
            document(key="need:2", title="Meals", vector=(0.0, 0.0, 1.0)),
            document(key="need:3", title="Garden", vector=(0.0, 1.0, 0.0)),
            document(key="need:4", title="Meals"),
        ]
    )

    assert set(alike("meals", vector=(1.0, 0.0, 0.0))) == {"need:1", "need:2", "need:4"}
    assert alike(vector=(1.0, 0.0, 0.0)) == ["need:1"]
    assert alike("meals", vector=(0.0, 0.0, 1.0))[0] == "need:2"
    assert set(alike("meals", vector=(1.0, 2.0))) == {"need:2", "need:4"}, (
        "of another length, it says nothing"
    )


ODD = [
    "",
    "   ",
    "\ud800",
    "🍰",
    "’’’",
    '"(:+-*',
    "x" * 1000,
    "place_is:wear",
    '" OR place_is = "wear',
    "\x00",
]


@pytest.mark.parametrize("odd", ODD)
def test_any_word_and_any_slug_can_be_sketched(engine, document, alike, odd):
    engine.upsert([document(key="need:1", title="Hall", **CONSETT), document(title="Hall", place="wear")])
    near = {"near": DURHAM_CATHEDRAL, "nearest": 3}

    assert alike("hall", odd, categories={odd: 1.0}) == ["need:1"]
    assert alike(odd, categories={odd: 1.0}) == alike(odd, categories={odd: 1.0}, **near) == []
    assert alike(odd, place=odd or "odd", audiences=frozenset({odd or "odd"}), **near) == []


def test_limits_hold_and_none_is_too_large(engine, document, alike, hits):
    engine.upsert(document(title="Hall", categories=("venues",), **CONSETT) for _ in range(30))
    asked = {"categories": {"venues": 1.0}, "near": DURHAM_CATHEDRAL}

    assert len(alike("hall", limit=7)) == len(alike(categories={"venues": 1.0}, limit=7)) == 7
    assert len(set(alike("hall", **asked, limit=7, nearest=5))) in range(7, 13)
    assert len(set(alike("hall", **asked, limit=10**9, nearest=10**9))) == 30
    assert alike("hall", **asked, limit=0) == []
    scores = [hit.score for hit in hits("hall", **asked, nearest=5)]
    assert scores == sorted(scores, reverse=True)


def test_what_is_deleted_or_changed_does_not_come_back(engine, document, alike):
    plain = {"title": "Hall", "categories": ("venues",), "vector": (1.0, 0.0, 0.0), **CONSETT}
    engine.upsert([document(key=f"need:{number}", **plain) for number in range(4)])
    asked = {"categories": {"venues": 1.0}, "near": DURHAM_CATHEDRAL, "nearest": 9, "vector": (1.0, 0.0, 0.0)}

    engine.delete(["need:0"])
    engine.upsert([document(key="need:1", **plain | {"state": "closed"})])
    engine.upsert([document(key="need:2", title="Garden")])
    assert alike("hall", **asked) == ["need:3"]

    engine.rebuild([])
    assert alike("hall", **asked) == []


def test_the_same_sketch_finds_the_same_however_the_index_was_built(engine, document, alike):
    random = Random(5)
    titles = ["Hall roof", "Roof", "Damp hall", "Garden"]
    slugs = ["building/roofing", "building", "garden"]
    made = [
        document(
            title=random.choice(titles), categories=(random.choice(slugs),), **random.choice([SEAHAM, {}])
        )
        for _ in range(80)
    ]
    asked = {"categories": {"building/roofing": 1.0}, "near": DURHAM_CATHEDRAL, "nearest": 5, "limit": 30}
    engine.rebuild(made)
    first = alike("roof", "damp", **asked)

    random.shuffle(made)
    engine.rebuild(made)

    assert alike("roof", "damp", **asked) == first


PLACES = ("durham", "Durham", "wear", "dur ham", 'durham" OR place_is = "wear')
AUDIENCES = ("public", "org-1", "org-11", "ORG-1", 'org-1" OR audience_is = "public')


def test_no_sketch_however_bent_finds_what_is_private_or_of_another_place(engine):
    random = Random(11)
    documents = {
        f"need:{number}": Document(
            key=f"need:{number}",
            family="need",
            place=place,
            audience=audience,
            title="Catering for the village hall",
            categories=("food/catering", "wear"),
            quantity_kinds=(audience,) if number % 2 else (),
            vector=(1.0, 0.0, 0.0),
            **CONSETT,
        )
        for number, (place, audience) in enumerate((p, a) for p in PLACES for a in AUDIENCES)
    }
    engine.rebuild(documents.values())
    plain = Sketch(place="durham", families=FAMILIES, near=DURHAM_CATHEDRAL)
    odd = (*PLACES, *AUDIENCES, *filter(None, ODD))
    found = 0
    for _ in range(300):
        people = frozenset(random.sample((*AUDIENCES, "org", "*"), k=random.randint(1, 3)))
        sketch = replace(
            plain,
            place=random.choice(PLACES),
            audiences=people,
            words=dict.fromkeys(random.sample(("hall", "catering", *odd), k=random.randrange(4)), 1.0),
            categories=dict.fromkeys(random.sample(("food", *odd), k=random.randrange(3)), 1.0),
            quantity_kinds=frozenset(random.sample(odd, k=random.randrange(2))),
            within_miles=random.choice((None, 20.0)),
            vector=random.choice((None, (1.0, 0.0, 0.0))),
            nearest=random.choice((0, 5)),
        )
        keys = [hit.key for hit in engine.alike(sketch)]
        assert len(keys) == len(set(keys))
        assert all(documents[key].place == sketch.place for key in keys)
        assert all(documents[key].audience in people for key in keys)
        found += len(keys)

    assert found > 100
