"""Promising, answering, delivering and confirming, one verb at a time."""

from collections.abc import Callable

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.pledges import services
from marketplace.pledges.models import Pledge, PledgeStatus
from tests.factories import NOON, NeedFactory, OrganisationFactory
from tests.pledges.conftest import Scene
from tests.scenes import events, jobs, letters, member_of


def accepted(scene: Scene, quantity: int = 8) -> Pledge:
    pledge = scene.offer(quantity)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    return pledge


def delivered(scene: Scene) -> Pledge:
    pledge = accepted(scene)
    services.deliver(pledge, actor=scene.giver, now=NOON)
    return pledge


def confirmed(scene: Scene) -> Pledge:
    pledge = delivered(scene)
    services.confirm(pledge, actor=scene.secretary, now=NOON)
    return pledge


def declined(scene: Scene) -> Pledge:
    pledge = scene.offer()
    services.decline(pledge, "We have enough now", actor=scene.secretary, now=NOON)
    return pledge


def withdrawn(scene: Scene) -> Pledge:
    pledge = scene.offer()
    services.withdraw(pledge, actor=scene.giver, now=NOON)
    return pledge


def test_an_offer_promises_nothing_until_it_is_accepted(scene):
    pledge = scene.offer(8)

    assert pledge.status is PledgeStatus.OFFERED
    assert (pledge.giver, pledge.receiver, pledge.what) == (scene.firm, scene.need.organisation, "8 chairs")
    assert pledge.offered_at == NOON
    assert scene.line.promised == 0


def test_an_accepted_pledge_counts_towards_the_need(scene):
    pledge = accepted(scene)

    assert (pledge.status, pledge.accepted_at) == (PledgeStatus.ACCEPTED, NOON)
    assert (scene.line.promised, scene.line.missing) == (8, 4)


def test_a_pledge_goes_all_the_way_to_confirmed(scene):
    pledge = confirmed(scene)

    assert pledge.status is PledgeStatus.CONFIRMED
    assert (pledge.delivered_at, pledge.confirmed_at) == (NOON, NOON)
    assert scene.line.promised == 8
    steps = ["pledge.offered", "pledge.accepted", "pledge.delivered", "pledge.confirmed"]
    assert events() == steps


@pytest.mark.parametrize(
    ("make", "letter", "to"),
    [
        (Scene.offer, "pledge_offered", "secretary"),
        (accepted, "pledge_accepted", "giver"),
        (declined, "pledge_declined", "giver"),
        (withdrawn, "pledge_withdrawn", "secretary"),
        (delivered, "pledge_delivered", "secretary"),
        (confirmed, "pledge_confirmed", "giver"),
    ],
)
def test_each_move_is_told_to_the_other_side_only(scene, make: Callable[[Scene], Pledge], letter, to):
    make(scene)

    assert [address for name, address in letters() if name == letter] == [getattr(scene, to).email]


def test_everybody_of_the_other_side_is_told(scene):
    colleague = member_of(scene.need.organisation)

    scene.offer()

    assert letters() == [
        ("pledge_offered", scene.secretary.email),
        ("pledge_offered", colleague.email),
    ]


def test_the_same_form_sent_twice_is_one_pledge_and_one_letter(scene):
    first, second = scene.offer(8, key="same"), scene.offer(8, key="same")

    assert first is second
    assert db.session.query(Pledge).count() == 1
    assert len(letters()) == 1
    assert events() == ["pledge.offered"]


def test_two_forms_are_two_pledges(scene):
    assert scene.offer(2, key="one") is not scene.offer(2, key="two")


@pytest.mark.parametrize("quantity", [13, 1000])
def test_nobody_can_promise_more_than_is_still_needed(scene, quantity):
    with pytest.raises(Refused, match="They still need 12 chairs") as refusal:
        scene.offer(quantity)

    assert refusal.value.field == "quantity"
    assert jobs() == []


def test_what_was_accepted_is_no_longer_needed(scene):
    accepted(scene, 8)

    with pytest.raises(Refused, match="They still need 4 chairs"):
        scene.offer(5, key="another")


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


def test_what_is_taken_back_is_needed_again(scene):
    pledge = accepted(scene)
    services.withdraw(pledge, actor=scene.giver, now=NOON)

    assert pledge.status is PledgeStatus.WITHDRAWN
    assert scene.line.promised == 0
    assert jobs("matching.listing") == [{"listing_id": scene.need.id}]


def test_taking_an_unanswered_offer_back_leaves_other_promises_alone(scene):
    accepted(scene, 5)
    second = scene.offer(4, key="two")
    services.withdraw(second, actor=scene.giver, now=NOON)

    assert scene.line.promised == 5


def test_a_delivered_pledge_cannot_be_taken_back(scene):
    pledge = delivered(scene)

    with pytest.raises(Refused, match="gone too far"):
        services.withdraw(pledge, actor=scene.giver, now=NOON)
    assert scene.line.promised == 8


@pytest.mark.parametrize(
    ("make", "verb", "words"),
    [
        (declined, services.accept, "declined already"),
        (withdrawn, services.accept, "withdrawn already"),
        (delivered, services.accept, "delivered already"),
        (Scene.offer, services.deliver, "Only a pledge that was accepted"),
        (confirmed, services.deliver, "Only a pledge that was accepted"),
        (accepted, services.confirm, "Only a pledge that was delivered"),
        (declined, services.withdraw, "gone too far"),
    ],
)
def test_a_move_out_of_turn_is_refused(scene, make, verb, words):
    pledge = make(scene)
    before, promised = pledge.status, scene.line.promised

    with pytest.raises(Refused, match=words):
        verb(pledge, actor=scene.secretary, now=NOON)

    assert pledge.status is before
    assert scene.line.promised == promised


@pytest.mark.parametrize("make", [accepted, delivered, withdrawn])
def test_saying_no_is_refused_when_it_is_too_late(scene, make):
    pledge = make(scene)

    with pytest.raises(Refused, match="already"):
        services.decline(pledge, "Something else", actor=scene.secretary, now=NOON)
    assert pledge.reason == ""


@pytest.mark.parametrize(
    ("make", "verb"),
    [
        (accepted, services.accept),
        (withdrawn, services.withdraw),
        (delivered, services.deliver),
        (confirmed, services.confirm),
    ],
)
def test_pressing_a_button_twice_does_nothing_more(scene, make, verb):
    pledge = make(scene)
    before = letters(), events(), scene.line.promised

    verb(pledge, actor=scene.giver, now=NOON)

    assert (letters(), events(), scene.line.promised) == before


def test_a_no_carries_its_reason_in_the_letter(scene):
    declined(scene)

    assert scene.need.quantities[0].promised == 0
    assert db.session.scalar(db.select(Pledge.reason)) == "We have enough now"


def test_an_organisation_cannot_pledge_to_itself(scene):
    with pytest.raises(Exception, match="not_to_oneself"):
        scene.offer(giver=scene.need.organisation)


def test_kinds_are_told_apart_when_the_lines_are_several(app):
    hours = Quantity(kind=QuantityKind.VOLUNTEERS, wanted=20, promised=0)
    pounds = Quantity(kind=QuantityKind.MONEY, wanted=500, promised=0, position=1)
    need = NeedFactory(quantities=[hours, pounds])
    firm = OrganisationFactory()
    scene = Scene(need, firm, member_of(firm), member_of(need.organisation))

    services.accept(scene.offer(100, quantity_id=pounds.id), actor=scene.secretary, now=NOON)

    assert (hours.promised, pounds.promised) == (0, 100)
