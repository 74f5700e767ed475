"""Postcode districts from a file stand in where the postcodes themselves are not loaded."""

import pytest

from marketplace.extensions import db
from marketplace.places import queries, services
from marketplace.places.districts import read_districts
from marketplace.places.gazetteer import DistrictDetails, UnreadableFile
from marketplace.places.tally import Rejected


def test_districts_are_read_and_bad_lines_named(tmp_path):
    file = tmp_path / "districts.csv"
    file.write_text(
        "\ufeffoutcode,lat,lon\nAB10,57.135,-2.12\nNONSENSE,57,-2\nDL14,here,-1.6\nDL1,12.0,-1.6\n"
    )

    rows = list(read_districts(file))

    assert rows[0] == DistrictDetails("AB10", 57.135, -2.12)
    assert [row.line for row in rows[1:] if isinstance(row, Rejected)] == [3, 4, 5]


def test_another_kind_of_file_is_refused_with_what_to_give(tmp_path):
    file = tmp_path / "other.csv"
    file.write_text("name,age\nA,3\n")

    with pytest.raises(UnreadableFile, match="outcode, lat and lon"):
        list(read_districts(file))


def test_a_far_postcode_is_found_by_its_district_and_loading_again_changes_nothing(app):
    rows = [DistrictDetails("AB10", 57.135, -2.12)]

    first, second = services.load_districts(rows), services.load_districts(rows)
    db.session.commit()

    assert (first.new, second.new, second.unchanged) == (1, 0, 1)
    assert queries.locate("AB10 1AA").precision is queries.Precision.DISTRICT
