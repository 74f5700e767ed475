"""The search page: with any address somebody may come with, its filters, and what it says of nothing."""

import json
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup

from marketplace.discovery import asking, loosening
from marketplace.discovery.asking import Asked
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from search.engine import SearchUnavailable
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    PlaceFactory,
)
from tests.visitor import said

HOSTILE = [
    '"(:+-*',
    "AND OR NOT",
    "title:[a TO b]",
    "chairs^9999~2",
    "x" * 5000,
    "chairs " * 800,
    "%' OR 1=1; --",
    "<script>alert(1)</script>",
    "кресла 椅子 🪑",
    "\u202e\u0000chairs",
    "a\u0301" * 300,
    "near " * 60,
    " in in in Crook",
    "*",
    "\\",
    "{{ 7*7 }}",
    "“chairs”",
]
OLD_LINKS = [
    "page=0", "page=-3", "page=abc", "page=99999999999999999999", "page=500", "miles=-1", "miles=abc",
    "miles=%C2%B2", "miles=" + "9" * 5000, "miles=0", "miles=1e3", "kind=spaceship", "kind=need&kind=need",
    "category=space-travel", "category=%00", "sort=price", "where=%00", "where=" + "y" * 3000, "q=%FF%FE",
    "where=ZZ1+1ZZ&miles=5", "unknown=1", "q=&where=&miles=&kind=&category=&sort=&page=",
    "closes=8&closed=yes", "ward=E05999999&ward=%00&ward=" + "w" * 500, "view=globe", "size=vast",
    "before=-1&before=x", "before=99999999999999999999", "category=cleaning&category=cleaning/laundry",
    "value=under-5k&type=grant", "verified=no",
]  # fmt: skip


def ticked(visitor, name: str) -> set[str]:
    return {
        box["value"]
        for box in visitor.page.find_all("input", attrs={"name": name})
        if box.has_attr("checked")
    }


def offered(visitor, name: str) -> dict[str, str]:
    """What can be chosen of a filter, with the number beside it."""
    boxes = visitor.page.find_all("input", attrs={"name": name})
    labels = {box["value"]: said(visitor.page.find("label", attrs={"for": box["id"]})) for box in boxes}
    return {value: label.rpartition("(")[2].rstrip(")") for value, label in labels.items()}


def test_no_words_break_the_page(board, visitor):
    for text in HOSTILE:
        visitor.open(f"/search?{urlencode({'q': text, 'where': text})}")
        assert "<script>alert" not in visitor.response.text
        assert "49" not in visitor.heading


def test_old_and_broken_links_still_open(board, visitor):
    for query in OLD_LINKS:
        visitor.open(f"/search?{query}")


def test_a_page_past_the_end_leads_back_to_the_first(board, visitor):
    visitor.open("/search?q=chairs&page=7")

    assert "past the end" in visitor.text
    assert "Stacking chairs" in visitor.click("Go to the first page").text


def test_catering_near_a_town_is_found_and_said(board, visitor):
    visitor.open("/search?q=catering+near+Bishop+Auckland")

    assert "Catering for parties" in visitor.text
    assert "within 10 miles of Bishop Auckland" in visitor.text
    assert visitor.page.find("input", attrs={"name": "where"})["value"] == "Bishop Auckland"
    assert visitor.page.find("input", attrs={"name": "q"})["value"] == "catering"


def test_an_unknown_place_is_said_and_a_town_is_one_link_away(board, visitor):
    visitor.open("/search?q=chairs&where=Atlantis")
    assert "We don't know a place called “Atlantis”" in visitor.text
    assert visitor.page.find("input", attrs={"name": "where"})["value"] == "Atlantis"
    visitor.click("Crook")

    assert "Crook" in visitor.page.find(attrs={"role": "status"}).get_text()
    assert "Stacking chairs" in visitor.text


def test_filters_are_a_form_that_works_by_itself(board, visitor):
    visitor.open("/search?q=chairs").press("Use these", kind="offer")

    assert "A room with chairs" in visitor.text
    assert "Stacking chairs" not in visitor.text
    assert ticked(visitor, "kind") == {"offer"}
    assert "Stacking chairs" in visitor.click("Take off Offers").text


def test_each_choice_says_how_many_it_would_find(board, visitor):
    visitor.open("/search?q=chairs&kind=offer")
    assert offered(visitor, "kind") == {"need": "1", "offer": "1"}
    assert offered(visitor, "by") == {"voluntary": "1"}

    visitor.open("/search?kind=need&wanted=goods&category=cleaning")
    assert offered(visitor, "category") == {"furniture-goods": "1", "cleaning": "0"}
    assert offered(visitor, "wanted") == {"goods": "0"}


