"""The fairness benchmark: its county is as it says, its orders are as they are called, its aims are met."""

import json

import numpy as np
import pytest

from marketplace.bench import fairness
from marketplace.bench.fair_county import (
    PER_ASK,
    PER_ORGANISATION,
    ROOM,
    SIZES,
    WORTH_IT,
    County,
    Looked,
)
from marketplace.bench.fairness import CLICKS, LISTS, MARKETS, OURS, PAGE, RELEVANCE, WAYS, Lists
from marketplace.cli import main
from search.ranking.fairness import BUDGET, Candidate, exposure

DAYS = 3


@pytest.fixture(scope="module")
def county() -> County:
    return County(seed=1, days=DAYS)


@pytest.fixture(scope="module")
def measured() -> fairness.Measured:
    return fairness.measure(DAYS, seed=1)


def a_look(size: int = 15) -> Looked:
    """A list whose first two are clicked wherever they stand, and whose others never are."""
    candidates = tuple(Candidate(f"{at:06}", 0.9 - at / 100) for at in range(size))
    return Looked("listings", candidates, tuple(0.0 if at < 2 else 1.0 for at in range(size)))


def test_the_same_seed_makes_the_same_county_and_another_seed_another(county):
    again, other = County(seed=1, days=DAYS), County(seed=2, days=DAYS)

    assert list(again.looks(2)) == list(county.looks(2))
    assert (again.agreed == county.agreed).all()
    assert list(other.looks(2)) != list(county.looks(2))


def test_lists_are_what_a_match_run_would_keep_best_first(county):
    looks = list(county.looks(1))

    assert {looked.market for looked in looks} == set(MARKETS)
    for looked in looks:
        fits = [each.fit for each in looked.candidates]
        assert fits == sorted(fits, reverse=True)
        assert fits[-1] >= WORTH_IT
        assert fits[0] <= 1
        assert len(looked.luck) == len(fits)
    kept, fits = county.kept("listings", 1), county.fits["listings"]
    here = np.ix_(county.open_on(1), county.here_on(1))
    assert kept[here].sum() == kept.sum() > 0
    best_of_ask = (fits[:, None, county.here_on(1)] > fits[:, :, None]).sum(axis=2) < PER_ASK
    best_of_organisation = (fits[county.open_on(1), None, :] > fits[None, :, :]).sum(
        axis=0
    ) < PER_ORGANISATION
    assert not (kept & ~best_of_ask & ~best_of_organisation).any()


def test_size_says_nothing_of_merit_and_only_how_much_can_be_answered():
    county = County(seed=5, days=1)
    small = county.size == SIZES.index("micro")
    merit = np.log(county.merit[1])

    assert 0.7 < small.mean() < 0.9
    assert abs(merit[small].mean() - merit[~small].mean()) < 0.05
    assert set(county.rooms[small]) == {ROOM[0]}


@pytest.mark.parametrize("way", LISTS)
def test_every_order_shows_one_page_and_counts_what_was_seen(way):
    one = Lists(way, np.zeros(20))

    one.show(a_look())

    page = sum(exposure(place) for place in range(1, PAGE + 1))
    assert sum(one.account.received.values()) == pytest.approx(page)
    assert one.account.due == {f"{at:06}": pytest.approx(page / 15) for at in range(15)}
    assert one.clicks[:2].tolist() == [1, 1]
    assert one.clicks[2:].sum() == 0


def test_the_order_by_clicks_puts_what_was_clicked_first_however_well_it_fits():
    one = Lists(CLICKS, np.array([0.0] * 14 + [3.0] + [0.0] * 5))

    one.show(a_look())

    assert one.account.received["000014"] == exposure(1)
    assert one.lost > BUDGET


def test_the_order_by_fit_loses_nothing_and_ours_no_more_than_its_budget_on_any_day(measured):
    for row in measured.by_day:
        if row["order"] == RELEVANCE and row["of"] in MARKETS:
            assert row["ndcg"] == 1
        if row["order"] == OURS and row["of"] in MARKETS:
            assert row["ndcg"] >= 1 - BUDGET


def test_every_order_meets_the_same_lists_and_hands_out_as_much(measured):
    for ways in measured.lists.values():
        assert len({one.shown for one in ways.values()}) == 1
        assert len({tuple(sorted(one.account.due)) for one in ways.values()}) == 1
        handed_out = [sum(one.account.received.values()) for one in ways.values()]
        due = [sum(one.account.due.values()) for one in ways.values()]
        assert handed_out == pytest.approx(due)
        assert handed_out == pytest.approx([handed_out[0]] * len(LISTS))


def test_ours_never_introduces_above_anybodys_room(county):
    ours = fairness.Introductions(OURS, county.lacking.copy(), np.zeros(county.agreed.shape, dtype=bool))

    ours.week(county, 0, county.clicks("organisations"))

    assert ours.sent > 0
    assert ours.above_capacity == 0
    assert (ours.made.sum(axis=0) <= county.rooms).all()
    assert ours.made.sum(axis=1).max() <= fairness.A_WEEK
    assert not (ours.made & ~county.kept("organisations", 0)).any()


@pytest.mark.parametrize("way", WAYS)
def test_what_lies_unanswered_is_counted_and_comes_to_nothing(county, way):
    some = fairness.Introductions(way, county.lacking.copy(), np.zeros(county.agreed.shape, dtype=bool))

    some.week(county, 0, county.clicks("organisations"))

    assert some.sent == some.above_capacity + some.made.sum()
    assert (some.made.sum(axis=0) <= county.rooms).all()
    assert some.expected_mutual == pytest.approx(county.both_say_yes[some.made].sum())
    assert (county.lacking - some.lacking).sum() == sum(map(len, some.met.values()))
    assert (some.lacking >= 0).all()
    assert all(county.agreed[ask, who] for ask, met in some.met.items() for who in met)


def test_the_report_says_what_is_aimed_at_and_names_what_is_missed(measured):
    told = fairness.report(measured)

    assert all(aim["met"] for aim in told["aims"] if aim["aim"] == "above_capacity")
    one_missed = [aim | {"met": aim["aim"] != "expected_mutual"} for aim in told["aims"]]
    assert fairness.table(told | {"aims": one_missed}).endswith("Not what we aim at: expected_mutual.")
    all_met = [aim | {"met": True} for aim in told["aims"]]
    assert fairness.table(told | {"aims": all_met}).endswith("Every aim is met.")
    groups = told["groups"]["size"][OURS]
    assert sum(group["number"] for group in groups.values()) == told["organisations"][OURS]["eligible"]


def test_the_command_prints_a_table_then_one_object_and_writes_each_day(capsys, tmp_path):
    out = tmp_path / "run.jsonl"

    with pytest.raises(SystemExit) as left:
        main(["bench", "fairness", "--days", "2", "--seed", "3", "--out", str(out)])

    assert left.value.code == 0

    lines = capsys.readouterr().out.strip().splitlines()
    told = json.loads(lines[-1])
    assert (told["benchmark"], told["days"], told["seed"]) == ("fairness", 2, 3)
    assert set(told["introductions"]) == set(WAYS)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == 2 * (len(MARKETS) * len(LISTS) + len(WAYS))
    assert rows[-1]["expected_mutual"] == told["introductions"][OURS]["expected_mutual"]


def test_over_four_weeks_every_aim_is_met():
    told = fairness.report(fairness.measure(days=28, seed=2))

    assert [aim for aim in told["aims"] if not aim["met"]] == []
