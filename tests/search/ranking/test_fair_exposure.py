"""Who is owed how much, what an order that pays it may cost, and the figures of the fairness report."""

from dataclasses import replace
from itertools import permutations
from math import log2
from random import Random

import pytest

from search.ranking.fairness import (
    AIM,
    ALPHA,
    BUDGET,
    LITTLE,
    MOST_AT_ONCE,
    Account,
    Bank,
    Candidate,
    Seen,
    exposure,
    figures,
    gini,
    relevance_lost,
    report,
    rerank,
    share_at_floor,
)

FOUR = [Candidate("a", 0.9), Candidate("b", 0.85), Candidate("c", 0.84), Candidate("d", 0.3)]
CASES = range(400)


def a_list(random: Random) -> list[Candidate]:
    """Up to fourteen candidates, some of them alike and some worth nothing."""
    fits = [random.choice([0.0, round(random.random(), 1), random.random()]) for _ in range(14)]
    return [Candidate(f"k{at}", fit) for at, fit in enumerate(fits[: random.randint(1, 14)])]


def some_owed(random: Random, candidates: list[Candidate]) -> dict[str, float]:
    return {
        each.key: round(random.random(), random.choice([1, 6]))
        for each in candidates
        if random.random() < 0.5
    }


def keys(placed) -> list[str]:
    return [each.key for each in placed]


def pure(candidates: list[Candidate]) -> list[str]:
    return [each.key for each in sorted(candidates, key=lambda each: (-each.fit, each.key))]


def place_of(key: str, placed) -> float:
    return next((each.position for each in placed if each.key == key), float("inf"))


@pytest.mark.parametrize(("position", "seen"), [(1, 1.0), (3, 0.5), (7, 1 / 3), (10, 1 / log2(11))])
def test_a_place_is_seen_by_the_discount_of_dcg(position, seen):
    assert exposure(position) == pytest.approx(seen)


def test_an_equal_share_is_that_of_each_list_among_all_who_could_stand_on_it():
    account = Account()

    account.show(["a", "b"], {"a", "b", "c", "d"})
    account.show(["c"], {"c", "d"})

    first, second = exposure(1) + exposure(2), exposure(1)
    assert account.received == {"a": exposure(1), "b": exposure(2), "c": exposure(1)}
    assert account.due == pytest.approx(
        {"a": first / 4, "b": first / 4, "c": first / 4 + second / 2, "d": first / 4 + second / 2}
    )
    assert sum(account.due.values()) == pytest.approx(sum(account.received.values()))


def test_with_everybody_on_every_list_the_share_is_all_exposure_by_their_number():
    account = Account()
    for shown in permutations("abc", 2):
        account.show(shown, "abc")

    equal = 6 * (exposure(1) + exposure(2)) / 3
    assert account.due == pytest.approx(dict.fromkeys("abc", equal))


def test_whoever_came_late_is_owed_only_since_and_what_fits_no_list_has_no_floor():
    account = Account()
    account.divide(28.0, ["early"])
    account.divide(28.0, ["early", "late"])

    assert account.due == {"early": 42.0, "late": 14.0}
    assert share_at_floor([Seen("early", 42.0, 42.0), Seen("misfit", 0.0, 0.0)]) == 1.0


def test_owed_is_the_part_of_the_aim_still_missing_counting_the_list_about_to_be_shown():
    account = Account(received={"half": AIM, "full": 5.0}, due={"half": 1.0, "full": 1.0, "unseen": 1.0})

    assert account.owed(["half", "full", "unseen", "new"], length=4) == pytest.approx(
        {
            "half": 1 - 1 / (1 + sum(map(exposure, range(1, 5))) / 4),
            "unseen": 1.0,
            "new": 1.0,
        }
    )
    assert account.owed([], length=10) == {}
    assert account.owed(["new"], length=0) == {}


def test_little_is_known_of_those_hardly_seen():
    account = Account(received={"often": LITTLE, "once": 1.0})

    assert account.little_known(["often", "once", "never"]) == {"once", "never"}


