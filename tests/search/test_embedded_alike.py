"""How the embedded engine looks around: by name, by bounds and by measuring, all to the same end."""

from random import Random

import pytest

from search import embedded_alike
from search.embedded import EmbeddedEngine
from search.geo import Point, miles_between
from search.schema import Document, Sketch

HERE = Point(54.77, -1.57)
WAYS = {
    "all measured": {},
    "a few locations by name": {"FEW_MEASURED": 0, "FEWEST_SPOTS": 4},
    "many locations by their bounds": {"FEW_MEASURED": 0, "FEWEST_SPOTS": 4, "NAMED_SPOTS": 8},
}


@pytest.fixture(params=WAYS)
def way(request, monkeypatch) -> None:
    """How to look, with numbers small enough for a test."""
    for name, value in WAYS[request.param].items():
        monkeypatch.setattr(embedded_alike, name, value)


@pytest.fixture
def spread(document) -> list[Document]:
    """Halls and gardens all over, three at each of a hundred places; some nowhere."""
    random = Random(3)
    places = [(54.77 + random.uniform(-0.3, 0.3), -1.57 + random.uniform(-0.5, 0.5)) for _ in range(100)]
    made = [
        document(title=random.choice(["Hall", "Garden"]), categories=(random.choice(["venues", "garden"]),))
        for _ in range(30)
    ]
    for lat, lon in places * 3:
        slug = random.choice(["venues", "garden"])
        made.append(document(title=random.choice(["Hall", "Garden"]), categories=(slug,), lat=lat, lon=lon))
    return made


def engine_with(tmp_path, documents: list[Document]) -> EmbeddedEngine:
    engine = EmbeddedEngine(tmp_path / "index")
    engine.rebuild(documents)
    return engine


def far(document: Document) -> float:
    return miles_between(HERE, document.location) if document.location else float("inf")


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("miles", [None, 6.0])
@pytest.mark.parametrize("slugs", [{}, {"venues": 1.0}])
def test_the_nearest_are_the_nearest_however_they_are_sought(tmp_path, spread, miles, slugs):
    engine = engine_with(tmp_path, spread)
    sketch = Sketch(
        place="durham",
        families=frozenset({"need"}),
        categories=slugs,
        near=HERE,
        within_miles=miles,
        limit=0,
        nearest=20,
    )

    found = [hit.miles for hit in engine.alike(sketch)]

    likely = [one for one in spread if one.location and (not slugs or set(one.categories) & set(slugs))]
    expected = sorted(far(one) for one in likely if miles is None or far(one) <= miles)[:20]
    assert found == pytest.approx(expected)
    assert len(found) > 5


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("miles", [3.0, 12.0])
@pytest.mark.parametrize("said", [{"words": {"hall": 1.0}}, {"categories": {"venues": 1.0}}])
def test_what_is_too_far_is_left_out_whether_locations_are_few_or_many(tmp_path, spread, miles, said):
    engine = engine_with(tmp_path, spread)
    sketch = Sketch(place="durham", families=frozenset({"need"}), near=HERE, within_miles=miles, **said)

    found = {hit.key for hit in engine.alike(sketch)}

    halls = [one for one in spread if one.title == "Hall" or "words" not in said]
    venues = [one for one in halls if "venues" in one.categories or "words" in said]
    assert found == {one.key for one in venues if one.location is None or far(one) <= miles}


def test_where_little_is_near_enough_more_is_asked_for(tmp_path, monkeypatch, document):
    monkeypatch.setattr(embedded_alike, "NAMED_SPOTS", 0)
    monkeypatch.setattr(embedded_alike, "SPARE", 0)
    loud = [document(title="Hall", summary="Hall", lat=56.0, lon=-1.5) for _ in range(100)]
    near = [document(title="Hall", body="and so on " * 9, lat=54.77, lon=-1.57 + n / 1000) for n in range(4)]
    engine = engine_with(tmp_path, loud + near)
    sketch = Sketch(
        place="durham",
        families=frozenset({"need"}),
        words={"hall": 1.0},
        near=HERE,
        within_miles=2.0,
        limit=3,
    )

    assert {hit.key for hit in engine.alike(sketch)} < {one.key for one in near}
    assert len(engine.alike(sketch)) == 3
