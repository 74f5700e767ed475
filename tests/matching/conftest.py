"""A hall that needs chairs and a college that gives some; a council that wants lunch and a larder."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask

from marketplace.capabilities.models import Capability
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.matching import running
from marketplace.matching.models import Match
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import OrganisationKind
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
)

CHAIRS = "Stacking chairs for the village hall. Ours broke and the lunch club sits on the floor."
LUNCH = "A hot lunch and a cold buffet for a conference, with vegetarian food."


def about(listing: Listing, category: str) -> Listing:
    listing.categories = [category]
    return listing


@dataclass
class Board:
    """Two asks, and who fits each."""

    need: Need
    offer: Offer
    opportunity: Opportunity
    capability: Capability


@pytest.fixture
def board(app: Flask) -> Board:
    college = OrganisationFactory(name="The College", kind=OrganisationKind.ANCHOR)
    larder = OrganisationFactory(name="The Larder", kind=OrganisationKind.BUSINESS, turnover=200_000)
    board = Board(
        need=about(NeedFactory(title="Stacking chairs", body=CHAIRS), "furniture-goods/furniture"),
        offer=about(
            OfferFactory(organisation=college, title="Forty stacking chairs", body=CHAIRS),
            "furniture-goods/furniture",
        ),
        opportunity=about(
            OpportunityFactory(title="Conference lunch", body=LUNCH, value_high=2_000),
            "food-drink/event-catering",
        ),
        capability=about(
            CapabilityFactory(organisation=larder, title="Buffets and hot lunch", body=LUNCH, reach_miles=20),
            "food-drink/event-catering",
        ),
    )
    db.session.commit()
    return board


def run_all(now: datetime = NOON) -> running.Counts:
    """Everything ranked and stored, as the command does it."""
    counts = running.Counts()
    for step in (
        running.renew_readings(now),
        running.run(now, counts=counts),
        running.finish(now, counts=counts),
    ):
        for _ in step:
            db.session.commit()
    db.session.commit()
    return counts


def matches() -> list[Match]:
    return list(db.session.scalars(db.select(Match).order_by(Match.id)))


def match_of(listing: Listing) -> Match:
    return db.session.execute(db.select(Match).where(Match.listing_id == listing.id)).scalar_one()


def standing() -> list[tuple]:
    """The matches that hold now, in an order of their own: all that a run decides."""
    return sorted(
        (row.organisation_id, row.listing_id, row.via_id, row.score, row.fit, str(row.parts), row.status)
        for row in matches()
        if row.retired_at is None
    )
