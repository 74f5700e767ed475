"""What must hold of every ranking, whatever the weights."""

from dataclasses import replace
from random import Random

import pytest

from search.ranking import SHIPPED, Give, Lexicon, Party, Want, counted, fits, missing, model, rank
from search.ranking.model import whole_points
from search.ranking.weights import PART_OF, SPEND, SUPPORT
from tests.search.ranking.simply import DURHAM, PLAIN, TODAY, north, only, parties_of, ranked

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


KETTLE = Party("kettle", (CATERER,), turnover=120_000)
HOMES = Party("homes", (PAINTERS,))


def with_give(party: Party, **facts) -> Party:
    """The party with its one give changed."""
    return replace(party, gives=(replace(party.gives[0], **facts),))


def fit_of(want: Want, party: Party) -> float:
    found = only(want, party)
    return found.fit if found else 0.0


def test_weights_of_each_side_add_up_to_100_and_the_model_has_versions():
    assert {side: sum(weights.values()) for side, weights in SHIPPED.weights.items()} == {
        "spend": 100,
        "support": 100,
    }
    assert set(SHIPPED.versions) == set(SHIPPED.weights)


def test_a_score_is_exactly_the_sum_of_its_parts_heaviest_first(judged):
    found = ranked(judged.wants, judged.parties, judged.lexicon)

    assert len(found) > 30
    for fit in found:
        assert abs(fit.fit - sum(part.exact for part in fit.parts)) <= 1e-9
        assert (
            fit.score == sum(part.points for part in fit.parts) == sum(p.points for p in counted(fit.parts))
        )
        assert abs(fit.score - fit.fit) <= 0.5 + 1e-6
        exact = [part.exact for part in fit.parts]
        assert exact == sorted(exact, reverse=True)
        assert all(abs(part.points - part.exact) < 1 for part in fit.parts)
        assert all(part.points == 0 for part in missing(fit.parts))
        assert all(part.words == part.words.strip() != "" for part in fit.parts)


def test_fits_are_those_of_the_list_without_the_words(judged):
    found = ranked(judged.wants, judged.parties, judged.lexicon)

    plain = fits(judged.wants, judged.parties, judged.lexicon, today=TODAY)

    assert plain == {(fit.want, fit.party): pytest.approx(fit.fit) for fit in found}


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


@pytest.mark.parametrize("reach", [20, None, 2])
def test_being_nearer_never_hurts(reach):
    found = [fit_of(BUFFET, with_give(KETTLE, reach_miles=reach, point=north(miles))) for miles in range(60)]

    assert found == sorted(found, reverse=True)
    assert found[0] > found[8]


def test_being_nearer_with_one_thing_never_hides_a_better_one():
    poor = replace(CATERER, key="capability:0", title="Bar", text="Beer.", point=north(15))
    far = replace(CATERER, point=north(15))

    whole = fit_of(BUFFET, replace(KETTLE, gives=(poor, far)))

    assert fit_of(BUFFET, replace(KETTLE, gives=(replace(poor, point=DURHAM), far))) >= whole


@pytest.mark.parametrize(
    ("want", "party", "without"),
    [
        (BUFFET, KETTLE, {"text": "Marquees.", "title": "Marquees"}),
        (BUFFET, KETTLE, {"categories": frozenset()}),
        (BUFFET, KETTLE, {"point": north(19)}),
        (PAINT, HOMES, {"text": "Anything.", "title": "Hours"}),
        (PAINT, HOMES, {"categories": frozenset()}),
        (PAINT, HOMES, {"quantity_kinds": frozenset()}),
        (PAINT, HOMES, {"point": None}),
    ],
)
def test_taking_a_reason_away_lowers_the_score(want, party, without):
    whole, less = only(want, party), only(want, with_give(party, **without))

    assert whole
    assert less
    assert less.score < whole.score


@pytest.mark.parametrize(
    "without", [{"turnover": 9_000}, {"room": {"spend": 1}}, {"asked": 30}, {"seen_on": TODAY.replace(2020)}]
)
def test_taking_away_what_speaks_for_a_party_lowers_the_fit(without):
    assert fit_of(BUFFET, replace(KETTLE, **without)) < fit_of(BUFFET, KETTLE)


def test_everything_fitting_is_close_to_a_hundred(judged):
    twins = [replace(CATERER, key=f"g{n}", title=BUFFET.title, text=BUFFET.text) for n in range(9)]
    ideal = Party("k", tuple(twins), 1e6, room={"spend": 9}, asked=400, answered=400, seen_on=TODAY)

    fit = only(BUFFET, ideal, Lexicon.fit([*judged.wants, BUFFET, BUFFET, PAINT, PAINT]))

    assert fit
    assert 97 < fit.fit <= 100


