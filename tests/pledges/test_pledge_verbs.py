"""Promising, answering, giving and confirming, one verb at a time."""

from collections.abc import Callable

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.pledges import services
from marketplace.pledges.models import DeliveryStatus, End, Pledge, PledgeStatus
from tests.factories import NOON, MembershipFactory, NeedFactory, OrganisationFactory
from tests.pledges.conftest import Scene, convener, statuses, sums, uneven
from tests.scenes import events, jobs, letters, member_of


def taken_back(scene: Scene) -> Pledge:
    pledge = scene.accepted()
    scene.take_back(pledge)
    return pledge


def not_delivered(scene: Scene) -> Pledge:
    pledge = scene.scheduled()
    services.not_delivered(
        pledge.deliveries[0], "The van broke down", end=End.GIVER, actor=scene.giver, now=NOON
    )
    return pledge


def test_an_offer_promises_nothing_until_it_is_accepted(scene):
    pledge = scene.offer(8)

    assert pledge.status is PledgeStatus.OFFERED
    assert (pledge.giver, pledge.receiver, pledge.what) == (scene.firm, scene.need.organisation, "8 chairs")
    assert pledge.offered_at == NOON
    assert scene.line.promised == 0
    assert sums() == {"promised": 8}


def test_an_accepted_pledge_counts_towards_the_need(scene):
    pledge = scene.accepted(8)

    assert statuses(pledge) == (PledgeStatus.ACCEPTED, ["planned"])
    assert pledge.accepted_at == NOON
    assert (scene.line.promised, scene.line.missing) == (8, 4)
    assert sums() == {"promised": 8, "accepted": 8}


def test_a_pledge_goes_all_the_way_to_verified(scene):
    pledge = scene.verified()

    assert statuses(pledge) == (PledgeStatus.VERIFIED, ["verified"])
    assert (pledge.delivered_at, pledge.confirmed_at, pledge.verified_at) == (NOON, NOON, NOON)
    assert scene.line.promised == 8
    steps = ["offered", "accepted", "delivered", "confirmed", "verified"]
    assert events() == [f"pledge.{step}" for step in steps]
    assert sums() == {"promised": 8, "accepted": 8, "delivered": 8, "confirmed": 8, "verified": 8}
    assert uneven() == []


@pytest.mark.parametrize(
    ("make", "letter", "to"),
    [
        (Scene.offer, "pledge_offered", ["secretary"]),
        (Scene.accepted, "pledge_accepted", ["giver"]),
        (Scene.declined, "pledge_declined", ["giver"]),
        (Scene.withdrawn, "pledge_withdrawn", ["secretary"]),
        (Scene.delivered, "pledge_delivered", ["secretary"]),
        (Scene.confirmed, "pledge_confirmed", ["giver"]),
        (Scene.disputed, "pledge_disputed", ["giver"]),
        (Scene.verified, "pledge_verified", ["giver", "secretary"]),
        (not_delivered, "pledge_not_delivered", ["secretary"]),
    ],
)
def test_each_move_is_told_to_the_other_side_only(scene, make: Callable[[Scene], Pledge], letter, to):
    make(scene)

    told = [address for name, address in letters() if name == letter]
    assert told == [getattr(scene, each).email for each in to]


def test_everybody_of_the_other_side_is_told(scene):
    colleague = member_of(scene.need.organisation)

    scene.offer()

    assert letters() == [
        ("pledge_offered", scene.secretary.email),
        ("pledge_offered", colleague.email),
    ]


def test_a_form_sent_again_for_another_organisation_says_so(scene):
    scene.offer(1)
    other = OrganisationFactory()
    MembershipFactory(user=scene.giver, organisation=other)
    db.session.commit()

    with pytest.raises(Refused, match="This form was sent already, for another organisation"):
        scene.offer(1, giver=other)
    db.session.rollback()

    assert [row.giver_id for row in db.session.scalars(db.select(Pledge))] == [scene.firm.id]


def test_the_same_form_sent_twice_is_one_pledge_and_one_letter(scene):
    first, second = scene.offer(8, key="same"), scene.offer(8, key="same")

    assert first is second
    assert db.session.query(Pledge).count() == 1
    assert len(letters()) == 1
    assert events() == ["pledge.offered"]
    assert sums() == {"promised": 8}


def test_two_forms_are_two_pledges(scene):
    assert scene.offer(2, key="one") is not scene.offer(2, key="two")


@pytest.mark.parametrize("quantity", [13, 1000])
def test_nobody_can_promise_more_than_is_still_needed(scene, quantity):
    with pytest.raises(Refused, match="They still need 12 chairs") as refusal:
        scene.offer(quantity)

    assert refusal.value.field == "each"
    assert jobs() == []


def test_what_was_accepted_is_no_longer_needed(scene):
    scene.accepted(8)

    with pytest.raises(Refused, match="They still need 4 chairs"):
        scene.offer(5, key="another")


