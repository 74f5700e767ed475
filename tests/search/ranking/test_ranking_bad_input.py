"""Short, long, foreign, wordless, absent and a thousand times the same: each has an answer."""

from dataclasses import replace
from random import Random

import pytest

from search.ranking import FLOOR, Give, Lexicon, Party, Want
from tests.search.ranking.made_up import WORDS
from tests.search.ranking.simply import DURHAM, PLAIN, north, only, parties_of, ranked

ROOF = Want("opportunity:1", "council", "opportunity", "Church roof repairs", point=DURHAM)
ROOFER = Give("c1", "roofer", "capability", "Roof repairs", "Slates and gutters, churches too.", point=DURHAM)
BAKER = Give("c2", "baker", "capability", "Bakery", "Bread and cakes for cafés.", point=DURHAM)
FIRMS = parties_of([ROOFER, BAKER])
LEXICON = Lexicon.fit([ROOF, ROOFER, BAKER])


def test_three_words_are_enough_to_find_who_does_it():
    (fit,) = ranked([ROOF], FIRMS, LEXICON)

    assert fit.party == "roofer"
    assert fit.parts[0].words == "Both mention roof repairs and church"


def test_five_thousand_words_are_read_as_far_as_what_matters_is_said():
    padding = " ".join(Random(1).choices(WORDS, k=5_000))
    long = replace(ROOF, text=f"Slates and gutters of a church. {padding}")

    found = ranked([long], FIRMS, LEXICON)

    assert found[0].party == "roofer"
    assert [fit.fit for fit in ranked([replace(long, text=long.text[:4_000])], FIRMS, LEXICON)] == [
        fit.fit for fit in found
    ]


def test_another_language_finds_its_own_and_is_not_taken_for_english():
    want = replace(
        ROOF,
        title="Naprawa dachu kościoła",
        text="Szukamy dekarza, który wymieni rynny i dachówki na kościele.",
    )
    polish = Give(
        "c3",
        "dekarz",
        "capability",
        "Dekarz",
        "Naprawa dachów, rynny, dachówki, także koscioła.",
        point=DURHAM,
    )

    found = ranked([want], parties_of([ROOFER, BAKER, polish]), LEXICON)

    assert found[0].party == "dekarz"
    assert found[0].score >= 30
    assert all(fit.fit < found[0].fit / 3 for fit in found[1:])


@pytest.mark.parametrize("unsaid", [{"point": None}, {"value": 0}, {"point": None, "value": 1}])
def test_without_place_or_value_the_rest_counts(unsaid):
    (fit,) = ranked([replace(ROOF, **unsaid)], FIRMS, LEXICON)

    words = {part.name: part.words for part in fit.parts}
    assert fit.party == "roofer"
    assert words["size"] == "The value is not given, so size counts for half"
    assert ("not known" in words["distance"]) == ("point" in unsaid)


WORDLESS = {"title": "", "text": "…"}


@pytest.mark.parametrize(
    ("want", "give"),
    [
        (replace(ROOF, **WORDLESS), ROOFER),
        (ROOF, replace(ROOFER, **WORDLESS)),
        (replace(ROOF, **WORDLESS),) * 2,
    ],
)
def test_listings_without_a_word_are_no_match_and_no_error(want, give):
    give = replace(ROOFER, title=give.title, text=give.text)

    assert only(want, Party("roofer", (give,))) is None


def test_a_party_without_text_is_found_by_its_category_alone():
    filed = frozenset({"building/roofing"})
    wordless = replace(ROOFER, **WORDLESS, categories=filed)

    fit = only(replace(ROOF, categories=filed), Party("roofer", (wordless,)))

    assert fit
    assert {part.name: part.points for part in fit.parts}["text"] == 0
    assert 0 < fit.score < FLOOR


def test_two_thousand_of_the_same_come_in_the_order_of_their_keys():
    firms = parties_of(replace(ROOFER, key=f"c{n}", party=f"firm {n:04}") for n in range(2_000))
    Random(1).shuffle(firms)

    found = ranked([ROOF], firms, LEXICON, per_want=50)

    assert [fit.party for fit in found] == [f"firm {n:04}" for n in range(50)]
    assert len({(fit.fit, tuple(part.words for part in fit.parts)) for fit in found}) == 1


def test_two_thousand_of_the_same_within_one_party_are_one_match():
    alike = tuple(replace(ROOFER, key=f"c{n:04}") for n in range(2_000))

    (fit,) = ranked([ROOF], [Party("roofer", alike)], LEXICON)

    assert fit.give == "c0000"
    assert fit.fit <= 100


@pytest.mark.parametrize(
    ("wants", "parties"),
    [
        ([], []),
        ([ROOF], []),
        ([], FIRMS),
        ([ROOF], [Party("empty", ())]),
        ([ROOF], [Party("giver", (replace(ROOFER, family="offer"),))]),
        ([replace(ROOF, family="wish")], FIRMS),
    ],
)
@pytest.mark.parametrize("lexicon", [PLAIN, LEXICON], ids=["plain", "fitted"])
def test_nothing_to_compare_is_no_matches(wants, parties, lexicon):
    assert ranked(wants, parties, lexicon) == []


def test_a_party_without_gives_does_not_disturb_those_beside_it():
    empty = [Party("a", ()), Party("z", ())]

    assert ranked([ROOF], [empty[0], *FIRMS, empty[1]], LEXICON) == ranked([ROOF], FIRMS, LEXICON)


@pytest.mark.parametrize(
    "odd",
    [
        {"value": 1e15},
        {"value": -5.0},
        {"reach_miles": 0.0},
        {"reach_miles": 1e9},
        {"point": north(-9_000)},
        {"categories": frozenset({"one", "one/two/three/four/five"})},
        {"text": "\x00 \ud800 \N{PILE OF POO} " + "x" * 9_000},
        {"lacking": 7.0},
    ],
)
def test_odd_values_are_no_error_and_no_score_leaves_its_bounds(odd):
    for fit in ranked([replace(ROOF, **odd)], FIRMS, LEXICON):
        assert 0 <= fit.fit <= 100
        assert fit.score == sum(part.points for part in fit.parts)
