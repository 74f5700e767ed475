"""Each feature read alone, on pairs whose answer is plain."""

from datetime import timedelta
from math import e
from random import Random
from statistics import mean
from string import ascii_lowercase

import pytest

from search.ranking import Give, Party, Want, features
from search.ranking.columns import Table
from search.ranking.lexicon import Lexicon
from search.ranking.pairs import Pairs
from tests.search.ranking.simply import DURHAM, PLAIN, TODAY, north

TEA = {"title": "Tea", "text": "Cups of tea.", "categories": frozenset({"food/tea"})}


def read(feature, want: dict, *gives: dict, lexicon: Lexicon = PLAIN, **party) -> float:
    """One feature's reading of one want and one party, given by what matters; the topic is the same."""
    wants = [Want(**TEA | {"key": "w", "party": "asker", "family": "need"} | want)]
    own = {"party": "giver", "family": "offer"}
    given = tuple(Give(**TEA | own | {"key": f"g{n}"} | give) for n, give in enumerate(gives))
    table = Table.of(wants, [Party("giver", given, **party)], lexicon)
    return float(feature(Pairs(table, "support", TODAY))[0, 0])


@pytest.mark.parametrize(
    ("asked", "given", "value"),
    [
        ({"food/catering"}, {"food/catering"}, 1.0),
        ({"food/catering", "arts/music"}, {"arts/music"}, 1.0),
        ({"food/catering"}, {"food/bakery"}, 0.4),
        ({"food"}, {"food/bakery"}, 0.4),
        ({"food/catering"}, {"arts/music"}, 0.0),
        ({"food/catering"}, set(), 0.0),
        (set(), set(), 0.0),
    ],
)
def test_category_reads_the_hierarchy(asked, given, value):
    got = read(features.category, {"categories": frozenset(asked)}, {"categories": frozenset(given)})

    assert got == value


@pytest.mark.parametrize(
    ("miles", "reach", "value"),
    [
        (2, 10, 1.0),
        (3, 10, 1.0),
        (10, 10.1, 0.4),
        (11, 10, 0.0),
        (1.9, 2, 1.0),
        (2.5, 2, 0.0),
        (2, None, 1.0),
        (28, None, 0.37),
        (None, 10, 0.3),
    ],
)
def test_distance_falls_to_the_edge_of_the_reach(miles, reach, value):
    point = None if miles is None else north(miles)

    got = read(features.distance, {"point": DURHAM}, {"point": point, "reach_miles": reach})

    assert got == pytest.approx(value, abs=0.02)


@pytest.mark.parametrize(
    ("worth", "value"),
    [(None, 0.37), (0, 0.37), (100_000, 0.37), (1_000_000, 0.61), (10_000_000, 0.72)],
)
def test_for_larger_work_people_come_from_farther_where_nobody_said_how_far(worth, value):
    asked = {"point": DURHAM, "value": worth}
    assert read(features.distance, asked, {"point": north(28)}) == pytest.approx(value, abs=0.02)
    assert read(features.distance, asked, {"point": north(28), "reach_miles": 10}) == 0


@pytest.mark.parametrize(
    ("asked", "value"),
    [({"space"}, 0.37), ({"space", "volunteers"}, 0.82), ({"goods"}, 0.82), (set(), 0.82)],
)
def test_to_a_room_people_go_less_far_than_for_other_things(asked, value):
    want = {"point": DURHAM, "quantity_kinds": frozenset(asked)}
    give = {"point": north(8), "quantity_kinds": frozenset({"space"})}
    assert read(features.distance, want, give) == pytest.approx(value, abs=0.02)


@pytest.mark.parametrize(
    ("value", "turnover", "reading"),
    [
        (5, 100, 1.0),
        (10, 100, 1.0),
        (55, 100, 0.5),
        (100, 100, 0.0),
        (900, 100, 0.0),
        (1, 100, 0.5),
        (5, None, 0.5),
    ],
)
def test_size_reads_how_far_a_firm_would_lean_on_the_work(value, turnover, reading):
    assert read(features.size, {"value": value}, {}, turnover=turnover) == pytest.approx(reading)


@pytest.mark.parametrize(
    ("asked", "given", "reading"),
    [
        ({"goods"}, {"goods"}, 1.0),
        ({"goods", "money"}, {"goods"}, 0.85),
        ({"volunteers"}, {"skills"}, 0.5),
        ({"goods"}, {"space"}, 0.0),
        ({"goods"}, set(), 0.3),
        (set(), {"goods"}, 0.3),
    ],
)
def test_quantity_reads_the_kinds_asked_for(asked, given, reading):
    got = read(features.quantity, {"quantity_kinds": frozenset(asked)}, {"quantity_kinds": frozenset(given)})

    assert got == pytest.approx(reading)


