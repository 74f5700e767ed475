"""By when a buyer decides, who is reminded, and the figure on its page."""

from datetime import timedelta

import pytest

from marketplace.responses import queries
from marketplace.responses.deadlines import Promptness, closed_on, undecided_words
from marketplace.responses.jobs import remind_of_decisions
from tests.factories import NOON, OpportunityFactory
from tests.scenes import letters

TODAY = NOON.date()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "Closed today. Everyone who answered hears by 7 December 2026"),
        (1, "Closed yesterday. Everyone who answered hears by 6 December 2026"),
        (14, "Closed 14 days ago. Everyone who answered hears by 23 November 2026"),
        (15, "Closed 15 days ago: no decision yet"),
        (60, "Closed 60 days ago: no decision yet"),
    ],
)
def test_two_weeks_are_given_to_the_day(days, words):
    assert undecided_words(TODAY - timedelta(days=days), today=TODAY) == words


def test_the_last_day_counts_even_before_the_notice_is_taken_down(scene):
    assert closed_on(scene.opportunity, today=TODAY) is None
    scene.opportunity.closes_on = TODAY
    assert closed_on(scene.opportunity, today=TODAY) is None
    assert closed_on(scene.opportunity, today=TODAY + timedelta(days=1)) == TODAY


def test_one_closed_early_counts_from_that_day(scene):
    scene.opportunity.closes_on = TODAY + timedelta(days=9)
    scene.close()

    assert closed_on(scene.opportunity, today=TODAY) == TODAY


def test_a_buyer_is_reminded_at_closing_and_a_week_after(scene):
    scene.close()
    told = []
    for day in range(20):
        remind_of_decisions(NOON + timedelta(days=day))
        told.append([name for name, _ in letters()].count("decision_due"))

    assert told == [1] * 7 + [2] * 13
    assert {address for _, address in letters()} == {scene.buyer.email}


def test_nobody_is_reminded_of_what_is_decided_or_comes_from_a_register(scene):
    scene.decide(now=NOON)
    public = OpportunityFactory(
        organisation=scene.opportunity.organisation, source="contracts-finder", source_key="1"
    )
    scene.opportunity = public
    scene.close()
    before = letters()
    remind_of_decisions(NOON)

    assert letters() == before


def test_the_share_decided_counts_what_was_due(scene):
    council = scene.opportunity.organisation

    def one(*, closed: int, decided: int | None) -> None:
        scene.opportunity = OpportunityFactory(organisation=council)
        scene.close(now=NOON - timedelta(days=closed))
        if decided is not None:
            scene.decide(now=NOON - timedelta(days=closed - decided))

    one(closed=40, decided=14)  # on the last day
    one(closed=40, decided=15)  # a day late
    one(closed=40, decided=None)
    one(closed=5, decided=2)
    one(closed=5, decided=None)  # not due yet
    one(closed=500, decided=1)  # too long ago

    found = queries.promptness(council, today=TODAY)
    assert found == Promptness(in_time=2, due=4)
    assert found.words == "Decided 2 of 4 within two weeks of closing"
    assert queries.promptness(scene.larder, today=TODAY).words == ""
