"""What would change a match: whatever is promised comes true when the change is made."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from marketplace.categories.catalogue import catalogue
from marketplace.extensions import db
from marketplace.listings.models import Listing, Quantity, QuantityKind
from marketplace.matching import changes, running
from marketplace.matching.changes import Change
from marketplace.matching.models import Match
from search.ranking import FLOOR
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
)
from tests.matching.conftest import about, matches, run_all

ROOFING, REPAIRS = "buildings-repairs/roofing", "buildings-repairs"
WORK = [
    ("Re-roofing of six bungalows", "Renew tiled roofs, felt, battens and guttering.", ROOFING),
    ("Roof survey of a church hall", "Survey of slates and lead, with drawings.", ROOFING),
    ("Guttering for a school", "Iron gutters and downpipes renewed in the holidays.", ROOFING),
    ("Damp survey of terraced houses", "Damp and timber survey of ten houses, with report.", REPAIRS),
    ("Asbestos removal in a depot", "Asbestos sheets off a depot roof, and carried away.", REPAIRS),
]
FIRMS = [
    ("Slate and tile roofing", "Roofs renewed, slates and tiles, felt and battens.", ROOFING, 8),
    ("Gutters and roof repairs", "Gutters, downpipes and small roof repairs.", ROOFING, 15),
    ("Surveys of old buildings", "Survey and drawings of halls and churches.", REPAIRS, None),
]


@pytest.fixture
def town(app: Flask) -> None:
    """Some work, some firms at different distances, a need and an offer that fit one another in part."""
    for number, (title, body, category) in enumerate(WORK):
        about(OpportunityFactory(title=title, body=body, lat=54.70 + number / 40, lon=-1.6), category)
    for number, (title, body, category, reach) in enumerate(FIRMS):
        firm = OrganisationFactory(kind="business", turnover=300_000)
        sold = CapabilityFactory(
            organisation=firm, title=title, body=body, reach_miles=reach, lat=54.66 - number / 40, lon=-1.6
        )
        about(sold, category)
    about(
        NeedFactory(
            title="Chairs and hands for a village hall",
            body="Stacking chairs, and people to paint the hall.",
            quantities=[
                Quantity(kind=QuantityKind.GOODS, wanted=40),
                Quantity(kind=QuantityKind.VOLUNTEERS, wanted=20),
            ],
        ),
        "furniture-goods/furniture",
    )
    about(
        OfferFactory(
            title="Stacking chairs",
            body="Forty stacking chairs from our hall.",
            quantities=[Quantity(kind=QuantityKind.GOODS, wanted=40)],
        ),
        "furniture-goods/furniture",
    )
    db.session.commit()
    run_all()


def make(change: Change, listing: Listing) -> None:
    """Do to the notice what the words say."""
    if found := re.match(r"Add “(.*)” to “", change.words):
        listing.body += f"\n{found[1]}"
    elif found := re.search(r" to (\d+) miles$", change.words):
        listing.reach_miles = int(found[1])
    elif found := re.search(r"” under (.*) too$", change.words):
        slugs = {name: slug for slug, name in catalogue().names.items()}
        listing.categories = [*listing.categories, slugs[found[1]]]
    else:
        raise AssertionError(change.words)
    db.session.flush()


def fitting(organisation_id: int) -> dict[int, int]:
    """The score of every ask that fits this organisation."""
    rows = db.session.scalars(
        db.select(Match).where(Match.organisation_id == organisation_id, Match.retired_at.is_(None))
    )
    return {row.listing_id: row.score for row in rows if row.score >= FLOOR}


def test_every_promised_change_comes_true_when_it_is_made(town):
    later, tried = NOON + timedelta(minutes=1), 0
    for match in [match for match in matches() if match.via_id]:
        for change in changes.for_match(match, now=NOON):
            before = fitting(match.organisation_id)
            with db.session.begin_nested() as made:
                make(change, match.via)
                running.match_organisation(match.organisation_id, now=later)
                after = fitting(match.organisation_id)
                made.rollback()
            db.session.expire_all()
            this = match.listing_id

            assert after[this] - before[this] == (change.points or 0), change.words
            assert len(after.keys() - before.keys() - {this}) == (change.more or 0), change.words
            tried += 1

    assert tried >= 6


def test_the_most_helpful_come_first_and_none_that_helps_nobody(town):
    for match in matches():
        found = changes.for_match(match, now=NOON)

        assert len(found) <= changes.AT_MOST
        assert all(change.points or change.more for change in found)
        points = [change.points or 0 for change in found]
        assert points == sorted(points, reverse=True)


def test_a_match_through_what_an_organisation_did_before_promises_nothing(app):
    about(OpportunityFactory(title="Roof survey", body="Survey of slates and lead."), ROOFING)
    OrganisationFactory(kind="business", about="We survey roofs, slates and lead.", interests=[ROOFING])
    db.session.commit()
    run_all()

    assert [changes.for_match(match, now=NOON) for match in matches()] == [[]]
