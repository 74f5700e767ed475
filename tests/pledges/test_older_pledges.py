"""Pledges from before there was a ledger: entered once, as they stand, each step on its own day."""

from datetime import timedelta

import pytest

from marketplace.extensions import db
from marketplace.ledger import verifying
from marketplace.ledger.models import LedgerEntry
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.pledges import older
from marketplace.pledges.models import Delivery, DeliveryStatus, Pledge, PledgeStatus
from tests.factories import NOON, NeedFactory, OrganisationFactory

DAY = timedelta(days=1)
GIVEN = {"delivered": 3, "delivered_at": NOON + 2 * DAY}
CAME = {**GIVEN, "confirmed": 3, "confirmed_at": NOON + 3 * DAY}
DELIVERIES = {  # as migration 0005 makes them
    PledgeStatus.ACCEPTED: {"status": DeliveryStatus.PLANNED},
    PledgeStatus.DELIVERED: {"status": DeliveryStatus.DELIVERED, **GIVEN},
    PledgeStatus.CONFIRMED: {"status": DeliveryStatus.CONFIRMED, **CAME},
}


@pytest.fixture
def pledged(app) -> None:
    """One pledge of three chairs in each state there was, without an entry."""
    need = NeedFactory(quantities=[Quantity(kind=QuantityKind.GOODS, wanted=30, promised=9)])
    giver = OrganisationFactory()
    line = need.quantities[0]
    for status in (PledgeStatus.OFFERED, PledgeStatus.DECLINED, PledgeStatus.WITHDRAWN, *DELIVERIES):
        held = 3 if status in DELIVERIES else 0
        pledge = Pledge(
            listing_id=need.id, quantity_id=line.id, giver_id=giver.id, receiver_id=need.organisation_id,
            quantity=3, each=3, accepted=held, held=held, status=status, form_key=status.value,
            created_at=NOON, offered_at=NOON, accepted_at=NOON + DAY if held else None,
        )  # fmt: skip
        db.session.add(pledge)
        if status in DELIVERIES:
            pledge.deliveries.append(Delivery(number=1, quantity=3, **DELIVERIES[status]))
    db.session.commit()


def entered() -> list[tuple[str, str, int]]:
    """State of the pledge, step, and days since it was offered."""
    query = db.select(Pledge.status, LedgerEntry.stage, LedgerEntry.at).join(
        LedgerEntry, LedgerEntry.pledge_id == Pledge.id
    )
    return [
        (status.value, stage.value, (at - NOON).days)
        for status, stage, at in db.session.execute(query.order_by(LedgerEntry.id))
    ]


def test_each_pledge_is_entered_as_far_as_it_came(pledged):
    while older.enter_older(limit=2):
        db.session.commit()

    assert entered() == [
        ("offered", "promised", 0),
        ("accepted", "promised", 0),
        ("accepted", "accepted", 1),
        ("delivered", "promised", 0),
        ("delivered", "accepted", 1),
        ("delivered", "delivered", 2),
        ("confirmed", "promised", 0),
        ("confirmed", "accepted", 1),
        ("confirmed", "delivered", 2),
        ("confirmed", "confirmed", 3),
    ]
    report = verifying.verify()
    assert report.faults == ()


def test_entering_them_again_enters_nothing(pledged):
    assert older.enter_older() == 4
    db.session.commit()
    before = entered()

    assert older.enter_older() == 0
    db.session.commit()
    assert entered() == before
