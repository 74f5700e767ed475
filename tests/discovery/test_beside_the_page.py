"""A search in its other forms: suggestions, map, ward shapes, feed and table."""

import csv
import io
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from marketplace.discovery import shapes
from marketplace.discovery.feeds import ATOM
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.places.models import Ward
from tests.factories import NOON, NeedFactory, OrganisationFactory
from tests.scenes import events, member_of, signed_in

SQUARE = [[-1.80001, 54.7], [-1.8, 54.70001], [-1.8, 54.8], [-1.7, 54.8], [-1.7, 54.7], [-1.80001, 54.7]]


@pytest.fixture
def ward(board) -> Ward:
    box = {"min_lat": 54.7, "max_lat": 54.8, "min_lon": -1.8, "max_lon": -1.7}
    boundary = {"type": "Polygon", "coordinates": [SQUARE]}
    row = Ward(code="E05000001", name="Crook North", place=board["hall"].place, boundary=boundary, **box)
    db.session.add(row)
    board["chairs"].ward_code = row.code
    db.session.commit()
    return row


def suggested(visitor, typed: str) -> list[tuple[str, str, str]]:
    found = visitor.open(f"/search/suggest?q={typed}").response.json["suggestions"]
    return [(each["group"], each["label"], each["href"]) for each in found]


def test_suggestions_come_from_titles_organisations_subjects_and_places(board, ward, visitor):
    chairs = f"/needs/{board['chairs'].id}"
    assert ("listing", "Stacking chairs", chairs) in suggested(visitor, "stack")
    assert ("organisation", "Village Hall", f"/organisations/{board['hall'].id}") in suggested(
        visitor, "vill"
    )
    catering = ("category", "Event catering", "/search?category=food-drink%2Fevent-catering")
    assert catering in suggested(visitor, "event cat")
    assert suggested(visitor, "croo")[-2:] == [
        ("place", "Crook", "/search?where=Crook"),
        ("place", "Crook North", "/search?ward=E05000001"),
    ]
    assert visitor.response.headers["Cache-Control"] == "private, max-age=30"


def test_suggestions_are_few_and_nothing_leaks_into_them(board, visitor):
    hall = OrganisationFactory()
    for number in range(12):
        NeedFactory(organisation=hall, title=f"Stacking crates {number}")
    board["chairs"].status = ListingStatus.WITHDRAWN
    db.session.commit()

    assert "Stacking chairs" not in {label for _, label, _ in suggested(visitor, "stack")}
    for typed in ("", "  ", "%22(", "a", "%F0%9F%AA%91", "s" * 3000):
        assert len(suggested(visitor, typed)) <= 10


def test_the_map_shows_no_more_than_the_page_does(board, ward, visitor):
    board["van"].lat, board["van"].lon = 54.66311, -1.67599
    board["lunch"].town, board["lunch"].lat, board["lunch"].lon = "Nobody’s Town", 54.6123, -1.6123
    board["room"].town = ""
    db.session.commit()
    found = visitor.open("/search/map.json").response.json

    at = {each["properties"]["title"]: each["geometry"]["coordinates"] for each in found["features"]}
    assert at["A van on Saturdays"] == [-1.676, 54.663]  # the middle of Bishop Auckland
    assert at["Stacking chairs"] == at["Village Hall"] == [-1.745, 54.714]
    assert at["Lunch for sixty"] == [-1.625, 54.625]
    assert "A room with chairs" not in at
    assert found["total"] == len(found["features"]) + found["nowhere"]
    assert (found["left_out"], found["nowhere"]) == (0, 2)


def test_the_map_says_what_a_card_does_and_counts_by_ward(board, ward, index, visitor):
    index()
    found = visitor.open("/search/map.json?q=stacking&kind=need").response.json

    assert [each["properties"] for each in found["features"]] == [
        {
            "title": "Stacking chairs",
            "kind": "Need",
            "family": "need",
            "who": "Village Hall",
            "town": "Crook",
            "href": f"/needs/{board['chairs'].id}",
        }
    ]
    assert found["wards"] == {"E05000001": 1}


