"""Groups who together can do what nobody alone could: who brings what, and what is still missing."""

from dataclasses import replace
from itertools import combinations
from math import e
from random import Random

import pytest

from search.geo import Point
from search.ranking.consortium import (
    CEILING,
    PART_OF_THE_SIZE,
    PLACE_NOT_KNOWN,
    SIZE,
    SIZE_NOT_KNOWN,
    STILL_SMALL,
    TOO_BIG_FOR_ONE,
    TOO_MUCH_FOR_ONE,
    Bidder,
    Consortium,
    consortia,
)
from search.ranking.listings import Give, Want

DURHAM = Point(54.777, -1.575)
CARLISLE = Point(54.895, -2.936)
ROOFING, ELECTRICAL, DEMOLITION, PLUMBING = (
    f"building/{trade}" for trade in ("roofing", "electrical", "demolition", "plumbing")
)
NAMES = {ROOFING: "Roofing", ELECTRICAL: "Electrical work", PLUMBING: "Plumbing"}

HALL = Want(
    key="opportunity:1",
    party="council",
    family="opportunity",
    title="New roof and rewiring of a village hall",
    text="Strip and renew the tiles, and rewire throughout.",
    categories=frozenset({ROOFING, ELECTRICAL}),
    point=DURHAM,
    reach_miles=30,
    value=100_000,
)


def bidder(key: str, *categories: str, turnover: float | None = 500_000, fit: float = 50, **facts) -> Bidder:
    """A party with one listing, filed under these."""
    facts = {"title": "", "text": "", "point": DURHAM, "family": "capability"} | facts
    listing = Give(key=f"capability:{key}", party=key, categories=frozenset(categories), **facts)
    return Bidder(key, [listing], facts["point"], turnover, fit)


ROOFER = bidder("roofer", ROOFING)
ELECTRICIAN = bidder("electrician", ELECTRICAL)


def keys(found: list[Consortium]) -> list[list[str]]:
    return [sorted(member.key for member in group.members) for group in found]


def brought(group: Consortium) -> dict[str, tuple[str, ...]]:
    return {member.key: member.brings for member in group.members}


def test_two_trades_together_do_what_neither_does_alone():
    (group,) = consortia(HALL, [ROOFER, ELECTRICIAN], category_names=NAMES)

    assert brought(group) == {"roofer": ("Roofing",), "electrician": ("Electrical work",)}
    assert group.why == TOO_MUCH_FOR_ONE
    assert set(group.covered) == {"Roofing", "Electrical work", SIZE}
    assert group.gaps == ()
    assert group.turnover_together == 1_000_000


def test_nobody_is_offered_a_group_where_somebody_can_do_it_alone():
    able = bidder("builder", ROOFING, ELECTRICAL)

    assert consortia(HALL, [ROOFER, ELECTRICIAN, able]) == []


@pytest.mark.parametrize(
    ("turnover", "value"), [(None, 100_000), (50_000, None), (50_000, 1), (400_000, 100_000)]
)
def test_nobody_is_called_too_small_without_knowing(turnover, value):
    able = bidder("builder", ROOFING, ELECTRICAL, turnover=turnover)

    assert consortia(replace(HALL, value=value), [ROOFER, ELECTRICIAN, able]) == []


def test_firms_of_one_trade_share_work_that_is_too_big_for_each():
    ask = replace(HALL, categories=frozenset({ROOFING}))
    roofers = [bidder(f"roofer {n}", ROOFING, turnover=250_000, fit=50 - n) for n in range(2)]

    (group,) = consortia(ask, roofers, category_names=NAMES)

    assert group.why == TOO_BIG_FOR_ONE
    assert brought(group) == dict.fromkeys(("roofer 0", "roofer 1"), (PART_OF_THE_SIZE, "Roofing"))
    assert group.covered == ("Roofing", SIZE)


def test_a_quarter_of_a_years_turnover_is_the_most_that_counts():
    ask = replace(HALL, categories=frozenset({ROOFING}))
    just, under = ask.value / CEILING, ask.value / CEILING - 4

    assert consortia(ask, [bidder("a", ROOFING, turnover=just), bidder("b", ROOFING, turnover=under)]) == []
    assert consortia(ask, [bidder("a", ROOFING, turnover=under), bidder("b", ROOFING, turnover=under)])


