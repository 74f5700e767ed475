"""Where the two ends do not agree on what came, and the convener decides; and what the convener looks at."""

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.pledges import sampling, services
from marketplace.pledges.models import DeliveryStatus, End, PledgeStatus, Settled
from tests.factories import NOON, MembershipFactory, NeedFactory
from tests.pledges.conftest import TODAY, convener, later, statuses, sums, uneven
from tests.scenes import letters


@pytest.fixture
def short(scene):
    """Eight were given, the hall says five came."""
    scene.pledge = scene.delivered(8)
    scene.delivery = scene.pledge.deliveries[0]
    services.confirm(scene.delivery, 5, actor=scene.secretary, now=NOON)
    return scene


def disputed(scene, end=End.GIVER, now=NOON):
    actor = scene.giver if end is End.GIVER else scene.secretary
    services.dispute(scene.delivery, "We brought eight.", end=end, actor=actor, now=now)


def test_the_giver_disputes_that_less_came(short):
    disputed(short)

    assert statuses(short.pledge) == (PledgeStatus.DISPUTED, ["disputed"])
    assert short.line.promised == 5  # what stood before
    assert letters()[-1] == ("pledge_disputed", short.secretary.email)
    assert uneven() == []


@pytest.mark.parametrize(
    ("counts", "settled", "status"),
    [
        (8, Settled.UPHELD, PledgeStatus.CONFIRMED),
        (6, Settled.UPHELD, PledgeStatus.CONFIRMED),
        (5, Settled.DISMISSED, PledgeStatus.CONFIRMED),
        (0, Settled.DISMISSED, PledgeStatus.NOT_DELIVERED),
    ],
)
def test_the_convener_decides_and_everything_follows(short, counts, settled, status):
    disputed(short)

    services.settle(short.delivery, counts, "I asked the caretaker.", actor=convener(), now=later(days=1))

    assert (short.delivery.settled, short.delivery.confirmed) == (settled, counts)
    assert (short.pledge.status, short.pledge.held, short.line.promised) == (status, counts, counts)
    found = sums()
    stood = ("accepted", "delivered", "confirmed")
    assert [found.get(stage, 0) for stage in stood] == [counts] * 3
    assert uneven() == []


def test_what_was_decided_stands(short):
    disputed(short)
    services.settle(short.delivery, 6, "So be it.", actor=convener(), now=NOON)
    services.settle(short.delivery, 6, "So be it.", actor=convener(), now=NOON)

    with pytest.raises(Refused, match="decided already"):
        services.settle(short.delivery, 7, "Or not.", actor=convener(), now=NOON)
    with pytest.raises(Refused, match="that stands"):
        disputed(short)


def test_no_more_counts_than_the_notice_still_has_room_for(short):
    disputed(short)
    services.accept(short.offer(7, key="another"), actor=short.secretary, now=NOON)
    db.session.commit()

    with pytest.raises(Refused, match="nothing more of this can count"):
        services.settle(short.delivery, 6, "So be it.", actor=convener(), now=NOON)
    db.session.rollback()
    assert short.line.promised == 12


def test_the_receiver_disputes_what_is_said_to_be_given_and_may_be_wrong(scene):
    pledge = scene.disputed()
    delivery = pledge.deliveries[0]
    assert (pledge.held, scene.line.promised) == (8, 8)

    services.settle(delivery, 8, "The photo shows eight.", actor=convener(), now=NOON)

    assert (delivery.settled, pledge.status) == (Settled.DISMISSED, PledgeStatus.CONFIRMED)
    assert sums()["confirmed"] == 8


def test_what_is_said_not_to_have_come_can_still_turn_out_to_have(scene):
    scene.pledge = scene.delivered(8)
    scene.delivery = scene.pledge.deliveries[0]
    services.not_delivered(scene.delivery, "Nobody came", end=End.RECEIVER, actor=scene.secretary, now=NOON)
    assert sums() == {"promised": 8}

    disputed(scene)
    services.settle(scene.delivery, 7, "Seven stand in the hall.", actor=convener(), now=NOON)

    assert scene.pledge.status is PledgeStatus.CONFIRMED
    assert sums() == {"promised": 8, "accepted": 7, "delivered": 7, "confirmed": 7}
    assert uneven() == []


