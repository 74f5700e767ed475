from datetime import date

import pytest

from search.geo import Point
from search.schema import Document, Query, Sketch, Sort


def test_a_query_is_always_about_a_place():
    with pytest.raises(TypeError, match="place"):
        Query("catering")
    with pytest.raises(ValueError, match="one place"):
        Query("catering", place="")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"within_miles": 5.0}, "point to measure from"),
        ({"sort": Sort.NEAREST}, "point to measure from"),
        ({"near": Point(54.8, -1.6), "within_miles": -1.0}, "distance in miles"),
        ({"near": Point(54.8, -1.6), "within_miles": float("nan")}, "distance in miles"),
        ({"offset": -1}, "Not a page"),
        ({"limit": -1}, "Not a page"),
    ],
)
def test_a_question_that_cannot_be_answered_whole_is_refused(asked, message):
    with pytest.raises(ValueError, match=message):
        Query(place="durham", **asked)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"family": "gig"}, "Unknown family"),
        ({"place": ""}, "a key, a place"),
        ({"key": ""}, "a key, a place"),
        ({"lat": 54.8}, "half a location"),
        ({"lat": 154.8, "lon": -1.6}, "latitude"),
        ({"lat": float("nan"), "lon": -1.6}, "latitude"),
    ],
)
def test_a_document_nobody_could_find_rightly_is_refused(said, message):
    plain = {"key": "need:1", "family": "need", "place": "durham", "title": "Hall"}

    with pytest.raises(ValueError, match=message):
        Document(**plain | said)


def test_a_document_knows_where_it_is():
    plain = {"key": "need:1", "family": "need", "place": "durham", "title": "Hall"}

    assert Document(**plain, published_on=date(2026, 1, 1)).location is None
    assert Document(**plain, lat=54.8, lon=-1.6).location == Point(54.8, -1.6)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"place": ""}, "one place"),
        ({"audiences": frozenset()}, "known audiences"),
        ({"families": frozenset()}, "Not families"),
        ({"families": frozenset({"gig"})}, "Not families"),
        ({"words": {"hall": 0.0}}, "Not a weight: 0.0 of 'hall'"),
        ({"words": {"hall": float("nan")}}, "Not a weight"),
        ({"categories": {"building": float("inf")}}, "Not a weight"),
        ({"within_miles": 5.0}, "point to measure from"),
        ({"nearest": 5}, "point to measure from"),
        ({"near": Point(54.8, -1.6), "within_miles": float("nan")}, "distance in miles"),
        ({"limit": -1}, "number of documents"),
        ({"near": Point(54.8, -1.6), "nearest": -1}, "number of documents"),
    ],
)
def test_a_sketch_that_cannot_be_followed_whole_is_refused(said, message):
    with pytest.raises(ValueError, match=message):
        Sketch(**{"place": "durham", "families": frozenset({"need"})} | said)


def test_the_steps_down_to_a_category_add_up_to_its_weight_and_kin_share_half_of_it():
    sketch = Sketch(
        place="durham",
        families=frozenset({"need"}),
        categories={"building/roofing/slate": 4.0, "building/damp": 1.0, "food": 3.0},
    )

    assert sketch.category_weights == {
        "food": 3.0,
        "building/roofing/slate": 2.0,
        "building": 1.0,
        "building/roofing": 1.0,
        "building/damp": 0.5,
    }
