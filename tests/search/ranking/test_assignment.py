"""Introductions within the room of both sides: never more, together the best, few with none."""

from collections import Counter
from itertools import combinations
from random import Random

import pytest

from search.ranking import assignment
from search.ranking.assignment import FIRST, Introduction, assign, room


def everybody(pairs, side: str, number: int) -> dict[str, int]:
    return {getattr(each, side): number for each in pairs}


def worth(chosen, pairs, first: float) -> float:
    """What `assign` is to make greatest, reckoned by hand."""
    total = sum(each.value for each in chosen)
    for side in ("want", "party"):
        for name in {getattr(each, side) for each in chosen}:
            total += first * max(each.value for each in pairs if getattr(each, side) == name)
    return total


def within(chosen, party_room, want_room) -> bool:
    parties, wants = Counter(each.party for each in chosen), Counter(each.want for each in chosen)
    return all(parties[name] <= party_room[name] for name in parties) and all(
        wants[name] <= want_room[name] for name in wants
    )


def small_case(case: int):
    """Few enough pairs to try every set of them."""
    random = Random(case)
    every = [(f"w{want}", f"p{party}") for want in range(3) for party in range(4)]
    pairs = [
        Introduction(*names, random.choice([random.random(), 0.5]))
        for names in random.sample(every, random.randint(1, 9))
    ]
    parties = {f"p{party}": random.randint(0, 3) for party in range(4)}
    wants = {f"w{want}": random.randint(0, 3) for want in range(3)}
    return pairs, parties, wants


def large_case(seed: int, wants: int = 60, parties: int = 50, each: int = 12):
    """Some parties everybody likes, as places have them."""
    random = Random(seed)
    liked = [random.lognormvariate(0, 0.5) for _ in range(parties)]
    pairs = [
        Introduction(f"w{want}", f"p{party}", random.random() * liked[party])
        for want in range(wants)
        for party in random.sample(range(parties), each)
    ]
    return (
        pairs,
        {f"p{party}": random.randint(0, 4) for party in range(parties)},
        {f"w{want}": random.randint(0, 4) for want in range(wants)},
    )


@pytest.mark.parametrize("first", [0.0, FIRST, 2.0])
def test_nothing_better_is_found_by_trying_everything(first):
    for case in range(25):
        pairs, parties, wants = small_case(case)
        best = max(
            worth(some, pairs_of_use, first)
            for pairs_of_use in [[each for each in pairs if parties[each.party] and wants[each.want]]]
            for number in range(len(pairs_of_use) + 1)
            for some in combinations(pairs_of_use, number)
            if within(some, parties, wants)
        )

        chosen = assign(pairs, parties, wants, first=first)

        useful = [each for each in pairs if parties[each.party] and wants[each.want]]
        assert within(chosen, parties, wants)
        assert worth(chosen, useful, first) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(6))
def test_nobody_gets_more_than_they_have_room_for_and_no_pair_comes_twice(seed):
    pairs, parties, wants = large_case(seed)

    chosen = assign(pairs, parties, wants)

    assert within(chosen, parties, wants)
    assert len({(each.want, each.party) for each in chosen}) == len(chosen)
    assert set(chosen) <= set(pairs)


@pytest.mark.parametrize("seed", range(6))
def test_together_is_worth_no_less_than_each_want_by_itself(seed):
    pairs, parties, wants = large_case(seed)
    by_itself = []
    for name, number in wants.items():
        best = sorted((each for each in pairs if each.want == name), key=lambda each: -each.value)
        by_itself += best[:number]
    answered: list[Introduction] = []
    for name, number in parties.items():
        got = sorted((each for each in by_itself if each.party == name), key=lambda each: -each.value)
        answered += got[:number]

    together = assign(pairs, parties, wants, first=0.0)

    assert sum(each.value for each in together) > 1.05 * sum(each.value for each in answered)


