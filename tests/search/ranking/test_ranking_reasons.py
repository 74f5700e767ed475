"""The words of a match: true, plain, and the same for both sides."""

from dataclasses import replace

import pytest

from search.geo import Point
from search.ranking import Give, Want, rank

AUCKLAND = Point(54.663, -1.676)
SHILDON = Point(54.632, -1.646)
CONSETT = Point(54.853, -1.832)
NAMES = {
    "food-drink": "Food and drink",
    "food-drink/event-catering": "Event catering",
    "food-drink/bakery": "Bakers",
}

WANT = Want(
    key="opportunity:1",
    party="council",
    family="opportunity",
    title="Catering for open days",
    text="Buffets for our open days in Shildon, with CCTV training to follow.",
    categories=frozenset({"food-drink/event-catering"}),
    point=AUCKLAND,
    value=9_600,
)
GIVE = Give(
    key="capability:1",
    party="kettle",
    family="capability",
    title="Caterers of Shildon",
    text="We do catering and buffets.",
    categories=frozenset({"food-drink/event-catering"}),
    point=SHILDON,
    reach_miles=10,
    turnover=120_000,
)
NEED = replace(
    WANT, key="need:1", family="need", value=None, quantity_kinds=frozenset({"volunteers", "goods"})
)
OFFER = replace(GIVE, key="offer:1", family="offer", turnover=None, quantity_kinds=frozenset({"goods"}))


def words(want: Want, give: Give) -> dict[str, str]:
    everything = [give, replace(give, key="other", party="other", title="Roofs", text="Slates.")]
    fits = rank(
        [want], everything, per_want=5, per_party=5, floor=0, category_names=NAMES, place_words=["Shildon"]
    )
    return next({part.name: part.words for part in fit.parts} for fit in fits if fit.give == give.key)


def test_the_words_that_are_shared_are_named_and_towns_are_not():
    assert words(WANT, GIVE)["text"] == "Both mention catering and buffets"


def test_past_work_is_called_past_work():
    assert words(WANT, replace(GIVE, family="history"))["text"] == "Past work mentions catering and buffets"


def test_what_is_asked_for_and_not_mentioned_is_named():
    said = words(WANT, replace(GIVE, title="Teas", text="Cakes and teas."))["text"]

    assert said.startswith("Asked for but not mentioned on the other side: ")
    assert "catering" in said


def test_likeness_of_spelling_alone_is_said_and_counts_little():
    want = replace(WANT, title="Photography", text="", categories=frozenset())
    give = replace(GIVE, title="Photographs", text="", categories=frozenset())

    fit = rank([want], [give], per_want=1, per_party=1, floor=0)[0]
    part = next(part for part in fit.parts if part.name == "text")

    assert part.words == "Some words are spelt alike, though no main word is the same"
    assert 0 < part.points <= 12


@pytest.mark.parametrize(
    ("categories", "sentence"),
    [
        ({"food-drink/event-catering"}, "Both are filed under Event catering"),
        (
            {"food-drink/bakery"},
            "Both are within Food and drink: Event catering is asked for, Bakers is given",
        ),
        (
            {"arts/live-music"},
            "Filed under different categories: Event catering is asked for, Live music is given",
        ),
        (set(), "One side has not chosen a category"),
    ],
)
def test_categories_go_by_their_names(categories, sentence):
    assert words(WANT, replace(GIVE, categories=frozenset(categories)))["category"] == sentence


@pytest.mark.parametrize(
    ("point", "reach", "sentence"),
    [
        (SHILDON, 10, "2 miles apart, inside the 10-mile area served"),
        (AUCKLAND, 10, "Less than a mile apart, inside the 10-mile area served"),
        (CONSETT, 10, "15 miles apart, outside the 10-mile area served"),
        (CONSETT, None, "15 miles apart"),
        (None, 10, "How far apart they are is not known"),
    ],
)
def test_distance_is_said_in_miles(point, reach, sentence):
    assert words(WANT, replace(GIVE, point=point, reach_miles=reach))["distance"] == sentence


def test_the_smaller_reach_is_the_one_named():
    assert (
        words(replace(WANT, reach_miles=5), GIVE)["distance"]
        == "2 miles apart, inside the 5-mile area accepted"
    )


@pytest.mark.parametrize(
    ("value", "turnover", "sentence"),
    [
        (9_600, 120_000, "About 8% of a year's turnover"),
        (600, 120_000, "Less than 1% of a year's turnover"),
        (130_000, 120_000, "As much as a year's turnover or more"),
        (1, 120_000, "The value is not given, so size counts for half"),
        (None, 120_000, "The value is not given, so size counts for half"),
        (9_600, 0, "Turnover is not given, so size counts for half"),
    ],
)
def test_size_is_said_as_a_share_of_turnover(value, turnover, sentence):
    assert words(replace(WANT, value=value), replace(GIVE, turnover=turnover))["size"] == sentence


@pytest.mark.parametrize(
    ("kinds", "sentence"),
    [
        ({"goods"}, "Asked for and given: goods"),
        ({"goods", "volunteers", "money"}, "Asked for and given: volunteers and goods"),
        ({"skills"}, "Asked for: volunteers and goods; given: skills"),
        (set(), "What could be given has not been said"),
    ],
)
def test_kinds_of_support_are_named(kinds, sentence):
    assert words(NEED, replace(OFFER, quantity_kinds=frozenset(kinds)))["quantity"] == sentence


def test_nothing_in_a_reason_names_a_party_or_says_you():
    sentences = " ".join([*words(WANT, GIVE).values(), *words(NEED, OFFER).values()])

    assert "you" not in sentences.lower().split()
    assert "council" not in sentences
    assert "kettle" not in sentences