def test_a_group_still_too_small_says_so():
    small = [replace(party, turnover=100_000.0) for party in (ROOFER, ELECTRICIAN)]

    (group,) = consortia(HALL, small)

    assert group.gaps == (STILL_SMALL,)
    assert SIZE not in group.covered


def test_a_group_of_unknown_size_says_so():
    (group,) = consortia(HALL, [replace(ROOFER, turnover=100_000), replace(ELECTRICIAN, turnover=None)])

    assert group.gaps == (SIZE_NOT_KNOWN,)
    assert group.turnover_together == 100_000


def test_a_firm_far_too_small_to_help_with_the_size_is_not_called_in():
    ask = replace(HALL, categories=frozenset({ROOFING}), value=1_000_000)
    crew = [bidder("large", ROOFING, turnover=2_000_000), bidder("tiny", ROOFING, turnover=300_000)]

    assert consortia(ask, crew) == []


def test_what_nobody_does_stays_as_a_gap():
    ask = replace(HALL, categories=HALL.categories | {PLUMBING})

    (group,) = consortia(ask, [ROOFER, ELECTRICIAN], category_names=NAMES)

    assert group.gaps == ("None of them is filed under Plumbing",)


def test_a_category_without_a_name_goes_by_its_slug():
    ask = replace(HALL, categories=HALL.categories | {"building/dry-lining"})

    (group,) = consortia(ask, [ROOFER, ELECTRICIAN])

    assert group.gaps == ("None of them is filed under Dry lining",)


def test_a_parent_is_answered_by_anything_within_it_and_says_nothing_beside_its_child():
    ask = replace(HALL, categories=frozenset({"building", "cleaning"}))
    cleaner = bidder("cleaner", "cleaning/windows")

    (group,) = consortia(ask, [ROOFER, cleaner])
    assert set(group.covered) == {"Building", "Cleaning", SIZE}

    (group,) = consortia(replace(HALL, categories=HALL.categories | {"building"}), [ROOFER, ELECTRICIAN])
    assert set(group.covered) == {"Roofing", "Electrical", SIZE}


ASBESTOS = replace(
    HALL,
    title="New roof of a village hall",
    text="Asbestos removal comes first. An asbestos survey can be seen.",
    categories=frozenset({ROOFING}),
)
REMOVER = bidder("remover", DEMOLITION, title="Asbestos removal", text="Licensed work.", fit=20)


def test_a_subject_that_is_another_trade_is_somebody_elses_to_bring():
    (group,) = consortia(ASBESTOS, [ROOFER, REMOVER], category_names=NAMES)

    assert brought(group) == {"roofer": ("Roofing",), "remover": ("“asbestos removal”",)}


def test_whoever_mentions_a_subject_by_the_way_needs_nobody_for_it():
    knowing = bidder("roofer", ROOFING, text="Old roofs too, and asbestos with care.")

    assert consortia(ASBESTOS, [knowing, REMOVER]) == []


@pytest.mark.parametrize(
    "other",
    [
        bidder("roofer 2", ROOFING, title="Asbestos removal"),  # the same trade: no other skill
        bidder("museum", "heritage/museums", title="Asbestos"),  # another line of business
        bidder("digger", DEMOLITION, title="Digging", text="Asbestos, asbestos."),  # not what it is called
        bidder("surveyor", DEMOLITION, title="Party wall surveys"),  # hardly what is asked for
        bidder("past", DEMOLITION, title="Asbestos removal", family="history"),  # what a notice was called
    ],
)
def test_a_word_in_common_is_not_yet_a_skill(other):
    assert consortia(ASBESTOS, [ROOFER, other]) == []


def test_towns_are_nobodys_skill():
    ask = replace(ASBESTOS, title="New roof in Bishop Auckland", text="The roof is in Bishop Auckland.")
    namesake = bidder("auckland", DEMOLITION, title="Bishop Auckland")

    assert consortia(ask, [ROOFER, namesake], place_words=["Bishop Auckland"]) == []


