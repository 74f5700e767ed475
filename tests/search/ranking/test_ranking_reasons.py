"""The words of a match: true, plain, and the same for both sides."""

from dataclasses import replace

import pytest

from search.geo import Point
from search.ranking import Give, Lexicon, Party, Want
from tests.search.ranking.simply import TODAY, only, ranked

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
)
NEED = replace(
    WANT, key="need:1", family="need", value=None, quantity_kinds=frozenset({"volunteers", "goods"})
)
OFFER = replace(GIVE, key="offer:1", family="offer", quantity_kinds=frozenset({"goods"}))


LEXICON = Lexicon.fit([WANT, GIVE], ["Shildon"])


def words(want: Want, give: Give, *others: Give, turnover: float | None = 120_000, **facts) -> dict[str, str]:
    party = Party("kettle", (give, *others), turnover, **facts)
    (fit,) = ranked([want], [party], LEXICON, category_names=NAMES)
    return {part.name: part.words for part in fit.parts}


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

    fit = only(want, Party("kettle", (give,)))
    assert fit
    part = next(part for part in fit.parts if part.name == "text")

    assert part.words == "The two read alike, though no main word is the same"
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
    assert words(replace(WANT, value=value), GIVE, turnover=turnover)["size"] == sentence


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


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (8_400, "They did work of about £8,400 before; this is about £9,600"),
        (1_234_567, "They did work of about £1.2 million before; this is about £9,600"),
        (None, "Turnover is not given, so size counts for half"),
    ],
)
def test_size_is_said_beside_past_work_where_turnover_is_not_known(before, sentence):
    assert words(WANT, replace(GIVE, value=before), turnover=None)["size"] == sentence


def test_a_record_says_how_much_else_is_like_it():
    alike = [replace(GIVE, key=f"more {n}") for n in range(12)]
    a_little = replace(
        GIVE, key="other", title="Roofs", text="Roofs with buffets under them.", categories=frozenset()
    )

    assert words(WANT, GIVE, alike[0])["record"] == "One more of what they list or did before is like it"
    assert words(WANT, GIVE, *alike)["record"] == "12 more of what they list or did before are like it"
    assert (
        words(WANT, GIVE, a_little)["record"] == "Other things they list or did before are a little like it"
    )
    assert "record" not in words(WANT, GIVE)


@pytest.mark.parametrize(
    ("room", "sentence"),
    [
        ({}, "How much they can take on has not been said"),
        ({"spend": 3}, "They say they have room"),
    ],
)
def test_room_is_said(room, sentence):
    assert words(WANT, GIVE, room=room)["room"] == sentence


@pytest.mark.parametrize(
    ("asked", "answered", "sentence"),
    [
        (0, 0, "New here, so taken to answer as others do"),
        (20, 20, "They nearly always answer, yes or no"),
        (20, 12, "They often answer"),
        (20, 1, "They seldom answer"),
    ],
)
def test_how_they_answer_is_said(asked, answered, sentence):
    assert words(WANT, GIVE, asked=asked, answered=answered)["answers"] == sentence


@pytest.mark.parametrize(
    ("seen_on", "sentence"),
    [
        (None, "When they were last active here is not known"),
        (TODAY, "Active here lately"),
        (TODAY.replace(2020), "Not active here lately"),
    ],
)
def test_when_they_were_last_here_is_said(seen_on, sentence):
    assert words(WANT, GIVE, seen_on=seen_on)["fresh"] == sentence


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [
        (1, "None of it has been promised yet"),
        (0.6, "Some of it is still missing"),
        (0.2, "Little of it is still missing"),
    ],
)
def test_what_a_need_still_lacks_is_said(lacking, sentence):
    assert words(replace(NEED, lacking=lacking), OFFER)["lacking"] == sentence


def test_nothing_in_a_reason_names_a_party_or_says_you():
    sentences = " ".join([*words(WANT, GIVE).values(), *words(NEED, OFFER).values()])

    assert "you" not in sentences.lower().split()
    assert "council" not in sentences
    assert "kettle" not in sentences
