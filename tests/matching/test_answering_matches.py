"""Interested, not for me, later, and taking an answer back."""

from datetime import timedelta

import pytest

from marketplace import outbox
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus, Quantity, QuantityKind
from marketplace.matching import queries, running, services, sources
from marketplace.matching.models import DeclineReason, Match, MatchStatus
from marketplace.places.regions import MIDDLES
from marketplace.pledges import services as pledges
from tests.factories import NOON, MatchFactory, OpportunityFactory, UserFactory
from tests.scenes import events, letters, member_of

TODAY = NOON.date()
LATER = NOON + timedelta(days=1)


@pytest.fixture
def match(app) -> Match:
    made: Match = MatchFactory()
    db.session.commit()
    return made


def waits(match: Match, days: int = 0) -> bool:
    on = TODAY + timedelta(days=days)
    found = list(queries.waiting_for(match.organisation, today=on))
    assert queries.number_waiting(match.organisation, today=on) == len(found)
    return match in found


def test_a_new_match_waits_and_one_that_was_opened_still_does(match):
    assert waits(match)
    services.opened(match, now=NOON)
    services.opened(match, now=LATER)

    assert (match.status, match.opened_at) == (MatchStatus.OPENED, NOON)
    assert waits(match)


def test_opening_does_not_undo_an_answer(match):
    services.interested(match, actor=UserFactory(), now=NOON)
    services.opened(match, now=NOON)

    assert match.status is MatchStatus.INTERESTED


def test_interested_tells_everybody_on_the_other_side_once(match):
    people = [member_of(match.listing.organisation), member_of(match.listing.organisation)]
    member_of(match.organisation)
    for _ in range(2):
        services.interested(match, actor=UserFactory(), now=NOON)

    assert letters() == [("interest", person.email) for person in people]
    assert (match.status, match.interested_at, waits(match)) == (MatchStatus.INTERESTED, NOON, False)


def test_interest_taken_back_and_shown_again_writes_to_nobody_twice(match):
    member_of(match.listing.organisation)
    actor = UserFactory()
    services.interested(match, actor=actor, now=NOON)
    services.take_back(match, actor=actor, now=NOON)
    assert waits(match)
    services.interested(match, actor=actor, now=LATER)

    assert len(letters()) == 1
    assert match.status is MatchStatus.INTERESTED


@pytest.mark.parametrize("status", [ListingStatus.CLOSED, ListingStatus.WITHDRAWN, ListingStatus.EXPIRED])
def test_interest_in_a_notice_that_is_gone_is_refused(match, status):
    match.listing.status = status

    with pytest.raises(Refused, match="takes no more answers"):
        services.interested(match, actor=UserFactory(), now=NOON)
    assert match.status is MatchStatus.SUGGESTED


def test_later_brings_it_back_in_fourteen_days(match):
    services.snooze(match, actor=UserFactory(), now=NOON)

    assert [waits(match, days) for days in (0, 13, 14, 15)] == [False, False, True, True]


def test_a_no_keeps_its_reason_and_words(match):
    services.decline(match, DeclineReason.TOO_FAR, "Over the hill.", actor=UserFactory(), now=NOON)

    assert (match.status, match.declined_reason, match.declined_words, match.declined_at) == (
        MatchStatus.DECLINED, DeclineReason.TOO_FAR, "Over the hill.", NOON,
    )  # fmt: skip
    assert not waits(match, 1000)
    assert letters() == []


def test_something_else_asks_for_a_few_words(match):
    with pytest.raises(Refused, match="in a few words") as refusal:
        services.decline(match, DeclineReason.OTHER, "", actor=UserFactory(), now=NOON)

    assert refusal.value.field == "words"
    assert match.status is MatchStatus.SUGGESTED


def test_a_no_can_be_taken_back(match):
    services.decline(match, DeclineReason.TOO_FAR, "Far.", actor=UserFactory(), now=NOON)
    services.take_back(match, actor=UserFactory(), now=LATER)

    assert (match.status, match.declined_reason, match.declined_words, match.declined_at) == (
        MatchStatus.OPENED, None, "", None,
    )  # fmt: skip
    assert waits(match)


