"""What waits for a giver, a receiver, a supplier and a buyer; a full desk that stays quick."""

from datetime import timedelta

import pytest
from flask import Flask

from marketplace.desk import queries
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.matching import services as matching
from marketplace.organisations.models import Organisation
from marketplace.pledges import lists, turns
from marketplace.pledges.lists import Move
from marketplace.pledges.models import Delivery, DeliveryStatus, End, Pledge, PledgeStatus
from marketplace.responses.models import Response, ResponseStatus
from marketplace.web.words import short_day
from tests.factories import (
    NOON,
    MatchFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
    PledgeFactory,
    UserFactory,
)
from tests.scenes import counted_queries, member_of, signed_in

TODAY = NOON.date()
EARLIER = NOON - timedelta(days=3)
A_WEEK = timedelta(days=7)


def waits(organisation: Organisation) -> list[str]:
    return [each.words for each in queries.waiting_for(organisation, today=TODAY)]


def pledged(status: PledgeStatus = PledgeStatus.OFFERED, **more: object) -> Pledge:
    need = more.pop("need", None) or NeedFactory(organisation__name="Village Hall")
    giver = more.pop("giver", None) or OrganisationFactory(name="The College")
    at = more.pop("at", NOON)
    instants = {name: at for each in PledgeStatus if hasattr(Pledge, name := f"{each.value}_at")}
    made: Pledge = PledgeFactory(listing=need, giver=giver, status=status, **instants)
    return made


def answered(status: ResponseStatus = ResponseStatus.INTERESTED, **more: object) -> Response:
    opportunity = more.pop("opportunity", None) or OpportunityFactory(title="Lunch for sixty")
    supplier = more.pop("supplier", None) or OrganisationFactory(name="The Larder")
    response = Response(
        opportunity=opportunity, supplier=supplier, buyer=opportunity.organisation, words="We could.",
        status=status, interested_at=NOON,
    )  # fmt: skip
    db.session.add(response)
    db.session.flush()
    return response


@pytest.mark.parametrize(
    ("status", "receiver_reads", "giver_reads"),
    [
        (PledgeStatus.OFFERED, ["The College offers 3 chairs"], []),
        (PledgeStatus.ACCEPTED, [], ["Village Hall said yes to 3 chairs"]),
        (PledgeStatus.DRAFT, [], ["3 chairs to Village Hall waits for your team"]),
        (PledgeStatus.WAITING, [], []),
        (PledgeStatus.SCHEDULED, [], ["3 chairs for Village Hall: yours to give"]),
        (PledgeStatus.DELIVERED, ["The College says 3 chairs was given"], []),
        (PledgeStatus.DISPUTED, [], []),
        (PledgeStatus.CONFIRMED, [], []),
        (PledgeStatus.VERIFIED, [], []),
        (PledgeStatus.LAPSED, [], []),
        (PledgeStatus.DECLINED, [], []),
        (PledgeStatus.WITHDRAWN, [], []),
    ],
)
def test_a_pledge_waits_for_the_side_whose_move_it_is(app, status, receiver_reads, giver_reads):
    pledge = pledged(status)

    assert waits(pledge.receiver) == receiver_reads
    assert waits(pledge.giver) == giver_reads


@pytest.mark.parametrize(
    ("proposed_by", "receiver_reads", "giver_reads"),
    [
        (End.GIVER, ["The College proposes another day for 3 chairs"], []),
        (End.RECEIVER, [], ["Village Hall proposes another day for 3 chairs"]),
    ],
)
def test_a_day_that_was_proposed_waits_for_the_other_side(app, proposed_by, receiver_reads, giver_reads):
    pledge = pledged(PledgeStatus.SCHEDULED)
    pledge.proposed_by, pledge.proposed_on = proposed_by, TODAY
    db.session.flush()

    assert waits(pledge.receiver) == receiver_reads
    assert waits(pledge.giver) == giver_reads


