"""What would stay local, beside each candidate: where they are, and where a buyer may not be shown it."""

from datetime import date

import pytest

from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.matching.local_effect import Base
from marketplace.matching.staying_local import base, staying
from marketplace.opportunities.models import OpportunityKind
from marketplace.organisations.models import OrganisationKind
from marketplace.places.models import Town, Ward
from tests.factories import MatchFactory, NeedFactory, OpportunityFactory, OrganisationFactory
from tests.scenes import member_of, signed_in

TODAY = date(2026, 11, 23)
TOWNS = [
    Town(name="Bishop Auckland", lat=54.663, lon=-1.676, inside=True),
    Town(name="Darlington", lat=54.527, lon=-1.553, inside=False),
]
WARDS = {"E05": "Woodhouse Close"}
IN_THE_WARD = ({"ward_code": "E05", "lat": 51.5, "lon": 0.1}, WARDS, Base.PLACE)
IN_ANOTHER_WARD = ({"ward_code": "E99"}, WARDS, Base.NEIGHBOUR)
NEAR_A_TOWN = ({}, {}, Base.PLACE)
NO_WARD_KNOWN = ({"ward_code": None}, WARDS, Base.PLACE)
NEXT_DOOR = ({"lat": 54.53, "lon": -1.56}, {}, Base.NEIGHBOUR)
FAR_AWAY = ({"lat": 51.5, "lon": -0.1}, {}, Base.ELSEWHERE)
NOT_ON_THE_MAP = ({"lat": None, "lon": None}, {}, Base.UNKNOWN)


@pytest.mark.parametrize(
    ("facts", "wards", "expected"),
    [IN_THE_WARD, IN_ANOTHER_WARD, NEAR_A_TOWN, NO_WARD_KNOWN, NEXT_DOOR, FAR_AWAY, NOT_ON_THE_MAP],
)
def test_where_somebody_is_goes_by_ward_or_by_the_nearest_town(app, facts, wards, expected):
    assert base(OrganisationFactory(**facts), TOWNS, wards) is expected


def opportunity(**facts: object) -> Listing:
    listing: Listing = OpportunityFactory(
        **{"organisation__kind": OrganisationKind.PUBLIC, "value_low": 2_000, "value_high": 4_000} | facts
    )
    return listing


def test_a_range_with_its_source_stands_beside_who_is_near_and_who_is_not(app):
    near = OrganisationFactory(staff_local=90, spend_local=50, local_facts_on=TODAY)
    far = OrganisationFactory(lat=51.5, lon=-0.1)
    found = staying(opportunity(), [near, far], today=TODAY)

    assert "would stay in County Durham (their own figures, not checked)" in found.sentences[near.id]
    assert "what is usual" in found.sentences[far.id]
    assert found.from_away == found.sentences[far.id]
    assert found.why == "Shown to help you ask for quotes."


def test_a_large_competition_leaves_it_out_and_says_why(app):
    organisation = OrganisationFactory()
    large = opportunity(kind=OpportunityKind.CONTRACT, value_high=900_000)
    found = staying(large, [organisation], today=TODAY)

    assert found.sentences == {}
    assert "left out" in found.why


@pytest.mark.parametrize("kind", [OpportunityKind.GRANT, OpportunityKind.JOB])
def test_where_nothing_is_bought_nothing_is_said(app, kind):
    for listing in (opportunity(kind=kind), NeedFactory()):
        found = staying(listing, [OrganisationFactory()], today=TODAY)
        assert (found.sentences, found.why) == ({}, "")


def test_wards_of_the_place_are_read_from_it(app):
    listing, organisation = opportunity(), OrganisationFactory(ward_code="E05", lat=51.5, lon=-0.1)
    db.session.add(
        Ward(
            code="E05", name="Woodhouse Close", place_id=listing.place_id, boundary={}, min_lat=54.6,
            max_lat=54.7, min_lon=-1.7, max_lon=-1.6,
        )
    )  # fmt: skip
    db.session.flush()
    found = staying(listing, [organisation], today=TODAY)

    assert found.sentences[organisation.id] != found.from_away


def test_the_pages_say_it_beside_each_or_why_not(app, visitor):
    small = opportunity()
    large = opportunity(organisation=small.organisation, kind=OpportunityKind.CONTRACT, value_high=900_000)
    rows = {each: [MatchFactory(listing=each) for _ in range(2)] for each in (small, large)}
    signed_in(visitor, member_of(small.organisation))
    for listing, matches in rows.items():
        picks = "&".join(f"pick={match.id}" for match in matches)
        for path in ("", f"/compare?{picks}"):
            visitor.open(f"/opportunities/{listing.id}/who-could{path}")
            assert ("would stay in County Durham" in visitor.text) is (listing is small)
            assert ("What would stay local is left out" in visitor.text) is (listing is large)
