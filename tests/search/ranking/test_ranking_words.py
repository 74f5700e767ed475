"""Terms: what of a text is compared, and how it is said again."""

import pytest

from search.ranking.words import as_said, listed, stem, terms, unaccented


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


@pytest.mark.parametrize(
    "word", ["Café", "CAFÉ", "cafe", "Cafe\N{COMBINING ACUTE ACCENT}", "cafés", "CAFÉ'S"]
)
def test_accents_and_letter_case_make_no_other_word(word):
    assert terms(f"A vegan {word}") == terms("A vegan cafe")


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Łódź", "Lodz"),
        ("Straße", "Strasse"),
        ("Ærø", "AEro"),
        ("Ünïcödé", "Unicode"),
        ("plain", "plain"),
        ("хлеб", "хлеб"),
    ],
)
def test_letters_lose_their_accents_and_nothing_else(written, plain):
    assert unaccented(written) == plain


def test_addresses_and_notice_numbers_are_not_words():
    assert terms("CA16613 at https://tenders.example/batteries, www.example.org or a.buyer@example.org") == []


def test_words_are_said_as_written_in_small_letters_with_names_kept():
    assert as_said("cctv", "CCTV Cameras", "") == "CCTV"
    assert as_said(stem("Cameras"), "CCTV Cameras", "") == "cameras"
    assert as_said("roof", "ROOF REPAIRS", "") == "roof"
    assert as_said("cater", "Caterers", "We do catering") == "catering"
    assert as_said(stem("café"), "CAFÉS", "") == "cafés"


@pytest.mark.parametrize(
    ("words", "said"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ([*"abc"], "a, b and c")]
)
def test_lists_read_as_people_say_them(words, said):
    assert listed(words) == said
