"""`marketplace places ...` from a terminal."""

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from marketplace.errors import NotSetUp
from marketplace.extensions import db
from marketplace.places import queries, services
from marketplace.places.cli import places
from marketplace.places.models import Postcode

GOOD = '"DL14 7AB",10,420990,529886,"E92000001","","","","E06000047","E05009035"\n'
BAD = '"DL14 7AD",90,0,0,"E92000001","","","","E06000047","E05009035"\n'
WARD = {
    "type": "Feature",
    "properties": {"WD25CD": "E05016158", "WD25NM": "Bishop Auckland"},
    "geometry": {
        "type": "Polygon",
        "coordinates": [[[-1.7, 54.6], [-1.6, 54.6], [-1.6, 54.7], [-1.7, 54.7], [-1.7, 54.6]]],
    },
}


def run(*arguments):
    return CliRunner().invoke(places, [str(part) for part in arguments])


def postcode_file(tmp_path, text=GOOD, name="dl.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def ward_file(tmp_path, *features):
    path = tmp_path / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_the_place_is_added_and_adding_it_again_says_the_same(app):
    first, second = run("add"), run("add")

    assert first.exit_code == second.exit_code == 0
    assert first.stdout == second.stdout == "County Durham: 105 towns, and 26 of its neighbours\n"


def test_a_place_file_that_cannot_be_used_ends_in_a_sentence(app, tmp_path):
    result = run("add", tmp_path / "gone.toml")

    assert result.exit_code == 1
    assert "gone.toml cannot be read" in result.stderr


def test_loading_postcodes_ends_in_one_line_of_counts_after_the_reasons(app, tmp_path):
    path = postcode_file(tmp_path, GOOD + BAD)

    first, second = run("load-postcodes", path), run("load-postcodes", path)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.splitlines() == [
        "rejected 1: no position is known (quality 90) (line 2)",
        "new 1, changed 0, unchanged 0, rejected 1",
    ]
    assert second.stdout.splitlines()[-1] == "new 0, changed 0, unchanged 1, rejected 1"
    assert "dl.csv: 2 rows, finished" in first.stderr


def test_an_unreadable_file_fails_the_command_and_the_others_are_loaded(app, tmp_path):
    result = run("load-postcodes", tmp_path / "gone.csv", postcode_file(tmp_path))

    assert result.exit_code == 1
    assert "Error: gone.csv cannot be read: No such file or directory." in result.stderr
    assert result.stdout.splitlines()[-1] == "new 1, changed 0, unchanged 0, rejected 0"
    assert db.session.get(Postcode, "DL147AB") is not None


def test_long_loads_are_saved_batch_by_batch_and_show_progress(app, tmp_path, monkeypatch):
    monkeypatch.setattr(services, "BATCH", 1)
    monkeypatch.setattr("marketplace.places.cli.PROGRESS_EVERY", 2)
    rows = "".join(GOOD.replace("7AB", f"7A{letter}") for letter in "ABDEF")

    result = run("load-postcodes", postcode_file(tmp_path, rows))

    assert result.stderr.splitlines() == ["dl.csv: 2 rows", "dl.csv: 4 rows", "dl.csv: 5 rows, finished"]
    assert result.stdout == "new 5, changed 0, unchanged 0, rejected 0\n"


def test_loading_boundaries_names_the_wards_of_postcodes_loaded_before(app, tmp_path):
    run("add")
    run("load-postcodes", postcode_file(tmp_path))

    result = run("load-boundaries", ward_file(tmp_path, WARD, {"type": "Feature", "properties": {}}))

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "new 1, changed 0, unchanged 0, rejected 1"
    assert "postcodes given a ward: 1" in result.stderr
    db.session.expire_all()
    assert queries.ward_name(queries.locate("DL14 7AB").ward_code) == "Bishop Auckland"


def test_boundaries_need_a_place_first(app, tmp_path):
    result = run("load-boundaries", ward_file(tmp_path, WARD))

    assert isinstance(result.exception, NotSetUp)


@pytest.mark.real_data
def test_all_six_areas_load_and_each_postcode_of_the_county_gets_a_ward(app, places_data):
    run("add")
    files = sorted(places_data.glob("codepoint-[a-z][a-z].csv"))

    loaded = run("load-postcodes", *files)
    mapped = run("load-boundaries", places_data / "county-durham-wards.geojson")
    again = run("load-postcodes", *files)

    assert len(files) == 6
    assert loaded.stdout == "new 90,814, changed 0, unchanged 0, rejected 0\n"
    assert mapped.stdout == "new 51, changed 0, unchanged 0, rejected 0\n"
    assert again.stdout == "new 0, changed 0, unchanged 90,814, rejected 0\n"
    in_a_ward = select(func.count()).where(Postcode.ward_code.like("E0501%"))
    assert db.session.scalar(in_a_ward) == 15_952  # as many as the files place in County Durham
    assert queries.ward_name(queries.locate("DL14 7AB").ward_code) == "Bishop Auckland"
