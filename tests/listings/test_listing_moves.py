"""Publishing, taking down, putting back, closing and expiring: what moves, what is refused, what follows."""

from datetime import date, timedelta

import pytest

from marketplace import clock, outbox
from marketplace.errors import InvalidTransition, Refused
from marketplace.extensions import db
from marketplace.listings import services
from marketplace.listings.models import NEXT, Listing, ListingStatus, Quantity, QuantityKind
from marketplace.needs.models import Need
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    UserFactory,
)
from tests.scenes import events, jobs

TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)
LATER = NOON + timedelta(days=3)
FAMILIES = [NeedFactory, OfferFactory, OpportunityFactory, CapabilityFactory]
DRAFT = {"status": ListingStatus.DRAFT, "published_at": None}


def everything_queued(listing: Listing) -> bool:
    """Whether the index and the matching will hear of it, once each."""
    key = f"{listing.family.value}:{listing.id}"
    return jobs("search.index") == [{"keys": [key]}] and jobs("matching.listing") == [
        {"listing_id": listing.id}
    ]


@pytest.mark.parametrize("before", ListingStatus)
@pytest.mark.parametrize("after", ListingStatus)
def test_only_the_moves_in_the_table_are_made(before, after):
    listing = Need(status=before)

    if after in NEXT.get(before, ()):
        listing.move_to(after)
        assert listing.status is after
    else:
        with pytest.raises(InvalidTransition, match=f"cannot move to {after}"):
            listing.move_to(after)
        assert listing.status is before


@pytest.mark.parametrize("factory", FAMILIES)
def test_publishing_puts_a_draft_on_the_board_and_queues_what_follows(app, factory):
    listing = factory(**DRAFT)

    services.publish(listing, actor=UserFactory(), now=NOON)

    assert (listing.status, listing.published_at) == (ListingStatus.PUBLISHED, NOON)
    assert listing.is_public
    assert listing.is_open
    assert events() == [f"{listing.family.value}.published"]
    assert everything_queued(listing)


def test_an_ask_stays_three_months_and_an_offer_six(app):
    need, offer = NeedFactory(**DRAFT), OfferFactory(**DRAFT)
    for listing in (need, offer):
        services.publish(listing, actor=None, now=NOON)

    assert (need.expires_on, offer.expires_on) == (date(2027, 2, 21), date(2027, 5, 22))


@pytest.mark.parametrize("verb", ["publish", "withdraw", "put_back", "close"])
def test_a_button_pressed_twice_does_its_work_once(app, verb):
    start = {"publish": DRAFT, "put_back": {"status": ListingStatus.WITHDRAWN}}.get(verb, {})
    listing = NeedFactory(**start)
    getattr(services, verb)(listing, actor=UserFactory(), now=NOON)
    once = events(), jobs(), listing.updated_at, listing.published_at, listing.closed_at

    getattr(services, verb)(listing, actor=UserFactory(), now=LATER)

    assert (events(), jobs(), listing.updated_at, listing.published_at, listing.closed_at) == once


def test_a_last_day_that_has_gone_is_refused(app):
    listing = OpportunityFactory(**DRAFT, closes_on=YESTERDAY)

    with pytest.raises(Refused, match="date in the future"):
        services.publish(listing, actor=UserFactory(), now=NOON)

    assert listing.status is ListingStatus.DRAFT
    assert (events(), jobs()) == ([], [])


def test_a_notice_may_be_published_on_its_last_day(app):
    listing = OpportunityFactory(**DRAFT, closes_on=TODAY)
    services.publish(listing, actor=UserFactory(), now=NOON)

    assert listing.is_open


def test_an_expired_notice_without_a_last_day_is_renewed_by_publishing_it(app):
    listing = CapabilityFactory(status=ListingStatus.EXPIRED, expires_on=YESTERDAY, closed_at=NOON)

    services.publish(listing, actor=UserFactory(), now=NOON)

    assert listing.is_open
    assert (listing.expires_on, listing.closed_at) == ((NOON + timedelta(days=180)).date(), None)


