"""Needs that fit an organisation: matching’s order, narrowed down, a page at a time."""

from datetime import timedelta

import pytest

from marketplace.categories.catalogue import catalogue
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus, QuantityKind
from marketplace.matching.models import MatchStatus
from marketplace.portfolio import needs
from marketplace.portfolio.needs import Wanted
from tests.factories import NOON, MatchFactory, OpportunityFactory

TODAY = NOON.date()
CHILD = catalogue().children("environment")[0].slug


def titles(giving, wanted=None, **page):
    db.session.commit()
    page.setdefault("limit", 20)
    found = needs.that_fit(giving.firm, wanted or Wanted(), today=TODAY, **page)
    return [fit.card.title for fit in found.fits]


def test_the_best_fit_is_first_with_its_reasons(giving):
    giving.fit(40, title="Paint")
    giving.fit(80, title="Trees")

    found = needs.that_fit(giving.firm, Wanted(), today=TODAY, limit=20)

    assert [(fit.card.title, fit.match.score) for fit in found.fits] == [("Trees", 80), ("Paint", 40)]
    assert found.fits[0].reasons == ("Both mention chairs.", "4 miles apart.")


def test_what_cannot_be_promised_to_is_not_there(giving):
    giving.fit(title="Open")
    giving.fit(title="Retired").retired_at = NOON
    giving.fit(title="Said no").status = MatchStatus.DECLINED
    giving.fit(title="Closed", status=ListingStatus.CLOSED)
    giving.fit(title="Over", closes_on=TODAY - timedelta(days=1))
    full = giving.fit(title="Full").listing.quantities[0]
    full.promised = full.wanted
    MatchFactory(organisation=giving.firm, listing=OpportunityFactory(title="Paid work"))
    MatchFactory(listing=giving.need(title="Fits another"))

    assert titles(giving) == ["Open"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"category": "environment"}, "trees"),
        ({"ward": "E05000001"}, "ward"),
        ({"kinds": (QuantityKind.MONEY, QuantityKind.SPACE)}, "money"),
        ({"needed_by": TODAY + timedelta(days=5)}, "soon"),
        ({"category": "environment", "ward": "E05000001"}, ""),
        ({"category": "no such thing"}, "far money near soon trees ward"),
    ],
)
def test_needs_are_narrowed_down(giving, wanted, found):
    giving.fit(title="money", kind=QuantityKind.MONEY)
    giving.fit(title="soon", closes_on=TODAY + timedelta(days=5))
    giving.fit(title="ward", ward_code="E05000001")
    giving.fit(title="trees").listing.categories = [CHILD]
    giving.fit(title="near")
    giving.fit(title="far", lat=54.9, lon=-1.0)

    assert " ".join(sorted(titles(giving, Wanted(**wanted)))) == found


def test_distance_is_from_where_the_giver_is(giving):
    giving.fit(title="near")
    giving.fit(title="far", lat=54.9, lon=-1.0)
    giving.fit(title="nowhere", lat=None, lon=None)

    assert titles(giving, Wanted(miles=5)) == ["near"]
    giving.firm.lat = giving.firm.lon = None
    assert len(titles(giving, Wanted(miles=5))) == 3


def test_pages_follow_each_other_even_where_scores_are_the_same(giving):
    for number in range(7):
        giving.fit(50 + number // 3, title=f"{number}")
    db.session.commit()
    seen, after = [], None
    for _ in range(4):
        page = needs.that_fit(giving.firm, Wanted(), today=TODAY, after=after, limit=2)
        seen += [fit.card.title for fit in page.fits]
        after = page.after

    assert seen == ["6", "3", "4", "5", "0", "1", "2"]
    assert after is None
