"""Whatever happens to one delivery, the pledge may move to where its deliveries then say it is."""

from collections.abc import Iterator
from itertools import combinations_with_replacement

import pytest

from marketplace.pledges.models import NEXT, Delivery, DeliveryStatus, End, Pledge
from marketplace.pledges.progress import status_of
from tests.factories import NOON

MOST = 4  # deliveries; more of one state change nothing
MOVES = {
    DeliveryStatus.PLANNED: {
        DeliveryStatus.DELIVERED,
        DeliveryStatus.NOT_DELIVERED,
        DeliveryStatus.CALLED_OFF,
    },
    DeliveryStatus.DELIVERED: {
        DeliveryStatus.CONFIRMED,
        DeliveryStatus.NOT_DELIVERED,
        DeliveryStatus.DISPUTED,
    },
    DeliveryStatus.CONFIRMED: {DeliveryStatus.VERIFIED, DeliveryStatus.DISPUTED},
    DeliveryStatus.NOT_DELIVERED: {DeliveryStatus.DISPUTED},
    DeliveryStatus.DISPUTED: {DeliveryStatus.CONFIRMED, DeliveryStatus.NOT_DELIVERED},
}
Statuses = tuple[DeliveryStatus, ...]


def one_moves(before: Statuses) -> Iterator[Statuses]:
    """What each verb does to one of them, and what a withdrawal does to all that are planned."""
    for place, status in enumerate(before):
        for after in MOVES.get(status, ()):
            yield (*before[:place], after, *before[place + 1 :])
    planned, off = DeliveryStatus.PLANNED, DeliveryStatus.CALLED_OFF
    yield tuple(off if status is planned else status for status in before)


def pledge_of(statuses: Statuses, *, has_days: bool, ended_by: End | None) -> Pledge:
    deliveries = [Delivery(status=status) for status in statuses]
    return Pledge(deliveries=deliveries, scheduled_at=NOON if has_days else None, ended_by=ended_by)


@pytest.mark.parametrize("has_days", [True, False])
@pytest.mark.parametrize("ended_by", [None, *End])
@pytest.mark.parametrize("times", range(1, MOST + 1))
def test_every_move_of_a_delivery_is_one_the_pledge_can_make(
    times: int, ended_by: End | None, has_days: bool
):
    wrong = set()
    for before in combinations_with_replacement(DeliveryStatus, times):
        was = status_of(pledge_of(before, has_days=has_days, ended_by=ended_by))
        for after in one_moves(before):
            becomes = status_of(pledge_of(after, has_days=has_days, ended_by=ended_by))
            if becomes is not was and becomes not in NEXT.get(was, ()):
                wrong.add((was.value, becomes.value))

    assert wrong == set()