def test_the_children_of_a_subject_are_offered_once_it_is_chosen(board, visitor):
    assert offered(visitor.open("/search"), "category") == {"furniture-goods": "1", "food-drink": "1"}
    visitor.press("Use these", category="furniture-goods")
    assert offered(visitor, "category")["furniture-goods/furniture"] == "1"
    visitor.press("Use these", category=["furniture-goods", "furniture-goods/furniture"])

    assert "about furniture" in visitor.page.find(id="sentence").get_text()
    assert ticked(visitor, "category") == {"furniture-goods", "furniture-goods/furniture"}


def test_every_filter_narrows_what_is_found(index, visitor):
    firm = OrganisationFactory(kind="business", staff=4)
    found = OpportunityFactory(
        title="Chairs mended", kind="quote", value_low=2000, value_high=3000, organisation=firm
    )
    CapabilityFactory(title="Chairs covered")
    NeedFactory(title="Chairs")
    index()
    for query in ("type=quote", "value=under-5k", "by=business", "size=micro", "kind=opportunity"):
        visitor.open(f"/search?q=chairs&{query}")
        assert [said(each) for each in visitor.page.find_all("h3") if each.find("mark")] == [found.title], (
            query
        )


def test_nothing_found_says_what_to_loosen_and_how_many_that_finds(board, visitor):
    board["chairs"].status = ListingStatus.CLOSED
    visitor.open("/search?q=lunch+catering&kind=opportunity&category=food-drink")

    ways = {said(each) for each in visitor.page.select(".pf-empty li")}
    assert "look at every kind of notice (1 thing)" in ways
    assert "look at every subject (1 thing)" in ways
    assert "Catering for parties" in visitor.click("look at every kind of notice").text


def test_loosening_asks_only_so_much_and_shows_only_what_finds_something(app, board):
    here = asking.board_of(PlaceFactory(), user=None, today=NOON.date())
    many = {name: tuple(each.choices)[:1] for name, each in asking.FILTERS.items() if each.choices}
    asked = asking.understand(
        Asked(text="a van lunch room submarine", where="Crook", miles=1, chosen=many, closes=7), here
    )
    engine, calls = app.extensions["search"], []

    class Counting:
        def search(self, query):
            calls.append(query)
            return engine.search(query)

    app.extensions["search"] = Counting()
    with app.test_request_context():
        found = loosening.looser(asked, here)
    assert 0 < len(calls) <= loosening.MOST_TRIED
    assert all(way.total for way in found)
    assert all((query.limit, query.facets) == (0, ()) for query in calls)


def test_loosening_stops_when_the_engine_does(app, board):
    class Gone:
        def search(self, query):
            raise SearchUnavailable

    app.extensions["search"] = Gone()
    here = asking.board_of(PlaceFactory(), user=None, today=NOON.date())
    with app.test_request_context():
        assert loosening.looser(Asked(text="two words"), here) == []


def test_a_script_may_ask_for_the_results_alone(board, visitor):
    whole = visitor.open("/search?q=chairs&kind=need").response
    with visitor.app.app_context():
        part = visitor.client.get("/search?q=chairs&kind=need", headers={"X-Part": "results"})

    fresh = BeautifulSoup(part.text, "html.parser")
    assert [tag["id"] for tag in fresh.find_all(recursive=False)] == ["results"]
    assert said(fresh.select_one("[data-found]")) == said(visitor.page.select_one("[data-found]"))
    assert fresh.find(id="results")["data-address"] == "/search?q=chairs&kind=need"
    assert "X-Part" in whole.headers["Vary"]
    assert "X-Part" in part.headers["Vary"]


def test_pages_are_links(index, visitor):
    hall = OrganisationFactory()
    for number in range(25):
        NeedFactory(organisation=hall, title=f"Chair {number}")
    index()
    first = visitor.open("/search?q=chair&kind=need")
    assert "25 things" in first.heading
    assert visitor.page.find("meta", attrs={"name": "robots"}) is None
    second = visitor.click("Next")

    assert "page=2" in second.path
    assert "page 2" in second.page.title.get_text()
    assert visitor.page.find("meta", attrs={"name": "robots"})["content"] == "noindex"


def test_the_map_keeps_its_list(board, visitor):
    visitor.open("/search?q=chairs").click("Map and list")

    assert "view=map" in visitor.path
    assert visitor.page.find(attrs={"data-map": True})
    assert "Stacking chairs" in visitor.text
    visitor.press("Use these", kind="offer")
    assert "view=map" in visitor.path


def test_a_place_that_is_not_set_up_says_so(app, visitor):
    visitor.open("/search", status=503)
    visitor.open("/", status=503)
    PlaceFactory()
    db.session.commit()
    visitor.open("/search")


@pytest.mark.parametrize("path", ["/search/suggest?q=chairs", "/search/map.json?q=chairs"])
def test_scripts_are_answered_in_json(board, visitor, path):
    assert json.loads(visitor.open(path).response.text)
