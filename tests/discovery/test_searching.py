"""What is understood of a search, what is found, and the sentence that says so."""

from typing import Any

import pytest

from marketplace.discovery import queries
from marketplace.discovery.queries import Asked, Found
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.organisations.models import OrganisationStatus
from search.schema import Document, Sort
from tests.factories import NOON, MatchFactory, NeedFactory, OrganisationFactory, PlaceFactory

TODAY = NOON.date()


def find(text: str = "", **more: Any) -> Found:
    asked = queries.understand(Asked(text=text, **more))
    with db.session.no_autoflush:
        return queries.find(asked, place="county-durham", acting_for=None, today=TODAY)


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
    PlaceFactory()
    asked = queries.understand(Asked(text=text))

    assert asked.text == left
    assert (asked.location.label if asked.location else None) == where
    assert asked.miles == miles


def test_a_distance_that_was_chosen_is_kept(app):
    PlaceFactory()
    assert queries.understand(Asked(text="chairs near Crook", miles=2)).miles == 2


def test_an_unknown_place_in_its_own_box_is_said_and_towns_are_offered(app):
    PlaceFactory()
    asked = queries.understand(Asked(text="chairs", where="Atlantis"))

    assert asked.problem.startswith("We don't know a place called “Atlantis”")
    assert asked.towns == ("Bishop Auckland", "Crook")
    assert (asked.location, asked.text) == (None, "chairs")


def test_words_find_notices_and_organisations(board):
    assert titles(find("chairs")) == {"Stacking chairs", "A room with chairs"}
    assert titles(find("larder")) >= {"Tow Law Larder"}
    assert titles(find("kitchen")) == {"Village Hall"}


def test_other_words_of_a_category_find_it_too(board):
    assert "Catering for parties" in titles(find("buffet"))


def test_a_place_narrows_what_is_found_to_its_distance(board):
    found = find("near Crook", miles=1)

    assert titles(found) == {"Stacking chairs", "Village Hall"}
    assert all(card.miles < 1 for card in found.cards)


def test_a_parent_category_holds_its_children(board):
    assert titles(find(category="furniture-goods")) == {"Stacking chairs"}
    assert titles(find(category="furniture-goods/furniture")) == {"Stacking chairs"}
    assert titles(find(category="cleaning")) == set()


def test_kinds_narrow_what_is_found(board):
    assert titles(find(families=("need",))) == {"Stacking chairs", "A van on Saturdays"}
    assert titles(find("chairs", families=("offer",))) == {"A room with chairs"}
    assert titles(find(families=("organisation",))) == {"Village Hall", "Tow Law Larder", "Town Council"}


def test_nearest_first_when_a_place_is_given_without_words(board):
    found = find(families=("need",), where="Crook")

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


def test_a_key_of_nothing_in_the_index_is_left_out(app, board):
    ghost = Document(key="need:9999", family="need", place="county-durham", title="Ghost chairs")
    app.extensions["search"].upsert([ghost])

    assert "Ghost chairs" not in titles(find("chairs"))


def test_somebody_signed_in_reads_the_first_reason_it_fits(board):
    match = MatchFactory(listing=board["chairs"], organisation=OrganisationFactory())
    asked = Asked(text="chairs")
    found = queries.find(asked, place="county-durham", acting_for=match.organisation, today=TODAY)

    reasons = {card.title: card.reason for card in found.cards}
    assert reasons == {"Stacking chairs": "Both mention chairs.", "A room with chairs": None}


@pytest.mark.parametrize(
    ("asked", "total", "said"),
    [
        (Asked(), 0, "No notices and organisations."),
        (Asked(), 1, "1 notice or organisation."),
        (Asked(families=("need",)), 1, "1 need."),
        (Asked(families=("need",)), 1200, "1,200 needs."),
        (Asked(families=("opportunity",)), 2, "2 opportunities."),
        (Asked(families=("need", "offer"), text="chairs"), 12, "12 needs and offers for “chairs”."),
        (Asked(families=("need", "offer"), text="chairs"), 1, "1 need or offer for “chairs”."),
        (Asked(category="food-drink/event-catering"), 3, "about event catering."),
        (Asked(category="space-travel"), 3, "3 notices and organisations."),
    ],
)
def test_the_sentence_says_what_was_searched(app, asked, total, said):
    sentence = queries.sentence(asked, total)
    assert sentence == said or (said.startswith("about") and sentence.endswith(said))


@pytest.mark.parametrize(
    ("miles", "said"),
    [(10, "within 10 miles of Crook."), (1, "within 1 mile of Crook."), (None, ", measured from Crook.")],
)
def test_the_sentence_says_from_where(app, miles, said):
    PlaceFactory()
    asked = queries.understand(Asked(where="crook", miles=miles))

    assert queries.sentence(asked, 4).endswith(said)
