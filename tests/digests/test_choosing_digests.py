"""What a digest says, decided by a function that only thinks."""

from datetime import date, timedelta

import pytest

from marketplace.digests import services
from tests.factories import NOON, MatchFactory, NeedFactory, OrganisationFactory

TODAY = NOON.date()


def fits(*scores: int) -> list:
    organisation = OrganisationFactory()
    return [
        MatchFactory(
            organisation=organisation, score=score, fit=score, listing=NeedFactory(title=f"Need {score}")
        )
        for score in scores
    ]


def test_nothing_new_is_no_letter(app):
    assert services.choose([], today=TODAY) is None


def test_the_best_five_are_chosen_best_first_and_the_rest_counted(app):
    chosen = services.choose(fits(41, 90, 55, 60, 70, 45, 80), today=TODAY)

    assert [item.match.score for item in chosen.items] == [90, 80, 70, 60, 55]
    assert chosen.left_out == 2


@pytest.mark.parametrize(
    ("scores", "subject"),
    [
        ((60,), "Need 60"),
        ((60, 50), "Need 60, and 1 more for you"),
        ((90, 80, 70, 60, 50, 45), "Need 90, and 4 more for you"),
    ],
)
def test_the_subject_names_the_best_and_counts_the_others_in_the_letter(app, scores, subject):
    assert services.choose(fits(*scores), today=TODAY).subject == subject


def test_each_item_gives_its_two_heaviest_reasons_and_none_that_count_nothing(app):
    match = MatchFactory(
        parts=[
            {"name": "text", "points": 40, "words": "Both mention chairs."},
            {"name": "category", "points": 22, "words": "Same subject."},
            {"name": "distance", "points": 5, "words": "4 miles apart."},
            {"name": "quantity", "points": 0, "words": "Nothing of that kind."},
        ]
    )
    assert services.choose([match], today=TODAY).items[0].reasons == ("Both mention chairs.", "Same subject.")


def test_each_item_says_by_when(app):
    match = MatchFactory(listing__closes_on=TODAY + timedelta(days=8))

    assert services.choose([match], today=TODAY).items[0].when == "needed by 1 December"


@pytest.mark.parametrize("day", [23, 24, 27, 29])
def test_a_period_is_a_week_named_by_its_monday(day):
    assert services.period_of(date(2026, 11, day)) == date(2026, 11, 23)


def test_the_next_monday_begins_a_new_period():
    assert services.period_of(date(2026, 11, 30)) == date(2026, 11, 30)