@pytest.mark.parametrize(
    ("value", "before", "reading"),
    [(500, 500, 1.0), (5_000, 500, 1 / e), (500, 50_000, 0.135), (500, None, 0.5)],
)
def test_size_goes_by_what_was_done_before_where_turnover_is_not_known(value, before, reading):
    assert read(features.size, {"value": value}, {"value": before}) == pytest.approx(reading, abs=0.001)


READINGS = [features.asked, features.words, features.spelling]


@pytest.mark.parametrize("feature", READINGS)
def test_texts_read_whole_for_the_same_words_and_as_nothing_for_others(feature):
    assert read(feature, {"text": ""}, {"text": ""}) == pytest.approx(1)
    assert read(feature, {}, {"title": "Boilers", "text": "Pumps, radiators."}) == 0


def test_the_latent_reading_joins_words_that_go_together_here():
    random = Random(1)
    endings = [one + other for one in ascii_lowercase[:10] for other in ascii_lowercase[:10]]
    trades = [[trade + ending for ending in endings] for trade in ("bake", "heat", "roof", "sing")]
    texts = [Want(str(n), "p", "need", "", ", ".join(random.sample(trades[n % 4], 9))) for n in range(800)]
    lexicon = Lexicon.fit(texts)

    def between(asked: str, given: str) -> float:
        want, give = ({"title": word, "text": ""} for word in (asked, given))
        return read(features.latent, want, give, lexicon=lexicon)

    kindred = mean(between(f"bake{end}", f"bake{end[::-1]}") for end in endings if end != end[::-1])
    strange = mean(between(f"bake{end}", f"heat{end[::-1]}") for end in endings)
    assert kindred > 0.04 > 10 * strange


def test_asked_reads_the_title_wherever_the_other_says_it():
    want = {"title": "Tea", "text": "Cups, saucers, urns and trestle tables too."}
    give = {"title": "Cafe", "text": "Scones, soup, sandwiches and a pot of tea."}

    assert read(features.asked, want, give) > read(features.words, want, give) > 0


def test_record_counts_each_further_work_of_the_kind_half_of_the_last():
    found = [read(features.record, {"text": ""}, *[{"text": ""}] * n, lexicon=PLAIN) for n in (1, 2, 3, 4)]

    # Four of its five readings are whole for a twin; the latent one says nothing in a plain lexicon.
    assert found == pytest.approx([0.8 * (1 - 0.5**n) for n in range(4)])


def test_record_reads_nothing_in_other_work():
    other = {"title": "Boilers", "text": "Pumps.", "categories": frozenset({"trades/heat"})}

    assert read(features.record, {}, {}, other, other) == 0


@pytest.mark.parametrize(("left", "reading"), [(None, 0.7), (1, 1 / 3), (3, 1), (30, 1)])
def test_room_for_a_few_is_as_good_as_room_for_many(left, reading):
    room = {} if left is None else {"support": left}

    assert read(features.room, {}, {}, room=room) == pytest.approx(reading)


@pytest.mark.parametrize("lacking", [0.0, 0.25, 1.0])
def test_lacking_reads_what_is_still_missing(lacking):
    assert read(features.lacking, {"lacking": lacking}, {}) == lacking


@pytest.mark.parametrize(
    ("asked", "answered", "reading"),
    [(0, 0, 0.5), (4, 4, 0.75), (4, 0, 0.25), (1, 0, 0.4), (996, 996, 0.998)],
)
def test_answers_are_shrunk_towards_what_is_expected_of_anybody(asked, answered, reading):
    assert read(features.answers, {}, {}, asked=asked, answered=answered) == pytest.approx(reading)


@pytest.mark.parametrize(("days", "reading"), [(0, 1), (90, 0.5), (180, 0.25), (-3, 1), (None, 0.5)])
def test_fresh_halves_with_every_quarter_of_silence(days, reading):
    seen_on = None if days is None else TODAY - timedelta(days=days)

    assert read(features.fresh, {}, {}, seen_on=seen_on) == pytest.approx(reading)


@pytest.mark.parametrize(
    "feature",
    [features.distance, features.size, features.room, features.lacking, features.answers, features.fresh],
)
def test_circumstances_count_only_as_far_as_the_topic_fits(feature):
    akin = {"title": "Coffee", "text": "", "categories": frozenset({"food/coffee"})}
    stranger = {"title": "Boilers", "text": "", "categories": frozenset({"trades/heat"})}

    whole, part, none = (
        read(feature, {"point": DURHAM}, {"point": DURHAM} | each) for each in ({}, akin, stranger)
    )

    assert part == pytest.approx(0.4 * whole)
    assert none == 0
