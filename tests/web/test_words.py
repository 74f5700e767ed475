"""Numbers and dates as people say them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from marketplace.web import words

TODAY = date(2026, 11, 23)
LATE_IN_JUNE = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)  # half past midnight on 1 July in Durham


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, ""), (date(2026, 3, 3), "3 March 2026"), (LATE_IN_JUNE, "1 July 2026")],
)
def test_a_day_is_the_day_it_is_here(value, said):
    assert words.day(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(None, ""), (date(2026, 3, 13), "13 March"), (LATE_IN_JUNE, "1 July")]
)
def test_a_short_day_leaves_the_year_out(value, said):
    assert words.short_day(value) == said


@pytest.mark.parametrize(
    ("value", "said"), [(None, ""), (0, "£0"), (12500, "£12,500"), (1234567.6, "£1,234,568")]
)
def test_money_is_whole_pounds(value, said):
    assert words.money(value) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (2000, 5000, "£2,000 to £5,000"),
        (5000, 5000, "£5,000"),
        (None, 5000, "up to £5,000"),
        (0, 5000, "up to £5,000"),
        (2000, None, "from £2,000"),
        (None, None, "value not said"),
    ],
)
def test_a_range_of_money_says_only_what_is_known(low, high, said):
    assert words.money_range(low, high) == said


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 matches"), (1, "1 match"), (2, "2 matches"), (1200, "1,200 matches")]
)
def test_one_is_not_many(number, said):
    assert words.count(number, "match", "matches") == said


def test_most_words_only_take_an_s():
    assert (words.count(1, "need"), words.count(2, "need")) == ("1 need", "2 needs")


@pytest.mark.parametrize(
    ("value", "said"),
    [(None, ""), (0, "less than a mile"), (0.99, "less than a mile"), (1.2, "1 mile"), (3.6, "4 miles")],
)
def test_distances_are_as_rough_as_they_are_known(value, said):
    assert words.miles(value) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-2, "today"),
        (0, "today"),
        (1, "yesterday"),
        (12, "12 days ago"),
        (59, "59 days ago"),
        (60, "2 months ago"),
        (400, "13 months ago"),
    ],
)
def test_how_long_ago(days, said):
    assert words.ago(TODAY - timedelta(days=days), TODAY) == said


def test_nothing_was_no_time_ago():
    assert words.ago(None, TODAY) == ""


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (2, "in 2 days"),
        (21, "in 21 days"),
        (22, "on 15 December"),
        (-1, "on 22 November 2026"),
    ],
)
def test_how_far_ahead(days, said):
    assert words.ahead(TODAY + timedelta(days=days), TODAY) == said


@pytest.mark.parametrize(
    ("parts", "said"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_is_read_aloud(parts, said):
    assert words.joined(parts) == said


@pytest.mark.parametrize(
    ("share", "said"), [(1.0, "100%"), (0.99, "99%"), (0.98999, "98.9%"), (0.57, "57%"), (0.0004, "0%")]
)
def test_a_percentage_is_rounded_down_so_that_an_aim_is_never_met_too_soon(share, said):
    assert words.percent(share) == said
