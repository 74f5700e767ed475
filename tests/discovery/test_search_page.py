"""The search page: with any address somebody may come with, and when the engine is away."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask

from marketplace.extensions import db
from search.embedded import EmbeddedEngine
from tests.factories import NeedFactory, OrganisationFactory, PlaceFactory

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
]
OLD_LINKS = [
    "page=0", "page=-3", "page=abc", "page=99999999999999999999", "page=500", "miles=-1", "miles=abc",
    "miles=%C2%B2", "miles=" + "9" * 5000, "miles=0", "miles=1e3", "kind=spaceship", "kind=need&kind=need",
    "category=space-travel", "category=%00", "sort=price", "where=%00", "where=" + "y" * 3000, "q=%FF%FE",
    "where=ZZ1+1ZZ&miles=5", "unknown=1", "q=&where=&miles=&kind=&category=&sort=&page=",
]  # fmt: skip


@pytest.fixture
def no_engine(app: Flask, tmp_path: Path) -> None:
    """The index is nowhere: as after a full disk, or before it was ever built."""
    app.extensions["search"] = EmbeddedEngine(tmp_path / "nowhere")


def test_no_words_break_the_page(board, visitor):
    for text in HOSTILE:
        visitor.open(f"/search?{urlencode({'q': text, 'where': text})}")
        assert "<script>alert" not in visitor.response.text
        assert "49" not in visitor.heading


def test_no_words_break_browsing_either(board, no_engine, visitor):
    for text in HOSTILE[::2]:
        visitor.open(f"/search?{urlencode({'q': text})}")
        assert "The search is resting" in visitor.text


def test_words_are_taken_literally_when_browsing(board, no_engine, visitor):
    assert "Nothing" in visitor.open("/search?q=%25").heading
    assert "Nothing" in visitor.open("/search?q=_").heading


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


def test_without_the_engine_people_browse_and_are_told(board, no_engine, visitor):
    visitor.open("/search?q=chairs")

    assert "The search is resting" in visitor.text
    assert "Stacking chairs" in visitor.text
    assert "A van on Saturdays" not in visitor.text


def test_an_installation_that_has_no_index_yet_browses(no_engine, visitor):
    NeedFactory(title="Stacking chairs")
    db.session.commit()
    visitor.open("/search")

    assert "Stacking chairs" in visitor.text


def test_nothing_found_says_what_to_loosen(board, visitor):
    visitor.open("/search?q=submarine&kind=need&category=cleaning&where=Crook&miles=2")

    for words in ("any distance", "every subject", "every kind of notice", "put up a notice"):
        assert words in visitor.text


def test_filters_are_a_form_that_works_by_itself(board, visitor):
    visitor.open("/search?q=chairs").press("Use these", kind="offer")

    assert "A room with chairs" in visitor.text
    assert "Stacking chairs" not in visitor.text
    assert visitor.page.find("input", attrs={"value": "offer"}).has_attr("checked")


def test_pages_are_links(index, visitor):
    hall = OrganisationFactory()
    for number in range(25):
        NeedFactory(organisation=hall, title=f"Chair {number}")
    index()
    first = visitor.open("/search?q=chair&kind=need")
    assert "25 things" in first.heading
    second = visitor.click("Next")

    assert "page=2" in second.path
    assert "page 2" in second.page.title.get_text()


def test_a_place_that_is_not_set_up_says_so(app, visitor):
    visitor.open("/search", status=503)
    visitor.open("/", status=503)
    PlaceFactory()
    db.session.commit()
    visitor.open("/search")