def test_with_nothing_owed_the_order_is_by_fit_and_ties_fall_by_key():
    tied = [Candidate("b", 0.5), Candidate("a", 0.5), Candidate("c", 0.9)]

    assert keys(rerank(tied, {}, length=10)) == ["c", "a", "b"]
    assert rerank([], {"a": 1.0}, length=10) == []
    for case in CASES:
        candidates = a_list(Random(case))
        placed = rerank(candidates, {each.key: 0.0 for each in candidates}, length=5)
        assert keys(placed) == pure(candidates)[:5]


def test_somebody_owed_rises_past_those_who_hardly_fit_better():
    assert keys(rerank(FOUR, {"c": 1.0}, length=4)) == ["c", "a", "b", "d"]
    assert keys(rerank(FOUR, {"c": 0.5}, length=4, price=0.03)) == ["a", "c", "b", "d"]
    assert keys(rerank(FOUR, {"d": 1.0}, length=4)) == ["a", "b", "d", "c"]  # any higher would cost too much


def test_whoever_is_owed_most_is_served_first():
    close = [Candidate(key, fit) for key, fit in (("a", 0.803), ("b", 0.802), ("c", 0.801), ("d", 0.8))]

    assert keys(rerank(close, {"c": 0.4, "d": 0.8}, length=2)) == ["d", "c"]


@pytest.mark.parametrize("budget", [0.0, 0.005, BUDGET, 0.1])
def test_an_order_is_the_first_of_a_permutation_and_costs_no_more_than_its_budget(budget):
    lifted = 0
    for case in CASES:
        random = Random(case)
        candidates, length = a_list(random), random.randint(1, 12)
        little_known = {each.key for each in candidates if random.random() < 0.3}
        owed = some_owed(random, candidates)

        placed = rerank(
            candidates, owed, length=length, budget=budget, little_known=little_known, seed=str(case)
        )

        assert len(placed) == min(length, len(candidates))
        assert len(set(keys(placed))) == len(placed)
        assert set(keys(placed)) <= set(pure(candidates))
        assert [each.position for each in placed] == list(range(1, len(placed) + 1))
        assert -1e-9 <= relevance_lost(placed, candidates) <= budget + 1e-9
        lifted += keys(placed) != pure(candidates)[:length]
    assert lifted > (100 if budget else 0)


def test_being_owed_more_never_moves_anybody_down():
    risen = 0
    for case in range(4_000):
        random = Random(case)
        candidates, length = a_list(random), random.randint(1, 12)
        owed = some_owed(random, candidates)
        budget, price = random.choice([0.005, 0.02, 0.1]), random.choice([0.1, 1, 3])
        key = random.choice(candidates).key
        more = {**owed, key: owed.get(key, 0.0) + random.random()}

        before, after = (
            place_of(key, rerank(candidates, some, length=length, budget=budget, price=price))
            for some in (owed, more)
        )

        assert after <= before
        risen += after < before
    assert risen > 500


def test_the_order_of_what_comes_in_and_the_unit_of_fits_change_nothing():
    for case in CASES:
        random = Random(case)
        candidates = a_list(random)
        owed = some_owed(random, candidates)
        shuffled = random.sample(candidates, len(candidates))
        of_a_hundred = [replace(each, fit=each.fit * 128) for each in candidates]

        placed = rerank(candidates, owed, length=6)

        assert rerank(shuffled, owed, length=6) == placed
        assert keys(rerank(of_a_hundred, owed, length=6)) == keys(placed)


def test_one_place_may_be_given_to_learn_by_and_is_marked():
    alike = [Candidate(f"k{at:02}", 0.8 - at / 1000) for at in range(20)]

    placed = rerank(alike, {}, length=10, little_known={"k15", "k17"}, seed="Monday")

    assert keys(placed)[:9] == pure(alike)[:9]
    assert placed[9].key in {"k15", "k17"}
    assert [each.explored for each in placed] == [False] * 9 + [True]
    assert placed == rerank(alike, {}, length=10, little_known={"k17", "k15"}, seed="Monday")
    drawn = {
        rerank(alike, {}, length=10, little_known={"k15", "k17"}, seed=str(day))[9].key for day in range(20)
    }
    assert drawn == {"k15", "k17"}


