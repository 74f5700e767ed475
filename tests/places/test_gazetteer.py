"""The file that describes a place."""

import numpy as np
import pytest

from marketplace.places.gazetteer import UnreadableFile, read_place
from marketplace.places.postcodes import outward
from marketplace.places.readers import PostcodeRow, read_postcodes
from search.geo import miles_matrix

SMALL = """\
slug = "teesdale"
name = "Teesdale"
lat = 54.55
lon = -1.92
towns = [
  { name = "Barnard Castle", lat = 54.543, lon = -1.924 },
  { name = "Yarm", lat = 54.508, lon = -1.354, inside = false },
]

[districts]
DL12 = [54.5700, -1.9700]
"""


def place_file(tmp_path, text):
    path = tmp_path / "place.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_place_of_ones_own_is_read(tmp_path):
    place = read_place(place_file(tmp_path, SMALL))

    assert (place.slug, place.neighbours, place.timezone) == ("teesdale", (), "Europe/London")
    assert [(town.name, town.inside) for town in place.towns] == [("Barnard Castle", True), ("Yarm", False)]
    assert [(district.code, district.lat) for district in place.districts] == [("DL12", 54.57)]


def test_the_packaged_place_holds_its_county_and_its_neighbours():
    place = read_place()

    inside = {town.name for town in place.towns if town.inside}
    districts = {district.code for district in place.districts}
    assert {"Durham City", "Bishop Auckland", "Consett", "Peterlee", "Stanhope"} <= inside
    assert {"Darlington", "Hexham", "Sunderland"} <= {town.name for town in place.towns} - inside
    assert {f"DH{number}" for number in range(1, 10)} <= districts
    assert {f"DL{number}" for number in range(1, 18)} <= districts
    assert all(54.2 < town.lat < 55.1 and -2.5 < town.lon < -1.0 for town in place.towns)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('slug = "teesdale"', "", "does not say 'slug'"),
        ("lat = 54.55", "lat = 154.55", "the point of Teesdale is not a latitude and longitude"),
        ("lat = 54.55", 'lat = "north"', "cannot be used"),
        ("DL12 =", "Teesdale =", "“Teesdale” is not a postcode district"),
        ("[54.5700, -1.9700]", "[54.5700]", "cannot be used"),
        ('name = "Yarm"', 'name = "Barnard Castle"', "Barnard Castle appears twice"),
        ("lon = -1.92\n", 'lon = -1.92\ntimezone = "Europe/Durham"\n', "not a time zone"),
        ("towns = [", "towns = ", "cannot be used"),
    ],
)
def test_a_place_that_cannot_be_used_says_what_to_put_right(tmp_path, old, new, message):
    with pytest.raises(UnreadableFile, match=message):
        read_place(place_file(tmp_path, SMALL.replace(old, new, 1)))


def test_a_place_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(UnreadableFile, match=r"gone\.toml cannot be read: No such file"):
        read_place(tmp_path / "gone.toml")


@pytest.mark.real_data
def test_each_packaged_town_and_district_lies_among_its_postcodes(places_data):
    place = read_place()
    rows = [row for path in places_data.glob("codepoint-??.csv") for row in read_postcodes(path)]
    lats, lons = np.array([(row.lat, row.lon) for row in rows if isinstance(row, PostcodeRow)]).T
    of_district = np.array([outward(row.code) for row in rows if isinstance(row, PostcodeRow)])

    for town in place.towns:
        assert miles_matrix([town.lat], [town.lon], lats, lons).min() < 0.25, town.name
    for district in place.districts:
        mine = of_district == district.code
        assert (lats[mine].mean(), lons[mine].mean()) == pytest.approx(
            (district.lat, district.lon), abs=0.0001
        )