def test_what_is_given_several_times_waits_with_its_next_time(app):
    pledge = pledged(PledgeStatus.PARTLY_DELIVERED)
    pledge.deliveries = [
        Delivery(number=1, quantity=2, status=DeliveryStatus.CONFIRMED, due_on=TODAY - A_WEEK),
        Delivery(number=2, quantity=1, status=DeliveryStatus.PLANNED, due_on=TODAY + A_WEEK),
    ]
    db.session.flush()
    pledged(PledgeStatus.ACCEPTED, giver=pledge.giver)
    asked, later = queries.waiting_for(pledge.giver, today=TODAY)

    assert asked.words == "Village Hall said yes to 3 chairs"
    assert later.words == f"1 chairs for Village Hall on {short_day(TODAY + A_WEEK)}: yours to give"
    assert later.since is None


def test_only_what_was_given_and_not_yet_confirmed_waits_for_the_receiver(app):
    pledge = pledged(PledgeStatus.PARTLY_DELIVERED)
    pledge.deliveries = [
        Delivery(number=1, quantity=2, delivered=2, status=DeliveryStatus.DELIVERED, due_on=TODAY - A_WEEK),
        Delivery(number=2, quantity=1, status=DeliveryStatus.PLANNED, due_on=TODAY + A_WEEK),
    ]
    db.session.flush()

    assert waits(pledge.receiver) == ["The College says 2 chairs was given"]
    assert waits(pledge.giver) == []


@pytest.mark.parametrize("status", PledgeStatus)
def test_the_list_and_the_page_agree_whose_move_it_is(app, status):
    for begun_by in End:
        for proposed_by in (None, *End):
            pledge = pledged(status)
            pledge.begun_by, pledge.proposed_by = begun_by, proposed_by
            db.session.flush()
            move = turns.turn(pledge)

            for end in End:
                found = lists.page_of(
                    pledge.organisation_of(end), Move.YOURS, part=None, after=None, limit=9
                ).pledges
                assert (pledge in found) == (move is not None and move.end is end), (status, end)


@pytest.mark.parametrize(
    ("status", "buyer_reads"),
    [
        (ResponseStatus.INTERESTED, ["The Larder answered “Lunch for sixty”"]),
        (ResponseStatus.SHORTLISTED, []),
        (ResponseStatus.DECLINED, []),
        (ResponseStatus.WITHDRAWN, []),
    ],
)
def test_an_answer_waits_for_the_buyer_until_it_is_decided(app, status, buyer_reads):
    response = answered(status)

    assert waits(response.buyer) == buyer_reads
    assert waits(response.supplier) == []


def test_interest_waits_for_the_one_who_asked_until_something_comes_of_it(app):
    match = MatchFactory(organisation__name="The College", listing__title="Chairs")
    matching.interested(match, actor=UserFactory(), now=NOON)
    assert waits(match.listing.organisation) == ["The College is interested in “Chairs”"]
    assert waits(match.organisation) == []

    matching.converted(match.organisation_id, match.listing_id, now=NOON)
    db.session.flush()
    assert waits(match.listing.organisation) == []


def test_a_draft_waits_for_its_writer_last(app):
    hall = OrganisationFactory()
    OfferFactory(organisation=hall, title="A room", status=ListingStatus.DRAFT, published_at=None)
    pledged(need=NeedFactory(organisation=hall))

    assert waits(hall) == ["The College offers 3 chairs", "“A room” is still a draft"]


def test_what_has_waited_longest_comes_first(app):
    hall = OrganisationFactory()
    need = NeedFactory(organisation=hall)
    pledged(need=need, giver=OrganisationFactory(name="Second"))
    pledged(need=need, giver=OrganisationFactory(name="First"), at=EARLIER)

    assert waits(hall) == ["First offers 3 chairs", "Second offers 3 chairs"]


def test_what_is_under_way_and_what_is_done_are_told_apart(app):
    college = OrganisationFactory()
    offered, delivered = pledged(giver=college), pledged(PledgeStatus.DELIVERED, giver=college)
    done = pledged(PledgeStatus.CONFIRMED, giver=college)
    pledged(PledgeStatus.DECLINED, giver=college)
    answer = answered(ResponseStatus.SHORTLISTED, supplier=college)
    answered(ResponseStatus.WITHDRAWN, supplier=college)
    answered(opportunity=OpportunityFactory(organisation=college))  # waits for the college itself
    pledged()

    assert set(queries.under_way(college)) == {offered, delivered, answer}
    assert list(queries.done_so_far(college)) == [done]