def test_nearness_size_and_readiness_alone_never_make_a_match():
    stranger = with_give(
        KETTLE, title="Boilers", text="Heating engineers.", categories=frozenset({"trades/heat"})
    )
    ready = replace(stranger, room={"spend": 9}, asked=9, answered=9, seen_on=TODAY)

    assert only(BUFFET, ready) is None


def test_an_answer_of_the_wrong_kind_or_far_out_of_reach_is_no_match():
    assert only(PAINT, with_give(HOMES, quantity_kinds=frozenset({"space"}))) is None
    assert only(BUFFET, with_give(KETTLE, point=north(31))) is None
    assert only(replace(BUFFET, reach_miles=5), with_give(KETTLE, point=north(10))) is None


def test_nobody_is_matched_with_their_own_want():
    assert only(BUFFET, replace(KETTLE, key="council")) is None


def test_whoever_was_introduced_to_it_keeps_their_place_though_they_have_no_room_for_more():
    full = replace(KETTLE, room={"spend": 0})

    assert only(BUFFET, full) is None
    assert only(replace(BUFFET, met=frozenset({"kettle"})), full)


def test_room_on_one_side_says_nothing_of_the_other():
    assert only(BUFFET, replace(KETTLE, room={"support": 0}))


@pytest.mark.parametrize("family", ["offer", "interests", "given"])
def test_contracts_are_not_answered_by_gifts(family):
    assert only(BUFFET, with_give(KETTLE, family=family)) is None


@pytest.mark.parametrize("family", ["capability", "history"])
def test_needs_are_not_answered_by_what_is_for_sale(family):
    assert only(PAINT, with_give(HOMES, family=family)) is None


@pytest.mark.parametrize("family", ["offer", "interests", "given"])
def test_needs_are_answered_by_offers_interests_and_what_was_given_before(family):
    assert only(PAINT, with_give(HOMES, family=family))


def test_the_best_of_a_partys_gives_stands_for_it():
    other = replace(
        CATERER, key="capability:0", title="Cakes", text="Cakes.", categories=frozenset({"food-drink"})
    )

    found = only(BUFFET, replace(KETTLE, gives=(other, CATERER)))

    assert found
    assert found.give == CATERER.key


def test_the_order_of_what_comes_in_changes_nothing(judged):
    first = ranked(judged.wants, judged.parties, judged.lexicon, per_want=4, floor=10)
    wants, parties = list(judged.wants), list(judged.parties)
    Random(7).shuffle(wants)
    Random(8).shuffle(parties)

    assert ranked(wants, parties, judged.lexicon, per_want=4, floor=10) == first


def test_of_equal_gives_the_first_by_key_stands_for_a_party_in_whatever_order_they_come():
    twins = tuple(replace(CATERER, key=key) for key in ("b", "a", "c"))

    assert [only(BUFFET, replace(KETTLE, gives=order)).give for order in (twins, twins[::-1])] == ["a", "a"]


def test_each_want_keeps_its_best_and_ties_fall_by_key():
    caterers = parties_of(replace(CATERER, key=f"c{n}", party=f"p{n}", point=north(n)) for n in range(9))

    found = ranked([BUFFET], caterers[::-1], per_want=5)

    # The doorstep is three miles wide, so the first four of them are equally near.
    assert [fit.party for fit in found] == ["p0", "p1", "p2", "p3", "p4"]
    assert found[0].fit == found[3].fit > found[4].fit


@pytest.mark.parametrize("at_once", [1, 4, 100])
def test_more_wants_than_are_compared_at_once_are_each_answered(monkeypatch, at_once):
    monkeypatch.setattr(model, "AT_ONCE", at_once)
    wants = [replace(BUFFET, key=f"w{n:03}") for n in range(13)]

    found = ranked(wants, [KETTLE])

    assert [fit.want for fit in found] == [want.key for want in wants]


def test_scores_below_the_floor_are_left_out():
    found = only(BUFFET, KETTLE)
    assert found

    assert ranked([BUFFET], [KETTLE], floor=found.score)
    assert ranked([BUFFET], [KETTLE], floor=found.score + 1) == []


def test_parts_are_those_of_the_sides_weights():
    spend, support = only(BUFFET, KETTLE), only(PAINT, HOMES)
    assert spend
    assert support

    # A party of one thing has no record beside it.
    assert {part.name for part in spend.parts} == {PART_OF[name] for name in SPEND} - {"record"}
    assert {part.name for part in support.parts} == {PART_OF[name] for name in SUPPORT} - {"record"}


def test_learned_weights_are_used_and_named():
    weights = {**SHIPPED.weights["spend"], "category": 0.0, "words": 26.0}
    learned = replace(
        SHIPPED,
        weights={**SHIPPED.weights, "spend": weights},
        versions={**SHIPPED.versions, "spend": "awards-7"},
    )

    (fit,) = rank([BUFFET], [KETTLE], PLAIN, learned, today=TODAY, per_want=1, floor=0)

    assert fit.version == "awards-7"
    assert next(part.exact for part in fit.parts if part.name == "category") == 0