def test_somebody_lifted_of_whom_little_is_known_is_the_one_learnt_by():
    alike = [Candidate(f"k{at:02}", 0.8 - at / 1000) for at in range(20)]

    placed = rerank(alike, {"k12": 1.0}, length=10, little_known={"k00", "k12", "k15"})

    assert [each.key for each in placed if each.explored] == ["k12"]
    assert "k15" not in keys(placed)


def test_no_place_is_given_to_learn_by_where_that_costs_too_much():
    assert not any(each.explored for each in rerank(FOUR, {}, length=3, little_known={"d"}))


def test_a_bank_lets_one_list_spend_what_others_left_and_never_more_than_the_budget_of_all():
    random, bank = Random(1), Bank()
    steep = [Candidate(f"k{at}", fit) for at, fit in enumerate([0.9, 0.6, 0.58, 0.4, 0.3])]
    spent = []
    for number in range(1, 300):
        owed = {"k1": 1.0} if number % 4 == 0 else {}
        placed = bank.order(steep, owed, length=5, seed=str(random.random()))
        spent.append(relevance_lost(placed, steep))
        assert sum(spent) <= BUDGET * number + 1e-9
        assert bank.left >= 0

    assert max(spent) > BUDGET
    assert max(spent) <= MOST_AT_ONCE


def test_a_bank_that_is_always_asked_runs_dry_and_stays_within_its_budget():
    bank, lost = Bank(), 0.0
    for case in range(300):
        candidates = a_list(Random(case))
        lost += relevance_lost(
            bank.order(candidates, {each.key: 1.0 - each.fit for each in candidates}, length=10), candidates
        )

    assert 0.8 * BUDGET < lost / 300 <= BUDGET


@pytest.mark.parametrize(
    ("values", "index"),
    [([], 0), ([0, 0], 0), ([3], 0), ([2, 2, 2], 0), ([0, 1], 0.5), ([0, 0, 0, 8], 0.75), ([1, 3], 0.25)],
)
def test_the_gini_index_by_hand(values, index):
    assert gini(values) == pytest.approx(index)


def test_the_gini_index_is_within_bounds_and_knows_neither_order_nor_unit():
    for case in CASES:
        random = Random(case)
        values = [
            random.choice([0.0, random.random(), random.expovariate(1)]) for _ in range(random.randint(1, 30))
        ]
        index = gini(values)

        assert 0 <= index <= 1 - 1 / len(values) + 1e-12
        assert gini(random.sample(values, len(values))) == pytest.approx(index)
        assert gini([7 * value for value in values]) == pytest.approx(index)
        assert gini(values * 2) == pytest.approx(index)


def test_exposure_below_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="never below 0"):
        gini([-1.0, 2.0])


def test_the_floor_is_reached_at_alpha_of_an_equal_share():
    rows = [Seen("at", ALPHA * 3, 3.0), Seen("below", ALPHA * 3 - 0.01, 3.0), Seen("owed nothing", 0.0, 0.0)]

    assert share_at_floor(rows) == 0.5
    assert share_at_floor(rows[2:]) is None
    assert share_at_floor([]) is None


def test_the_report_puts_rows_in_their_groups():
    rows = [
        Seen("1", 1.0, 2.0, {"size": "micro", "ward": "Crook"}),
        Seen("2", 3.0, 2.0, {"size": "micro"}),
        Seen("3", 5.0, 0.0, {"size": "large", "ward": "Crook"}),
    ]

    by_size = report(rows, "size")

    assert list(by_size) == ["large", "micro"]
    assert by_size["micro"] == figures(rows[:2])
    assert (by_size["micro"].number, by_size["micro"].per_head, by_size["micro"].of_share) == (2, 2.0, 1.0)
    assert (by_size["micro"].gini, by_size["micro"].at_floor) == (pytest.approx(0.25), 0.5)
    assert (by_size["large"].of_share, by_size["large"].at_floor) == (None, None)
    assert list(report(rows, "ward")) == ["Crook"]
    assert report(rows, "age") == {}
    assert (figures([]).number, figures([]).per_head, figures([]).gini) == (0, 0.0, 0.0)
