"""Micro, small, medium and SME, by the definition in force on the day."""

from datetime import date

import pytest

from marketplace.organisations.models import OrganisationKind
from marketplace.organisations.queries import size_words
from marketplace.organisations.sizes import Size, SizeFacts, is_sme, size
from tests.factories import OrganisationFactory

NOW = date(2026, 11, 23)
OLD_LAST, NEW_FIRST = date(2025, 4, 5), date(2025, 4, 6)
MILLION = 1_000_000


@pytest.mark.parametrize(
    ("staff", "turnover", "balance_sheet", "expected"),
    [
        # At each limit all three read “not more than”.
        (10, MILLION, 500_000, Size.MICRO),
        (50, 15 * MILLION, 7_500_000, Size.SMALL),
        (250, 54 * MILLION, 27 * MILLION, Size.MEDIUM),
        # One over a limit is forgiven; two are not.
        (11, MILLION, 500_000, Size.MICRO),
        (10, MILLION + 1, 500_000, Size.MICRO),
        (11, MILLION + 1, 500_000, Size.SMALL),
        (51, 15 * MILLION, 7_500_001, Size.MEDIUM),
        (251, 54 * MILLION, 27 * MILLION, Size.MEDIUM),
        (251, 54 * MILLION + 1, 27 * MILLION, Size.LARGE),
        # Of two known facts both must fit; one alone is the best there is.
        (10, MILLION, None, Size.MICRO),
        (11, MILLION, None, Size.SMALL),
        (None, MILLION, 500_001, Size.SMALL),
        (3, None, None, Size.MICRO),
        (None, 20 * MILLION, None, Size.MEDIUM),
        (0, 0, 0, Size.MICRO),
        (None, None, None, Size.UNKNOWN),
    ],
)
def test_a_size_is_two_limits_of_three(staff, turnover, balance_sheet, expected):
    assert size(SizeFacts(staff, turnover, balance_sheet), on=NOW) is expected


@pytest.mark.parametrize(
    ("turnover", "before", "after"),
    [
        (632_000, Size.MICRO, Size.MICRO),
        (632_001, Size.SMALL, Size.MICRO),
        (10_200_001, Size.MEDIUM, Size.SMALL),
        (36_000_001, Size.LARGE, Size.MEDIUM),
        (54_000_001, Size.LARGE, Size.LARGE),
    ],
)
def test_the_limits_rose_on_6_april_2025(turnover, before, after):
    facts = SizeFacts(turnover=turnover)

    assert (size(facts, on=OLD_LAST), size(facts, on=NEW_FIRST)) == (before, after)


def test_before_the_oldest_definition_we_hold_nobody_has_a_size():
    assert size(SizeFacts(3, 100_000, 50_000), on=date(2015, 12, 31)) is Size.UNKNOWN
    assert size(SizeFacts(3, 100_000, 50_000), on=date(2016, 1, 1)) is Size.MICRO


@pytest.mark.parametrize(
    ("staff", "turnover", "balance_sheet", "expected"),
    [
        (249, 44 * MILLION, 99 * MILLION, True),
        (249, 99 * MILLION, 38 * MILLION, True),
        (249, 44 * MILLION + 1, 38 * MILLION + 1, False),
        (249, 44 * MILLION + 1, None, False),
        (250, MILLION, MILLION, False),
        (249, None, None, None),
        (None, MILLION, MILLION, None),
    ],
)
def test_an_sme_has_under_250_staff_and_one_of_two_limits(staff, turnover, balance_sheet, expected):
    assert is_sme(SizeFacts(staff, turnover, balance_sheet), on=NOW) is expected


def test_before_the_procurement_act_nobody_is_an_sme_by_it():
    facts = SizeFacts(3, MILLION, MILLION)

    assert is_sme(facts, on=date(2025, 2, 23)) is None
    assert is_sme(facts, on=date(2025, 2, 24)) is True


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"staff": 4}, "Micro business"),
        ({"staff": 30}, "Small business"),
        ({"staff": 200, "turnover": 30 * MILLION}, "Medium business (SME)"),
        ({"staff": 250, "turnover": 30 * MILLION}, "Medium business"),
        ({"staff": 900}, "Large business"),
        ({}, "Business"),
        ({"staff": 4, "kind": OrganisationKind.ANCHOR}, "Anchor institution"),
    ],
)
def test_people_read_the_size_in_words(app, facts, words):
    organisation = OrganisationFactory(**{"kind": OrganisationKind.BUSINESS, **facts})

    assert size_words(organisation, on=NOW) == words
