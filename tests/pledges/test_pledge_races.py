"""Many people pressing buttons at the same moment, on a real database."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from flask import Flask

from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.models import Quantity
from marketplace.pledges import services
from marketplace.pledges.models import HOLDS, Pledge, PledgeStatus
from tests.factories import NOON
from tests.pledges.conftest import Scene
from tests.scenes import events, letters

AT_ONCE = 16


def together(app: Flask, acts: Sequence[Callable[[], None]]) -> Counter[str]:
    """Run each act in a thread with a context of its own, all let go at once; what became of them."""
    start = threading.Barrier(len(acts))
    ended: list[str] = []

    def run(act: Callable[[], None]) -> None:
        with app.app_context():
            start.wait(timeout=30)
            try:
                act()
                db.session.commit()
                ended.append("done")
            except Refused:
                db.session.rollback()
                ended.append("refused")
            except Exception as error:  # noqa: BLE001  # whatever it is, the test names it
                db.session.rollback()
                ended.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    db.session.rollback()
    db.session.expire_all()
    return Counter(ended)


def acting(verb: Callable[..., None], pledge_id: int, user_id: int) -> Callable[[], None]:
    def act() -> None:
        verb(db.session.get_one(Pledge, pledge_id), actor=db.session.get_one(User, user_id), now=NOON)

    return act


@pytest.fixture
def offers(scene: Scene) -> list[int]:
    """Sixteen offers of three chairs, for a need of twelve."""
    ids = [scene.offer(3, key=f"form {number}").id for number in range(AT_ONCE)]
    db.session.commit()
    return ids


def test_sixteen_acceptances_at_once_never_promise_more_than_is_wanted(app, scene, offers):
    ended = together(app, [acting(services.accept, each, scene.secretary.id) for each in offers])

    assert ended == {"done": 4, "refused": 12}
    assert scene.line.promised == scene.line.wanted == 12
    accepted = db.session.query(Pledge).filter(Pledge.status.in_(HOLDS)).count()
    assert accepted == 4
    assert events().count("pledge.accepted") == 4
    assert Counter(name for name, _ in letters())["pledge_accepted"] == 4


def test_the_same_offer_accepted_by_two_colleagues_at_once_counts_once(app, scene, offers):
    ended = together(app, [acting(services.accept, offers[0], scene.secretary.id)] * 8)

    assert ended == {"done": 8}
    assert scene.line.promised == 3
    assert events().count("pledge.accepted") == 1


def test_the_same_promise_taken_back_twice_at_once_is_given_back_once(app, scene, offers):
    for each in offers[:2]:
        services.accept(db.session.get_one(Pledge, each), actor=scene.secretary, now=NOON)
    db.session.commit()

    ended = together(app, [acting(services.withdraw, offers[0], scene.giver.id)] * 8)

    assert ended == {"done": 8}
    assert scene.line.promised == 3


def test_accepting_and_taking_back_at_once_leave_the_promised_figure_true(app, scene, offers):
    acts = [acting(services.accept, each, scene.secretary.id) for each in offers[:4]]
    acts += [acting(services.withdraw, each, scene.giver.id) for each in offers[:4]]

    ended = together(app, acts)

    assert set(ended) <= {"done", "refused"}
    standing = db.session.query(Pledge).filter(Pledge.status == PledgeStatus.ACCEPTED).count()
    assert scene.line.promised == 3 * standing


def test_the_same_form_arriving_many_times_at_once_is_one_pledge(app, scene):
    need_id, firm_id, user_id, line_id = scene.need.id, scene.firm.id, scene.giver.id, scene.line.id

    def send() -> None:
        details = services.PledgeDetails(quantity_id=line_id, quantity=2, words="", form_key="one form")
        line = db.session.get_one(Quantity, line_id)
        user = db.session.get_one(User, user_id)
        giver = next(each.organisation for each in user.memberships if each.organisation_id == firm_id)
        assert line.listing_id == need_id
        services.offer(line.listing, details, giver=giver, actor=user, now=NOON)

    ended = together(app, [send] * 8)

    assert ended == {"done": 8}
    assert db.session.query(Pledge).count() == 1
    assert Counter(name for name, _ in letters()) == {"pledge_offered": 1}
