"""What a text is read as: the same whatever else is read, and as scikit-learn would weigh it."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from search.ranking.bags import Bags, alike
from search.ranking.lexicon import Lexicon, Reading, count, number
from search.ranking.words import terms


@dataclass(frozen=True)
class Said:
    title: str
    text: str = ""


CORPUS = [
    Said("Hot food", "Hot lunches for a club of thirty, hot and plentiful."),
    Said("Lunch club", "Cold lunches, sandwiches and cakes."),
    Said("Slate roofs", "Slating, tiling and leadwork on church roofs."),
    Said("Roof repairs", "Tiles, gutters and leadwork. Lunch is on us."),
    Said("Choir", "Singing at funerals and at weddings in any church."),
    Said("Cakes", "Cakes for weddings, and sandwiches."),
]
LEXICON = Lexicon.fit(CORPUS)


def words_of(*readings: Reading) -> Bags:
    return Bags.of(reading.words for reading in readings)


def same(one: Reading, other: Reading) -> bool:
    bags = ((one.words, other.words), (one.title, other.title), (one.spelling, other.spelling))
    return np.allclose(one.latent, other.latent, atol=1e-6) and all(
        np.array_equal(a, b) for pair in bags for a, b in zip(*pair, strict=True)
    )


def test_words_are_weighed_as_scikit_learn_weighs_them():
    """Every term stands in two texts or more, since those met once count as unknown."""
    twice = [*CORPUS, *CORPUS]
    written = [f"{each.title}\n{each.title}\n{each.text}" for each in twice]
    expected = TfidfVectorizer(analyzer=terms, sublinear_tf=True).fit_transform(written)
    read = words_of(*Lexicon.fit(twice).read(twice))

    assert alike(read, read) == pytest.approx((expected @ expected.T).toarray(), abs=1e-6)


def test_spelling_is_weighed_as_scikit_learn_weighs_it():
    twice = [Said(word) for word in ("photograph", "photography", "bakery", "baker")] * 2
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True)
    expected = vectoriser.fit_transform([each.title for each in twice])
    read = Bags.of(reading.spelling for reading in Lexicon.fit(twice).read(twice))

    assert alike(read, read) == pytest.approx((expected @ expected.T).toarray(), abs=1e-6)


def test_a_reading_comes_back_from_its_bytes():
    for reading in LEXICON.read([*CORPUS, Said("")]):
        again = Reading.from_bytes(reading.to_bytes())

        assert same(again, reading)
        assert again.to_bytes() == reading.to_bytes()


def test_a_lexicon_comes_back_from_its_bytes():
    lexicon = Lexicon.fit(CORPUS, ["Station Town", "Łódź"])

    again = Lexicon.from_bytes(lexicon.to_bytes())

    assert again.version == lexicon.version
    assert again.place_words == lexicon.place_words
    assert all(map(same, again.read(CORPUS), lexicon.read(CORPUS)))


def test_a_text_is_read_the_same_whatever_else_is_read_and_counted_with_it():
    together = LEXICON.read([Said("Boilers"), *CORPUS, Said("")])[1:-1]
    alone = [LEXICON.read([each])[0] for each in CORPUS]
    weighed = LEXICON.weigh(count(CORPUS))

    assert all(map(same, together, alone))
    assert all(map(same, weighed, alone))


def test_texts_counted_a_few_at_a_time_make_the_same_lexicon():
    few = [count(CORPUS[:2]), count(CORPUS[2:])]

    assert Lexicon.of(few).version == LEXICON.version


def test_a_rare_word_tells_more_than_a_common_one_and_an_unknown_one_most():
    common, rare, unknown = (number(word) for word in ("lunch", "slat", "unheardof"))
    many = Lexicon.fit([*CORPUS, *CORPUS, *(Said("Lunch") for _ in range(20))])

    weights = many.telling(Said("lunch, slates, unheardof"), at_most=9)

    assert list(weights) == ["unheardof", "slates", "lunch"]
    ids, weighed = many.read([Said("", "lunch slates unheardof")])[0].words
    by_term = dict(zip(ids.tolist(), weighed.tolist(), strict=True))
    assert by_term[unknown] > by_term[rare] > by_term[common] > 0


def test_words_nobody_knew_are_still_compared():
    (asked,), (given,) = LEXICON.read([Said("Zeppelins")]), LEXICON.read([Said("A zeppelin")])

    assert alike(words_of(asked), words_of(given)) == pytest.approx(1.0)
    assert not asked.latent.any()


@pytest.mark.parametrize(
    "said", [Said(""), Said("…"), Said("We are looking for a supplier"), Said("123 £4.50")]
)
def test_a_text_that_says_nothing_is_read_as_nothing(said):
    (reading,) = LEXICON.read([said])

    assert [len(ids) for ids, _ in (reading.words, reading.title, reading.spelling)] == [0, 0, 0]
    assert not reading.latent.any()


def test_place_names_are_left_out_whole_and_their_words_stay_in_use():
    lexicon = Lexicon.fit([], place_words=["Station Town", "Crook"])
    texts = ["Station Town and Crook", "A station for a town in CROOK", "Crook or crook"]

    read = lexicon.read([Said("", text) for text in texts])

    assert [len(reading.words[0]) for reading in read] == [0, 2, 1]
    assert [len(reading.spelling[0]) > 0 for reading in read] == [False, True, True]


@pytest.mark.parametrize(
    "other",
    [
        Lexicon.fit([*CORPUS, Said("One lunch more")]),
        Lexicon.fit(CORPUS[:-1]),
        Lexicon.fit(CORPUS, ["Crook"]),
        Lexicon.fit([]),
    ],
)
def test_the_version_changes_with_what_a_lexicon_knows(other):
    assert other.version != LEXICON.version
    assert Lexicon.fit(CORPUS).version == LEXICON.version


def test_the_order_of_place_words_makes_no_difference():
    names = ["Crook", "Shildon", "Station Town"]

    assert len({Lexicon.fit(CORPUS, order).version for order in (names, names[::-1])}) == 1


def test_accents_and_letter_case_are_read_alike():
    readings = LEXICON.read([Said(title) for title in ("Café soirées", "CAFE SOIREES", "cafe\u0301 soirées")])

    assert all(same(one, other) for one, other in combinations(readings, 2))


def test_terms_have_the_same_hash_whatever_lexicon_reads_them():
    assert (number("cater"), number("hot food")) == (number("cater"), number("hot food"))
    for lexicon in (LEXICON, Lexicon.fit([])):
        ids, _ = lexicon.read([Said("Caterers", "Hot food")])[0].words
        assert set(ids.tolist()) == {number(term) for term in ("cater", "hot", "food", "hot food")}
