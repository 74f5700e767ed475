"""What is understood of a search, and what is found."""

from typing import Any

import pytest

from marketplace.discovery import asking
from marketplace.discovery.asking import Asked, Board
from marketplace.discovery.finding import Found
from marketplace.discovery.finding import find as find_for
from marketplace.discovery.forms import from_address
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.organisations.models import OrganisationStatus
from marketplace.places.models import Place
from search.schema import Document, Sort
from tests.factories import NOON, MatchFactory, NeedFactory, OrganisationFactory, PlaceFactory

TODAY = NOON.date()


def the_board() -> Board:
    return asking.board_of(PlaceFactory(), user=None, today=TODAY)


def understood(text: str = "", **more: Any) -> Asked:
    return asking.understand(Asked(text=text, **more), the_board())


def find(text: str = "", **more: Any) -> Found:
    with db.session.no_autoflush:
        return find_for(understood(text, **more), the_board(), acting_for=None)


def titles(found: Found) -> set[str]:
    return {card.title for card in found.cards}


@pytest.mark.parametrize(
    ("text", "left", "where", "miles"),
    [
        ("catering near Bishop Auckland", "catering", "Bishop Auckland", 10),
        ("catering in crook", "catering", "Crook", 10),
        ("chairs close to Crook", "chairs", "Crook", 10),
        ("Near Crook", "", "Crook", 10),
        ("help in schools near Crook", "help in schools", "Crook", 10),
        ("volunteers in need", "volunteers in need", None, None),
        ("catering near Atlantis", "catering near Atlantis", None, None),
        ("a hand in", "a hand in", None, None),
        ("nearby", "nearby", None, None),
    ],
)
def test_a_place_at_the_end_of_the_words_is_understood(app, text, left, where, miles):
    asked = understood(text)

    assert asked.text == left
    assert (asked.location.label if asked.location else None) == where
    assert asked.miles == miles


def test_a_distance_that_was_chosen_is_kept(app):
    assert understood("chairs near Crook", miles=2).miles == 2


def test_an_unknown_place_in_its_own_box_is_said_and_towns_are_offered(app):
    asked = understood("chairs", where="Atlantis")

    assert asked.problem.startswith("We don't know a place called “Atlantis”")
    assert asked.towns == ("Bishop Auckland", "Crook")
    assert (asked.location, asked.text) == (None, "chairs")


def test_no_address_can_name_a_place_or_an_audience(app):
    PlaceFactory(slug="elsewhere", name="Elsewhere")
    asked = from_address(
        "q=chairs&place=elsewhere&audience=organisation:7&state=closed&kind=need&ward=E05000001"
    )
    query = asking.query(asking.understand(asked, the_board()), the_board(), limit=20)

    assert (query.place, query.audiences) == ("county-durham", frozenset({"public"}))
    assert query.asked_filters == {"family": {"need"}, "state": {"open"}}


def test_words_find_notices_and_organisations(board):
    assert titles(find("chairs")) == {"Stacking chairs", "A room with chairs"}
    assert titles(find("larder")) >= {"Tow Law Larder"}
    assert titles(find("kitchen")) == {"Village Hall"}


def test_other_words_of_a_category_find_it_too(board):
    assert "Catering for parties" in titles(find("buffet"))


def test_what_was_looked_for_is_marked_where_it_stands(board):
    board["chairs"].body = "We sit on the floor. " * 30 + "A seat that stacks for each of us."
    (card,) = (each for each in find("stacked chair floor").cards if each.title == "Stacking chairs")

    assert card.title_parts == (("Stacking", True), (" ", False), ("chairs", True))
    assert ("stacks", True) in card.summary_parts
    assert find().cards[0].title_parts == ()


def test_a_place_narrows_what_is_found_to_its_distance(board):
    found = find("near Crook", miles=1)

    assert titles(found) == {"Stacking chairs", "Village Hall"}
    assert all(card.miles < 1 for card in found.cards)


