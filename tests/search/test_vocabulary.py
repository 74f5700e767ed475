from time import perf_counter

import pytest

from search.vocabulary import Vocabulary, distance, typos_allowed

WORDS = Vocabulary(
    [
        ("catering", 9),
        ("caterer", 3),
        ("cat", 5),
        ("category", 3),
        ("cattery", 1),
        ("watering", 7),
        ("electrician", 4),
        ("electrical", 8),
        ("gardener", 6),
        ("hardener", 2),
        ("pardner", 1),
        ("ardener", 1),
        ("agrdener", 1),
        ("gardner2", 50),
        ("łódź", 2),
        ("gone", 0),
        ("", 3),
    ]
)


def test_it_knows_its_words_and_how_many_documents_have_each():
    assert len(WORDS) == 15
    assert "catering" in WORDS
    assert WORDS.frequency("catering") == 9
    assert [WORDS.frequency(word) for word in ("cater", "gone", "", "zzz")] == [0, 0, 0, 0]
    assert "gone" not in WORDS


def test_counts_of_a_word_given_twice_add_up():
    assert Vocabulary([("hall", 2), ("bike", 1), ("hall", 3)]).frequency("hall") == 5


def test_beginnings_come_most_frequent_first_with_the_word_itself():
    assert WORDS.beginning("cat", 10) == ["catering", "cat", "category", "caterer", "cattery"]
    assert WORDS.beginning("cat", 2) == ["catering", "cat"]
    assert WORDS.beginning("cater", 10) == ["catering", "caterer"]
    assert WORDS.beginning("cattery", 1) == ["cattery"]
    assert WORDS.beginning("x", 5) == WORDS.beginning("cat", 0) == []


def test_a_rare_word_is_among_its_own_beginnings():
    words = Vocabulary([("hal", 1), ("hall", 5), ("halls", 7)])

    assert words.beginning("hal", 2) == ["halls", "hal"]


@pytest.mark.parametrize(
    ("typed", "typos", "near"),
    [
        ("cattering", 1, [("catering", 1)]),  # one letter too many
        ("catring", 1, [("catering", 1)]),  # one missing
        ("cateribg", 1, [("catering", 1)]),  # one wrong
        ("catreing", 1, [("catering", 1)]),  # two swapped
        ("catreibg", 1, []),
        ("catreibg", 2, [("catering", 2)]),
        ("hatering", 1, []),  # a wrong first letter counts twice
        ("hatering", 2, [("catering", 2), ("watering", 2)]),
        ("catering", 2, [("watering", 2)]),  # never the word itself
        ("electricain", 2, [("electrician", 1), ("electrical", 2)]),  # closest first, however rare
        ("gardener", 2, [("hardener", 2), ("agrdener", 2), ("ardener", 2)]),  # then the most frequent
        ("elektrishun", 2, []),
        ("gardner2", 2, []),  # a number is not corrected, nor into one
        ("łóđź", 1, [("łódź", 1)]),
        ("", 2, []),
    ],
)
def test_words_spelt_almost_alike(typed, typos, near):
    assert WORDS.like(typed, typos, 10) == near


def test_no_more_words_than_wanted_and_none_without_a_typo():
    assert WORDS.like("gardener", 2, 1) == [("hardener", 2)]
    assert WORDS.like("gardener", 2, 0) == WORDS.like("gardener", 0, 9) == []


def test_a_beginning_may_hold_one_typo_but_not_in_its_first_letter():
    assert WORDS.beginning_almost("electirc", 5) == ["electrical", "electrician"]
    assert WORDS.beginning_almost("elctri", 1) == ["electrical"]
    assert WORDS.beginning_almost("alectr", 5) == []


@pytest.mark.parametrize(
    ("word", "typos"),
    [("hall", 0), ("house", 1), ("catering", 1), ("carpenter", 2), ("covid19", 0), ("", 0), ("ab1defghi", 0)],
)
def test_short_words_and_numbers_may_hold_no_typos_and_long_words_two(word, typos):
    assert typos_allowed(word) == typos


@pytest.mark.parametrize("typed", ["catering", "catreibg", "hatering", "watering", "c", ""])
@pytest.mark.parametrize("at_most", [0, 1, 2])
def test_the_distance_of_two_words_agrees_with_the_words_offered(typed, at_most):
    near = dict(WORDS.like(typed, at_most, 99))
    if typed in WORDS:
        near[typed] = 0

    for word in (word for word in ("catering", "watering", "electrical") if typed):
        assert distance(typed, word, at_most) == near.get(word, at_most + 1)


def test_an_empty_vocabulary_offers_nothing():
    empty = Vocabulary([])

    assert len(empty) == 0
    assert empty.beginning("a", 5) == empty.like("catering", 2, 5) == empty.beginning_almost("cater", 5) == []


def test_a_large_vocabulary_is_made_and_asked_quickly():
    syllables = [a + b for a in "bcdfghklmnprstvw" for b in ("a", "e", "i", "o", "u", "ea")]
    words = [("".join((a, b, c)), 1) for a in syllables for b in syllables for c in syllables[::6]]

    start = perf_counter()
    vocabulary = Vocabulary(words)
    made = perf_counter()
    for _ in range(50):
        vocabulary.like("sateliteb", 2, 5)
    asked = perf_counter()

    assert len(vocabulary) > 100_000
    assert made - start < 5  # about .3 when nothing else runs
    assert (asked - made) / 50 < 0.05  # about .001
