"""While the engine is away: what SQL finds, and how the page and everything beside it says so."""

from pathlib import Path
from threading import Event
from urllib.parse import urlencode

import pytest
from flask import Flask

from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.places.models import Place, Ward
from search.embedded import EmbeddedEngine
from search.engine import SearchUnavailable
from search.guarded import GuardedEngine
from tests.discovery.test_search_page import HOSTILE, OLD_LINKS
from tests.factories import NOON, CapabilityFactory, NeedFactory, OpportunityFactory, OrganisationFactory
from tests.scenes import counted_queries, member_of, signed_in
from tests.visitor import said

CROOK = {"lat": 54.714, "lon": -1.745, "town": "Crook"}


@pytest.fixture
def no_engine(app: Flask, tmp_path: Path) -> None:
    """The index is nowhere: as after a full disk, or before it was ever built."""
    app.extensions["search"] = EmbeddedEngine(tmp_path / "nowhere")


def titles(visitor) -> list[str]:
    return [said(each) for each in visitor.page.select(".pf-notice h3")]


def test_people_browse_and_are_told(board, no_engine, visitor):
    visitor.open("/search?q=chairs")

    assert "The search is resting" in visitor.text
    assert "Stacking chairs" in visitor.text
    assert "A van on Saturdays" not in visitor.text


def test_an_installation_that_has_no_index_yet_browses(no_engine, visitor):
    NeedFactory(title="Stacking chairs")
    db.session.commit()

    assert titles(visitor.open("/search")) == ["Stacking chairs"]


def test_no_words_and_no_old_link_break_browsing(board, no_engine, visitor):
    for query in [*(urlencode({"q": text}) for text in HOSTILE[::2]), *OLD_LINKS]:
        assert "The search is resting" in visitor.open(f"/search?{query}").text


def test_words_are_taken_literally(board, no_engine, visitor):
    assert "Nothing" in visitor.open("/search?q=%25").heading
    assert "Nothing" in visitor.open("/search?q=_").heading


FILTERED = {
    "kind=need": {"Stacking chairs", "A van on Saturdays"},
    "category=furniture-goods": {"Stacking chairs"},
    "category=furniture-goods&category=furniture-goods/furniture": {"Stacking chairs"},
    "category=cleaning": set(),
    "wanted=volunteers": {"A van on Saturdays"},
    "ward=E05000001": {"Stacking chairs"},
    "where=Crook&miles=2": {"Stacking chairs"},
    "where=Crook&miles=5": {"Stacking chairs", "A van on Saturdays", "Lunch for sixty"},
    "by=business": {"Lunch for sixty"},
    "type=quote": {"Lunch for sixty"},
    "type=grant": set(),
    "value=5k-25k": {"Lunch for sixty"},
    "value=under-5k&value=over-1m": {"Catering for parties", "Lunch for sixty"},
    "closes=7": {"Lunch for sixty"},
    "kind=organisation&where=Crook&miles=2": {"Village Hall"},
    "kind=organisation&type=quote": set(),
}


def test_what_sql_can_filter_it_does(board, no_engine, visitor, monkeypatch):
    box = {"min_lat": 54.7, "max_lat": 54.8, "min_lon": -1.8, "max_lon": -1.7}
    boundary = {"type": "Polygon", "coordinates": []}
    db.session.add(Ward(code="E05000001", name="Crook", place=board["hall"].place, boundary=boundary, **box))
    board["chairs"].ward_code = "E05000001"
    for row in (board["catering"], board["room"]):
        row.lat = row.lon = None
    board["catering"].typical_low = 200
    lunch = board["lunch"]
    lunch.value_low, lunch.value_high, lunch.organisation.kind = 4000, 6000, "business"
    lunch.closes_on = NOON.date()
    monkeypatch.setattr("marketplace.clock.today", NOON.date)
    db.session.commit()

    assert {query: set(titles(visitor.open(f"/search?{query}"))) for query in FILTERED} == FILTERED


