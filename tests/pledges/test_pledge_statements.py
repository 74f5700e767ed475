"""What one promise costs the database: whoever comes next waits for it, so it never grows unnoticed."""

from collections.abc import Callable

import pytest

from marketplace.accounts import queries as accounts
from marketplace.extensions import db
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from marketplace.pledges import lapsing, services
from marketplace.pledges.models import End, Pledge
from tests.factories import NOON
from tests.pledges.conftest import Scene, later
from tests.scenes import counted_queries

Verb = Callable[[Scene, Pledge], None]


def promise(scene: Scene, _pledge: Pledge) -> None:
    need, firm = db.session.get_one(Need, scene.need.id), db.session.get_one(Organisation, scene.firm.id)
    giver = accounts.who_acts(scene.giver.id)
    details = services.PledgeDetails(quantity_id=scene.line.id, each=1, form_key="counted")
    services.offer(need, details, giver=firm, actor=giver, now=NOON)


def say_yes(scene: Scene, pledge: Pledge) -> None:
    services.accept(pledge, actor=accounts.who_acts(scene.secretary.id), now=NOON)


def take_back(scene: Scene, pledge: Pledge) -> None:
    services.withdraw(pledge, end=End.GIVER, actor=accounts.who_acts(scene.giver.id), now=NOON)


def let_lapse(_scene: Scene, pledge: Pledge) -> None:
    lapsing.lapse(pledge, now=later(days=60))


@pytest.mark.parametrize(
    ("verb", "at_most"), [(promise, 19), (say_yes, 19), (take_back, 15), (let_lapse, 13)]
)
@pytest.mark.parametrize("promised_before", [0, 8])
def test_a_verb_takes_so_many_statements_however_much_was_promised_before(
    app, scene, verb: Verb, at_most: int, promised_before: int
):
    for number in range(promised_before):
        scene.accepted(1, key=f"before {number}")
    pledge = scene.offer(1)
    ids = scene.need.id, scene.firm.id, scene.giver.id, scene.secretary.id, scene.line.id
    db.session.commit()
    assert all(ids)

    with counted_queries(writes=True) as seen:
        verb(scene, db.session.get_one(Pledge, pledge.id))
        db.session.commit()

    assert len(seen) <= at_most, "\n".join(seen)