@pytest.mark.parametrize(
    ("details", "field", "words"),
    [
        ({"quantity": 0}, "each", "1 or more"),
        ({"quantity": 1, "times": 0}, "times", "how many times"),
        ({"quantity": 1, "times": 105, "rhythm": "weekly"}, "times", "from 1 to 104"),
        ({"quantity": 1, "times": 3}, "times", "how often"),
        ({"quantity": 1, "rhythm": "weekly"}, "times", "at least twice"),
    ],
)
def test_a_quantity_that_makes_no_sense_is_refused(scene, details, field, words):
    with pytest.raises(Refused, match=words) as refusal:
        scene.offer(**details)

    assert refusal.value.field == field


def test_a_line_of_another_need_is_refused(scene):
    other = NeedFactory()

    with pytest.raises(Refused, match="Choose what you would give") as refusal:
        scene.offer(1, quantity_id=other.quantities[0].id)

    assert refusal.value.field == "quantity_id"


def test_a_closed_need_takes_no_pledges(scene):
    listings.close(scene.need, actor=scene.secretary, now=NOON)

    with pytest.raises(Refused, match="takes no more pledges"):
        scene.offer()


def test_a_promise_towards_a_notice_that_was_taken_down_cannot_be_accepted(scene):
    pledge = scene.offer()
    listings.withdraw(scene.need, actor=scene.secretary, now=NOON)

    with pytest.raises(Refused, match="not on the board"):
        services.accept(pledge, actor=None, now=NOON)

    assert scene.line.promised == 0


def test_the_second_acceptance_is_refused_when_too_little_is_left(scene):
    first, second = scene.offer(8, key="one"), scene.offer(8, key="two")
    services.accept(first, actor=scene.secretary, now=NOON)
    db.session.commit()

    with pytest.raises(Refused, match="You need only 4 chairs more"):
        services.accept(second, actor=scene.secretary, now=NOON)
    db.session.rollback()

    assert second.status is PledgeStatus.OFFERED
    assert scene.line.promised == 8
    assert uneven() == []


def test_what_is_taken_back_is_needed_again(scene):
    pledge = taken_back(scene)

    assert statuses(pledge) == (PledgeStatus.WITHDRAWN, ["called_off"])
    assert (pledge.ended_by, pledge.held, scene.line.promised) == (End.GIVER, 0, 0)
    assert jobs("matching.listing") == [{"listing_id": scene.need.id}]
    assert sums() == {"promised": 8}  # it was promised; nothing of it stands


def test_what_ends_unanswered_was_not_promised_after_all(scene):
    scene.declined()

    assert sums() == {}
    assert uneven() == []


def test_taking_an_unanswered_offer_back_leaves_other_promises_alone(scene):
    scene.accepted(5)
    second = scene.offer(4, key="two")
    scene.take_back(second)

    assert scene.line.promised == 5
    assert sums() == {"promised": 5, "accepted": 5}


def test_a_delivered_pledge_cannot_be_taken_back(scene):
    pledge = scene.delivered()

    with pytest.raises(Refused, match="gone too far"):
        scene.take_back(pledge)
    assert scene.line.promised == 8


ACCEPT = lambda scene, pledge: services.accept(pledge, actor=scene.secretary, now=NOON)  # noqa: E731  # a row of a table
GIVE = lambda scene, pledge: scene.give(pledge)  # noqa: E731  # as above
TAKE_BACK = lambda scene, pledge: scene.take_back(pledge)  # noqa: E731  # as above
CONFIRM = lambda scene, pledge: services.confirm(  # noqa: E731  # as above
    pledge.deliveries[0], actor=scene.secretary, now=NOON
)
DECLINE = lambda scene, pledge: services.decline(  # noqa: E731  # as above
    pledge, "Something else", actor=scene.secretary, now=NOON
)
MISS = lambda scene, pledge: services.not_delivered(  # noqa: E731  # as above
    pledge.deliveries[0], "It rained", end=End.GIVER, actor=scene.giver, now=NOON
)
DISPUTE = lambda scene, pledge: services.dispute(  # noqa: E731  # as above
    pledge.deliveries[0], "No.", end=End.RECEIVER, actor=scene.secretary, now=NOON
)
VERIFY = lambda scene, pledge: services.verify(pledge.deliveries[0], actor=convener(), now=NOON)  # noqa: E731  # as above


@pytest.mark.parametrize(
    ("make", "verb", "words"),
    [
        (Scene.declined, ACCEPT, "declined already"),
        (Scene.withdrawn, ACCEPT, "withdrawn already"),
        (Scene.delivered, ACCEPT, "delivered already"),
        (not_delivered, ACCEPT, "not delivered already"),
        (taken_back, GIVE, "called off already"),
        (Scene.confirmed, GIVE, "how much came"),
        (not_delivered, GIVE, "not delivered already"),
        (Scene.accepted, CONFIRM, "have not said yet"),
        (Scene.disputed, CONFIRM, "brought to the convener already"),
        (Scene.declined, TAKE_BACK, "gone too far"),
        (Scene.confirmed, MISS, "how much came"),
        (Scene.accepted, DISPUTE, "only what they say was given"),
        (Scene.confirmed, DISPUTE, "only what they say was given"),
        (Scene.delivered, VERIFY, "Only what was confirmed"),
    ],
)
def test_a_move_out_of_turn_is_refused(scene, make, verb, words):
    pledge = make(scene)
    before, promised = statuses(pledge), scene.line.promised

    with pytest.raises(Refused, match=words):
        verb(scene, pledge)

    assert statuses(pledge) == before
    assert scene.line.promised == promised


