"""A savepoint inside a transaction is not its end: nothing is handed over, and nothing is lost."""

import pytest

from marketplace import outbox
from marketplace.extensions import db
from marketplace.outbox import services
from tests.factories import UserFactory
from tests.scenes import jobs


@pytest.fixture
def handed_over(app, monkeypatch) -> list[int]:
    seen: list[int] = []
    monkeypatch.setattr(services, "_HAND_OVER", [lambda row_id, **_: seen.append(row_id)])
    return seen


def test_a_row_is_handed_over_at_the_commit_and_not_when_a_savepoint_is_released(handed_over):
    outbox.add("search.index", keys=["need:1"])
    with db.session.begin_nested():
        UserFactory()
    assert handed_over == []
    outbox.add("search.index", keys=["need:1"])
    db.session.commit()

    assert len(handed_over) == 1
    assert jobs() == [{"keys": ["need:1"]}]


def test_a_savepoint_undone_takes_only_its_own_rows_with_it(handed_over):
    outbox.add("search.index", keys=["need:1"])
    savepoint = db.session.begin_nested()
    outbox.add("search.index", keys=["need:2"])
    outbox.add("search.index", keys=["need:3"])
    savepoint.rollback()
    outbox.add("search.index", keys=["need:1"])
    outbox.add("search.index", keys=["need:3"])
    db.session.commit()

    assert jobs() == [{"keys": ["need:1"]}, {"keys": ["need:3"]}]
    assert len(handed_over) == 2


def test_a_transaction_undone_hands_nothing_over_and_may_say_the_same_again(handed_over):
    outbox.add("search.index", keys=["need:1"])
    db.session.rollback()
    assert (handed_over, jobs()) == ([], [])
    outbox.add("search.index", keys=["need:1"])
    db.session.commit()

    assert len(handed_over) == 1
