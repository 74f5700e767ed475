"""Groups of candidates on the page of who could do it."""

import pytest

from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus
from marketplace.matching import together
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import PastWork
from tests.factories import CapabilityFactory, MatchFactory, NeedFactory, OpportunityFactory
from tests.scenes import counted_queries, member_of, signed_in

ROOFING, ELECTRICAL = "buildings-repairs/roofing", "buildings-repairs/electrical"


def does(listing: Listing, name: str, *categories: str, **facts: object) -> Match:
    """A match with an organisation whose one capability is filed under these."""
    match: Match = MatchFactory(listing=listing, organisation__name=name, **facts)
    match.organisation.turnover = 5_000_000
    capability = CapabilityFactory(organisation=match.organisation, title=name, body=name)
    capability.categories = list(categories)
    db.session.flush()
    return match


@pytest.fixture
def hall(app) -> Listing:
    listing: Listing = OpportunityFactory(
        title="Roof and rewiring", body="Slates, and sockets.", value_high=9_000
    )
    listing.categories = [ROOFING, ELECTRICAL]
    db.session.flush()
    return listing


def test_two_who_do_half_each_are_shown_together_with_what_each_brings(hall):
    roofer, sparks = does(hall, "Slate & Son", ROOFING), does(hall, "Sparks", ELECTRICAL)
    (group,) = together.groups(hall)

    assert {each.match: each.brings for each in group.members} == {
        roofer: ("Roofing and gutters",),
        sparks: ("Electrical work",),
    }
    assert sorted(group.picks) == [roofer.id, sparks.id]
    assert group.why == "Nobody alone does all of it"


def test_past_work_counts_as_what_somebody_does(hall):
    roofer = does(hall, "Slate & Son", ROOFING)
    other = MatchFactory(listing=hall, organisation__name="Sparks", organisation__turnover=5_000_000)
    db.session.add(
        PastWork(
            organisation=other.organisation, title="Rewiring a school", source="x", source_key="1",
            categories=[ELECTRICAL],
        )
    )  # fmt: skip
    db.session.flush()

    (group,) = together.groups(hall)
    assert {each.match for each in group.members} == {roofer, other}


def test_nobody_is_grouped_who_said_no_or_sells_nothing_now(hall):
    does(hall, "Slate & Son", ROOFING)
    does(hall, "Sparks", ELECTRICAL, status=MatchStatus.DECLINED)
    withdrawn = does(hall, "Volts", ELECTRICAL)
    for capability in db.session.scalars(
        db.select(Listing).where(Listing.organisation_id == withdrawn.organisation_id)
    ):
        capability.status = ListingStatus.WITHDRAWN
    db.session.flush()

    assert together.groups(hall) == []


def test_where_somebody_does_it_alone_or_it_is_a_need_there_are_no_groups(hall):
    does(hall, "Slate & Son", ROOFING)
    does(hall, "Sparks", ELECTRICAL)
    does(hall, "Both", ROOFING, ELECTRICAL)
    need = NeedFactory()
    does(need, "Slates", ROOFING)
    does(need, "Volts", ELECTRICAL)

    assert together.groups(hall) == []
    assert together.groups(need) == []


def test_the_page_offers_to_invite_a_group_and_reads_it_in_as_few_queries(hall, visitor):
    matches = [does(hall, "Slate & Son", ROOFING), does(hall, "Sparks", ELECTRICAL)]
    buyer = signed_in(visitor, member_of(hall.organisation)).open(f"/opportunities/{hall.id}/who-could")
    assert "Nobody alone does all of it. Together, these could" in buyer.text

    buyer.click("Invite them together")
    assert [tag["value"] for tag in buyer.page.select("input[name=pick]")] == [
        str(each.id) for each in matches
    ]
    assert hall.categories  # read once, however often the page is
    with counted_queries() as few:
        together.groups(hall)
    for number in range(4):
        does(hall, f"Roofer {number}", ROOFING)
    with counted_queries() as many:
        together.groups(hall)
    assert len(many) == len(few)
