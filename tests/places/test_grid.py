"""National Grid references against control points that Ordnance Survey publishes."""

import numpy as np
import pytest

from marketplace.places import grid
from search.geo import Point, miles_between

METRES_IN_A_MILE = 1609.344

# Latitude, longitude (ETRS89), easting, northing: the worked example of OS's guide and test points of OSTN15.
CONTROL_POINTS = {
    "Caister water tower": (52.658007833, 1.716073973, 651409.804, 313177.450),
    "St Mary's, Scilly": (49.92226393730, -6.29977752014, 91492.146, 11318.804),
    "Former OS headquarters": (50.93127937910, -1.45051433700, 438710.920, 114792.250),
    "Flamborough Head": (54.11685144290, -0.07773133187, 525745.670, 470703.214),
    "Carlisle": (54.89542340420, -2.93827741149, 339921.145, 556034.761),
    "Newcastle University": (54.97912273660, -1.61657685184, 424639.355, 565012.703),
    "Mallaig": (57.00606696050, -5.82836691850, 167634.202, 797067.144),
    "Foula": (60.13308091660, -2.07382822798, 395999.668, 1138728.951),
}


def metres_off(lat, lon, easting, northing):
    (found_lat,), (found_lon,) = grid.to_lat_lon([easting], [northing])
    return miles_between(Point(lat, lon), Point(found_lat, found_lon)) * METRES_IN_A_MILE


@pytest.mark.parametrize("name", CONTROL_POINTS)
def test_a_control_point_is_found_within_five_metres(name):
    assert metres_off(*CONTROL_POINTS[name]) <= 5


@pytest.mark.parametrize("name", ["Carlisle", "Newcastle University"])
def test_a_control_point_of_the_north_is_found_within_two_metres(name):
    assert metres_off(*CONTROL_POINTS[name]) <= 2


def test_many_references_are_turned_at_once_into_the_same_points():
    eastings, northings = np.array([list(point[2:]) for point in CONTROL_POINTS.values()]).T

    lats, lons = grid.to_lat_lon(eastings, northings)

    one_by_one = [grid.to_lat_lon([e], [n]) for e, n in zip(eastings, northings, strict=True)]
    assert [float(lat) for lat in lats] == [float(lat[0]) for lat, _ in one_by_one]
    assert [float(lon) for lon in lons] == [float(lon[0]) for _, lon in one_by_one]


def test_no_references_are_no_points():
    lats, lons = grid.to_lat_lon([], [])

    assert len(lats) == len(lons) == 0


@pytest.mark.parametrize(
    ("easting", "northing"), [(0, 0), (-5, 540000), (425000, 1_500_000), (float("nan"), 1)]
)
def test_a_reference_off_the_sheet_is_known_as_such(easting, northing):
    assert not grid.on_grid(easting, northing)
