"""Saving a match and taking it out again; when “later” comes back; what was shown first, and where."""

from datetime import date, timedelta

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.matching import services
from marketplace.matching.models import Match, MatchStatus
from tests.factories import NOON, MatchFactory, UserFactory
from tests.scenes import events

TODAY = NOON.date()
LATER = NOON + timedelta(days=1)


@pytest.fixture
def match(app) -> Match:
    made: Match = MatchFactory()
    db.session.commit()
    return made


def test_saving_twice_is_saving_once_and_counts_as_having_read_it(match):
    actor = UserFactory()
    services.save(match, actor=actor, now=NOON)
    services.save(match, actor=actor, now=LATER)

    assert (match.saved_at, match.opened_at, match.status) == (NOON, NOON, MatchStatus.OPENED)
    assert events() == ["match.saved"]


def test_taking_out_what_is_not_saved_changes_nothing(match):
    actor = UserFactory()
    services.unsave(match, actor=actor)
    assert events() == []

    services.save(match, actor=actor, now=NOON)
    services.unsave(match, actor=actor)
    assert match.saved_at is None
    assert events() == ["match.saved", "match.unsaved"]


def test_saving_calls_back_what_was_put_off(match):
    actor = UserFactory()
    services.snooze(match, actor=actor, now=NOON)
    services.save(match, actor=actor, now=NOON)

    assert (match.status, match.snoozed_until) == (MatchStatus.OPENED, None)


@pytest.mark.parametrize("status", [ListingStatus.CLOSED, ListingStatus.WITHDRAWN, ListingStatus.EXPIRED])
def test_a_notice_that_takes_no_answers_is_not_saved(match, status):
    match.listing.status = status

    with pytest.raises(Refused, match="takes no more answers"):
        services.save(match, actor=UserFactory(), now=NOON)
    assert match.saved_at is None


def test_what_has_gone_further_is_not_saved(match):
    services.converted(match.organisation_id, match.listing_id, now=NOON)

    with pytest.raises(Refused, match="answered this notice already"):
        services.save(match, actor=UserFactory(), now=NOON)


@pytest.mark.parametrize(
    ("closes", "comes_back"),
    [(None, 14), (60, 14), (16, 14), (15, 13), (5, 3), (3, 1), (1, 1), (0, 1)],
)
def test_later_comes_back_while_there_is_time_to_decide(match, closes, comes_back):
    match.listing.closes_on = None if closes is None else TODAY + timedelta(days=closes)
    services.snooze(match, actor=UserFactory(), now=NOON)

    assert match.snoozed_until == TODAY + timedelta(days=comes_back)


def first_shown(*matches: Match) -> list[tuple[date | None, int | None]]:
    db.session.expire_all()
    return [(row.first_shown_at, row.first_position) for row in matches]


def test_what_was_shown_is_remembered_with_the_place_it_stood_in(app):
    matches = [MatchFactory() for _ in range(3)]
    services.shown(matches, first=21, now=NOON)

    assert first_shown(*matches) == [(NOON, 21), (NOON, 22), (NOON, 23)]


def test_only_the_first_time_counts(app):
    known, new = MatchFactory(), MatchFactory()
    services.shown([known], now=NOON)
    db.session.expire_all()
    services.shown([new, known], now=LATER)

    assert first_shown(known, new) == [(NOON, 1), (LATER, 1)]


def test_two_screens_at_once_are_one_first_time(app):
    match = MatchFactory()
    services.shown([match], first=3, now=NOON)
    services.shown([match], first=9, now=LATER)  # it was read before the other was written

    assert first_shown(match) == [(NOON, 3)]


def test_nothing_shown_is_nothing_written(app):
    services.shown([], now=NOON)
