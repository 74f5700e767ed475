"""Holding the index against the database, mending it, and building it while things go on."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask

from marketplace import clock, outbox
from marketplace.discovery import jobs, services
from marketplace.discovery.cli import search as commands
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.needs.models import Need
from marketplace.outbox import services as rows
from marketplace.outbox.models import OutboxRow
from search.embedded import EmbeddedEngine
from search.engine import Health, SearchUnavailable
from search.schema import Document
from tests.factories import NeedFactory, OrganisationFactory, PlaceFactory


def run(app: Flask, *arguments: str) -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(commands, arguments)


def held(app: Flask) -> dict[str, str]:
    return dict(app.extensions["search"].marks())


def the_need() -> Need:
    """The need of the scene, as the database has it: building an index lets go of every row."""
    return db.session.scalars(db.select(Need).order_by(Need.id)).first()


def changed(*, told: bool = True) -> str:
    """Another title of the need, saved; returns its key."""
    need = the_need()
    need.title += "!"
    key = f"need:{need.id}"
    if told:
        outbox.add("search.index", keys=[key])
    db.session.commit()
    return key


@pytest.fixture
def need(app: Flask) -> str:
    """The key of a need on the board, with an index that holds it."""
    key = f"need:{NeedFactory().id}"
    db.session.commit()
    services.rebuild()
    return key


def test_an_index_in_step_is_said_to_be(app, need):
    result = run(app, "check")

    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "missing: 0",
        "stale: 0",
        "extra: 0",
        "waiting in the outbox: 0",
        "The index is in step with the database.",
    ]


def test_what_is_out_of_step_is_told_and_then_mended(app, need):
    stale, key = changed(told=False), f"organisation:{the_need().organisation_id}"
    app.extensions["search"].delete([key])
    gone = NeedFactory()
    db.session.commit()
    services.index([f"need:{gone.id}", f"organisation:{gone.organisation_id}"])
    gone.status = ListingStatus.WITHDRAWN
    extra = f"need:{gone.id}"
    db.session.commit()

    result = run(app, "check")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:3] == [
        f"missing: 1: {key}",
        f"stale: 1: {stale}",
        f"extra: 1: {extra}",
    ]

    result = run(app, "check", "--mend")
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (0, "mended: 3")
    assert run(app, "check").exit_code == 0


def test_at_most_ten_keys_of_a_kind_are_named(app, need):
    app.extensions["search"].delete(held(app))
    for _ in range(10):
        OrganisationFactory()
    db.session.commit()

    line = run(app, "check").stdout.splitlines()[0]
    assert line.startswith("missing: 12: need:1 organisation:1 ")
    assert line.endswith("organisation:9 …")


def test_what_waits_in_the_outbox_is_on_its_way_and_no_drift(app, need):
    changed()
    hall = the_need().organisation
    hall.name = "Another name"
    outbox.add("search.index", keys=[f"organisation:{hall.id}"])
    db.session.commit()
    result = run(app, "check")

    assert result.exit_code == 0
    assert "waiting in the outbox: 2" in result.stdout


def test_what_changes_while_it_is_compared_is_no_drift(app, need):
    class Slow(EmbeddedEngine):
        def marks(self):
            found = list(super().marks())
            changed()
            outbox.drain()
            return iter(found)

    app.extensions["search"] = Slow(app.extensions["search"]._generations.path)

    assert services.compare().keys == ()


def test_without_an_index_it_says_so_and_mending_builds_one(app):
    NeedFactory()
    db.session.commit()
    result = run(app, "check")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no index" in result.stderr

    assert run(app, "check", "--mend").exit_code == 0
    assert len(held(app)) == 2


def test_an_engine_that_is_away_is_a_sentence(app):
    PlaceFactory()
    db.session.commit()
    app.extensions["search"] = Away()
    for command in (["rebuild"], ["check"], ["check", "--mend"]):
        result = run(app, *command)
        assert result.exit_code == 1
        assert "Error: The search engine cannot be used: " in result.stderr


class Away:
    """An engine nobody answers for."""

    def _away(self, *_: object) -> None:
        raise SearchUnavailable("nobody answers")

    upsert = delete = rebuild = search = marks = _away

    def health(self) -> Health:
        return Health(ready=False)


def interrupted(path: object, during: object) -> EmbeddedEngine:
    """An engine to which something happens in the middle of a rebuild."""

    class Interrupted(EmbeddedEngine):
        def rebuild(self, documents: Iterable[Document]) -> None:
            def and_then():
                yield from documents
                during()

            super().rebuild(and_then())

    return Interrupted(path, wait_seconds=0.05)


def test_what_is_committed_during_a_rebuild_is_in_the_new_index_and_its_row_is_done_at_once(app, need):
    def commit_one() -> None:
        changed()
        assert outbox.drain() == 1, "the worker tries, and is put off: the index is being written"

    app.extensions["search"] = interrupted(app.extensions["search"]._generations.path, commit_one)
    result = run(app, "rebuild")

    assert (result.exit_code, result.stdout) == (0, "indexed 2\n")
    assert services.compare().stale == ()
    assert outbox.drain() == 1
    row = db.session.scalars(db.select(OutboxRow)).one()
    assert (row.done_at is not None, row.attempts, row.failed_at) == (True, 1, None)


def test_what_was_written_to_the_old_index_during_a_rebuild_is_not_lost_with_it(app, need, tmp_path):
    """As with Meilisearch, where the old index takes changes until the swap."""
    old = app.extensions["search"]

    def carry_one_out() -> None:
        changed()
        app.extensions["search"] = old
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(old, "upsert", lambda found: None)  # it reaches the index that is thrown away
            outbox.drain()
        app.extensions["search"] = new

    new = app.extensions["search"] = interrupted(tmp_path / "new", carry_one_out)
    services.rebuild()
    db.session.execute(db.delete(OutboxRow))  # which would excuse what is out of step
    db.session.commit()

    assert services.compare().keys == ()


def test_a_worker_killed_after_the_engine_wrote_does_it_again(app, need, monkeypatch):
    key = changed()
    row_id = db.session.scalars(db.select(OutboxRow.id)).one()
    index = services.index
    monkeypatch.setattr(services, "index", lambda keys: index(keys) or _die())
    with pytest.raises(SystemExit):
        rows.carry_out(row_id, now=clock.now())
    db.session.rollback()
    monkeypatch.setattr(services, "index", index)
    before = held(app)[key]

    assert not rows.carry_out(row_id, now=clock.now())
    assert rows.carry_out(row_id, now=clock.now() + rows.LEASE + timedelta(seconds=1))
    assert held(app)[key] == before
    assert services.compare().waiting == 0


def _die() -> None:
    raise SystemExit


def test_of_two_workers_the_one_with_older_news_does_not_have_the_last_word(app, need, monkeypatch):
    engine = app.extensions["search"]
    write, others = engine.upsert, [lambda: services.index([changed()])]

    def upsert(found: list[Document]) -> None:
        if others:  # while this one holds what it read, another change is made and indexed
            others.pop()()
        write(found)

    monkeypatch.setattr(engine, "upsert", upsert)
    services.index([changed()])
    db.session.execute(db.delete(OutboxRow))
    db.session.commit()

    assert services.compare().keys == ()


def test_an_engine_that_is_away_keeps_its_rows_and_counts_no_attempt(app, need):
    changed()
    working, app.extensions["search"] = app.extensions["search"], Away()
    outbox.drain()
    kept = {row.name: (row.attempts, row.done_at) for row in db.session.scalars(db.select(OutboxRow))}
    app.extensions["search"] = working

    assert kept == {"search.index": (0, None), "search.mend": (0, None)}


def test_an_index_lost_under_way_is_whole_again_and_not_just_the_change(app, need, tmp_path):
    before = held(app)
    app.extensions["search"] = EmbeddedEngine(tmp_path / "elsewhere")
    key = changed()
    outbox.drain()

    assert held(app).keys() == before.keys()
    assert held(app)[key] != before[key]
    assert not outbox.payloads("search.index")


def test_a_start_with_too_small_an_index_heals_it_and_one_in_step_adds_nothing(app, need, tmp_path):
    assert services.is_in_step()
    app.extensions["search"] = EmbeddedEngine(tmp_path / "another layout")
    assert not services.is_in_step()
    for _ in range(2):
        jobs.heal_soon()

    assert outbox.payloads("search.mend") == [{}]
    outbox.drain()
    assert services.is_in_step()
    assert len(held(app)) == 2


def test_nothing_to_find_and_no_index_is_in_step(app):
    assert services.is_in_step()
