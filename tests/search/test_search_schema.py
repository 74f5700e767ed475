from datetime import date

import pytest

from search.geo import Point
from search.schema import Document, Query, Sort


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