def test_after_fourteen_days_it_is_too_late_to_dispute(short):
    disputed_at = later(days=14, hours=1)

    with pytest.raises(Refused, match="14 days"):
        disputed(short, now=disputed_at)


@pytest.mark.parametrize("quantity", [None, 8])
def test_what_came_in_full_cannot_be_disputed(scene, quantity):
    scene.pledge = scene.confirmed()
    scene.delivery = scene.pledge.deliveries[0]

    with pytest.raises(Refused, match="nothing to dispute"):
        disputed(scene)


def test_a_dispute_says_what_happened(scene):
    delivery = scene.delivered().deliveries[0]

    with pytest.raises(Refused, match="Say what happened"):
        services.dispute(delivery, "  ", end=End.RECEIVER, actor=scene.secretary, now=NOON)


def test_only_a_convener_of_neither_side_decides(short):
    disputed(short)
    biased = convener()
    MembershipFactory(user=biased, organisation=short.firm)

    for actor, words in ((short.secretary, "Only the convener"), (biased, "Ask another convener")):
        with pytest.raises(Refused, match=words):
            services.settle(short.delivery, 8, "Ours.", actor=actor, now=NOON)


def test_part_of_what_was_confirmed_is_verified(short):
    services.ask_to_verify(short.delivery, actor=short.giver, now=NOON)
    services.verify(short.delivery, 4, actor=convener(), now=NOON)

    assert (short.delivery.status, short.delivery.verified) == (DeliveryStatus.VERIFIED, 4)
    assert (short.pledge.status, short.line.promised) == (PledgeStatus.VERIFIED, 5)
    assert sums()["verified"] == 4


def test_nobody_else_asks_for_a_look(short, app):
    with pytest.raises(Refused, match="Only the two sides"):
        services.ask_to_verify(short.delivery, actor=MembershipFactory().user, now=NOON)


def test_a_tenth_is_looked_at_by_lot_and_the_lot_does_not_change(scene, monkeypatch):
    monkeypatch.setattr(sampling, "_lot", lambda delivery_id: 9 if delivery_id % 2 else 10)
    drawn, not_drawn = (scene.confirmed(3, key=key).deliveries[0] for key in ("one", "two"))
    db.session.commit()

    assert sampling.sample(later(days=1)) == [drawn.id]
    assert sampling.sample(later(days=2)) == []
    assert (drawn.verify_asked_at, not_drawn.verify_asked_at) == (later(days=1), None)


def test_the_lot_falls_on_about_a_tenth(app):
    drawn = sum(sampling._lot(number) < sampling.SHARE for number in range(10_000))

    assert 900 <= drawn <= 1100


def test_everything_large_is_looked_at(scene, monkeypatch):
    monkeypatch.setattr(sampling, "_lot", lambda _: 99)
    scene.need = NeedFactory(organisation=scene.need.organisation)
    scene.line.wanted = 600
    large = scene.confirmed(500).deliveries[0]
    db.session.commit()

    assert sampling.sample(NOON) == [large.id]


def test_one_time_that_did_not_come_is_disputed_after_the_other_was_verified(scene):
    pledge = scene.weekly(2, 2)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    services.propose(pledge, TODAY, end=End.GIVER, actor=scene.giver, now=NOON)
    services.agree(pledge, end=End.RECEIVER, actor=scene.secretary, now=NOON)
    came, missed = pledge.deliveries
    scene.give(pledge)
    services.confirm(came, actor=scene.secretary, now=NOON)
    services.verify(came, actor=convener(), now=NOON)
    assert pledge.status is PledgeStatus.PARTLY_DELIVERED

    a_week_on = later(days=7)
    services.not_delivered(missed, "Nobody came", end=End.RECEIVER, actor=scene.secretary, now=a_week_on)
    assert pledge.status is PledgeStatus.VERIFIED
    services.dispute(missed, "We were there.", end=End.GIVER, actor=scene.giver, now=a_week_on)
    assert statuses(pledge) == (PledgeStatus.DISPUTED, ["verified", "disputed"])
    services.settle(missed, 2, "They were.", actor=convener(), now=a_week_on)
    assert (pledge.status, scene.line.promised) == (PledgeStatus.CONFIRMED, 4)
    assert uneven() == []
