"""Terms: what of a text is compared, and how it is said again."""

import pytest

from search.ranking import Want
from search.ranking.vocabulary import Terms, Vocabulary
from search.ranking.words import as_said, listed, stem, terms


@pytest.mark.parametrize(
    "family",
    [
        ["catering", "caterers", "caterer", "catered"],
        ["roof", "roofs", "roofing", "roofers"],
        ["volunteer", "volunteers", "volunteering"],
        ["cleaning", "cleaners", "cleaner's", "clean"],
        ["gardens", "gardeners", "gardening"],
        ["planning", "planner", "planned"],
        ["activity", "activities"],
        ["bed", "beds"],
    ],
)
def test_kindred_words_are_one_term(family):
    assert len({stem(word) for word in family}) == 1


def test_different_things_stay_different():
    different = [
        "paper",
        "water",
        "press",
        "glass",
        "painting",
        "planting",
        "printing",
        "bus",
        "bush",
        "roof",
        "room",
    ]

    assert len({stem(word) for word in different}) == len(different)


def test_pairs_of_words_are_terms_only_where_said_side_by_side():
    found = terms("Hot food, cold drinks. We need hot and cold drinks")

    assert "hot food" in found
    assert "food cold" not in found
    assert "hot cold" not in found
    assert found.count("cold drink") == 2


def test_filler_is_left_out_and_the_trade_called_it_is_kept():
    assert terms("We are looking for a supplier to provide services") == []
    assert terms("IT for it") == ["it"]


def test_addresses_and_notice_numbers_are_not_words():
    assert terms("CA16613 at https://tenders.example/batteries, www.example.org or a.buyer@example.org") == []


def test_words_are_said_as_written_in_small_letters_with_names_kept():
    assert as_said("cctv", "CCTV Cameras", "") == "CCTV"
    assert as_said(stem("Cameras"), "CCTV Cameras", "") == "cameras"
    assert as_said("roof", "ROOF REPAIRS", "") == "roof"
    assert as_said("cater", "Caterers", "We do catering", elsewhere="caterers wanted") == "caterers"


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ([*"abc"], "a, b and c")]
)
def test_lists_read_as_people_say_them(words, said):
    assert listed(words) == said


def test_place_names_are_left_out_whole_and_their_words_stay_in_use():
    texts = ["Station Town and Crook", "A station for a town in CROOK", "Crook or crook"]
    listings = [Want(str(n), "p", "need", "", text) for n, text in enumerate(texts)]
    vocabulary = Vocabulary(listings, place_words=["Station Town", "Crook"])

    vectors = vocabulary.by_words(listings)

    assert [len(Terms.of(vectors, row).columns) for row in range(3)] == [0, 2, 1]


def test_words_are_only_called_unmentioned_if_none_of_them_is():
    asked, given = Want("1", "p", "need", "Hot food and chairs", ""), Want("2", "q", "need", "Food. Hot", "")
    vocabulary = Vocabulary([asked, given])
    vectors = vocabulary.by_words([asked, given])

    assert vocabulary.unanswered(Terms.of(vectors, 0), Terms.of(vectors, 1), asked.title) == ["chair"]
