import pytest

from search.text import normalise, stemmed, weighed_stems


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("  Café—CRÈME  ", "cafe creme"),
        ("Women's & Children’s", "womens childrens"),
        ("food-drink/event-catering", "food drink event catering"),
        ("under_score e.g. this", "under score e g this"),
        ("ﬁre 10½", "fire 101 2"),
        ("Straße", "strasse"),
        ('"(:+-*', ""),
    ],
)
def test_text_is_reduced_to_plain_words(typed, read):
    assert normalise(typed) == read


@pytest.mark.parametrize(
    ("said", "stems"),
    [
        ("Caterers, catering and cater", ("cater", "cater", "and", "cater")),
        ("Łódź", ("lodz",)),
        ("x" * 41, ()),
        ("?!", ()),
    ],
)
def test_words_are_kept_as_their_stems_and_what_is_too_long_is_not(said, stems):
    assert stemmed(normalise(said).split()) == stems


def test_words_of_one_stem_weigh_together_and_the_heaviest_are_kept():
    words = {"Caterers": 1.0, "catering": 2.0, "Café-bar": 2.5, "hall": 0.5, "?!": 9.0}

    assert weighed_stems(words, 10) == {"cater": 3.0, "bar": 2.5, "cafe": 2.5, "hall": 0.5}
    assert list(weighed_stems(words, 2)) == ["cater", "bar"]
