from random import Random

import numpy as np
import pytest

from search.geo import Point, box_around, miles_between, miles_matrix

DURHAM, NEWCASTLE, LONDON = Point(54.7761, -1.5733), Point(54.9783, -1.6178), Point(51.5074, -0.1278)


def test_miles_agree_with_known_distances():
    assert miles_between(DURHAM, NEWCASTLE) == pytest.approx(14.1, abs=0.1)
    assert miles_between(DURHAM, LONDON) == pytest.approx(233.6, abs=1.0)
    assert miles_between(Point(0, 0), Point(0, 180)) == pytest.approx(12436.8, abs=0.5)
    assert miles_between(DURHAM, DURHAM) == 0


def test_the_matrix_gives_the_same_miles_for_every_pair():
    random = Random(1)
    here = [Point(random.uniform(-90, 90), random.uniform(-180, 180)) for _ in range(7)]
    there = [*here[:2], DURHAM, Point(90, 0), Point(0, 180)]

    matrix = miles_matrix(
        [p.lat for p in here], [p.lon for p in here], [p.lat for p in there], [p.lon for p in there]
    )

    assert matrix.shape == (7, 5)
    assert matrix == pytest.approx(np.array([[miles_between(a, b) for b in there] for a in here]), abs=1e-6)


def test_the_distance_to_an_unknown_point_is_unknown():
    matrix = miles_matrix([54.8, np.nan], [-1.6, np.nan], [54.7], [-1.5])

    assert np.isnan(matrix).tolist() == [[False], [True]]


@pytest.mark.parametrize(
    "centre", [DURHAM, Point(89.9, 10), Point(-89.9, 10), Point(10, 179.9), Point(60, -180)]
)
@pytest.mark.parametrize("miles", [0.0, 0.1, 25.0, 900.0, 13_000.0, float("inf")])
def test_a_box_holds_everything_within_its_miles(centre, miles):
    random = Random(2)
    box = box_around(centre, miles)

    for _ in range(300):
        lat = min(90.0, max(-90.0, centre.lat + random.gauss(0, 5)))
        point = Point(lat, (centre.lon + random.gauss(0, 8) + 180) % 360 - 180)
        if miles_between(centre, point) <= miles:
            assert box.south <= point.lat <= box.north
            assert box.west is None or box.east is None or box.west <= point.lon <= box.east


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_a_point_is_on_the_globe(lat, lon):
    with pytest.raises(ValueError, match="latitude and longitude"):
        Point(lat, lon)