def test_ward_shapes_are_light_and_kept(board, ward, visitor):
    response = visitor.open("/places/wards.json").response
    (feature,) = response.json["features"]

    assert feature["properties"] == {"code": "E05000001", "name": "Crook North"}
    assert feature["geometry"]["coordinates"] == [
        [[[-1.8, 54.7], [-1.8, 54.8], [-1.7, 54.8], [-1.7, 54.7], [-1.8, 54.7]]]
    ]
    again = {"If-None-Match": response.headers["ETag"]}
    with visitor.app.app_context():
        assert visitor.client.get("/places/wards.json", headers=again).status_code == 304
    ward.name = "Crook South"
    db.session.commit()
    with visitor.app.app_context():
        assert visitor.client.get("/places/wards.json", headers=again).status_code == 200


def test_a_ward_of_many_pieces_keeps_each(app):
    pieces = {"type": "MultiPolygon", "coordinates": [[SQUARE], [SQUARE, SQUARE], [SQUARE[:2]]]}

    assert [len(polygon) for polygon in shapes._polygons(pieces)] == [1, 2]


def test_the_feed_is_atom_and_newest_first(board, index, visitor):
    board["chairs"].title = 'Chairs & <tables> \x0b of 5" pipe'
    board["van"].published_at = NOON + timedelta(hours=1)
    index()
    response = visitor.open("/search/feed.atom?kind=need").response
    feed = ET.fromstring(response.data)  # noqa: S314  # we wrote it

    def texts(path: str) -> list[str | None]:
        return [node.text for node in feed.findall(path, {"a": ATOM})]

    assert response.mimetype == "application/atom+xml"
    assert texts("a:entry/a:title") == ["A van on Saturdays", 'Chairs & <tables>  of 5" pipe']
    assert texts("a:title") == ["Needs – Placeful, County Durham"]
    assert texts("a:entry/a:id")[1] == f"tag:localhost,2026:need:{board['chairs'].id}"
    links = {node.get("rel"): node.get("href") for node in feed.findall("a:link", {"a": ATOM})}
    assert links["self"].endswith("/search/feed.atom?kind=need")
    assert links["alternate"].endswith("/search?kind=need")
    for required in ("a:id", "a:updated", "a:author/a:name", "a:entry/a:updated", "a:entry/a:author/a:name"):
        assert all(texts(required)), required
    again = {"If-None-Match": response.headers["ETag"]}
    with visitor.app.app_context():
        assert visitor.client.get("/search/feed.atom?kind=need", headers=again).status_code == 304


def test_the_page_names_its_feed_and_a_feed_of_nothing_is_one(board, visitor):
    link = visitor.open("/search?q=submarine&page=2").page.find("link", rel="alternate")
    feed = ET.fromstring(visitor.open(link["href"]).response.data)  # noqa: S314  # we wrote it

    assert (link["type"], link["href"]) == ("application/atom+xml", "/search/feed.atom?q=submarine")
    assert feed.find("a:updated", {"a": ATOM}).text
    assert feed.findall("a:entry", {"a": ATOM}) == []


def test_the_table_says_what_the_cards_do_and_runs_nothing(board, ward, index, visitor):
    board["chairs"].title, board["chairs"].summary = "=1+1", "\t@SUM(A1)"
    board["lunch"].value_low = 2500
    index()
    signed_in(visitor, member_of(OrganisationFactory()))
    response = visitor.open("/search/export.csv?kind=need&kind=opportunity&sort=newest").response
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))

    assert response.data.startswith(b"\xef\xbb\xbf")
    assert "attachment; filename=county-durham-search-2" in response.headers["Content-Disposition"]
    chairs = next(row for row in rows if "1+1" in row["Title"])
    assert (chairs["Title"], chairs["Summary"]) == ("'=1+1", "'\t@SUM(A1)")
    assert (chairs["Kind"], chairs["Ward"], chairs["Subjects"]) == ("Need", "Crook North", "Furniture")
    assert next(row for row in rows if row["Title"] == "Lunch for sixty")["Value from (£)"] == "2500"
    assert len(rows) == 3
    assert events()[-1] == "search.exported"
