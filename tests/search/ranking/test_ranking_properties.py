"""What must hold of every ranking, whatever the weights."""

from dataclasses import replace
from random import Random

import pytest

from search.geo import Point
from search.ranking import MODEL_VERSION, WEIGHTS, Fit, Give, Want, counted, missing, rank
from search.ranking.model import AT_ONCE, whole_points
from search.ranking.weights import CIRCUMSTANCES, SPEND, SUPPORT

DURHAM = Point(54.777, -1.575)

BUFFET = Want(
    key="opportunity:1",
    party="council",
    family="opportunity",
    title="Buffet lunches",
    text="Cold buffet for thirty people at training days.",
    categories=frozenset({"food-drink/event-catering"}),
    point=DURHAM,
    value=9_000,
)
CATERER = Give(
    key="capability:1",
    party="kettle",
    family="capability",
    title="Event caterers",
    text="Buffet lunches and teas, hot or cold.",
    categories=frozenset({"food-drink/event-catering"}),
    point=DURHAM,
    reach_miles=20,
    turnover=120_000,
)
PAINT = Want(
    key="need:1",
    party="hall",
    family="need",
    title="Paint our hall",
    text="A dozen hands to decorate the main room.",
    categories=frozenset({"building-trades/decorating"}),
    point=DURHAM,
    quantity_kinds=frozenset({"volunteers"}),
)
PAINTERS = Give(
    key="offer:1",
    party="homes",
    family="offer",
    title="A team who paint halls",
    text="Staff hours to decorate community rooms.",
    categories=frozenset({"building-trades/decorating"}),
    point=DURHAM,
    quantity_kinds=frozenset({"volunteers"}),
)


def north(miles: float) -> Point:
    """So many miles due north of Durham: a degree of latitude is about 69.1 miles."""
    return Point(DURHAM.lat + miles / 69.1, DURHAM.lon)


def only(wants: list[Want], gives: list[Give]) -> Fit | None:
    fits = rank(wants, gives, per_want=5, per_party=5, floor=0)
    assert len(fits) <= 1
    return fits[0] if fits else None


def fit_of(want: Want, give: Give) -> float:
    found = only([want], [give])
    return found.fit if found else 0.0


def test_weights_of_each_side_add_up_to_100_and_the_model_has_a_version():
    assert {side: sum(weights.values()) for side, weights in WEIGHTS.items()} == {
        "spend": 100,
        "support": 100,
    }
    assert MODEL_VERSION


def test_a_score_is_exactly_the_sum_of_its_parts_heaviest_first(judged):
    fits = rank(judged.wants, judged.gives, per_want=20, per_party=20, floor=0)

    assert len(fits) > 30
    for fit in fits:
        points = [part.points for part in fit.parts]
        assert fit.score == sum(points) == sum(part.points for part in counted(fit.parts))
        assert abs(fit.score - fit.fit) <= 0.5 + 1e-6
        assert points == sorted(points, reverse=True)
        assert all(part.points == 0 for part in missing(fit.parts))
        assert all(part.words == part.words.strip() != "" for part in fit.parts)


@pytest.mark.parametrize(
    ("points", "whole"),
    [
        ({"a": 1.5, "b": 1.5, "c": 1.5}, {"a": 2, "b": 2, "c": 1}),
        ({"a": 0.2, "b": 0.2}, {"a": 0, "b": 0}),
        ({"a": 38.0, "b": 26.999999999}, {"a": 38, "b": 27}),
        ({"a": 0.0}, {"a": 0}),
    ],
)
def test_rounding_gives_what_is_left_to_the_largest_remainders(points, whole):
    assert whole_points(points) == whole


@pytest.mark.parametrize(
    "give", [CATERER, replace(CATERER, reach_miles=None), replace(CATERER, reach_miles=2)]
)
def test_being_nearer_never_hurts(give):
    fits = [fit_of(BUFFET, replace(give, point=north(miles))) for miles in range(60)]

    assert fits == sorted(fits, reverse=True)
    assert fits[0] > fits[8]


@pytest.mark.parametrize(
    ("want", "give", "without"),
    [
        (BUFFET, CATERER, {"text": "Marquees.", "title": "Marquees"}),
        (BUFFET, CATERER, {"categories": frozenset()}),
        (BUFFET, CATERER, {"point": north(25)}),
        (BUFFET, CATERER, {"turnover": 9_000}),
        (PAINT, PAINTERS, {"text": "Anything.", "title": "Hours"}),
        (PAINT, PAINTERS, {"categories": frozenset()}),
        (PAINT, PAINTERS, {"quantity_kinds": frozenset()}),
        (PAINT, PAINTERS, {"point": None}),
    ],
)
def test_taking_a_reason_away_lowers_the_score(want, give, without):
    whole, less = only([want], [give]), only([want], [replace(give, **without)])

    assert whole
    assert less
    assert less.score < whole.score


