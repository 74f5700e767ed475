"""Rows join the transaction that asked for them, and reach the queue once it is safe."""

import pytest

from marketplace import outbox
from marketplace.extensions import db
from marketplace.outbox import services
from marketplace.outbox.models import OutboxRow
from tests.factories import PlaceFactory


def rows() -> list[OutboxRow]:
    return list(db.session.scalars(db.select(OutboxRow).order_by(OutboxRow.id)))


def test_a_row_waits_for_the_commit_and_is_then_handed_over_once(app, handed):
    outbox.add("note", key="need:1")
    db.session.flush()
    assert handed == []

    db.session.commit()
    assert handed == [rows()[0].id]

    db.session.commit()
    assert handed == [rows()[0].id]


def test_a_change_that_is_rolled_back_leaves_no_row_and_hands_nothing_over(app, handed):
    PlaceFactory()
    outbox.add("note", key="need:1")
    db.session.flush()
    db.session.rollback()
    db.session.commit()

    assert rows() == []
    assert handed == []


def test_a_row_added_after_a_rollback_is_not_taken_for_the_lost_one(app, handed):
    outbox.add("note", key="need:1")
    db.session.rollback()
    outbox.add("note", key="need:1")
    db.session.commit()

    assert [row.payload for row in rows()] == [{"key": "need:1"}]
    assert handed == [rows()[0].id]


def test_saying_the_same_twice_in_one_transaction_is_saying_it_once(app, handed):
    outbox.add("note", key="need:1", kind="need")
    db.session.flush()
    outbox.add("note", kind="need", key="need:1")
    outbox.add("note", key="need:2", kind="need")
    outbox.add("other", key="need:1", kind="need")
    db.session.commit()

    assert [(row.name, row.payload["key"]) for row in rows()] == [
        ("note", "need:1"),
        ("note", "need:2"),
        ("other", "need:1"),
    ]
    assert handed == [row.id for row in rows()]


def test_saying_it_again_in_the_next_transaction_is_a_row_of_its_own(app, handed):
    for _ in range(2):
        outbox.add("note", key="need:1")
        db.session.commit()

    assert len(rows()) == len(handed) == 2


def test_a_row_lost_with_a_savepoint_is_not_handed_over(app, handed):
    savepoint = db.session.begin_nested()
    outbox.add("note", key="need:1")
    db.session.flush()
    savepoint.rollback()
    outbox.add("note", key="need:1")
    db.session.commit()

    assert [row.payload for row in rows()] == [{"key": "need:1"}]
    assert handed == [rows()[0].id]


def test_what_came_before_a_lost_savepoint_is_handed_over_all_the_same(app, handed):
    outbox.add("note", key="before")
    savepoint = db.session.begin_nested()
    outbox.add("note", key="inside")
    db.session.flush()
    savepoint.rollback()
    db.session.commit()

    assert [row.payload for row in rows()] == [{"key": "before"}]
    assert handed == [rows()[0].id]


def test_a_savepoint_that_is_kept_hands_nothing_over_before_the_commit(app, handed):
    outbox.add("note", key="before")
    with db.session.begin_nested():
        outbox.add("note", key="inside")
    assert handed == []

    db.session.commit()
    assert handed == [row.id for row in rows()]
    assert len(handed) == 2


def test_a_queue_that_takes_nothing_costs_neither_the_change_nor_the_row(app, handed, time):
    services.hand_over_with(lambda row_id: 1 / 0)
    PlaceFactory(name="Weardale")
    outbox.add("note", key="need:1")
    db.session.commit()

    db.session.expire_all()
    assert PlaceFactory().name == "Weardale"
    assert services.due_ids(time.at) == [rows()[0].id]


def test_two_handlers_of_one_name_are_a_mistake_of_ours(app, monkeypatch):
    monkeypatch.setitem(services.HANDLERS, "note", print)

    with pytest.raises(LookupError, match="note"):
        outbox.handles("note")(repr)
    assert outbox.handles("note")(print) is print