def test_a_subject_left_out_of_a_group_is_a_gap():
    ask = replace(ASBESTOS, categories=HALL.categories)

    (group,) = consortia(ask, [ROOFER, ELECTRICIAN, REMOVER], size=2, at_most=1)

    assert group.gaps == ("None of them mentions “asbestos removal”",)


def test_who_cannot_reach_the_place_is_left_out():
    local = bidder("near", ELECTRICAL, reach_miles=10, fit=10)
    far = bidder("far", ELECTRICAL, reach_miles=10, point=CARLISLE, fit=90)
    beyond = bidder("beyond", ELECTRICAL, point=CARLISLE, fit=95)  # farther than the asker accepts

    assert keys(consortia(HALL, [ROOFER, local, far, beyond])) == [["near", "roofer"]]
    assert consortia(HALL, [ROOFER, far, beyond]) == []


def test_a_member_whose_place_is_not_known_is_named_as_a_doubt():
    unplaced = bidder("electrician", ELECTRICAL, point=None, reach_miles=5)

    (group,) = consortia(HALL, [ROOFER, unplaced])

    assert group.gaps == (PLACE_NOT_KNOWN,)
    assert consortia(replace(HALL, point=None), [ROOFER, unplaced])[0].gaps == ()


def test_two_are_not_made_four():
    ask = replace(HALL, categories=HALL.categories | {PLUMBING, DEMOLITION})
    singles = [bidder(trade, trade, fit=90) for trade in sorted(ask.categories)]
    halves = [bidder("wet", ROOFING, PLUMBING, fit=5), bidder("dry", ELECTRICAL, DEMOLITION, fit=5)]

    assert keys(consortia(ask, singles)) == [sorted(ask.categories)]
    assert keys(consortia(ask, [*singles, *halves])) == [["dry", "wet"]]


def test_the_better_fits_come_first_and_the_others_bring_new_faces():
    roofers = [bidder(f"roofer {n}", ROOFING, fit=90 - n) for n in range(3)]
    electricians = [bidder(f"electrician {n}", ELECTRICAL, fit=80 - n) for n in range(3)]

    found = keys(consortia(HALL, [*electricians, *roofers]))

    assert found[0] == ["electrician 0", "roofer 0"]
    assert len(found) == 3
    assert len({key for group in found for key in group}) > 3


def test_no_more_groups_than_asked_for_and_no_larger():
    ask = replace(HALL, categories=frozenset({ROOFING, ELECTRICAL, PLUMBING}))
    crew = [bidder(trade, trade) for trade in sorted(ask.categories)]

    (pair, *_) = consortia(ask, crew, size=2)

    assert len(consortia(ask, crew, size=2, at_most=1)) == 1
    assert len(pair.members) == 2
    assert len(pair.gaps) == 1
    assert consortia(ask, crew, at_most=0) == []
    assert consortia(ask, crew, size=1) == []


@pytest.mark.parametrize(
    "want",
    [
        replace(HALL, family="need"),
        replace(HALL, categories=frozenset()),
        replace(HALL, categories=frozenset({"arts/music"})),
        replace(HALL, title="", text="", categories=frozenset()),
    ],
)
def test_without_trades_to_share_out_there_is_no_group(want):
    assert consortia(want, [ROOFER, ELECTRICIAN]) == []


@pytest.mark.parametrize(
    "parties",
    [
        [],
        [ROOFER],
        [ROOFER, ROOFER],
        [ROOFER, replace(ELECTRICIAN, gives=[])],
        [ROOFER, bidder("council", ELECTRICAL)],  # who asks
        [ROOFER, bidder("giver", ELECTRICAL, family="offer")],
    ],
)
def test_a_group_takes_two_who_sell_something_asked_for(parties):
    assert consortia(HALL, parties) == []


@pytest.mark.parametrize("text", ["", "…", "Χρειαζόμαστε στέγη και ηλεκτρολόγο.", "roof rewiring " * 2_500])
def test_any_text_has_an_answer(text):
    found = consortia(replace(HALL, text=text), [ROOFER, ELECTRICIAN])

    assert keys(found) == [["electrician", "roofer"]]


