"""The test of health, for whoever keeps the machine."""

from datetime import timedelta

import pytest

from marketplace import clock, outbox
from marketplace.discovery import services as discovery
from marketplace.extensions import db
from marketplace.outbox.models import OutboxRow
from search.embedded import EmbeddedEngine
from search.engine import SearchUnavailable
from search.guarded import GuardedEngine
from search.schema import Query
from tests.apps import another_app
from tests.factories import NOON
from tests.web.test_problems import NOWHERE


def test_well_and_with_nothing_to_do(app):
    discovery.rebuild()
    answer = app.test_client().get("/health")

    assert answer.status_code == 200
    assert answer.json == {
        "database": "up",
        "search": {"ready": True, "documents": 0, "resting": False, "lag_seconds": 0},
        "outbox": {"waiting": 0, "oldest_seconds": 0, "failed": 0},
    }


def test_an_index_that_was_never_built_is_told_but_the_process_is_well(app):
    answer = app.test_client().get("/health")

    assert (answer.status_code, answer.json["search"]["ready"]) == (200, False)


def test_how_far_search_is_behind_is_the_age_of_what_waits_for_it(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for name in ("search.index", "search.index", "note"):
        outbox.add(name, keys=[name])
        db.session.commit()
    rows = list(db.session.scalars(db.select(OutboxRow).order_by(OutboxRow.id)))
    for row, minutes in zip(rows, (9, 2, 5), strict=True):
        row.created_at = NOON - timedelta(minutes=minutes)
    rows[0].done_at = NOON
    db.session.commit()

    assert app.test_client().get("/health").json["search"]["lag_seconds"] == 120


def test_an_engine_left_alone_after_failures_is_told(app):
    guarded = GuardedEngine(EmbeddedEngine(app.instance_path), failures=1)
    with pytest.raises(SearchUnavailable):
        guarded.search(Query("chairs", place="county-durham"))
    app.extensions["search"] = guarded

    assert app.test_client().get("/health").json["search"] == {
        "ready": False, "documents": 0, "resting": True, "lag_seconds": 0,
    }  # fmt: skip


def test_what_waits_and_what_was_given_up_is_counted(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    for key in ("waiting", "failed", "done"):
        outbox.add("note", key=key)
    db.session.flush()
    rows = {row.payload["key"]: row for row in db.session.scalars(db.select(OutboxRow))}
    rows["failed"].failed_at = rows["done"].done_at = NOON
    rows["waiting"].created_at = NOON - timedelta(minutes=5)
    db.session.commit()

    assert app.test_client().get("/health").json["outbox"] == {
        "waiting": 1,
        "oldest_seconds": 300,
        "failed": 1,
    }


@pytest.mark.parametrize("kind", NOWHERE)
def test_a_database_that_is_away_is_a_503(tmp_path, kind):
    with another_app(tmp_path, {"database_url": NOWHERE[kind]}) as app:
        answer = app.test_client().get("/health")

    assert answer.status_code == 503
    assert answer.json == {"database": "down"}


def test_a_database_without_tables_is_not_well(tmp_path):
    with another_app(tmp_path) as app:
        assert app.test_client().get("/health").status_code == 503