@pytest.mark.parametrize("make", [Scene.accepted, Scene.delivered, Scene.withdrawn])
def test_saying_no_is_refused_when_it_is_too_late(scene, make):
    pledge = make(scene)

    with pytest.raises(Refused, match="already"):
        DECLINE(scene, pledge)
    assert pledge.reason == ""


@pytest.mark.parametrize(
    ("make", "verb"),
    [
        (Scene.accepted, ACCEPT),
        (Scene.declined, DECLINE),
        (Scene.withdrawn, TAKE_BACK),
        (taken_back, TAKE_BACK),
        (Scene.delivered, GIVE),
        (Scene.confirmed, CONFIRM),
        (Scene.disputed, DISPUTE),
        (not_delivered, MISS),
        (Scene.verified, VERIFY),
    ],
)
def test_pressing_a_button_twice_does_nothing_more(scene, make, verb):
    pledge = make(scene)
    before = letters(), events(), scene.line.promised, pledge.version, sums()

    verb(scene, pledge)

    assert (letters(), events(), scene.line.promised, pledge.version, sums()) == before


WRONG_SIDE = [
    (Scene.offer, "accept", (), {}),
    (Scene.offer, "decline", ("No",), {}),
    (Scene.offer, "withdraw", (), {"end": End.GIVER}),
    (Scene.accepted, "withdraw", (), {"end": End.RECEIVER}),
]


@pytest.mark.parametrize(("make", "verb", "more", "named"), WRONG_SIDE)
def test_nobody_moves_for_the_other_side(scene, make, verb, more, named):
    pledge = make(scene)
    wrong = scene.secretary if named.get("end") is End.GIVER else scene.giver

    with pytest.raises(Refused, match="Only people of"):
        getattr(services, verb)(pledge, *more, **named, actor=wrong, now=NOON)


def test_only_the_giver_gives_and_only_the_receiver_confirms(scene):
    pledge = scene.accepted()
    with pytest.raises(Refused, match="Only people of Tow Law Larder"):
        scene.give(pledge, actor=scene.secretary)

    scene.give(pledge)
    with pytest.raises(Refused, match="Only people of Village Hall"):
        services.confirm(pledge.deliveries[0], actor=scene.giver, now=NOON)


def test_somebody_who_only_looks_promises_nothing(scene):
    scene.giver.memberships[0].may_pledge = False

    with pytest.raises(Refused, match="You may look"):
        scene.offer()


def test_a_no_carries_its_reason(scene):
    pledge = scene.declined()

    assert (pledge.reason, pledge.ended_by) == ("We have enough now", End.RECEIVER)
    assert scene.line.promised == 0


def test_an_organisation_cannot_pledge_to_itself(scene):
    with pytest.raises(Refused, match="your own organisation"):
        scene.offer(giver=scene.need.organisation, actor=scene.secretary)


def test_kinds_are_told_apart_when_the_lines_are_several(app):
    hours = Quantity(kind=QuantityKind.VOLUNTEERS, wanted=20, promised=0)
    pounds = Quantity(kind=QuantityKind.MONEY, wanted=500, promised=0, position=1)
    need = NeedFactory(quantities=[hours, pounds])
    firm = OrganisationFactory()
    scene = Scene(need, firm, member_of(firm), member_of(need.organisation))

    services.accept(scene.offer(100, quantity_id=pounds.id), actor=scene.secretary, now=NOON)

    assert (hours.promised, pounds.promised) == (0, 100)


def test_what_happened_meanwhile_is_not_written_over(scene):
    """The page showed one day, and the giver proposed another just before the yes."""
    pledge = scene.offer()
    db.session.commit()
    assert pledge.version == 1
    db.session.execute(db.update(Pledge).values(version=2).execution_options(synchronize_session=False))

    with pytest.raises(Refused, match="changed while you were looking"):
        services.accept(pledge, actor=scene.secretary, now=NOON)


def test_part_of_what_was_given_is_confirmed_and_the_rest_is_needed_again(scene):
    pledge = scene.delivered(8)
    delivery = pledge.deliveries[0]

    services.confirm(delivery, 5, "Three were broken.", actor=scene.secretary, now=NOON)

    assert (delivery.delivered, delivery.confirmed, delivery.status) == (8, 5, DeliveryStatus.CONFIRMED)
    assert (pledge.held, scene.line.promised) == (5, 5)
    assert sums() == {"promised": 8, "accepted": 5, "delivered": 5, "confirmed": 5}
    assert uneven() == []