def test_done_so_far_is_not_crowded_out_by_what_is_under_way(app):
    college = OrganisationFactory()
    done = pledged(PledgeStatus.CONFIRMED, giver=college, at=EARLIER)
    need = NeedFactory()
    for _ in range(55):
        pledged(need=need, giver=college)

    assert list(queries.done_so_far(college)) == [done]


def fill(organisation: Organisation, number: int) -> None:
    """A desk with so many of everything."""
    for each in range(number):
        other = OrganisationFactory()
        need = NeedFactory(organisation=organisation, title=f"Need {each}")
        pledged(need=need, giver=other)
        pledged(PledgeStatus.ACCEPTED, need=NeedFactory(organisation=other), giver=organisation)
        pledged(PledgeStatus.CONFIRMED, need=NeedFactory(organisation=other), giver=organisation)
        answered(opportunity=OpportunityFactory(organisation=organisation), supplier=other)
        MatchFactory(organisation=organisation)
        interest = MatchFactory(organisation=other, listing=need)
        matching.interested(interest, actor=UserFactory(), now=NOON)
        OfferFactory(organisation=organisation, status=ListingStatus.DRAFT, published_at=None)
        later = MatchFactory(organisation=organisation, listing=OpportunityFactory())
        matching.snooze(later, actor=UserFactory(), now=NOON)
        saved = MatchFactory(organisation=organisation, listing=OpportunityFactory())
        matching.save(saved, actor=UserFactory(), now=NOON)
        came = [pledged(giver=organisation).listing, answered(supplier=organisation).opportunity]
        for ask in came:
            MatchFactory(organisation=organisation, listing=ask)
            matching.converted(organisation.id, ask.id, now=NOON)
    db.session.commit()


@pytest.mark.parametrize(
    "path",
    ["/desk", "/desk/matches", "/desk/matches/saved", "/desk/matches/later", "/desk/matches/done"],
)
def test_a_full_desk_takes_no_more_queries_than_an_emptier_one(app: Flask, visitor, path):
    organisation = OrganisationFactory()
    person = member_of(organisation)
    fill(organisation, 2)
    signed_in(visitor, person).open(path)
    with counted_queries() as few:
        visitor.open(path)
    fill(organisation, 5)
    with counted_queries() as many:
        visitor.open(path)

    assert len(many) == len(few), "\n".join(many[len(few) :])
    assert len(many) <= 32, "\n".join(many)


def test_an_empty_desk_says_what_to_do_next(visitor, app):
    signed_in(visitor, member_of(OrganisationFactory(name="Howden Hall"))).open("/desk")

    assert visitor.heading == "Nothing waits for you"
    assert "Put up a notice" in visitor.text
    assert "Nothing new that fits just now" in visitor.text


@pytest.mark.parametrize(
    ("number", "heading"), [(1, "One thing waits for you"), (2, "Two things wait for you")]
)
def test_the_heading_counts_what_waits(visitor, number, heading):
    hall = OrganisationFactory()
    for _ in range(number):
        pledged(need=NeedFactory(organisation=hall))

    assert signed_in(visitor, member_of(hall)).open("/desk").heading == heading


def test_somebody_who_belongs_nowhere_is_asked_who_they_act_for(visitor, app):
    signed_in(visitor, UserFactory()).open("/desk")
    assert "Add your organisation" in visitor.text
    visitor.open("/desk/matches")
    assert "Add your organisation" in visitor.text


def test_the_convener_who_acts_for_nobody_finds_what_the_place_asks_of_them(visitor, app):
    pledge = pledged(PledgeStatus.DISPUTED)
    pledge.deliveries = [
        Delivery(number=1, quantity=3, delivered=3, status=DeliveryStatus.DISPUTED, disputed_at=NOON)
    ]
    db.session.commit()
    visitor = signed_in(visitor, UserFactory(is_convener=True)).open("/desk")

    assert visitor.heading == "One thing waits for the convener"
    visitor.click("1 promise seen differently by its two sides")
    assert "Village Hall" in visitor.text


def test_each_thing_that_waits_leads_to_its_page(visitor, app):
    pledge = pledged()
    visitor = signed_in(visitor, member_of(pledge.receiver)).open("/desk")
    visitor.click("The College offers 3 chairs")

    assert visitor.path == f"/pledges/{pledge.id}"
