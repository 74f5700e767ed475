"""Award files as the ranking benchmark reads them: what is tolerated, what is refused, who is who."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from marketplace.bench import awards
from marketplace.bench.awards import Supplier, Where
from marketplace.errors import Refused
from search.geo import Point

FULL = {
    "id": "a1", "date": "2020-07-31", "buyer": "A Council", "title": "Roof repairs", "description": "Slates",
    "cpv": ["45261900-3", "45000000"], "value": 1200.5, "region": "North East", "postcode": "DL14 7AB",
    "buyer_postcode": "DH1 5UL",
    "suppliers": [{"name": "A  Roofer Ltd", "postcode": "sr1 1aa", "sme": True, "vcse": False}],
}  # fmt: skip
POINTS = {"DL14": Point(54.66, -1.68)}


def written(path: Path, rows: list[Any]) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def supplier(name: str) -> Supplier:
    return Supplier(name, awards.supplier_key(name))


def test_an_award_is_read_whole_but_for_who_bought_and_where_exactly(tmp_path):
    [found] = awards.read(written(tmp_path / "a.jsonl", [FULL]), POINTS)

    work = found.work
    assert (work.number, work.id, work.date) == (0, "a1", date(2020, 7, 31))
    assert (work.cpv, work.value, work.region) == (("45261900", "45000000"), 1200.5, "North East")
    assert work.where == Where("DL14", Point(54.66, -1.68))
    assert found.bought_from == Where("DH1", None)
    assert found.suppliers == (Supplier("A Roofer Ltd", "a roofer", Where("SR1"), True, False),)
    assert "Council" not in repr(found)
    assert "7AB" not in repr(found)


@pytest.mark.parametrize(
    "nothing",
    [
        {"description": None, "cpv": None, "value": None, "region": None, "postcode": None},
        {"description": 5, "cpv": {}, "value": "a lot", "region": [], "postcode": "no idea", "buyer": None},
        {"cpv": [None, "", "roofs"], "value": True, "postcode": 7, "buyer_postcode": ["DL1"]},
        {"value": 1, "cpv": [], "suppliers": [{"name": "B", "postcode": "", "sme": "yes", "vcse": 0}]},
        {"value": 0, "suppliers": None},
        {"suppliers": [{"name": None}, {"name": " - "}, {}]},
    ],
)
def test_what_is_absent_or_makes_no_sense_is_not_known(tmp_path, nothing):
    said = {"id": 7, "date": "2020-07-31T10:00:00Z", "title": "Roofs", "suppliers": [{"name": "B"}]} | nothing
    [found] = awards.read(written(tmp_path / "a.jsonl", [said]))

    assert (found.work.id, found.work.cpv, found.work.value, found.work.region) == ("7", (), None, "")
    assert found.work.where == found.bought_from == Where()
    assert found.suppliers in ((), (Supplier("B", "b"),))


def test_awards_come_by_date_and_the_last_of_equal_ids_wins(tmp_path):
    rows = [
        FULL | {"id": "late", "date": "2020-08-02"},
        FULL | {"id": "twice", "title": "Old"},
        FULL | {"id": "first of the day"},
        "",
        FULL | {"id": "twice", "title": "New"},
        FULL | {"id": "early", "date": "2020-01-01"},
    ]
    found = awards.read(written(tmp_path / "a.jsonl", rows))

    assert [each.work.id for each in found] == ["early", "first of the day", "twice", "late"]
    assert [each.work.number for each in found] == [0, 1, 2, 3]
    assert found[2].work.title == "New"


def test_an_award_that_is_asked_about_is_not_learnt_from(tmp_path):
    asked = awards.read(written(tmp_path / "a.jsonl", [FULL]))
    rows = [FULL | {"description": "Tiles"}, FULL | {"id": "again"}, FULL | {"id": "b", "title": "Gutters"}]
    taught = awards.read(written(tmp_path / "b.jsonl", rows))

    [left] = awards.without(taught, asked)

    assert (left.work.id, left.work.number) == ("b", 0)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("{not json", "a.jsonl, line 2: this is not JSON"),
        (FULL | {"id": None}, "line 2: there is no id"),
        (FULL | {"date": None}, "line 2: there is no date"),
        (FULL | {"date": "31/07/2020"}, "line 2: there is no date"),
        (FULL | {"suppliers": "A Roofer"}, "line 2: “suppliers” must be a list"),
        (FULL | {"suppliers": ["A Roofer"]}, "line 2: “suppliers” must be a list"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path, row, sentence):
    with pytest.raises(Refused, match=sentence):
        awards.read(written(tmp_path / "a.jsonl", [FULL, row]))


def test_a_file_without_awards_is_refused(tmp_path):
    with pytest.raises(Refused, match="there are no awards in this file"):
        awards.read(written(tmp_path / "a.jsonl", ["", " "]))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("J. Smith & Sons (UK) Limited", "J SMITH AND SONS LTD."),
        ("Foundation for Everyone PLC", "foundation  for everyone"),
        ("Lawyers LLP", "LAWYERS"),
    ],
)
def test_a_supplier_is_the_same_however_its_name_is_put(one, other):
    assert awards.supplier_key(one) == awards.supplier_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Roofs", "Roofs North"), ("UK Power", "Power"), ("Limited", "UK Limited")]
)
def test_what_is_more_than_a_legal_form_tells_suppliers_apart(one, other):
    assert awards.supplier_key(one) != awards.supplier_key(other)


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Smith Roofing Ltd", "Won by Smith Roofing Limited of York", "Won by of York"),
        ("SMITH ROOFING LIMITED", "Won by Smith-Roofing (UK) Ltd.", "Won by ."),
        ("Smith & Sons", "smith and sons, and others", ", and others"),
        ("Smith and Sons Ltd", "Smith & Sons or Smith Sons", "or"),
        ("CAN Ltd", "A candidate can apply; CAN did", "A candidate apply; did"),
        ("Smith Ltd t/a Bright Roofs", "Bright Roofs is what Smith is called", "is what is called"),
        ("Sustainable Heat Compan", "Sustainable Heat Company won", "won"),
        ("Dell Inc.", "Dell computers", "computers"),
        ("X", "X marks the spot", "X marks the spot"),
        ("A+B (Roofs) Ltd", "By A+B, Roofs, today", "By , today"),
    ],
)
def test_a_winners_name_is_masked_however_it_is_written(name, text, left):
    assert " ".join(awards.masked(text, [supplier(name)]).split()) == left


def test_districts_are_apart_by_miles_or_by_what_their_postcodes_share():
    near, far = Where("DL14", Point(54.66, -1.68)), Where("SR1", Point(54.91, -1.38))

    assert awards.apart(near, near) == 0
    assert awards.apart(near, far) == pytest.approx(21, abs=1)
    assert awards.apart(near, Where("DL1")) == awards.SAME_AREA < awards.ELSEWHERE
    assert awards.apart(Where("D1"), Where("DL1")) == awards.ELSEWHERE
    assert awards.apart(near, Where()) is None
    assert awards.apart(Where(), Where()) is None


def test_middles_of_districts_are_ours_and_those_of_a_file(tmp_path):
    path = tmp_path / "districts.csv"
    path.write_text("outcode,lat,lon,more\nab10,57.135,-2.12,7\nnot one,1,1,1\n", "utf-8")
    found = awards.middles(path)

    assert found["AB10"] == Point(57.135, -2.12)
    assert found["DH1"] == awards.middles()["DH1"]
    assert "AB10" not in awards.middles()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("outcode,north\nAB10,5\n", "has no column 'lat'"),
        ("outcode,lat,lon\nAB10,north,5\n", "cannot be read as postcode districts"),
        ("outcode,lat,lon\nAB10,95,5\n", "cannot be read as postcode districts"),
        ("outcode,lat,lon\nAB10\n", "cannot be read as postcode districts"),
    ],
)
def test_a_file_of_something_other_than_districts_is_refused(tmp_path, content, sentence):
    (tmp_path / "districts.csv").write_text(content, "utf-8")

    with pytest.raises(Refused, match=sentence):
        awards.middles(tmp_path / "districts.csv")
