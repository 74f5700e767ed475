"""From which value the full procurement rules hold, by the day, the buyer and what is bought."""

from datetime import date

import pytest

from marketplace.opportunities.thresholds import Authority, Subject, Threshold, threshold

OLD_LAST, NEW_FIRST = date(2025, 12, 31), date(2026, 1, 1)


@pytest.mark.parametrize(
    ("authority", "subject", "before", "after"),
    [
        (Authority.CENTRAL, Subject.GOODS_SERVICES, 139_688, 135_018),
        (Authority.SUB_CENTRAL, Subject.GOODS_SERVICES, 214_904, 207_720),
        (Authority.UTILITY, Subject.GOODS_SERVICES, 429_809, 415_440),
        (Authority.SUB_CENTRAL, Subject.WORKS, 5_372_609, 5_193_000),
        (Authority.CENTRAL, Subject.WORKS, 5_372_609, 5_193_000),
        (Authority.SUB_CENTRAL, Subject.LIGHT_TOUCH, 663_540, 663_540),
    ],
)
def test_amounts_changed_on_1_january_2026(authority, subject, before, after):
    assert threshold(authority, subject, on=OLD_LAST).amount == before
    assert threshold(authority, subject, on=NEW_FIRST).amount == after


def test_before_the_procurement_act_there_is_no_amount():
    assert threshold(Authority.CENTRAL, on=date(2025, 2, 23)) is None
    assert threshold(Authority.CENTRAL, on=date(2025, 2, 24))


@pytest.mark.parametrize("on", [OLD_LAST, NEW_FIRST])
@pytest.mark.parametrize("authority", list(Authority))
def test_whoever_does_not_say_what_is_bought_gets_the_lowest_amount(authority, on):
    amounts = [threshold(authority, subject, on=on).amount for subject in Subject]

    assert threshold(authority, on=on).amount == min(amounts)


def test_every_amount_says_where_it_is_written():
    for authority in Authority:
        for on in (OLD_LAST, NEW_FIRST):
            assert "Procurement Act 2023" in threshold(authority, on=on).source


@pytest.mark.parametrize(
    ("value", "includes_vat", "reached"),
    [
        (120_000, True, True),
        (119_999, True, False),
        (100_000, False, True),
        (99_999, False, False),
        (100_000, None, True),  # not known: as if it had to be added
        (99_999, None, False),
    ],
)
def test_an_amount_is_reached_by_not_less_than_it_with_vat(value, includes_vat, reached):
    amount = Threshold(120_000, vat_percent=20, source="a test")

    assert amount.reached_by(value, includes_vat=includes_vat) is reached
