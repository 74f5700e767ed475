"""New, saved, later and done: each match lies on one of them, in an order, a page at a time."""

from datetime import timedelta

import pytest

from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.matching import queries, services
from marketplace.matching.models import DeclineReason, Match
from marketplace.matching.queries import Shelf
from marketplace.organisations.models import Organisation
from tests.factories import NOON, CapabilityFactory, MatchFactory, OrganisationFactory, UserFactory

TODAY = NOON.date()
DAY = timedelta(days=1)
TELLING = "Damp surveys, dry rot repairs, slate roofs, lead flashing and lime plaster for old stone cottages."


@pytest.fixture
def ours(app) -> Organisation:
    made: Organisation = OrganisationFactory()
    return made


def on(shelf: Shelf, ours: Organisation, *, days: int = 0, **more: object) -> list[Match]:
    today = TODAY + timedelta(days=days)
    return list(queries.page_of(ours, shelf, today=today, limit=20, **more).matches)


def lies_on(match: Match, *, days: int = 0) -> list[Shelf]:
    """Every shelf it is found on; the numbers must say the same."""
    found = [shelf for shelf in Shelf if match in on(shelf, match.organisation, days=days)]
    numbers = queries.numbers_of(match.organisation, today=TODAY + timedelta(days=days))
    assert numbers == {shelf: int(shelf in found) for shelf in Shelf}
    return found


def test_a_match_moves_from_shelf_to_shelf_as_it_is_answered(ours):
    match, actor = MatchFactory(organisation=ours), UserFactory()
    assert lies_on(match) == [Shelf.NEW]
    services.save(match, actor=actor, now=NOON)
    assert lies_on(match) == [Shelf.SAVED]
    services.unsave(match, actor=actor)
    assert lies_on(match) == [Shelf.NEW]
    services.snooze(match, actor=actor, now=NOON)
    assert (lies_on(match), lies_on(match, days=14)) == ([Shelf.LATER], [Shelf.NEW])
    services.save(match, actor=actor, now=NOON)
    assert lies_on(match) == [Shelf.SAVED]
    services.snooze(match, actor=actor, now=NOON)
    assert (lies_on(match), lies_on(match, days=14)) == ([Shelf.LATER], [Shelf.NEW])
    services.interested(match, actor=actor, now=NOON)
    assert lies_on(match) == [Shelf.DONE]
    services.take_back(match, actor=actor, now=NOON)
    assert lies_on(match) == [Shelf.NEW]
    services.decline(match, DeclineReason.TOO_FAR, "", actor=actor, now=NOON)
    assert lies_on(match) == [Shelf.DONE]


def test_what_was_saved_comes_back_to_the_saved_when_an_answer_is_taken_back(ours):
    match, actor = MatchFactory(organisation=ours), UserFactory()
    services.save(match, actor=actor, now=NOON)
    services.decline(match, DeclineReason.TIMING, "", actor=actor, now=NOON)
    services.take_back(match, actor=actor, now=NOON)

    assert lies_on(match) == [Shelf.SAVED]


@pytest.mark.parametrize("gone", ["retired", "withdrawn", "past its day"])
def test_what_is_saved_stays_whatever_becomes_of_the_notice(ours, gone):
    match = MatchFactory(organisation=ours)
    services.save(match, actor=UserFactory(), now=NOON)
    if gone == "retired":
        match.retired_at = NOON
    elif gone == "withdrawn":
        match.listing.status = ListingStatus.WITHDRAWN
    else:
        match.listing.closes_on = TODAY - DAY

    assert lies_on(match) == [Shelf.SAVED]


def test_what_would_come_back_in_vain_is_on_no_shelf(ours):
    match = MatchFactory(organisation=ours)
    services.snooze(match, actor=UserFactory(), now=NOON)
    match.listing.status = ListingStatus.CLOSED

    assert lies_on(match) == []


