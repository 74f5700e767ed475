"""Ward boundaries and the points inside them."""

import json

import numpy as np
import pytest

from marketplace.places.boundaries import WardMap, WardShape, read_wards
from marketplace.places.gazetteer import UnreadableFile
from marketplace.places.tally import Rejected

SQUARE = [[-1.7, 54.6], [-1.6, 54.6], [-1.6, 54.7], [-1.7, 54.7], [-1.7, 54.6]]
HOLE = [[-1.66, 54.64], [-1.64, 54.64], [-1.64, 54.66], [-1.66, 54.66], [-1.66, 54.64]]
ISLAND = [[-1.4, 54.8], [-1.3, 54.8], [-1.35, 54.9], [-1.4, 54.8]]
NEXT_DOOR = [[-1.6, 54.6], [-1.5, 54.6], [-1.5, 54.7], [-1.6, 54.7], [-1.6, 54.6]]


def ward(code, *rings):
    return WardShape(code, f"Ward {code}", {"type": "Polygon", "coordinates": list(rings)})


def feature(geometry=None, **properties):
    geometry = geometry or {"type": "Polygon", "coordinates": [SQUARE]}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def geojson(tmp_path, *features):
    path = tmp_path / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_a_point_is_in_the_ward_around_it_and_not_in_its_hole():
    wards = WardMap([ward("E1", SQUARE, HOLE)])

    assert wards.wards_at([54.62, 54.65, 54.75], [-1.65, -1.65, -1.65]) == ["E1", None, None]


def test_a_ward_in_several_pieces_holds_points_in_each():
    pieces = WardShape("E1", "Two parts", {"type": "MultiPolygon", "coordinates": [[SQUARE, HOLE], [ISLAND]]})

    assert WardMap([pieces]).wards_at([54.65, 54.62, 54.82], [-1.65, -1.65, -1.35]) == [None, "E1", "E1"]


def test_a_point_on_the_edge_between_two_wards_is_in_exactly_one():
    square, next_door = ward("E1", SQUARE), ward("E2", NEXT_DOOR)
    lats, lons = np.linspace(54.61, 54.69, 9), np.full(9, -1.6)

    assert (square.holds(lats, lons) ^ next_door.holds(lats, lons)).all()


def test_where_two_editions_overlap_the_newer_code_is_given():
    wards = WardMap([ward("E05016158", SQUARE), ward("E05009035", SQUARE)])

    assert wards.wards_at([54.62], [-1.65]) == ["E05016158"]


def test_many_points_are_sorted_as_they_would_be_one_by_one():
    wards = WardMap([ward("E1", SQUARE, HOLE), ward("E2", NEXT_DOOR)])
    spread = np.random.default_rng(7)
    lats, lons = spread.uniform(54.55, 54.75, 3_000), spread.uniform(-1.75, -1.45, 3_000)

    together = wards.wards_at(lats, lons)

    assert together[::100] == [
        wards.wards_at([a], [b])[0] for a, b in zip(lats[::100], lons[::100], strict=True)
    ]


@pytest.mark.parametrize("year", ["15", "23", "25"])
def test_wards_are_read_whatever_year_their_properties_are_named_after(tmp_path, year):
    path = geojson(
        tmp_path, feature(**{f"WD{year}CD": "E05016158", f"WD{year}NM": "Bishop Auckland", "LAD25CD": "X"})
    )

    (found,) = read_wards(path)

    assert (found.code, found.name) == ("E05016158", "Bishop Auckland")
    assert found.box == (54.6, 54.7, -1.7, -1.6)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (feature(LAD25CD="E06000047"), "no ward code"),
        (feature({"type": "Point", "coordinates": [1, 2]}, WD25CD="E1", WD25NM="A"), "not a Polygon"),
        (feature({"type": "Polygon", "coordinates": [[]]}, WD25CD="E1", WD25NM="A"), "cannot be read"),
        (feature({"type": "Polygon", "coordinates": None}, WD25CD="E1", WD25NM="A"), "cannot be read"),
        (
            {"type": "Feature", "properties": {"WD25CD": "E1", "WD25NM": "A"}, "geometry": None},
            "cannot be read",
        ),
        (
            feature(
                {"type": "Polygon", "coordinates": [[[420000, 529000], [420100, 529000], [420000, 529100]]]},
                WD25CD="E1",
                WD25NM="A",
            ),
            "grid references",
        ),
    ],
)
def test_a_bad_ward_is_refused_with_its_number_and_the_next_is_read(tmp_path, bad, reason):
    path = geojson(tmp_path, bad, feature(WD25CD="E2", WD25NM="B"))

    refused, good = read_wards(path)

    assert isinstance(refused, Rejected)
    assert refused.line == 1
    assert reason in refused.reason
    assert good.code == "E2"


@pytest.mark.parametrize("text", ["", "DL14 7AB,10", "[]", '{"features": 3}', '{"type": "Feature"}'])
def test_a_file_that_is_not_geojson_is_refused_with_a_sentence(tmp_path, text):
    path = tmp_path / "wards.geojson"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UnreadableFile, match="not a GeoJSON file"):
        list(read_wards(path))


@pytest.mark.real_data
def test_each_ward_of_county_durham_is_found_again_at_its_published_point(places_data):
    path = places_data / "county-durham-wards.geojson"
    published = [part["properties"] for part in json.loads(path.read_text(encoding="utf-8"))["features"]]

    found = WardMap([ward for ward in read_wards(path) if isinstance(ward, WardShape)]).wards_at(
        [part["LAT"] for part in published], [part["LONG"] for part in published]
    )

    assert len(published) == 51
    assert found == [part["WD25CD"] for part in published]
