"""Postcode files as they come."""

from collections import Counter

import pytest

from marketplace.places import readers
from marketplace.places.gazetteer import UnreadableFile
from marketplace.places.readers import PostcodeRow, read_postcodes
from marketplace.places.tally import Rejected

# Ten columns: Code-Point Open since 2011.
CODE_POINT = """\
"DL14 7AB",10,420990,529886,"E92000001","E19000001","E18000001","","E06000047","E05009035"
"DH1 1AB",10,430317,543630,"E92000001","E19000001","E18000001","","E06000047","E05009036"
"""
# The columns of the directory that matter here, among others, and four of its oddities.
DIRECTORY = """\
pcd,pcd2,pcds,dointr,doterm,oseast1m,osnrth1m,osgrdind,osward,lat,long
"DL147AB","DL14 7AB","DL14 7AB","198001","","0420990","0529886","1","E05016158",54.663680,-1.676040
"DL147ZZ","DL14 7ZZ","DL14 7ZZ","198001","199606","0420990","0529886","1","E05016158",54.663680,-1.676040
"JE2 3AB","JE2  3AB","JE2 3AB","198001","","","","9","L99999999",99.999999,0.000000
"BT1 1AA","BT1  1AA","BT1 1AA","198001","","0333960","0374210","1","N08000314",54.600000,-5.930000
"""


def file_of(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "postcodes.csv"
    path.write_text(text, encoding=encoding)
    return path


def read(tmp_path, text, **options):
    return list(read_postcodes(file_of(tmp_path, text, **options)))


def test_code_point_open_gives_points_in_degrees_and_wards(tmp_path):
    bishop_auckland, durham = read(tmp_path, CODE_POINT)

    assert (bishop_auckland.code, bishop_auckland.ward_code) == ("DL147AB", "E05009035")
    assert bishop_auckland.lat == pytest.approx(54.6637, abs=0.0005)
    assert bishop_auckland.lon == pytest.approx(-1.6760, abs=0.0005)
    assert (durham.code, durham.line) == ("DH11AB", 2)


def test_code_point_of_before_2011_has_its_columns_elsewhere_and_wards_we_do_not_keep(tmp_path):
    old = '"DL147AB",10," ","L",1,0,1,0,0,"S",420990,529886,"064","Q30","QDD","20","UE","00EJMA","S"\n'

    (row,) = read(tmp_path, old)

    assert row.code == "DL147AB"
    assert row.lat == pytest.approx(54.6637, abs=0.0005)
    assert row.ward_code is None


def test_a_header_written_on_top_of_code_point_is_understood(tmp_path):
    header = (
        "PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\n"
        "Postcode,Positional_quality_indicator,Eastings,Northings,Country_code,"
        "NHS_regional_HA_code,NHS_HA_code,Admin_county_code,Admin_district_code,Admin_ward_code\n"
    )

    rows = read(tmp_path, header + CODE_POINT)

    assert [row.code for row in rows] == ["DL147AB", "DH11AB"]
    assert rows[0].ward_code == "E05009035"


def test_the_directory_gives_its_own_degrees_and_refuses_by_name(tmp_path):
    rows = read(tmp_path, DIRECTORY, encoding="utf-8-sig")

    assert rows == [
        PostcodeRow("DL147AB", 54.66368, -1.67604, "E05016158", line=2),
        Rejected(3, readers.TERMINATED),
        Rejected(4, readers.NO_POSITION),
        PostcodeRow("BT11AA", 54.6, -5.93, "N08000314", line=5),
    ]


def test_a_newer_directory_names_its_columns_after_the_year(tmp_path):
    text = (
        "PCD7,PCD8,PCDS,DOINTR,DOTERM,LAD25CD,WD25CD,EAST1M,NORTH1M,GRIDIND,LAT,LONG\n"
        "DL147AB,DL14 7AB,DL14 7AB,198001,,E06000047,E05016158,420990,529886,1,54.66368,-1.67604\n"
    )

    assert read(tmp_path, text) == [PostcodeRow("DL147AB", 54.66368, -1.67604, "E05016158", line=2)]


def test_a_directory_without_degrees_is_read_by_its_grid_references(tmp_path):
    text = "pcds,doterm,oseast1m,osnrth1m,osgrdind\nDL14 7AB,,420990,529886,1\nBT1 1AA,,333960,374210,1\n"

    row, irish = read(tmp_path, text)

    assert row.lat == pytest.approx(54.6637, abs=0.0005)
    assert irish == Rejected(3, readers.IRISH_GRID)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('"DL14 7XX9",10,420990,529886,"","","","","",""', readers.NOT_A_POSTCODE),
        ('"DL14 7AB",90,0,0,"","","","","",""', readers.NO_POSITION),
        ('"DL14 7AB",50,0,0,"","","","","",""', readers.NO_POSITION),
        ('"DL14 7AB",10,here,529886,"","","","","",""', readers.NOT_A_NUMBER),
        ('"DL14 7AB",10,nan,529886,"","","","","",""', readers.OUTSIDE),
        ('"DL14 7AB",10,420990,9529886,"","","","","",""', readers.OUTSIDE),
        ('"DL14 7AB",10,690000,10000,"","","","","",""', readers.OUTSIDE),
        ('"DL14 7AB",10', readers.TOO_SHORT),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_the_next_is_read(tmp_path, row, reason):
    good, bad, also_good = read(tmp_path, CODE_POINT.replace("\n", f"\n{row}\n", 1))

    assert bad == Rejected(2, reason)
    assert (good.code, also_good.code) == ("DL147AB", "DH11AB")


@pytest.mark.parametrize(
    "text", ["", "name,age\nAnn,40\n", "postcode\nDL14 7AB\n", '{"a": 1}', "\x00\x01\x02"]
)
def test_a_file_of_something_else_is_refused_with_a_sentence(tmp_path, text):
    with pytest.raises(UnreadableFile, match="neither Code-Point Open nor an ONS Postcode Directory"):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(UnreadableFile, match=r"gone\.csv cannot be read: No such file"):
        list(read_postcodes(tmp_path / "gone.csv"))


@pytest.mark.real_data
def test_every_row_of_code_point_open_is_read(places_data):
    counts = Counter()
    for area in ("ca", "dh", "dl", "ne", "sr", "ts"):
        rows = list(read_postcodes(places_data / f"codepoint-{area}.csv"))
        assert all(isinstance(row, PostcodeRow) for row in rows)
        counts[area] = len({row.code for row in rows})

    assert counts == {"ca": 12_411, "dh": 8_874, "dl": 13_065, "ne": 32_717, "sr": 6_541, "ts": 17_206}
