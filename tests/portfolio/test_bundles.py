"""Keeping needs in mind, and promising to several at once."""

import pytest

from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import Bundle, Pledge
from marketplace.portfolio import queries, services
from marketplace.portfolio.models import Shortlisted
from marketplace.portfolio.services import BundleDetails, Share
from tests.factories import NOON, MembershipFactory, UserFactory
from tests.pledges.test_pledge_races import together
from tests.scenes import events, letters


def share(need, quantity):
    return Share(need=need, quantity_id=need.quantities[0].id, quantity=quantity)


def promise(giving, *shares, key="one form", actor=None):
    details = BundleDetails(name="Spring giving", shares=shares, words="From us all.", form_key=key)
    made = services.promise_together(details, giver=giving.firm, actor=actor or giving.lead, now=NOON)
    db.session.commit()
    return made


def test_each_need_gets_a_promise_of_its_own(giving):
    first, second = giving.need(), giving.need()

    made = promise(giving, share(first, 3), share(second, 4))

    assert not made.failed
    assert [(pledge.listing_id, pledge.quantity, pledge.words) for pledge in made.bundle.pledges] == [
        (first.id, 3, "From us all."),
        (second.id, 4, "From us all."),
    ]


def test_what_cannot_be_promised_is_named_and_the_rest_stands(giving):
    fine, closed = giving.need(title="Fine"), giving.need(title="Closed")
    too_few = giving.need(title="Too few", wanted=2)
    closed.status = ListingStatus.CLOSED
    db.session.commit()

    made = promise(giving, share(closed, 1), share(fine, 3), share(too_few, 9))

    assert [pledge.listing_id for pledge in made.pledges] == [fine.id]
    assert {each.need.title for each in made.failed} == {"Closed", "Too few"}
    assert all(each.reason for each in made.failed)
    assert events().count("pledge.offered") == 1
    assert [name for name, _ in letters()].count("pledge_offered") <= 1


def test_where_none_can_be_promised_nothing_is_kept(giving):
    closed = giving.need(title="Closed", status=ListingStatus.CLOSED)

    with pytest.raises(Refused, match="Closed: "):
        promise(giving, share(closed, 1))
    db.session.rollback()

    assert db.session.query(Bundle).count() == db.session.query(Pledge).count() == 0


def test_nothing_said_is_refused(giving):
    with pytest.raises(Refused, match="at least one"):
        promise(giving)


def test_the_same_form_sent_twice_is_one_bundle(giving):
    need = giving.need()

    first, again = promise(giving, share(need, 3)), promise(giving, share(need, 3))

    assert again.bundle.id == first.bundle.id
    assert db.session.query(Pledge).count() == 1


def test_the_same_form_arriving_many_times_at_once_is_one_bundle(app, giving):
    ids = [giving.need().id, giving.need().id]
    firm_id, lead_id = giving.firm.id, giving.lead.id
    db.session.commit()

    def send():
        needs = [db.session.get_one(Need, each) for each in ids]
        details = BundleDetails(name="Spring", shares=[share(each, 2) for each in needs], form_key="one form")
        firm, lead = db.session.get_one(Organisation, firm_id), db.session.get_one(User, lead_id)
        services.promise_together(details, giver=firm, actor=lead, now=NOON)

    ended = together(app, [send] * 8)

    assert ended == {"done": 8}
    assert db.session.query(Bundle).count() == 1
    assert db.session.query(Pledge).count() == 2


def test_who_may_not_promise_is_told_who_may(giving):
    looks = MembershipFactory(organisation=giving.firm, may_pledge=False).user

    with pytest.raises(Refused, match=r"Ask Priya\."):
        promise(giving, share(giving.need(), 1), actor=looks)


def test_a_need_is_kept_once_noted_and_dropped(giving):
    need = giving.need()

    row = services.keep(need, organisation=giving.firm, actor=giving.lead, now=NOON)
    assert services.keep(need, organisation=giving.firm, actor=UserFactory(), now=NOON) is row
    services.write_note(row, "Ask Ben.", actor=giving.lead, now=NOON)
    assert queries.kept(giving.firm.id, need.id).note == "Ask Ben."
    services.drop(row, actor=giving.lead, now=NOON)
    db.session.commit()

    assert db.session.query(Shortlisted).count() == 0
    assert events() == ["need.shortlisted", "shortlist.noted", "shortlist.dropped"]
