import pytest

from search.text import MOST_QUERY_WORDS, normalise, query_words


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
    ("typed", "words"),
    [
        ("Caterers, catering and cater", ("cater",)),
        ("I need someone to paint the village hall", ("paint", "villag", "hall")),
        ("the", ("the",)),
        ("IT support", ("it", "support")),
        ("Łódź", ("lodz",)),
        ("?!", ()),
    ],
)
def test_a_persons_words_are_stems_each_once_in_their_order(typed, words):
    assert query_words(typed) == words


def test_only_so_many_words_are_read():
    assert len(query_words(" ".join(f"w{number}" for number in range(200)))) == MOST_QUERY_WORDS