def test_asked_for_by_hand_comes_before_a_better_fit(ours):
    best = MatchFactory(organisation=ours, fit=90.0, score=90)
    forward = MatchFactory(organisation=ours, fit=0.0, score=0, parts=[], put_forward_at=NOON)
    invited = MatchFactory(organisation=ours, fit=30.0, score=30, invited_at=NOON)

    assert on(Shelf.NEW, ours) == [invited, forward, best]


def test_the_others_have_their_own_order(ours):
    actor = UserFactory()
    first, second, third = (MatchFactory(organisation=ours) for _ in range(3))
    for at, match in enumerate([first, second, third]):
        services.save(match, actor=actor, now=NOON + at * DAY)
    assert on(Shelf.SAVED, ours) == [third, second, first]

    for at, match in enumerate([second, third, first]):
        services.snooze(match, actor=actor, now=NOON + at * DAY)
    assert on(Shelf.LATER, ours) == [second, third, first]

    services.interested(second, actor=actor, now=NOON)
    services.decline(first, DeclineReason.TOO_FAR, "", actor=actor, now=NOON + 2 * DAY)
    services.converted(ours.id, third.listing_id, now=NOON + DAY)
    assert on(Shelf.DONE, ours) == [first, third, second]


@pytest.mark.parametrize("shelf", list(Shelf))
def test_page_after_page_shows_each_once_and_counts_from_the_first(ours, shelf):
    actor = UserFactory()
    for number in range(7):
        match = MatchFactory(
            organisation=ours, fit=50.0 + number % 3, invited_at=NOON if number == 4 else None
        )
        if shelf is Shelf.SAVED:
            services.save(match, actor=actor, now=NOON + number % 2 * DAY)
        elif shelf is Shelf.LATER:
            services.snooze(match, actor=actor, now=NOON + number % 2 * DAY)
        elif shelf is Shelf.DONE:
            services.interested(match, actor=actor, now=NOON + number % 2 * DAY)
    MatchFactory()
    db.session.flush()
    whole = on(shelf, ours)
    assert len(whole) == 7

    seen, firsts, after = [], [], None
    for _ in range(4):
        page = queries.page_of(ours, shelf, today=TODAY, after=after, limit=2)
        seen += page.matches
        firsts.append(page.first)
        after = page.after

    assert (seen, firsts, after) == (whole, [1, 3, 5, 7], None)


def test_a_page_goes_on_where_an_answered_match_stood(ours):
    best, middle, last = (MatchFactory(organisation=ours, fit=fit) for fit in (90.0, 60.0, 30.0))
    services.decline(middle, DeclineReason.TOO_FAR, "", actor=UserFactory(), now=NOON)
    page = queries.page_of(ours, Shelf.NEW, today=TODAY, after=middle.id, limit=20)

    assert (page.matches, page.first, page.after) == ([last], 2, None)
    assert best in on(Shelf.NEW, ours)


def test_a_mark_that_stands_nowhere_begins_at_the_first(ours):
    saved = MatchFactory(organisation=ours)
    services.save(saved, actor=UserFactory(), now=NOON)
    never_saved, of_others = MatchFactory(organisation=ours), MatchFactory()

    for mark in (never_saved.id, of_others.id, 999_999):
        assert on(Shelf.SAVED, ours, after=mark) == [saved]


@pytest.mark.parametrize(
    ("about", "listed", "little"),
    [
        ("", "", True),
        ("We do good work.", "", True),
        ("Roofs, roofs, roofing and roofers of roofs in every village.", "", True),
        (TELLING, "", False),
        ("", TELLING, False),
        ("Nous réparons les toits, murs, fenêtres, portes et escaliers des maisons anciennes.", "", False),
    ],
)  # fmt: skip
def test_an_organisation_that_says_little_is_told_so(ours, about, listed, little):
    ours.about = about
    if listed:
        CapabilityFactory(organisation=ours, title="Repairs", body=listed)

    assert queries.says_little(ours) is little


def test_a_draft_says_nothing_yet(ours):
    ours.about = ""
    CapabilityFactory(organisation=ours, body=TELLING, status=ListingStatus.DRAFT, published_at=None)

    assert queries.says_little(ours)