def test_a_closed_notice_that_is_published_again_keeps_its_first_day(app):
    listing = NeedFactory()
    services.close(listing, actor=UserFactory(), now=NOON)
    services.publish(listing, actor=UserFactory(), now=LATER)

    assert (listing.published_at, listing.closed_at) == (NOON, None)


@pytest.mark.parametrize("factory", FAMILIES)
def test_taking_down_hides_a_notice_and_putting_back_makes_it_a_draft(app, factory):
    listing = factory()

    services.withdraw(listing, actor=UserFactory(), now=NOON)
    assert (listing.status, listing.withdrawn_at, listing.is_public) == (ListingStatus.WITHDRAWN, NOON, False)
    assert everything_queued(listing)

    services.put_back(listing, actor=UserFactory(), now=NOON)
    assert (listing.status, listing.withdrawn_at, listing.published_at) == (ListingStatus.DRAFT, None, None)
    assert events() == [f"{listing.family.value}.withdrawn", f"{listing.family.value}.put_back"]


def test_a_notice_with_promises_cannot_be_taken_down(app):
    listing = NeedFactory(quantities=[Quantity(kind=QuantityKind.GOODS, wanted=12, promised=3)])

    with pytest.raises(Refused, match="Close it instead"):
        services.withdraw(listing, actor=UserFactory(), now=NOON)

    assert listing.is_open


def test_closing_keeps_the_page_and_takes_no_more_answers(app):
    listing = NeedFactory()
    services.close(listing, actor=UserFactory(), now=NOON)

    assert (listing.is_public, listing.is_open, listing.closed_at) == (True, False, NOON)
    assert everything_queued(listing)


@pytest.mark.parametrize(
    ("status", "verb", "words"),
    [
        (ListingStatus.WITHDRAWN, "publish", "taken down"),
        (ListingStatus.COMPLETED, "publish", "done"),
        (ListingStatus.CLOSED, "withdraw", "closed"),
        (ListingStatus.EXPIRED, "withdraw", "past its last day"),
        (ListingStatus.PUBLISHED, "put_back", "on the board"),
        (ListingStatus.CLOSED, "put_back", "closed"),
        (ListingStatus.DRAFT, "close", "a draft"),
        (ListingStatus.EXPIRED, "close", "past its last day"),
    ],
)
def test_a_button_on_an_old_page_is_refused_with_a_sentence(app, status, verb, words):
    listing = NeedFactory(status=status)

    with pytest.raises(Refused, match=f"This notice is {words}"):
        getattr(services, verb)(listing, actor=UserFactory(), now=NOON)

    assert listing.status is status
    assert (events(), jobs()) == ([], [])


def test_the_daily_job_takes_down_what_is_past_its_last_day_and_nothing_else(app):
    today = clock.today()
    gone, kept = today - timedelta(days=1), today + timedelta(days=1)
    past = [NeedFactory(closes_on=gone), CapabilityFactory(expires_on=gone)]
    still = [
        NeedFactory(closes_on=today),
        OfferFactory(expires_on=kept),
        NeedFactory(**DRAFT, closes_on=gone),
    ]
    outbox.add("listings.expire")
    db.session.commit()

    outbox.drain(limit=1)

    assert [each.status for each in past] == [ListingStatus.EXPIRED] * 2
    assert [each.status for each in still] == [ListingStatus.PUBLISHED] * 2 + [ListingStatus.DRAFT]
    assert events() == ["need.expired", "capability.expired"]
    assert {each["keys"][0] for each in jobs("search.index")} == {
        f"{each.family.value}:{each.id}" for each in past
    }


def test_the_job_run_twice_expires_nothing_twice(app):
    NeedFactory(closes_on=clock.today() - timedelta(days=1))
    db.session.commit()
    for _ in range(2):
        outbox.add("listings.expire")
        db.session.commit()
    outbox.drain()

    assert events().count("need.expired") == 1
