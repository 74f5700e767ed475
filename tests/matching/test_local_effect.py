"""What staying local would mean: a range with its source, never a point."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from random import Random

import pytest

from marketplace.categories.catalogue import catalogue
from marketplace.matching import local_effect as effects
from marketplace.matching.local_effect import (
    Base,
    Candidate,
    Local,
    LocalFacts,
    Names,
    Source,
    Spend,
    compared,
    each_meaning,
    local_effect,
)

TODAY = date(2026, 11, 23)
NAMES = Names("County Durham", "the North East")
CLEANING = Spend(10_000, 10_000, frozenset({"cleaning/building-cleaning"}), includes_vat=False)
ROOFING = replace(CLEANING, categories=frozenset({"buildings-repairs/roofing"}))
LAPTOPS = replace(CLEANING, categories=frozenset({"it-equipment/computers-devices"}))
SAID = LocalFacts(staff_local=90, spend_local=40, declared_on=date(2026, 1, 5))
HERE = Candidate(Base.PLACE)


def of(spend: Spend = ROOFING, candidate: Candidate = HERE, meaning: Local = Local.PLACE):
    return local_effect(spend, candidate, NAMES, today=TODAY, meaning=meaning)


def pence(effect) -> tuple[int, int]:
    return round(100 * effect.per_pound_low), round(100 * effect.per_pound_high)


def test_what_is_usual_is_said_to_be_only_that():
    effect = of(CLEANING)

    assert effect.sentence == (
        "About £4,000 to £9,000 of this would stay in County Durham (what is usual, not their own figures)."
    )
    assert (effect.low, effect.high) == (4_000, 9_000)
    assert effect.source is Source.SECTOR_DEFAULT


@pytest.mark.parametrize(
    ("verified", "source", "words"),
    [
        (False, Source.SELF_DECLARED, "(their own figures, not checked)"),
        (True, Source.VERIFIED, "(their own figures, checked)"),
    ],
)
def test_their_own_figures_go_before_what_is_usual(verified, source, words):
    effect = of(candidate=Candidate(Base.PLACE, replace(SAID, verified=verified)))

    assert effect.source is source
    assert words in effect.sentence


def test_figures_that_were_checked_are_surer_and_those_they_gave_surer_than_what_is_usual():
    usual, said, checked = (
        of(candidate=Candidate(Base.PLACE, facts))
        for facts in (LocalFacts(), SAID, replace(SAID, verified=True))
    )

    widths = [effect.per_pound_high - effect.per_pound_low for effect in (checked, said, usual)]
    assert widths == sorted(widths)
    assert widths[0] < widths[2]


@pytest.mark.parametrize("facts", [replace(SAID, staff_local=None), replace(SAID, spend_local=None)])
def test_half_an_answer_is_filled_in_and_says_so(facts):
    effect = of(candidate=Candidate(Base.PLACE, facts))

    assert effect.source is Source.SECTOR_DEFAULT
    assert "(partly their own figures, not checked, and what is usual)" in effect.sentence


@pytest.mark.parametrize("declared_on", [None, date(2024, 11, 22), date(2019, 1, 1)])
def test_figures_older_than_two_years_or_of_no_date_are_not_used(declared_on):
    stale = Candidate(Base.PLACE, replace(SAID, declared_on=declared_on))

    assert of(candidate=stale) == of()


def test_figures_just_two_years_old_still_count():
    assert (
        of(candidate=Candidate(Base.PLACE, replace(SAID, declared_on=date(2024, 11, 23)))).source
        is Source.SELF_DECLARED
    )


@pytest.mark.parametrize(("staff", "spend"), [(101, None), (-1, 5), (50, 200)])
def test_what_is_no_percentage_is_refused(staff, spend):
    with pytest.raises(ValueError, match="Not percentages"):
        LocalFacts(staff, spend)


@pytest.mark.parametrize(
    ("spend", "low", "high"),
    [
        (CLEANING, 0.36, 0.76),  # nef and Northumberland 2005: suppliers from outside, and from inside
        (ROOFING, 0.40, 0.63),  # FSB and CLES 2013: large local firms, and small ones
    ],
)
def test_what_is_usual_holds_the_published_figures(spend, low, high):
    inside, outside = of(spend), of(spend, Candidate(Base.ELSEWHERE))

    assert inside.per_pound_low <= high <= inside.per_pound_high
    assert outside.per_pound_low <= low <= outside.per_pound_high


def test_the_formula_meets_a_firm_whose_accounts_were_studied():
    # Swindon Commercial Services, 2008: 36% on employees, 96% of them local; 49% on supplies, 32% local: 50p.
    swindon = LocalFacts(staff_local=96, spend_local=32, declared_on=TODAY, verified=True)

    low, high = pence(of(candidate=Candidate(Base.PLACE, swindon)))

    assert low <= 50 <= high
    assert high - low <= 30


def test_the_nearer_the_base_the_more_stays():
    bases = (Base.ELSEWHERE, Base.NEIGHBOUR, Base.PLACE)

    for spend in (CLEANING, ROOFING, LAPTOPS, replace(CLEANING, categories=frozenset())):
        found = [of(spend, Candidate(base)) for base in bases]
        for less, more in pairwise(found):
            assert less.per_pound_low <= more.per_pound_low
            assert less.per_pound_high <= more.per_pound_high


def test_where_nobody_knows_the_base_all_of_it_is_possible():
    unknown = of(candidate=Candidate(Base.UNKNOWN))

    assert unknown.per_pound_low == of(candidate=Candidate(Base.ELSEWHERE)).per_pound_low
    assert unknown.per_pound_high == of().per_pound_high
    assert "; where they are based is not known)" in unknown.sentence


def test_each_meaning_of_local_is_worked_out_and_labelled():
    found = each_meaning(ROOFING, Candidate(Base.NEIGHBOUR), NAMES, today=TODAY)

    assert [effect.meaning for effect in found] == list(Local)
    place, neighbours, region = (effect.sentence.partition(" would stay in ")[2] for effect in found)
    assert place.startswith("County Durham (")
    assert neighbours.startswith("County Durham or next door (")
    assert region.startswith("the North East (")
    assert found[0].per_pound_high < found[1].per_pound_high == found[2].per_pound_high


def test_for_a_wider_area_their_figures_are_only_a_beginning():
    candidate = Candidate(Base.PLACE, SAID)
    place, neighbours, _ = each_meaning(ROOFING, candidate, NAMES, today=TODAY)

    assert place.source is Source.SELF_DECLARED
    assert neighbours.source is Source.SECTOR_DEFAULT
    assert "partly their own figures" in neighbours.sentence


@pytest.mark.parametrize(
    ("spend", "sentence"),
    [
        (Spend(None, None, ROOFING.categories), "About 30p to 80p of each £1 would stay"),
        (Spend(1, 1, ROOFING.categories), "About 30p to 80p of each £1 would stay"),
        (Spend(2_000, None, ROOFING.categories), "About 30p to 80p of each £1 would stay"),
        (Spend(None, 10_000, ROOFING.categories, False), "About £3,000 to £8,000 of this would stay"),
        (Spend(5_000, 10_000, ROOFING.categories, False), "About £1,000 to £8,000 of this would stay"),
        (Spend(20_000, 10_000, ROOFING.categories, False), "About £3,000 to £8,000 of this would stay"),
    ],
)
def test_a_value_not_said_leaves_the_share_of_each_pound(spend, sentence):
    assert of(spend).sentence.startswith(sentence)


@pytest.mark.parametrize(("facts", "words"), [(LocalFacts(0, 0, TODAY), "Up to "), (SAID, "About ")])
def test_nothing_at_the_low_end_reads_up_to(facts, words):
    assert of(LAPTOPS, Candidate(Base.ELSEWHERE, facts)).sentence.startswith(words)


def test_vat_stays_nowhere():
    without, unknown, included = (
        of(replace(ROOFING, value_low=120_000, value_high=120_000, includes_vat=known))
        for known in (False, None, True)
    )

    assert (without.low, included.low) == (30_000, 30_000)  # 36,000 and 30,000 before rounding down
    assert (without.high, included.high) == (100_000, 80_000)
    assert (unknown.low, unknown.high) == (included.low, without.high)


@pytest.mark.parametrize(
    ("slug", "trade"),
    [
        ("cleaning/building-cleaning", "people"),
        ("cleaning/cleaning-supplies", "goods"),
        ("cleaning", "people"),
        ("security/guarding-patrols", "people"),
        ("security/alarms-cctv", "goods"),
        ("arts-culture", "other"),
        ("not/known", "other"),
    ],
)
def test_a_child_named_in_the_figures_goes_before_its_parent(slug, trade):
    figures = effects._in_force(TODAY)

    assert effects._trades({slug}, figures) == [figures["trades"][trade]]


def test_work_of_two_kinds_holds_the_ranges_of_both():
    both = of(replace(CLEANING, categories=CLEANING.categories | LAPTOPS.categories))

    assert both.per_pound_low == of(LAPTOPS).per_pound_low
    assert both.per_pound_high == of(CLEANING).per_pound_high
    assert {*of(LAPTOPS).basis, *of(CLEANING).basis} == {*both.basis}


def test_every_effect_names_the_published_figures_behind_it():
    basis = " ".join(of(ROOFING).basis)

    assert all(name in basis for name in ("nef", "CLES", "APSE"))
    assert all(" 20" in source for source in effects._in_force(TODAY)["sources"])


def test_before_the_oldest_figures_there_is_no_effect():
    before = date(2025, 12, 31)

    assert local_effect(ROOFING, HERE, NAMES, today=before) is None
    assert each_meaning(ROOFING, HERE, NAMES, today=before) == ()
    assert compared(ROOFING, HERE, NAMES, today=before) is None


def test_a_local_candidate_is_set_beside_one_from_farther_away():
    good = Candidate(Base.PLACE, LocalFacts(90, 80, TODAY))

    found = compared(LAPTOPS, good, NAMES, today=TODAY)

    assert found.apart
    assert found.sentence == (
        "With a supplier from farther away it would be up to £2,000 of this (what is usual)."
    )
    assert found.here == of(LAPTOPS, good)


def test_ranges_that_overlap_say_that_the_difference_may_be_small():
    found = compared(CLEANING, HERE, NAMES, today=TODAY)

    assert not found.apart
    assert found.sentence.endswith("The two ranges overlap, so the difference may be small.")


@pytest.mark.parametrize(
    ("base", "meaning", "is_compared"),
    [
        (Base.PLACE, Local.PLACE, True),
        (Base.NEIGHBOUR, Local.PLACE, False),
        (Base.NEIGHBOUR, Local.NEIGHBOURS, True),
        (Base.REGION, Local.NEIGHBOURS, False),
        (Base.REGION, Local.REGION, True),
        (Base.ELSEWHERE, Local.REGION, False),
        (Base.UNKNOWN, Local.REGION, False),
    ],
)
def test_only_who_is_local_by_that_meaning_is_compared(base, meaning, is_compared):
    found = compared(ROOFING, Candidate(base, SAID), NAMES, today=TODAY, meaning=meaning)

    assert (found is not None) is is_compared


def test_the_figures_are_ranges_of_shares_and_speak_of_categories_that_exist():
    for figures in effects._table():
        by_place = [figures["staff"], figures["spend"], figures["profit"]]
        seen: list[str] = []
        for trade in figures["trades"].values():
            seen += trade["categories"]
            by_place.append(trade["staying"])
            assert trade["source"]
            assert sum(sum(trade[part]) / 2 for part in ("wages", "bought")) <= 1
            for low, high in (trade["wages"], trade["bought"]):
                assert 0 <= low < high <= 1
        assert [slug for slug in seen if slug not in catalogue()] == []
        assert len(seen) == len(set(seen))
        for ranges in by_place:
            assert set(ranges) == {"inside", "near", "away"}
            assert all(0 <= low < high <= 1 for low, high in ranges.values())
            lows, highs = zip(*(ranges[where] for where in ("away", "near", "inside")), strict=True)
            assert list(lows) == sorted(lows)
            assert list(highs) == sorted(highs)


def a_case(seed: int) -> tuple[Spend, Candidate, Local]:
    chance = Random(seed)
    low, high = sorted(chance.choice([2, 90, 800, 9_999, 47_500, 3_200_000]) for _ in range(2))
    spend = Spend(
        chance.choice([None, low]),
        high,
        frozenset(chance.sample([category.slug for category in catalogue()], chance.randint(0, 3))),
        chance.choice([None, True, False]),
    )
    facts = LocalFacts(
        chance.choice([None, chance.randint(0, 100)]),
        chance.choice([None, chance.randint(0, 100)]),
        chance.choice([None, TODAY]),
        chance.random() < 0.5,
    )
    return spend, Candidate(chance.choice(list(Base)), facts), chance.choice(list(Local))


@pytest.mark.parametrize("seed", range(200))
def test_whatever_the_case_it_is_a_range_within_the_value(seed):
    spend, candidate, meaning = a_case(seed)

    effect = of(spend, candidate, meaning)

    assert 0 <= effect.low < effect.high <= spend.value_high
    assert 0 <= effect.per_pound_low < effect.per_pound_high <= 1
    assert round(effect.per_pound_low * 20, 9).is_integer()
    assert effect.sentence[0].isupper()
    assert effect.sentence.endswith(").")


@pytest.mark.parametrize("seed", range(100))
def test_more_local_staff_or_spend_never_means_that_less_stays(seed):
    spend, candidate, meaning = a_case(seed)
    facts = replace(candidate.facts, declared_on=TODAY, staff_local=50, spend_local=50)

    for part in ("staff_local", "spend_local"):
        found = [
            of(spend, replace(candidate, facts=replace(facts, **{part: share})), meaning)
            for share in range(0, 101, 5)
        ]
        assert [effect.per_pound_low for effect in found] == sorted(effect.per_pound_low for effect in found)
        assert [effect.per_pound_high for effect in found] == sorted(
            effect.per_pound_high for effect in found
        )


@pytest.mark.parametrize("seed", range(100))
def test_a_wider_area_never_keeps_less(seed):
    spend, candidate, _ = a_case(seed)

    for narrow, wide in pairwise(each_meaning(spend, candidate, NAMES, today=TODAY)):
        assert narrow.per_pound_low <= wide.per_pound_low
        assert narrow.per_pound_high <= wide.per_pound_high