def test_words_say_nothing_of_a_party_but_what_was_asked_for():
    (group,) = consortia(ASBESTOS, [replace(ROOFER, turnover=123_456), replace(REMOVER, turnover=None)])

    said = " ".join([group.why, *group.covered, *group.gaps, *(w for m in group.members for w in m.brings)])
    assert not any(digit in said for digit in "0123456789%")
    assert "£" not in said
    assert "roofer" not in said
    assert "Licensed" not in said


TRADES = [f"building/{trade}" for trade in "abcdefg"]


def scene(seed: int) -> tuple[Want, list[Bidder]]:
    """An ask of up to six trades, and up to a dozen parties who each do a few."""
    chance = Random(seed)
    want = replace(
        HALL,
        categories=frozenset(chance.sample(TRADES, chance.randint(1, 6))),
        value=chance.choice([None, 40_000, 100_000, 300_000]),
    )
    parties = [
        bidder(
            f"p{number:02}",
            *chance.sample(TRADES, chance.randint(1, 3)),
            turnover=chance.choice([None, 40_000, 160_000, 400_000, 1_200_000]),
            fit=chance.randint(0, 100),
        )
        for number in range(chance.randint(2, 12))
    ]
    return want, parties


def worth(want: Want, parties: list[Bidder] | tuple[Bidder, ...]) -> float:
    """What a group covers, reckoned plainly: a point a trade, and the share of the size they can take on."""
    trades = {slug for party in parties for slug in party.gives[0].categories} & want.categories
    parts = [CEILING * (party.turnover or 0) / (want.value or float("inf")) for party in parties]
    return len(trades) + min(1.0, sum(part for part in parts if part >= 0.1))


def worth_of_size(want: Want, parties: list[Bidder]) -> float:
    return worth(replace(want, categories=frozenset()), parties)


@pytest.mark.parametrize("seed", range(100))
def test_whatever_the_scene_each_group_keeps_its_promises(seed):
    want, parties = scene(seed)
    by_key = {party.key: party for party in parties}
    useful = [party for party in parties if want.categories & party.gives[0].categories]

    found = consortia(want, parties)

    groups = [[by_key[member.key] for member in group.members] for group in found]
    for group, members in zip(found, groups, strict=True):
        whole = worth(want, members)
        assert 2 <= len(members) <= 4
        assert whole > max(worth(want, [party]) for party in useful)
        for member in group.members:
            others = [party for party in members if party.key != member.key]
            assert worth(want, others) < whole
            theirs = {thing for other in group.members if other != member for thing in other.brings}
            assert member.brings[0] == PART_OF_THE_SIZE or member.brings[0] not in theirs
        assert len(group.covered) - (SIZE in group.covered) == round(whole - worth_of_size(want, members))
        best = max(worth(want, some) for n in range(1, 5) for some in combinations(useful, n))
        assert whole >= (1 - 1 / e) * best
    assert len({len(members) for members in groups}) <= 1
    assert len({round(worth(want, members), 9) for members in groups}) <= 1
    assert len(set(map(str, keys(found)))) == len(found)


@pytest.mark.parametrize("seed", range(100))
def test_a_pair_that_does_all_of_it_is_always_found(seed):
    want, parties = scene(seed)
    useful = [party for party in parties if want.categories & party.gives[0].categories]
    all_of_it = worth(want, useful)
    pairs = [pair for pair in combinations(useful, 2) if worth(want, pair) > all_of_it - 1e-9]

    found = consortia(want, parties)

    if found and pairs:
        assert {len(group.members) for group in found} == {2}


@pytest.mark.parametrize("seed", range(50))
def test_the_order_of_the_parties_changes_nothing(seed):
    want, parties = scene(seed)
    found = consortia(want, parties)
    Random(seed + 1).shuffle(parties)

    assert consortia(want, parties) == found


@pytest.mark.parametrize("seed", range(50))
def test_one_more_who_can_do_it_alone_ends_the_matter(seed):
    want, parties = scene(seed)

    assert consortia(want, [*parties, bidder("all", *TRADES, turnover=2_000_000)]) == []
