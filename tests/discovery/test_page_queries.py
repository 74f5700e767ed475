"""Pages stay quick when they are full: as many queries with twelve rows as with three."""

from collections.abc import Callable

import pytest

from marketplace.extensions import db
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation, PastWork
from marketplace.pledges.models import PledgeStatus
from tests.factories import (
    CapabilityFactory,
    MatchFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    PledgeFactory,
)
from tests.scenes import counted_queries, member_of, signed_in
from tests.visitor import Visitor


def queries_of(visitor: Visitor, path: str) -> list[str]:
    db.session.commit()
    visitor.open(path)  # once before counting: what is loaded once is loaded now
    with counted_queries() as seen:
        visitor.open(path)
    return seen


def same_when_fuller(visitor: Visitor, path: str, fill: Callable[[int], None]) -> None:
    fill(3)
    few = queries_of(visitor, path)
    fill(9)
    many = queries_of(visitor, path)
    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= 25


def about(need: Need, number: int) -> None:
    """So many more pledges and fits of one need."""
    for _ in range(number):
        other = OrganisationFactory()
        MatchFactory(organisation=other, listing=need)
        for status in (PledgeStatus.OFFERED, PledgeStatus.CONFIRMED):
            PledgeFactory(listing=need, giver=other, quantity=1, status=status)


@pytest.mark.parametrize("who", ["passer-by", "owner", "somebody it fits"])
def test_a_needs_page(app, visitor, who):
    need = NeedFactory()
    if who == "owner":
        signed_in(visitor, member_of(need.organisation))
    elif who == "somebody it fits":
        signed_in(visitor, member_of(MatchFactory(listing=need).organisation))

    same_when_fuller(visitor, f"/needs/{need.id}", lambda number: about(need, number))


def test_an_organisations_page(app, visitor):
    hall: Organisation = OrganisationFactory()

    def fill(number: int) -> None:
        start = db.session.query(PastWork).count()
        for each in range(start, start + number):
            NeedFactory(organisation=hall)
            CapabilityFactory(organisation=hall)
            work = PastWork(
                organisation=hall, source="test", source_key=str(each), title="Lunches", value=900
            )
            db.session.add(work)

    same_when_fuller(visitor, f"/organisations/{hall.id}", fill)


@pytest.mark.parametrize("signed", [False, True])
def test_the_search_page(app, index, visitor, signed):
    college = OrganisationFactory(name="The College")
    if signed:
        signed_in(visitor, member_of(college))

    def fill(number: int) -> None:
        for _ in range(number):
            listing = OpportunityFactory(title="Chair covers", organisation=OrganisationFactory(name="Chair"))
            listing.categories = ["furniture-goods/furniture"]
            MatchFactory(organisation=college, listing=NeedFactory(title="Chairs"))
        index()

    path = "/search?q=chair+near+Crook&by=voluntary&closed=1"
    fill(2)
    few = queries_of(visitor, path)
    fill(5)
    many = queries_of(visitor, path)

    assert len(many) == len(few), "\n".join(many)
    assert len(many) <= 12, "\n".join(many)