def test_everything_fitting_is_close_to_a_hundred():
    twin = replace(CATERER, title=BUFFET.title, text=BUFFET.text)

    assert fit_of(BUFFET, twin) > 97


def test_nearness_and_size_alone_never_make_a_match():
    stranger = replace(
        CATERER, title="Boilers", text="Heating engineers.", categories=frozenset({"trades/heat"})
    )

    assert only([BUFFET], [stranger]) is None
    assert {"distance", "size"} == CIRCUMSTANCES


def test_an_answer_of_the_wrong_kind_or_far_out_of_reach_is_no_match():
    assert only([PAINT], [replace(PAINTERS, quantity_kinds=frozenset({"space"}))]) is None
    assert only([BUFFET], [replace(CATERER, point=north(31))]) is None
    assert only([replace(BUFFET, reach_miles=5)], [replace(CATERER, point=north(10))]) is None


def test_nobody_is_matched_with_their_own_want():
    assert only([BUFFET], [replace(CATERER, party="council")]) is None


@pytest.mark.parametrize("family", ["offer", "interests"])
def test_contracts_are_not_answered_by_gifts(family):
    assert only([BUFFET], [replace(CATERER, family=family)]) is None


@pytest.mark.parametrize("family", ["capability", "history"])
def test_needs_are_not_answered_by_what_is_for_sale(family):
    assert only([PAINT], [replace(PAINTERS, family=family)]) is None


def test_the_best_of_a_partys_gives_stands_for_it():
    other = replace(
        CATERER, key="capability:0", title="Cakes", text="Cakes.", categories=frozenset({"food-drink"})
    )

    found = only([BUFFET], [other, CATERER])

    assert found
    assert found.give == CATERER.key


def test_the_order_of_what_comes_in_changes_nothing(judged):
    first = rank(judged.wants, judged.gives, per_want=4, per_party=2, floor=10)
    wants, gives = list(judged.wants), list(judged.gives)
    Random(7).shuffle(wants)
    Random(8).shuffle(gives)

    assert rank(wants, gives, per_want=4, per_party=2, floor=10) == first


def test_a_pair_stays_for_the_best_of_its_want_or_the_best_of_its_party():
    caterers = [replace(CATERER, key=f"c{n}", party=f"p{n}", point=north(n)) for n in range(6)]

    assert [fit.party for fit in rank([BUFFET], caterers, per_want=2, per_party=0)] == ["p0", "p1"]
    assert len(rank([BUFFET], caterers, per_want=2, per_party=1)) == 6


def test_limits_hold_across_more_wants_than_are_compared_at_once():
    wants = [replace(BUFFET, key=f"w{n:03}", point=north(n / 10)) for n in range(2 * AT_ONCE + 5)]

    fits = rank(wants, [CATERER], per_want=0, per_party=3)

    # The doorstep is three miles wide, so the first of them by key come out equal best.
    assert [fit.want for fit in fits] == ["w000", "w001", "w002"]


def test_scores_below_the_floor_are_left_out():
    found = only([BUFFET], [CATERER])
    assert found

    assert rank([BUFFET], [CATERER], per_want=1, per_party=1, floor=found.score)
    assert rank([BUFFET], [CATERER], per_want=1, per_party=1, floor=found.score + 1) == []


@pytest.mark.parametrize(
    ("wants", "gives"), [([], []), ([BUFFET], []), ([], [CATERER]), ([BUFFET], [PAINTERS])]
)
def test_nothing_to_compare_is_no_matches(wants, gives):
    assert rank(wants, gives, per_want=1, per_party=1) == []


def test_listings_without_a_word_are_no_match_and_no_error():
    wordless = {"title": "", "text": "…", "categories": frozenset()}

    assert only([replace(BUFFET, **wordless)], [replace(CATERER, **wordless)]) is None


def test_parts_are_those_of_the_sides_weights():
    spend, support = only([BUFFET], [CATERER]), only([PAINT], [PAINTERS])
    assert spend
    assert support

    assert {part.name for part in spend.parts} == set(SPEND)
    assert {part.name for part in support.parts} == set(SUPPORT)
