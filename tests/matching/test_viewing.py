"""What each side of a match may read: the same points, other words where they would tell too much."""

from datetime import timedelta

import pytest

from marketplace.matching import viewing
from marketplace.matching.viewing import Side
from tests.factories import NOON, MatchFactory, OpportunityFactory

DAY = timedelta(days=1)


def seen(words: str, *, name: str = "text", points: int = 10, side: Side = Side.ASKS) -> str:
    (part,) = viewing.as_seen_by([{"name": name, "points": points, "words": words}], side)
    return str(part["words"])


@pytest.mark.parametrize(
    ("words", "points", "for_the_asker"),
    [
        ("About 8% of your turnover", 12, "The size fits them"),
        ("Less than 1% of a year's turnover", 15, "The size fits them"),
        ("About 25% of a year's turnover", 10, "The size fits them"),
        ("About 80% of a year's turnover", 3, "Large for them"),
        ("As much as a year's turnover or more", 0, "Large for them"),
        ("Turnover is not given, so size counts for half", 7, "How large they are is not known"),
    ],
)
def test_what_a_turnover_would_tell_is_for_its_owner_alone(words, points, for_the_asker):
    assert seen(words, name="size", points=points) == for_the_asker
    assert seen(words, name="size", points=points, side=Side.FITS) == words


def test_that_the_asker_gave_no_value_is_no_secret_to_them():
    words = "The value is not given, so size counts for half"
    assert seen(words, name="size") == words


@pytest.mark.parametrize("name", ["size", "dependency", "evidence"])
def test_a_turnover_is_hidden_whatever_the_part_is_called(name):
    assert "turnover" not in seen("About 8% of your turnover", name=name).lower()


@pytest.mark.parametrize(
    ("words", "points", "for_the_asker"),
    [
        ("Room for 2 more jobs this quarter", 5, "They have room for it"),
        ("No room this quarter", 0, "They have no room just now"),
        ("What there is room for has not been said", 2, "They have not said what they have room for"),
    ],
)
def test_how_much_room_there_is_stays_at_home(words, points, for_the_asker):
    assert seen(words, name="room", points=points) == for_the_asker
    assert seen(words, name="room", points=points, side=Side.FITS) == words


@pytest.mark.parametrize(
    ("for_them", "for_the_asker"),
    [
        ("4 miles from your base, inside your area", "4 miles from their base, inside their area"),
        ("You offer what is asked for", "They offer what is asked for"),
        ("Your past work mentions roofs", "Their past work mentions roofs"),
        ("You both mention damp surveys", "You both mention damp surveys"),
        ("Both mention youth work and yourts", "Both mention youth work and yourts"),
    ],
)
def test_words_written_to_one_side_are_turned_round_for_the_other(for_them, for_the_asker):
    assert seen(for_them) == for_the_asker
    assert seen(for_them, side=Side.FITS) == for_them


@pytest.mark.parametrize("side", list(Side))
def test_nobody_reads_a_postcode(side):
    assert seen("Close to dl14 7ab and DL147AB", side=side) == "Close to a postcode and a postcode"


@pytest.mark.parametrize("side", list(Side))
def test_points_names_and_order_are_the_same_to_both_and_the_match_keeps_its_own(app, side):
    match = MatchFactory()
    match.parts = [{"name": "size", "points": 40, "words": "About 8% of your turnover"}, *match.parts[1:]]
    before = [dict(part) for part in match.parts]

    found = viewing.as_seen_by(match.parts, side)

    assert [(part["name"], part["points"]) for part in found] == [("size", 40), ("distance", 22)]
    assert match.parts == before


def test_the_first_reasons_are_those_that_counted_most(app):
    match = MatchFactory()
    match.parts = [
        {"name": "text", "points": 40, "words": "Both mention chairs."},
        {"name": "size", "points": 22, "words": "About 8% of your turnover"},
        {"name": "distance", "points": 0, "words": "How far apart they are is not known"},
    ]

    assert viewing.reasons(match, Side.ASKS, limit=3) == ("Both mention chairs.", "The size fits them")
    assert viewing.reasons(match, Side.FITS, limit=1) == ("Both mention chairs.",)


def test_a_story_is_told_in_the_order_it_happened_and_each_side_hears_its_own(app):
    match = MatchFactory(listing__organisation__name="Village Hall")
    match.notified_at, match.opened_at = NOON + DAY, NOON + 2 * DAY
    match.saved_at, match.invited_at = NOON + 3 * DAY, NOON + 4 * DAY
    match.interested_at, match.converted_at = NOON + 5 * DAY, NOON + 6 * DAY
    match.retired_at = NOON + 7 * DAY

    assert [each.words for each in viewing.history(match, Side.FITS)] == [
        "We found that it fits you", "In your letter of new matches", "Opened by one of you", "You saved it",
        "Village Hall asked you", "You said you are interested", "You promised something",
        "No longer suggested",
    ]  # fmt: skip
    assert [each.words for each in viewing.history(match, Side.ASKS)] == [
        "We found that they fit", "You asked them", "They said they are interested",
        "They promised something", "No longer suggested",
    ]  # fmt: skip


def test_a_pair_put_forward_by_hand_was_not_found_by_ranking(app):
    match = MatchFactory(put_forward_at=NOON, listing=OpportunityFactory())
    match.declined_at = NOON + DAY

    assert [(each.words, each.at) for each in viewing.history(match, Side.ASKS)] == [
        ("Put forward by the convener", NOON), ("They said it isn’t for them this time", NOON + DAY),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        (
            [("quantity", 20), ("distance", 15), ("text", 9), ("category", 5)],
            "text quantity distance category",
        ),
        ([("text", 20), ("quantity", 15), ("category", 9)], "text quantity category"),
        ([("quantity", 20), ("distance", 15), ("text", 0)], "quantity distance"),
        ([("text", 0)], ""),
        ([], ""),
    ],
)
def test_what_says_what_fits_comes_first_and_then_what_weighs_most(parts, names):
    told = viewing.what_tells([{"name": name, "points": points, "words": name} for name, points in parts])
    assert " ".join(part["name"] for part in told) == names


def test_a_few_reasons_are_the_telling_one_and_the_heaviest_of_the_others(app):
    words = {
        "quantity": "Asked for and given: goods",
        "distance": "4 miles apart",
        "text": "Both mention chairs",
    }
    match = MatchFactory.build(
        parts=[
            {"name": name, "points": 20 - at, "words": said} for at, (name, said) in enumerate(words.items())
        ]
    )
    assert viewing.reasons(match, Side.FITS, limit=2) == ("Both mention chairs", "Asked for and given: goods")
