"""Many people pressing buttons at the same moment, on a real database."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Quantity
from marketplace.needs.models import Need
from marketplace.pledges import lapsing, services, waiting
from marketplace.pledges.models import HOLDS, Delivery, End, Pledge, PledgeStatus
from marketplace.teams.models import Budget
from tests.factories import NOON
from tests.pledges.conftest import Scene, later, uneven
from tests.racing import REFUSED, at_once
from tests.scenes import events, letters

AT_ONCE = 16


def together(app: Flask, acts: Sequence[Callable[[], None]]) -> Counter[str]:
    """What became of these, let go at once: “refused” is any sentence."""
    return Counter("refused" if each.startswith(REFUSED) else each for each in at_once(app, acts))


def acting(
    verb: Callable[..., None], row_id: int, user_id: int, *more: Any, of: type = Pledge, **named: Any
) -> Callable[[], None]:
    def act() -> None:
        actor = db.session.get_one(User, user_id)
        verb(db.session.get_one(of, row_id), *more, **{"actor": actor, "now": NOON, **named})

    return act


def taking_back(pledge_id: int, user_id: int) -> Callable[[], None]:
    return acting(services.withdraw, pledge_id, user_id, end=End.GIVER)


@pytest.fixture
def offers(scene: Scene) -> list[int]:
    """Sixteen offers of three chairs, for a need of twelve."""
    ids = [scene.offer(3, key=f"form {number}").id for number in range(AT_ONCE)]
    db.session.commit()
    return ids


def taken(scene: Scene, ids: Sequence[int]) -> None:
    for each in ids:
        services.accept(db.session.get_one(Pledge, each), actor=scene.secretary, now=NOON)
        db.session.commit()


def test_sixteen_acceptances_at_once_never_promise_more_than_is_wanted(app, scene, offers):
    ended = together(app, [acting(services.accept, each, scene.secretary.id) for each in offers])

    assert ended == {"done": 4, "refused": 12}
    assert scene.line.promised == scene.line.wanted == 12
    accepted = db.session.query(Pledge).filter(Pledge.status.in_(HOLDS)).count()
    assert accepted == 4
    assert events().count("pledge.accepted") == 4
    assert Counter(name for name, _ in letters())["pledge_accepted"] == 4
    assert uneven() == []


def test_the_same_offer_accepted_by_two_colleagues_at_once_counts_once(app, scene, offers):
    ended = together(app, [acting(services.accept, offers[0], scene.secretary.id)] * 8)

    assert ended == {"done": 8}
    assert scene.line.promised == 3
    assert events().count("pledge.accepted") == 1


def test_the_same_promise_taken_back_twice_at_once_is_given_back_once(app, scene, offers):
    taken(scene, offers[:2])

    ended = together(app, [taking_back(offers[0], scene.giver.id)] * 8)

    assert ended == {"done": 8}
    assert scene.line.promised == 3
    assert uneven() == []


def test_accepting_and_taking_back_at_once_leave_the_promised_figure_true(app, scene, offers):
    acts = [acting(services.accept, each, scene.secretary.id) for each in offers[:4]]
    acts += [taking_back(each, scene.giver.id) for each in offers[:4]]

    ended = together(app, acts)

    assert set(ended) <= {"done", "refused"}
    standing = db.session.query(Pledge).filter(Pledge.status == PledgeStatus.ACCEPTED).count()
    assert scene.line.promised == 3 * standing
    assert uneven() == []


def test_a_yes_and_asking_for_less_at_once_never_promise_more_than_is_wanted(app, scene, offers):
    need_id, line = scene.need.id, listings.QuantityDetails(scene.line.kind, 6, scene.line.what)

    def ask_for_less() -> None:
        listings.set_quantities(db.session.get_one(Need, need_id), [line])

    acts = [acting(services.accept, each, scene.secretary.id) for each in offers[:4]]
    ended = together(app, [*acts, *[ask_for_less] * 4])

    assert set(ended) <= {"done", "refused"}
    assert (scene.line.promised, scene.line.wanted) in ((6, 6), (9, 12), (12, 12))
    assert uneven() == []


def test_the_same_form_arriving_many_times_at_once_is_one_pledge(app, scene):
    need_id, firm_id, user_id, line_id = scene.need.id, scene.firm.id, scene.giver.id, scene.line.id

    def send() -> None:
        details = services.PledgeDetails(quantity_id=line_id, each=2, form_key="one form")
        line = db.session.get_one(Quantity, line_id)
        user = db.session.get_one(User, user_id)
        giver = next(each.organisation for each in user.memberships if each.organisation_id == firm_id)
        assert line.listing_id == need_id
        services.offer(line.listing, details, giver=giver, actor=user, now=NOON)

    ended = together(app, [send] * 8)

    assert ended == {"done": 8}
    assert db.session.query(Pledge).count() == 1
    assert Counter(name for name, _ in letters()) == {"pledge_offered": 1}
    assert uneven() == []


def test_confirming_and_saying_it_did_not_come_at_once_is_one_of_the_two(app, scene):
    delivery = scene.delivered(8).deliveries[0]
    db.session.commit()
    who = scene.secretary.id
    acts = [acting(services.confirm, delivery.id, who, of=Delivery)] * 4
    acts += [acting(services.not_delivered, delivery.id, who, "No", of=Delivery, end=End.RECEIVER)] * 4

    assert together(app, acts) == {"done": 4, "refused": 4}
    assert scene.line.promised in (0, 8)
    assert uneven() == []


def test_two_weeks_of_one_promise_are_given_by_two_colleagues_at_once(app, scene):
    pledge = scene.weekly(2, 6)
    services.accept(pledge, actor=scene.secretary, now=NOON)
    db.session.commit()
    ids = [row.id for row in pledge.deliveries]

    ended = together(app, [acting(services.deliver, each, scene.giver.id, 1, of=Delivery) for each in ids])

    assert ended == {"done": 6}
    assert (db.session.get_one(Pledge, pledge.id).held, scene.line.promised) == (6, 6)
    assert uneven() == []


def test_whoever_waits_is_called_once_however_many_fall_through(app, scene, offers):
    taken(scene, offers[:4])
    queue = [
        scene.offer(3, key=f"waits {number}", wait=True, now=later(minutes=number)).id for number in range(4)
    ]
    db.session.commit()
    acts = [taking_back(each, scene.giver.id) for each in offers[:4]]
    acts += [taking_back(each, scene.giver.id) for each in queue[:2]]

    ended = together(app, acts)

    assert ended["done"] >= 4  # whoever is called just then is asked to look again before they leave
    assert set(ended) <= {"done", "refused"}
    for line in lapsing.full_lines(NOON):  # whoever was passed over is called within the hour
        waiting.call(line, now=NOON)
    found = [db.session.get_one(Pledge, each).status.value for each in queue]
    assert found[2:] == ["offered", "offered"]
    assert found.count("offered") == 2 + ended["refused"]
    assert Counter(name for name, _ in letters())["pledge_place_free"] in (2, 3, 4)
    assert uneven() == []


def test_a_budget_is_never_overdrawn_by_many_promises_at_once(app, scene):
    row = Budget(
        organisation_id=scene.firm.id, name="Chairs", starts_on=NOON.date(), ends_on=date(2027, 1, 1),
        goods=7, created_at=NOON,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    user_id, need_id, line_id = scene.giver.id, scene.need.id, scene.line.id

    def promise(number: int) -> Callable[[], None]:
        def act() -> None:
            user = db.session.get_one(User, user_id)
            details = services.PledgeDetails(quantity_id=line_id, each=2, form_key=f"form {number}")
            need = db.session.get_one(type(scene.need), need_id)
            giver = user.memberships[0].organisation
            services.offer(need, details, giver=giver, actor=user, now=NOON)

        return act

    assert together(app, [promise(number) for number in range(8)]) == {"done": 3, "refused": 5}
    db.session.refresh(row)
    assert row.goods_used == 6
    assert uneven() == []


def test_lapsing_and_answering_at_once_is_one_of_the_two(app, scene):
    pledge_id = scene.offer(8).id
    db.session.commit()

    def lapse() -> None:
        lapsing.lapse(db.session.get_one(Pledge, pledge_id), now=later(days=14))

    answer = acting(services.accept, pledge_id, scene.secretary.id, now=later(days=14))
    ended = together(app, [lapse, answer] * 4)

    assert set(ended) <= {"done", "refused"}
    status = db.session.get_one(Pledge, pledge_id).status
    assert (status, scene.line.promised) in ((PledgeStatus.LAPSED, 0), (PledgeStatus.ACCEPTED, 8))
    assert uneven() == []
