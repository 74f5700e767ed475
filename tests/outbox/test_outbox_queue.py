"""The real queue: Huey on SQLite, with a consumer's thread."""

import signal
import time as machine
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from huey.consumer import Consumer

from marketplace import outbox
from marketplace.extensions import db
from marketplace.outbox import services
from marketplace.outbox.models import OutboxRow
from tests.factories import NOON
from tests.outbox.rows import saved, the_row

PATIENCE = 15  # seconds


@pytest.fixture
def huey(app):
    """The queue of this application, empty before and after."""
    queue = app.extensions["huey"]
    queue.flush()
    before = list(services._HAND_OVER)
    yield queue
    services._HAND_OVER[:] = before
    queue.flush()


@contextmanager
def consumer(huey) -> Iterator[Consumer]:
    """A worker's thread taking rows from the queue, until the scene is over."""
    signals = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    working = huey.create_consumer(
        workers=1, worker_type="thread", periodic=False, initial_delay=0.01, max_delay=0.05
    )
    working.start()
    try:
        yield working
    finally:
        working.stop(graceful=True)
        for number, handler in signals.items():
            signal.signal(number, handler)


def periodic(huey, name: str):
    return next(task for task in huey._registry.periodic_tasks if task.name == name)


def until(true: Callable[[], object]) -> None:
    deadline = machine.monotonic() + PATIENCE
    while not true():
        assert machine.monotonic() < deadline, "it never came true"
        machine.sleep(0.02)


def done() -> bool:
    db.session.rollback()
    return the_row().done_at is not None


def test_a_committed_row_is_carried_out_by_a_worker_in_another_thread(app, huey, ran):
    with consumer(huey):
        outbox.add("note", key="need:1")
        db.session.commit()
        until(done)

    assert ran == [{"key": "need:1"}]
    assert the_row().attempts == 1


def test_a_row_lost_on_the_way_to_the_queue_is_found_by_the_sweep(app, huey, ran, time):
    keeping = list(services._HAND_OVER)
    services.hand_over_with(lambda row_id: None)  # the process died before it could hand over
    saved(key="need:1")
    services._HAND_OVER[:] = keeping
    assert len(huey) == 0

    periodic(huey, "outbox_sweep").execute()
    assert len(huey) == 0, "a row is given half a minute to arrive by itself"
    time.wait(timedelta(seconds=31))
    periodic(huey, "outbox_sweep").execute()
    with consumer(huey):
        until(done)

    assert ran == [{"key": "need:1"}]


def test_a_row_that_reached_the_queue_twice_is_carried_out_once(app, huey, ran):
    with consumer(huey):
        outbox.add("note", key="need:1")
        db.session.commit()
        for hand_over in services._HAND_OVER:
            hand_over(the_row().id)
        until(lambda: done() and len(huey) == 0)

    assert ran == [{"key": "need:1"}]


def test_an_urgent_row_goes_ahead_of_what_came_before_it(app, huey, monkeypatch):
    monkeypatch.setitem(services.MANNERS, "note", services.Manner(urgent=True))
    before = saved("other")
    urgent = saved(key="need:1")

    assert [huey.dequeue().args for _ in range(2)] == [(urgent,), (before,)]


def test_what_was_put_off_comes_back_by_itself(app, huey, ran, monkeypatch):
    note, away = services.HANDLERS["note"], [True]

    def handler(**payload: str) -> None:
        if away:
            away.clear()
            raise outbox.NotNow("it is away", timedelta(0))
        note(**payload)

    monkeypatch.setitem(services.HANDLERS, "note", handler)
    with consumer(huey):
        saved(key="need:1")
        until(done)

    assert ran == [{"key": "need:1"}]
    assert (the_row().attempts, the_row().error) == (1, "")


def test_the_sweep_is_due_every_minute_and_other_work_once_an_hour_or_a_day(app, huey):
    day = [NOON.replace(hour=hour, minute=minute) for hour in range(24) for minute in range(60)]
    due = {
        task.name: sum(task.validate_datetime(minute) for minute in day)
        for task in huey._registry.periodic_tasks
    }

    assert due == {"outbox_sweep": 24 * 60, "outbox_hourly": 24, "outbox_daily": 1}


def test_each_hour_a_row_is_added_for_every_hourly_job(app, huey):
    periodic(huey, "outbox_hourly").execute()
    db.session.rollback()

    rows = list(db.session.scalars(db.select(OutboxRow.name).order_by(OutboxRow.id)))
    assert {"pledges.lapse", "pledges.nudge"} <= services.HOURLY
    assert rows == sorted(services.HOURLY)
    assert all(name in services.HANDLERS for name in services.HOURLY)


def test_each_day_a_row_is_added_for_every_daily_job_and_old_rows_go(app, huey, time, ran):
    old = saved(key="old")
    services.carry_out(old, now=time.at)
    time.wait(timedelta(days=15))

    periodic(huey, "outbox_daily").execute()
    db.session.rollback()

    rows = list(db.session.scalars(db.select(OutboxRow).order_by(OutboxRow.id)))
    assert {"listings.expire"} <= services.DAILY
    assert [row.name for row in rows] == sorted(services.DAILY)
    assert all(row.payload == {} and row.done_at is None for row in rows)
    assert all(name in services.HANDLERS for name in services.DAILY)