def test_the_order_of_pairs_changes_nothing():
    pairs, parties, wants = large_case(3)
    tied = [Introduction(each.want, each.party, round(each.value, 1) + 0.1) for each in pairs]

    chosen = assign(tied, parties, wants)

    assert assign(Random(5).sample(tied, len(tied)), dict(reversed(parties.items())), wants) == chosen
    assert chosen == sorted(chosen, key=lambda each: (each.want, -each.value, each.party))


def test_firsts_are_shared_out_before_seconds():
    pairs = [Introduction("w1", "p1", 0.9), Introduction("w1", "p2", 0.8), Introduction("w2", "p1", 0.6)]
    pairs.append(Introduction("w2", "p2", 0.5))

    chosen = assign(pairs, {"p1": 2, "p2": 2}, {"w1": 1, "w2": 1})
    alone = assign(pairs, {"p1": 2, "p2": 2}, {"w1": 1, "w2": 1}, first=0.0)

    assert {each.party for each in chosen} == {"p1", "p2"}
    assert {each.party for each in alone} == {"p1"}


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [Introduction("w", "p", 0.0)],
        [Introduction("w", "p", -1.0)],
        [Introduction("w", "p", float("nan"))],
        [Introduction("w", "p", float("inf"))],
        [Introduction("w", "somebody else", 1.0)],
        [Introduction("full", "p", 1.0)],
    ],
)
def test_pairs_of_no_worth_or_without_room_are_left_out(pairs):
    assert assign(pairs, {"p": 3}, {"w": 3, "full": 0}) == []


def test_a_pair_given_twice_counts_once_at_its_best():
    pairs = [Introduction("w", "p", 0.2), Introduction("w", "p", 0.7), Introduction("w", "p", 0.4)]

    assert assign(pairs, {"p": 3}, {"w": 3}) == [Introduction("w", "p", 0.7)]


@pytest.mark.parametrize("at_once", [1, 7, 100])
def test_what_nothing_connects_is_solved_apart_and_comes_out_the_same(at_once, monkeypatch):
    pairs = [
        Introduction(f"w{place}-{want}", f"p{place}-{party}", Random(f"{place} {want} {party}").random())
        for place in range(6)
        for want in range(3)
        for party in range(2)
    ]
    rooms = everybody(pairs, "party", 1), everybody(pairs, "want", 2)
    whole = assign(pairs, *rooms)

    monkeypatch.setattr(assignment, "AT_ONCE", at_once)

    assert assign(pairs, *rooms) == whole


@pytest.mark.parametrize("first", [0.0, FIRST])
def test_what_is_too_large_is_filled_greedily_within_room_and_to_its_share_of_the_best(first, monkeypatch):
    for seed in range(6):
        pairs, parties, wants = large_case(seed)
        useful = [each for each in pairs if parties[each.party] and wants[each.want]]
        best = worth(assign(pairs, parties, wants, first=first), useful, first)
        with monkeypatch.context() as patch:
            patch.setattr(assignment, "MOST", 10)
            greedy = assign(pairs, parties, wants, first=first)

        assert within(greedy, parties, wants)
        assert best / (3 if first else 2) <= worth(greedy, useful, first) <= best + 1e-9


@pytest.mark.parametrize(
    ("missing", "rate", "introductions"),
    [
        (3, 0.5, 6),
        (3, 1.0, 3),
        (1, 0.3, 3),
        (0.2, 0.5, 0),
        (0, 0.5, 0),
        (-2, 0.5, 0),
        (1, 0.0, 20),
        (2, 7.0, 2),
    ],
)
def test_a_want_has_room_for_as_many_as_it_still_lacks_in_expectation(missing, rate, introductions):
    assert room(missing, rate) == introductions


def test_a_need_fades_as_it_is_met():
    rooms = [room(missing, 0.3) for missing in range(10, -1, -1)]

    assert rooms == sorted(rooms, reverse=True)
    assert rooms[-1] == 0
    assert all(rooms[10 - missing] * 0.3 <= missing + 1e-9 for missing in range(11))
