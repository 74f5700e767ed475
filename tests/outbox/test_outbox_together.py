"""Rows that are carried out together: what waits is one piece of work, and can be put off."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest

from marketplace import outbox
from marketplace.extensions import db
from marketplace.outbox import services
from marketplace.outbox.models import OutboxRow
from tests.factories import NOON
from tests.outbox.rows import saved, the_row

WAIT = timedelta(seconds=10)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """The keys that each call of a handler working together was given."""
    seen: list[list[Any]] = []
    monkeypatch.setitem(services.MANNERS, "note", services.Manner(together=True, urgent=True))
    monkeypatch.setitem(
        services.HANDLERS, "note", lambda given: seen.append([payload["key"] for payload in given])
    )
    return seen


@pytest.fixture
def away(calls, monkeypatch) -> Iterator[None]:
    """The handler's engine is away."""
    working = services.HANDLERS["note"]

    def handler(given: list[dict[str, Any]]) -> None:
        working(given)
        raise outbox.NotNow("it is away", WAIT)

    with monkeypatch.context() as patch:
        patch.setitem(services.HANDLERS, "note", handler)
        yield


def rows() -> list[OutboxRow]:
    db.session.expire_all()
    return list(db.session.scalars(db.select(OutboxRow).order_by(OutboxRow.id)))


def test_all_that_waits_is_one_call_and_is_done_with_it(app, time, calls):
    ids = [saved(key=key) for key in ("one", "two", "one")]

    assert services.carry_out(ids[1], now=time.at)
    assert not services.carry_out(ids[0], now=time.at)
    assert [sorted(given) for given in calls] == [["one", "one", "two"]]
    assert {row.done_at for row in rows()} == {NOON}


def test_only_so_many_at_once_and_always_the_one_handed_over(app, time, calls, monkeypatch):
    monkeypatch.setattr(services, "TOGETHER", 2)
    ids = [saved(key=number) for number in range(4)]

    services.carry_out(ids[3], now=time.at)
    assert calls == [[0, 3]]
    assert outbox.drain() == 1
    assert calls == [[0, 3], [1, 2]]


def test_rows_of_other_names_are_left_alone(app, time, calls, monkeypatch):
    seen: list[str] = []
    monkeypatch.setitem(services.HANDLERS, "other", lambda **payload: seen.append(payload["key"]))
    saved("other", key="apart")
    services.carry_out(saved(key="one"), now=time.at)

    assert (calls, seen) == ([["one"]], [])


def test_one_that_spoils_it_fails_alone(app, time, calls, monkeypatch):
    def picky(given: list[dict[str, Any]]) -> None:
        assert "bad" not in [payload["key"] for payload in given], "it is bad"

    monkeypatch.setitem(services.HANDLERS, "note", picky)
    for key in ("one", "bad", "two"):
        saved(key=key)
    outbox.drain()

    good, bad, too = rows()
    assert (good.done_at, too.done_at) == (NOON, NOON)
    assert (bad.done_at, bad.attempts, bad.due_at) == (None, 1, NOON + timedelta(minutes=1))
    assert bad.error.startswith("AssertionError: it is bad")


def test_what_is_put_off_waits_without_an_attempt_and_never_gives_up(app, time, calls, away):
    saved(key="one")
    for _ in range(services.AT_MOST + 2):
        assert outbox.drain() == 1
        row = the_row()
        assert (row.attempts, row.failed_at, row.due_at) == (0, None, time.at + WAIT)
        assert row.error == "it is away"
        time.wait(WAIT)

    assert len(calls) == services.AT_MOST + 2


def test_what_comes_while_others_wait_joins_them_and_asks_nobody(app, time, calls, away):
    saved(key="one")
    outbox.drain()
    time.wait(timedelta(seconds=4))
    for key in ("two", "three"):
        saved(key=key)

    assert outbox.drain() == 0
    assert calls == [["one"]]
    assert {row.due_at for row in rows()} == {NOON + WAIT}
    time.at = NOON + WAIT
    outbox.drain()
    assert calls == [["one"], ["one", "two", "three"]]


def test_the_first_that_was_put_off_is_handed_over_again_when_its_time_has_come(app, time, calls, away):
    handed: list[tuple[int, dict[str, Any]]] = []
    before = list(services._HAND_OVER)
    services.hand_over_with(lambda row_id, **how: handed.append((row_id, how)))
    try:
        ids = [saved(key="one"), saved(key="two")]
        outbox.drain()
    finally:
        services._HAND_OVER[:] = before

    assert handed == [(ids[0], {"urgent": True}), (ids[1], {"urgent": True}), (ids[0], {"delay": 11.0})]


def test_hurrying_brings_what_waits_forward_once_the_transaction_is_safe(app, time, calls, handed):
    first, second = saved(key="one"), saved(key="two")
    for row in rows():
        row.due_at, row.attempts = NOON + timedelta(hours=1), 3
    db.session.commit()
    handed.clear()
    outbox.hurry("note")
    outbox.hurry("nothing of this name waits")
    assert handed == []
    db.session.commit()

    assert handed == [first]
    assert services.carry_out(first, now=time.at)
    assert calls == [["one", "two"]]
    assert second


def test_of_many_workers_each_row_is_carried_out_by_one(app, time, calls, monkeypatch):
    monkeypatch.setattr(services, "TOGETHER", 7)
    ids = [saved(key=number) for number in range(20)]
    db.session.remove()
    together = Barrier(4)

    def work(start: int) -> None:
        together.wait(10)
        for row_id in ids[start::4]:
            with app.app_context():
                services.carry_out(row_id, now=time.at)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert sorted(key for given in calls for key in given) == list(range(20))
    assert {row.done_at for row in rows()} == {NOON}


def test_what_rows_were_given_can_be_read_while_they_wait_and_after_a_while(app, time, calls):
    services.carry_out(saved(key="early"), now=time.at)
    time.wait(timedelta(hours=1))
    services.carry_out(saved(key="done"), now=time.at)
    saved(key="waits")

    assert outbox.payloads("note") == [{"key": "waits"}]
    assert outbox.payloads("note", since=time.at) == [{"key": "done"}, {"key": "waits"}]