@pytest.mark.parametrize(
    ("slugs", "found"),
    [
        (["furniture-goods"], {"Stacking chairs"}),
        (["furniture-goods/furniture"], {"Stacking chairs"}),
        (["furniture-goods/furniture", "food-drink"], {"Stacking chairs", "Catering for parties"}),
        (["food-drink", "food-drink/food-banks"], set()),
        (["cleaning"], set()),
    ],
)
def test_a_subject_holds_its_children_and_a_child_narrows_its_parent(board, slugs, found):
    assert titles(find(chosen={"category": tuple(slugs)})) == found


def test_kinds_narrow_what_is_found(board):
    assert titles(find(chosen={"kind": ("need",)})) == {"Stacking chairs", "A van on Saturdays"}
    assert titles(find("chairs", chosen={"kind": ("offer",)})) == {"A room with chairs"}
    organisations = {"Village Hall", "Tow Law Larder", "Town Council"}
    assert titles(find(chosen={"kind": ("organisation",)})) == organisations


def test_closed_notices_are_found_when_they_are_asked_for(board, index):
    board["chairs"].status = ListingStatus.CLOSED
    index()

    assert "Stacking chairs" not in titles(find("chairs"))
    assert "Stacking chairs" in titles(find("chairs", closed=True))


def test_nearest_first_when_a_place_is_given_without_words(board):
    found = find(chosen={"kind": ("need",)}, where="Crook")

    assert [card.title for card in found.cards] == ["Stacking chairs", "A van on Saturdays"]
    assert found.cards[0].miles < found.cards[1].miles


def test_nearest_without_a_place_does_no_harm(board):
    assert titles(find("chairs", sort=Sort.NEAREST)) == {"Stacking chairs", "A room with chairs"}


def test_pages_share_the_hits_out_and_never_twice(index):
    hall = OrganisationFactory()
    for number in range(45):
        NeedFactory(organisation=hall, title=f"Chair {number}")
    index()
    pages = [find("chair", page=page) for page in (1, 2, 3, 4)]

    assert [len(page.cards) for page in pages] == [20, 20, 5, 0]
    assert {(page.total, page.pages) for page in pages} == {(45, 3)}
    assert len(set().union(*(titles(page) for page in pages))) == 45


@pytest.mark.parametrize("status", [ListingStatus.DRAFT, ListingStatus.WITHDRAWN])
def test_a_stale_index_shows_nobody_what_is_private(board, status):
    board["chairs"].status = status
    board["hall"].status = OrganisationStatus.SUSPENDED
    db.session.commit()

    assert titles(find("chairs")) == {"A room with chairs"}
    assert "Village Hall" not in titles(find("hall"))


def test_a_listing_that_an_index_files_under_the_wrong_place_is_not_shown(board):
    elsewhere = Place(slug="elsewhere", name="Elsewhere", lat=52.0, lon=-1.0)
    db.session.add(elsewhere)
    db.session.flush()
    board["chairs"].place_id = elsewhere.id
    board["hall"].place_id = elsewhere.id
    db.session.commit()

    assert titles(find("chairs")) == {"A room with chairs"}
    assert "Village Hall" not in titles(find("hall"))


def test_a_key_of_nothing_in_the_index_is_left_out(app, board):
    ghosts = [
        Document(key=key, family="need", place="county-durham", title="Ghost chairs")
        for key in ("need:9999", "need:x", "need:")
    ]
    app.extensions["search"].upsert(ghosts)

    assert "Ghost chairs" not in titles(find("chairs"))


def test_somebody_signed_in_reads_the_first_reason_it_fits(board):
    match = MatchFactory(listing=board["chairs"], organisation=OrganisationFactory())
    found = find_for(understood("chairs"), the_board(), acting_for=match.organisation)

    reasons = {card.title: card.reason for card in found.cards}
    assert reasons == {"Stacking chairs": "Both mention chairs.", "A room with chairs": None}
