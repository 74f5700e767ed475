"""A line that is full: who waits, who is asked next, and that nobody jumps the line."""

import pytest

from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.pledges import jobs, services, waiting
from marketplace.pledges.models import PledgeStatus
from tests.factories import NOON
from tests.pledges.conftest import later, statuses, sums, uneven
from tests.scenes import events, letters


@pytest.fixture
def full(scene):
    """All twelve chairs are promised."""
    scene.first = scene.accepted(12, key="first")
    db.session.commit()
    return scene


def test_who_comes_too_late_is_told_of_the_list(full):
    with pytest.raises(Refused, match="You can join the waiting list"):
        full.offer(4, key="late")


def test_waiting_promises_nothing_and_tells_nobody(full):
    before = letters()

    pledge = full.offer(4, key="late", wait=True)

    assert (pledge.status, pledge.waiting_at, pledge.offered_at) == (PledgeStatus.WAITING, NOON, None)
    assert letters() == before
    assert sums(pledge) == {}


def test_what_falls_through_is_offered_to_whoever_waited_first(full):
    early = full.offer(4, key="early", wait=True)
    full.offer(6, key="late", wait=True, now=later(hours=1))
    third = full.offer(9, key="third", wait=True, now=later(hours=2))

    full.take_back(full.first, now=later(days=1))

    assert [row.status.value for row in (early, third)] == ["offered", "offered"]
    assert early.offered_at == later(days=1)
    assert early.due_at == later(days=15)
    assert ("pledge_place_free", full.giver.email) in letters()
    assert letters().count(("pledge_offered", full.secretary.email)) == 4
    assert "pledge.called" in events()
    assert uneven() == []


def test_only_as_many_are_called_as_there_is_room_for(full):
    services.confirm(full.give(full.first, 12), 8, actor=full.secretary, now=NOON)  # four are needed again
    first = full.offer(4, key="early", wait=True)
    second = full.offer(2, key="late", wait=True)

    assert (first.status, second.status) == (PledgeStatus.OFFERED, PledgeStatus.OFFERED)


def test_a_place_kept_for_the_list_is_not_promised_to_a_newcomer(full):
    called = full.offer(4, key="waits", wait=True)
    full.take_back(full.first)
    services.accept(full.offer(8, key="newcomer"), actor=full.secretary, now=NOON)

    assert called.status is PledgeStatus.OFFERED
    with pytest.raises(Refused, match="waiting list"):
        full.offer(1, key="another")


def test_the_no_to_one_of_the_list_calls_the_next(full):
    first = full.offer(12, key="waits", wait=True)
    second = full.offer(5, key="waits too", wait=True, now=later(hours=1))
    full.take_back(full.first)
    assert (first.status, second.status) == (PledgeStatus.OFFERED, PledgeStatus.WAITING)

    services.decline(first, "Not this time", actor=full.secretary, now=NOON)

    assert second.status is PledgeStatus.OFFERED


def test_whoever_waits_can_leave_and_nothing_of_it_was_promised(full):
    pledge = full.offer(4, key="waits", wait=True)
    full.take_back(pledge)

    assert pledge.status is PledgeStatus.WITHDRAWN
    assert sums(pledge) == {}
    full.take_back(full.first)
    assert pledge.status is PledgeStatus.WITHDRAWN


def test_a_day_that_passed_while_they_waited_is_agreed_anew(full):
    pledge = full.offer(4, key="waits", wait=True, starts_on=later(days=3).date())

    full.take_back(full.first, now=later(days=5))

    assert (pledge.status, pledge.starts_on) == (PledgeStatus.OFFERED, None)


def test_a_notice_that_asks_for_more_calls_whom_it_has_room_for_within_the_hour(full, monkeypatch):
    pledge = full.offer(4, key="waits", wait=True)
    row = full.line
    listings.set_quantities(full.need, [listings.QuantityDetails(row.kind, 20, row.what)])
    db.session.commit()

    jobs.call_waiting()
    jobs.call_line(row.id)

    assert pledge.status is PledgeStatus.OFFERED


def test_a_notice_that_closed_lets_those_who_wait_go(full):
    pledge = full.offer(4, key="waits", wait=True)
    listings.close(full.need, actor=full.secretary, now=NOON)
    db.session.commit()

    jobs.lapse()
    jobs.lapse_one(pledge.id)

    assert statuses(pledge) == (PledgeStatus.LAPSED, [])
    assert pledge.reason == "The notice takes no more pledges"
    assert [name for name, _ in letters()].count("pledge_lapsed") == 1  # the receiver never heard of it


def test_nobody_is_called_for_a_notice_that_is_closed(full):
    pledge = full.offer(4, key="waits", wait=True)
    listings.close(full.need, actor=full.secretary, now=NOON)
    full.take_back(full.first)

    assert waiting.call(full.line.id, now=NOON) == []
    assert pledge.status is PledgeStatus.WAITING