def test_yes_after_later_and_no_clears_what_was_said_before(match):
    actor = UserFactory()
    services.snooze(match, actor=actor, now=NOON)
    services.decline(match, DeclineReason.TIMING, "", actor=actor, now=NOON)
    assert match.snoozed_until is None
    services.interested(match, actor=actor, now=NOON)

    assert (match.declined_reason, match.declined_at, match.snoozed_until) == (None, None, None)
    assert events() == ["match.snoozed", "match.declined", "match.interested"]


def test_a_pledge_converts_the_match_through_the_outbox(match):
    line = match.listing.quantities[0]
    details = pledges.PledgeDetails(quantity_id=line.id, each=2, form_key="a form")
    giver = match.organisation
    pledges.offer(match.listing, details, giver=giver, actor=member_of(giver), now=NOON)
    db.session.commit()
    outbox.drain()

    assert match.status is MatchStatus.CONVERTED
    assert match.converted_at is not None
    assert not waits(match)


@pytest.mark.parametrize("verb", ["interested", "snooze", "take_back", "decline"])
def test_what_has_gone_further_is_not_answered_again(match, verb):
    services.converted(match.organisation_id, match.listing_id, now=NOON)
    more = (DeclineReason.TIMING, "") if verb == "decline" else ()

    with pytest.raises(Refused, match="answered this notice already"):
        getattr(services, verb)(match, *more, actor=UserFactory(), now=NOON)
    assert match.status is MatchStatus.CONVERTED


def test_a_pledge_without_a_match_converts_nothing(match):
    services.converted(match.organisation_id, 999, now=NOON)

    assert match.status is MatchStatus.SUGGESTED


@pytest.mark.parametrize("gone", ["retired", "closed", "past its day"])
def test_what_can_no_longer_be_answered_does_not_wait(match, gone):
    if gone == "retired":
        match.retired_at = NOON
    elif gone == "closed":
        match.listing.status = ListingStatus.CLOSED
    else:
        match.listing.closes_on = TODAY - timedelta(days=1)

    assert not waits(match)


def test_the_best_fit_comes_first_on_both_sides(match):
    better = MatchFactory(organisation=match.organisation, fit=90.0, score=90, listing=OpportunityFactory())
    rival = MatchFactory(listing=match.listing, fit=70.0, score=70)

    assert list(queries.waiting_for(match.organisation, today=TODAY)) == [better, match]
    assert list(queries.fits_for(match.listing)) == [rival, match]


def test_a_listing_finds_its_own_fit_for_one_organisation_only(match):
    other = MatchFactory(listing=match.listing)

    assert queries.fit_of(match.organisation, match.listing) is match
    assert queries.fit_of(None, match.listing) is None
    assert queries.fits_of(other.organisation, [match.listing_id]) == {match.listing_id: other}
    assert queries.fits_of(None, [match.listing_id]) == {}


def test_a_quantity_that_is_met_is_no_longer_what_a_need_asks_for(app):
    kinds = [
        Quantity(kind=QuantityKind.GOODS, wanted=5, promised=5),
        Quantity(kind=QuantityKind.MONEY, wanted=5, promised=1),
    ]
    MatchFactory(listing__quantities=kinds)

    found = sources.wants(TODAY, running.means(NOON).lexicon)

    assert [want.quantity_kinds for want in found] == [frozenset({"money"})]


@pytest.mark.parametrize(("town", "is_far"), [("West Midlands", True), ("Any region", False), ("", False)])
def test_work_in_another_region_without_an_address_is_far_away(app, town, is_far):
    OpportunityFactory(lat=None, lon=None, town=town)

    (want,) = sources.wants(TODAY, running.means(NOON).lexicon)

    assert (want.point == MIDDLES["west midlands"]) is is_far
    assert (want.point is None) is not is_far
