"""What a slip on the board says."""

from datetime import timedelta

import pytest

from marketplace.listings.cards import address, card, when
from marketplace.listings.models import ListingStatus
from tests.factories import NOON, CapabilityFactory, NeedFactory, OfferFactory, OpportunityFactory

TODAY = NOON.date()  # Monday 23 November 2026


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "closes today"),
        (1, "closes tomorrow"),
        (5, "closes in 5 days"),
        (21, "closes in 21 days"),
        (30, "closes on 23 December"),
        (None, ""),
    ],
)
def test_an_opportunity_says_when_it_closes(app, days, words):
    closes_on = None if days is None else TODAY + timedelta(days=days)

    assert (
        when(OpportunityFactory.build(closes_on=closes_on, organisation=None, place_id=1), today=TODAY)
        == words
    )


def test_a_need_says_by_when_it_is_needed(app):
    need = NeedFactory(closes_on=TODAY + timedelta(days=8))

    assert when(need, today=TODAY) == "needed by 1 December"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ListingStatus.CLOSED, "closed"),
        (ListingStatus.EXPIRED, "past its last day"),
        (ListingStatus.WITHDRAWN, "taken down"),
        (ListingStatus.DRAFT, "draft: only you see it"),
    ],
)
def test_a_notice_that_is_not_open_says_so_and_no_date(app, status, words):
    assert when(NeedFactory(status=status, closes_on=TODAY), today=TODAY) == words


def test_a_card_carries_what_a_reader_looks_for(app):
    need = NeedFactory(organisation__name="Howden Hall", title="Paint", summary="White paint.", town="Crook")
    slip = card(need, today=TODAY, miles=3.2, reason="Both mention paint.")

    assert (slip.family, slip.title, slip.summary, slip.organisation_name, slip.town) == (
        "need", "Paint", "White paint.", "Howden Hall", "Crook",
    )  # fmt: skip
    assert (slip.miles, slip.reason, slip.url) == (3.2, "Both mention paint.", address(need))


@pytest.mark.parametrize(
    ("factory", "path"),
    [
        (NeedFactory, "needs"),
        (OfferFactory, "offers"),
        (OpportunityFactory, "opportunities"),
        (CapabilityFactory, "capabilities"),
    ],
)
def test_every_family_has_pages_of_its_own(app, factory, path):
    listing = factory()

    assert address(listing).endswith(f"/{path}/{listing.id}")
    assert address(listing, "preview").endswith(f"/{path}/{listing.id}/preview")
    assert address(listing, "edit").endswith(f"/{path}/{listing.id}/edit")
