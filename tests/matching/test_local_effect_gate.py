"""Buyers see what staying local would mean, for all but grants, jobs and large public competitions."""

from dataclasses import replace
from datetime import date

import pytest

from marketplace.matching.local_effect_gate import MIGHT_BE, Purchase, may_show
from marketplace.opportunities.models import OpportunityKind
from marketplace.opportunities.thresholds import Authority, Subject
from marketplace.organisations.models import OrganisationKind

ON = date(2026, 11, 23)
CONTRACT, QUOTE, SUBCONTRACT = OpportunityKind.CONTRACT, OpportunityKind.QUOTE, OpportunityKind.SUBCONTRACT
PUBLIC, DEVELOPER = OrganisationKind.PUBLIC, OrganisationKind.DEVELOPER

# Values without VAT: with a fifth added, the first is just below the amount of 2026; the second reaches it.
CENTRAL, SUB_CENTRAL, UTILITY = (112_514, 112_515), (173_099, 173_100), (346_199, 346_200)
WORKS, LIGHT_TOUCH = (4_327_499, 4_327_500), (552_949, 552_950)


def shown(kind: OpportunityKind, buyer: OrganisationKind, value: int | None, **facts) -> bool:
    return may_show(Purchase(kind, buyer, value, value, **facts), on=ON).allowed


@pytest.mark.parametrize(
    ("buyer", "values"),
    [
        (OrganisationKind.PUBLIC, CENTRAL),
        (OrganisationKind.ANCHOR, CENTRAL),
        (OrganisationKind.VOLUNTARY, SUB_CENTRAL),
        (OrganisationKind.BUSINESS, UTILITY),
        (OrganisationKind.DEVELOPER, UTILITY),
    ],
)
def test_a_contract_counts_by_the_lowest_amount_that_might_hold_its_buyer(buyer, values):
    below, reaching = values

    assert shown(CONTRACT, buyer, below)
    assert not shown(CONTRACT, buyer, reaching)


@pytest.mark.parametrize(
    ("known", "values"),
    [
        ({"authority": Authority.SUB_CENTRAL}, SUB_CENTRAL),
        ({"authority": Authority.CENTRAL}, CENTRAL),
        ({"subject": Subject.WORKS}, WORKS),
        ({"subject": Subject.LIGHT_TOUCH}, LIGHT_TOUCH),
    ],
)
def test_whoever_knows_more_may_say_so(known, values):
    below, reaching = values

    assert shown(CONTRACT, PUBLIC, below, **known)
    assert not shown(CONTRACT, PUBLIC, reaching, **known)


def test_a_value_known_to_include_vat_is_taken_as_it_is():
    assert shown(CONTRACT, PUBLIC, 135_017, includes_vat=True)
    assert not shown(CONTRACT, PUBLIC, 135_018, includes_vat=True)
    assert not shown(CONTRACT, PUBLIC, 135_017, includes_vat=False)


@pytest.mark.parametrize("value", [None, 0, 1])
def test_without_a_value_a_contract_does_not_show_it_and_a_quote_does(value):
    assert not shown(CONTRACT, PUBLIC, value)
    assert not shown(CONTRACT, DEVELOPER, value)
    assert shown(QUOTE, PUBLIC, value)
    assert shown(SUBCONTRACT, PUBLIC, value)


def test_it_is_the_highest_value_that_counts():
    contract = Purchase(CONTRACT, PUBLIC, value_low=5_000)

    assert not may_show(contract, on=ON).allowed
    assert may_show(replace(contract, value_high=50_000), on=ON).allowed
    assert not may_show(replace(contract, value_high=500_000), on=ON).allowed


def test_a_quote_of_the_size_of_a_competition_is_treated_as_one():
    assert shown(QUOTE, PUBLIC, CENTRAL[0])
    assert not shown(QUOTE, PUBLIC, CENTRAL[1])
    assert not may_show(Purchase(QUOTE, PUBLIC, value_low=900_000), on=ON).allowed


def test_subcontracts_are_nobodys_public_competition_unless_a_public_body_lets_them():
    assert shown(SUBCONTRACT, DEVELOPER, 9_000_000)
    assert shown(SUBCONTRACT, OrganisationKind.BUSINESS, None)
    assert not shown(SUBCONTRACT, PUBLIC, 9_000_000)


@pytest.mark.parametrize("kind", [OpportunityKind.GRANT, OpportunityKind.JOB])
def test_grants_and_jobs_buy_nothing(kind):
    assert not shown(kind, PUBLIC, 500)


@pytest.mark.parametrize("kind", [CONTRACT, QUOTE])
def test_on_a_day_without_an_amount_it_is_left_out(kind):
    assert not may_show(Purchase(kind, PUBLIC, 500, 500), on=date(2025, 2, 23)).allowed


def test_the_amount_of_the_day_counts():
    contract = Purchase(CONTRACT, PUBLIC, 115_000, 115_000)  # £138,000 with VAT

    assert may_show(contract, on=date(2025, 12, 31)).allowed
    assert not may_show(contract, on=date(2026, 1, 1)).allowed


@pytest.mark.parametrize(
    ("purchase", "why"),
    [
        (Purchase(CONTRACT, PUBLIC, 500, 500), "Shown to help you look for suppliers."),
        (Purchase(QUOTE, PUBLIC), "Shown to help you ask for quotes."),
        (Purchase(SUBCONTRACT, DEVELOPER), "Shown to help you choose subcontractors."),
        (
            Purchase(CONTRACT, PUBLIC, 400_000, 400_000),
            "What would stay local is left out: with VAT this may come to £135,018 or more, and from there "
            "on a public competition treats suppliers alike wherever they are.",
        ),
        (
            Purchase(CONTRACT, PUBLIC),
            "What would stay local is left out: without its highest value this may be a competition above "
            "the procurement threshold.",
        ),
    ],
)
def test_either_way_there_is_a_sentence_that_says_why(purchase, why):
    assert may_show(purchase, on=ON).why == why


def test_every_kind_of_opportunity_and_buyer_has_an_answer():
    assert set(MIGHT_BE) == set(OrganisationKind)
    for kind in OpportunityKind:
        for buyer in OrganisationKind:
            assert may_show(Purchase(kind, buyer, 5_000, 9_000), on=ON).why