def test_a_map_of_distance_is_as_round_as_the_engines(board, no_engine, visitor):
    """Bishop Auckland and Crook are 4.4 miles apart: in one corner of a box of 4 miles, not of its circle."""
    NeedFactory(
        title="In the corner", organisation=board["hall"], lat=54.663 + 0.05, lon=-1.676 + 0.086, town=""
    )
    db.session.commit()

    assert "In the corner" not in titles(visitor.open("/search?where=Bishop+Auckland&miles=4"))
    assert "In the corner" in titles(visitor.open("/search?where=Bishop+Auckland&miles=5"))


def test_nothing_private_and_nothing_of_elsewhere_is_browsed(board, no_engine, visitor):
    elsewhere = Place(slug="elsewhere", name="Elsewhere", lat=52.0, lon=-1.0)
    NeedFactory(title="Theirs", organisation=OrganisationFactory(place=elsewhere))
    NeedFactory(title="Mine alone", status=ListingStatus.DRAFT, published_at=None)
    NeedFactory(title="Of the suspended", organisation__status="suspended")
    NeedFactory(title="Past", status=ListingStatus.CLOSED)
    db.session.commit()

    assert not {"Theirs", "Mine alone", "Of the suspended", "Past"} & set(titles(visitor.open("/search")))
    assert {"Past"} == {"Theirs", "Mine alone", "Past"} & set(titles(visitor.open("/search?closed=1")))


def test_older_ones_are_one_link_away_without_counting_or_skipping(no_engine, visitor):
    hall = OrganisationFactory()
    for number in range(45):
        NeedFactory(organisation=hall, title=f"Chair {number}")
    db.session.commit()
    seen = titles(visitor.open("/search?q=chair"))
    with counted_queries() as statements:
        seen += titles(visitor.click("Older"))
    seen += titles(visitor.click("Older"))

    assert seen == [f"Chair {number}" for number in reversed(range(45))]
    assert "Chair 44" in titles(visitor.click("Back to the newest"))
    assert len(statements) <= 12
    assert not [statement for statement in statements if "count(" in statement]


def test_what_stands_beside_the_page_gives_way_politely(board, no_engine, visitor):
    found = visitor.open("/search/map.json").response.json
    assert (found["features"], "resting" in found["notice"]) == ([], True)
    suggested = visitor.open("/search/suggest?q=event").response.json["suggestions"]
    assert {each["group"] for each in suggested} == {"category"}

    signed_in(visitor, member_of(board["hall"]))
    for path in ("/search/feed.atom", "/search/export.csv"):
        response = visitor.open(path, status=503).response
        assert int(response.headers["Retry-After"]) > 0
        assert "resting" in response.text


def test_an_engine_that_hangs_keeps_nobody_waiting(app, board, visitor):
    class Hung:
        def __init__(self) -> None:
            self.let_go, self.asked = Event(), 0

        def search(self, query):
            self.asked += 1
            self.let_go.wait(30)
            raise SearchUnavailable

        suggest = search

    hung = Hung()
    app.extensions["search"] = GuardedEngine(hung, patience_seconds=0.05, failures=2, rest_seconds=600)
    try:
        for path in (
            "/search?q=chairs",
            "/search/suggest?q=chairs",
            "/search/map.json",
            *["/search?q=chairs"] * 12,
        ):
            visitor.open(path)
        assert "Stacking chairs" in visitor.text
        assert hung.asked == 2
    finally:
        hung.let_go.set()


def test_a_capability_and_an_opportunity_are_worth_what_they_say(no_engine, visitor):
    CapabilityFactory(title="Says nothing")
    CapabilityFactory(title="From ten", typical_low=10_000)
    OpportunityFactory(title="Up to two million", value_high=2_000_000)
    OpportunityFactory(title="From four to six", value_low=4_000, value_high=6_000)
    db.session.commit()

    assert set(titles(visitor.open("/search?value=5k-25k"))) == {"From ten", "From four to six"}
    assert titles(visitor.open("/search?value=over-1m")) == ["Up to two million"]
