"""A search in words, in an address, and as filters in use."""

import pytest

from marketplace.discovery import asking, saying
from marketplace.discovery.asking import Asked, Board, View
from marketplace.discovery.choices import chips
from marketplace.discovery.forms import from_address
from search.schema import Sort
from tests.factories import NOON, PlaceFactory

ANYTHING = "notices and organisations"
WARDS = {"E05000001": "Coundon", "E05000002": "Tow Law"}
CATERING = ("food-drink/event-catering",)
EVERYTHING = Asked(
    text="chairs & tables",
    where="Crook",
    miles=5,
    chosen={
        "kind": ("need", "offer"),
        "category": ("furniture-goods",),
        "type": ("contract", "grant"),
        "wanted": ("goods",),
        "ward": ("E05000001",),
        "value": ("under-5k",),
        "by": ("voluntary",),
        "size": ("micro", "small"),
        "verified": ("yes",),
    },
    closes=14,
    closed=True,
    sort=Sort.CLOSING,
    page=3,
    view=View.MAP,
)


@pytest.fixture
def board(app) -> Board:
    place = PlaceFactory()
    return Board(place, WARDS, frozenset({"public"}), NOON.date())


@pytest.mark.parametrize(
    ("asked", "total", "said"),
    [
        (Asked(), 0, "No notices and organisations."),
        (Asked(), 1, "1 notice or organisation."),
        (Asked(), None, "Notices and organisations."),
        (Asked(chosen={"kind": ("need",)}), 1, "1 need."),
        (Asked(chosen={"kind": ("need",)}), 1200, "1,200 needs."),
        (Asked(text="chairs", chosen={"kind": ("need", "offer")}), 12, "12 needs and offers for “chairs”."),
        (Asked(text="chairs", chosen={"kind": ("need", "offer")}), 1, "1 need or offer for “chairs”."),
        (Asked(chosen={"category": CATERING}), 3, f"3 {ANYTHING} about event catering."),
        (Asked(chosen={"category": ("food-drink", *CATERING)}), 3, f"3 {ANYTHING} about event catering."),
        (Asked(where="Crook"), 4, "4 notices and organisations, measured from Crook."),
        (Asked(where="Crook", miles=1), 4, "4 notices and organisations within 1 mile of Crook."),
        (Asked(chosen={"ward": tuple(WARDS)}), 2, "2 notices and organisations in Coundon or Tow Law wards."),
    ],
)  # fmt: skip
def test_the_sentence_says_what_was_searched(board, asked, total, said):
    assert saying.sentence(asking.understand(asked, board), board, total) == said


def test_the_sentence_leaves_no_filter_out(board):
    said = saying.sentence(asking.understand(EVERYTHING, board), board, 7)

    assert said == (
        "7 needs and offers for “chairs & tables” about furniture and household goods, by way of "
        "contracts or grants, asking for or giving goods, worth under £5,000, from voluntary and "
        "community groups, of micro or small size, found on a public register, in Coundon ward, closing "
        "within 14 days, within 5 miles of Crook, closed ones too."
    )


def test_many_answers_are_counted_rather_than_named(board):
    subjects = ("cleaning", "food-drink", "training", "transport", "events")

    assert "about any of 5 subjects" in saying.described(Asked(chosen={"category": subjects}), board)


def test_an_address_says_everything_in_one_order_and_is_read_back(app, board):
    with app.test_request_context():
        address = asking.address(EVERYTHING)

    assert address == (
        "/search?q=chairs+%26+tables&where=Crook&miles=5&kind=need&kind=offer&sort=closing&category=furniture-goods"
        "&type=contract&type=grant&wanted=goods&ward=E05000001&value=under-5k&closes=14&by=voluntary&size=micro"
        "&size=small&verified=yes&closed=1&page=3&view=map"
    )
    again = from_address(address.partition("?")[2])
    assert asking.parameters(again) == asking.parameters(EVERYTHING)
    kept = asking.parameters(again, kept=True)
    assert kept == [(name, value) for name, value in asking.parameters(again) if name not in ("page", "view")]


def test_each_filter_in_use_can_be_taken_off_by_itself(app, board):
    asked = asking.understand(EVERYTHING, board)
    with app.test_request_context():
        found = chips(asked, board)

    assert [chip.label for chip in found] == [
        *("Needs", "Offers", "Furniture and household goods", "Contracts", "Grants", "Goods", "Coundon"),
        *("Under £5,000", "Voluntary and community groups", "Micro", "Small", "Found on a public register"),
        *("Within 5 miles", "Closing within 14 days", "Closed ones too"),
    ]
    without = [from_address(chip.url.partition("?")[2]) for chip in found]
    whole = set(asking.parameters(asked, kept=True))
    for chip, less in zip(found, without, strict=True):
        assert len(whole - set(asking.parameters(less))) == 1, chip
        assert less.page == 1
