"""Carrying rows out: once, by one worker, again after a failure, and not for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from marketplace import outbox
from marketplace.audit.models import AuditEvent
from marketplace.extensions import db
from marketplace.outbox import services
from marketplace.outbox.models import OutboxRow
from tests.factories import NOON, PlaceFactory
from tests.outbox.rows import saved, the_row

MINUTE = timedelta(minutes=1)


def broken(**payload: object) -> None:
    """A handler that changes something, and then fails."""
    PlaceFactory(slug="half-done")
    db.session.flush()
    raise OSError("the search engine is away")


def places() -> int:
    return db.session.scalar(db.select(db.func.count()).select_from(PlaceFactory._meta.model)) or 0


def test_a_row_is_carried_out_with_what_it_was_given_and_only_once(app, time, ran):
    row_id = saved(key="need:1")

    assert services.carry_out(row_id, now=time.at)
    assert not services.carry_out(row_id, now=time.at)

    assert ran == [{"key": "need:1"}]
    assert the_row().done_at == NOON
    assert services.due_ids(time.at + timedelta(days=9)) == []


def test_what_the_handler_changes_is_saved_with_the_row_being_done(app, time, monkeypatch):
    monkeypatch.setitem(services.HANDLERS, "note", lambda: PlaceFactory(slug="done") and None)
    services.carry_out(saved(), now=time.at)
    db.session.rollback()

    assert places() == 1
    assert the_row().done_at == NOON


def test_a_failure_undoes_the_handler_and_is_written_on_the_row(app, time, monkeypatch):
    monkeypatch.setitem(services.HANDLERS, "note", broken)
    services.carry_out(saved(), now=time.at)

    row = the_row()
    assert places() == 0
    assert (row.done_at, row.failed_at, row.attempts) == (None, None, 1)
    assert row.error == "OSError: the search engine is away"


def test_each_failure_waits_twice_as_long_and_the_last_one_gives_up(app, time, monkeypatch):
    monkeypatch.setitem(services.HANDLERS, "note", broken)
    row_id = saved()
    waits = []
    for _ in range(services.AT_MOST - 1):
        assert services.carry_out(row_id, now=time.at)
        assert not services.carry_out(row_id, now=time.at), "it does not wait"
        waits.append((the_row().due_at - time.at) / MINUTE)
        assert the_row().failed_at is None
        time.at = the_row().due_at
    assert services.carry_out(row_id, now=time.at)

    row = the_row()
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert (row.attempts, row.failed_at) == (services.AT_MOST, time.at)
    assert row.error == "OSError: the search engine is away"
    assert services.due_ids(time.at + timedelta(days=9)) == []
    assert not services.carry_out(row_id, now=time.at + timedelta(days=9))


def test_a_failure_that_mends_leaves_a_row_that_is_done_without_an_error(app, time, monkeypatch, ran):
    mended = services.HANDLERS["note"]
    monkeypatch.setitem(services.HANDLERS, "note", broken)
    row_id = saved(key="need:1")
    services.carry_out(row_id, now=time.at)
    monkeypatch.setitem(services.HANDLERS, "note", mended)
    time.wait(MINUTE)
    services.carry_out(row_id, now=time.at)

    assert ran == [{"key": "need:1"}]
    assert (the_row().done_at, the_row().error, the_row().attempts) == (time.at, "", 2)


def test_a_row_nobody_handles_says_so(app, time):
    services.carry_out(saved("nobody.handles"), now=time.at)

    assert the_row().error == "LookupError: Nothing handles nobody.handles"


def test_a_worker_that_dies_gives_its_row_back_when_its_time_is_up(app, time, monkeypatch, ran):
    alive = services.HANDLERS["note"]
    monkeypatch.setitem(services.HANDLERS, "note", _dies)
    row_id = saved(key="need:1")
    with pytest.raises(SystemExit):
        services.carry_out(row_id, now=time.at)
    db.session.rollback()
    monkeypatch.setitem(services.HANDLERS, "note", alive)

    assert not services.carry_out(row_id, now=time.at + services.LEASE - MINUTE)
    assert services.due_ids(time.at + services.LEASE) == [row_id]
    assert services.carry_out(row_id, now=time.at + services.LEASE)
    assert ran == [{"key": "need:1"}]


def test_a_row_one_worker_holds_is_left_alone_by_another(app, time, monkeypatch):
    taken: list[bool] = []

    def slow(**payload: object) -> None:
        with ThreadPoolExecutor(1) as another:
            taken.append(another.submit(_try, app, row_id, time.at).result(timeout=10))

    monkeypatch.setitem(services.HANDLERS, "note", slow)
    row_id = saved()
    services.carry_out(row_id, now=time.at)

    assert taken == [False]
    assert (the_row().attempts, the_row().done_at) == (1, NOON)


def test_of_many_workers_at_one_row_exactly_one_runs_it(app, time, ran):
    row_id = saved(key="need:1")
    db.session.remove()
    together = Barrier(8)

    def work(_: int) -> bool:
        together.wait(10)
        return _try(app, row_id, time.at)

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(work, range(8))) == [False] * 7 + [True]
    assert ran == [{"key": "need:1"}]


def test_draining_runs_all_that_is_due_in_order_and_what_that_adds(app, time, monkeypatch, ran):
    monkeypatch.setitem(services.HANDLERS, "first", lambda: outbox.add("note", key="added") and None)
    saved("first")
    saved(key="before")
    later = saved(key="later")
    db.session.get_one(OutboxRow, later).due_at = NOON + MINUTE
    db.session.commit()

    assert outbox.drain() == 3
    assert ran == [{"key": "before"}, {"key": "added"}]
    assert outbox.drain() == 0


def test_draining_can_stop_after_so_many(app, time, ran):
    for key in ("one", "two", "three"):
        saved(key=key)

    assert outbox.drain(limit=2) == 2
    assert [note["key"] for note in ran] == ["one", "two"]


def test_draining_goes_past_a_row_that_fails(app, time, monkeypatch, ran):
    monkeypatch.setitem(services.HANDLERS, "broken", broken)
    saved("broken")
    saved(key="after")

    assert outbox.drain() == 2
    assert ran == [{"key": "after"}]


def test_what_was_done_long_ago_is_forgotten_and_what_waits_or_failed_is_kept(app, time, ran):
    old, new, waiting, failed = saved(key=1), saved(key=2), saved(key=3), saved(key=4)
    for row_id, done in ((old, NOON - timedelta(days=15)), (new, NOON - timedelta(days=13))):
        db.session.get_one(OutboxRow, row_id).done_at = done
    db.session.get_one(OutboxRow, failed).failed_at = NOON - timedelta(days=99)
    db.session.commit()

    assert services.forget_done(NOON - timedelta(days=14)) == 1
    db.session.commit()
    kept = set(db.session.scalars(db.select(OutboxRow.id)))
    assert kept == {new, waiting, failed}
    assert db.session.scalars(db.select(AuditEvent)).all() == []


def _dies(**payload: object) -> None:
    raise SystemExit


def _try(app, row_id, now) -> bool:
    with app.app_context():
        return services.carry_out(row_id, now=now)
