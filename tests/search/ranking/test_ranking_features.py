"""Each feature read alone, on pairs whose answer is plain."""

import numpy as np
import pytest

from search.geo import Point
from search.ranking import Give, Want, features
from search.ranking.columns import lay_out
from search.ranking.vocabulary import Vocabulary

HERE = Point(54.777, -1.575)


def read(feature, want: dict, give: dict) -> float:
    """One feature's reading of one pair, both given by what matters."""
    plain = {"key": "k", "party": "p", "title": "Tea", "text": "Cups of tea."}
    wants, gives = [Want(**plain | {"family": "need"} | want)], [Give(**plain | {"family": "offer"} | give)]
    return float(feature(*lay_out(wants, gives, Vocabulary([*wants, *gives])))[0, 0])


def miles_away(miles: float) -> Point:
    return Point(HERE.lat + miles / 69.1, HERE.lon)


@pytest.mark.parametrize(
    ("asked", "given", "value"),
    [
        ({"food/catering"}, {"food/catering"}, 1.0),
        ({"food/catering", "arts/music"}, {"arts/music"}, 1.0),
        ({"food/catering"}, {"food/bakery"}, 0.4),
        ({"food"}, {"food/bakery"}, 0.4),
        ({"food/catering"}, {"arts/music"}, 0.0),
        ({"food/catering"}, set(), 0.0),
        (set(), set(), 0.0),
    ],
)
def test_category_reads_the_hierarchy(asked, given, value):
    got = read(features.category, {"categories": frozenset(asked)}, {"categories": frozenset(given)})

    assert got == value


@pytest.mark.parametrize(
    ("miles", "reach", "value"),
    [
        (2, 10, 1.0),
        (3, 10, 1.0),
        (10, 10.1, 0.4),
        (11, 10, 0.0),
        (1.9, 2, 1.0),
        (2.5, 2, 0.0),
        (2, None, 1.0),
        (28, None, 0.37),
        (None, 10, 0.3),
    ],
)
def test_distance_falls_to_the_edge_of_the_reach(miles, reach, value):
    point = None if miles is None else miles_away(miles)

    got = read(features.distance, {"point": HERE}, {"point": point, "reach_miles": reach})

    assert got == pytest.approx(value, abs=0.02)


@pytest.mark.parametrize(
    ("value", "turnover", "reading"),
    [
        (5, 100, 1.0),
        (10, 100, 1.0),
        (55, 100, 0.5),
        (100, 100, 0.0),
        (900, 100, 0.0),
        (1, 100, 0.5),
        (5, None, 0.5),
    ],
)
def test_size_reads_how_far_a_firm_would_lean_on_the_work(value, turnover, reading):
    assert read(features.size, {"value": value}, {"turnover": turnover}) == pytest.approx(reading)


@pytest.mark.parametrize(
    ("asked", "given", "reading"),
    [
        ({"goods"}, {"goods"}, 1.0),
        ({"goods", "money"}, {"goods"}, 0.85),
        ({"volunteers"}, {"skills"}, 0.5),
        ({"goods"}, {"space"}, 0.0),
        ({"goods"}, set(), 0.3),
        (set(), {"goods"}, 0.3),
    ],
)
def test_quantity_reads_the_kinds_asked_for(asked, given, reading):
    got = read(features.quantity, {"quantity_kinds": frozenset(asked)}, {"quantity_kinds": frozenset(given)})

    assert got == pytest.approx(reading)


def test_text_is_whole_for_the_same_words_and_nothing_for_others():
    assert read(features.text, {}, {}) > 0.99
    assert read(features.text, {}, {"title": "Boilers", "text": "Pumps, radiators."}) == 0.0


@pytest.mark.parametrize("evidence", [0.0, 0.5, 1.0])
def test_topic_is_surer_with_every_piece_of_evidence(evidence):
    now = features.topic({"text": np.array(evidence), "category": np.array(0.5)})
    more = features.topic({"text": np.array(evidence), "category": np.array(0.6)})

    assert 0 < now < more <= 1


def test_topic_is_certain_with_all_evidence_and_absent_with_none():
    assert features.topic({"text": np.array(1.0), "category": np.array(1.0)}) == pytest.approx(1)
    assert features.topic({"text": np.array(0.0), "category": np.array(0.0)}) == 0
