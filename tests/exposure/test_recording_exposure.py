"""Adding up what was shown: exactly, whoever writes at once, and without keeping anybody waiting."""

import logging
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from math import log2
from pathlib import Path

import pytest
from flask import Flask

from marketplace.exposure import recording, services
from marketplace.exposure.models import Channel, Exposure
from marketplace.exposure.recording import Key, Memory, Sum
from marketplace.extensions import db
from tests.apps import another_app
from tests.exposure.conftest import put, table
from tests.factories import NOON

TODAY = NOON.date()
ROOT = Path(__file__).resolve().parents[2]
FIRST = Sum(1, 1.0)  # once, in the first place


def key(subject: str = "need:1") -> Key:
    return Key(subject, TODAY, Channel.SCREEN, explored=False)


def at_once(*acts: Callable[[], None]) -> list[str]:
    """Run each in a thread of its own, all let go together; the errors there were."""
    start, errors = threading.Barrier(len(acts)), []

    def run(act: Callable[[], None]) -> None:
        start.wait(timeout=30)
        try:
            act()
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shows it
            errors.append(repr(error))

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return errors


def test_a_place_counts_less_the_further_down_it_is(app):
    services.seen(["need:1", "offer:2", "need:3"], day=TODAY, channel=Channel.EMAIL, first=2)
    db.session.commit()

    weights = {subject: weight for (subject, *_), (_, weight) in table().items()}
    assert weights == pytest.approx({"need:1": 1 / log2(3), "offer:2": 0.5, "need:3": 1 / log2(5)})


def test_what_is_not_counted_keeps_its_place(app):
    services.seen([None, None, "need:3"], day=TODAY, channel=Channel.EMAIL)
    db.session.commit()

    assert table() == {("need:3", TODAY, Channel.EMAIL, False): (1, 0.5)}


def test_days_channels_and_places_given_to_learn_by_are_added_up_apart(app):
    for day in (TODAY, TODAY, TODAY - timedelta(days=1)):
        services.seen(["need:1", "need:2"], day=day, channel=Channel.EMAIL, explored={"need:1"})
    put("need:1", 0.25, TODAY)
    db.session.commit()

    found = table()
    assert len(found) == 5
    assert found["need:1", TODAY, Channel.EMAIL, True] == (2, 2.0)
    assert found["need:1", TODAY, Channel.SCREEN, False] == (1, 0.25)
    assert found["need:2", TODAY, Channel.EMAIL, False] == (2, pytest.approx(2 / log2(3)))


def test_everybody_who_could_have_stood_on_a_list_is_due_an_equal_share_of_it(app):
    could = ["need:1", "need:2", "need:3", "need:3"]
    services.seen(
        [None, "need:1", "need:2"],
        day=TODAY,
        channel=Channel.EMAIL,
        explored={"need:2"},
        eligible=could,
    )
    db.session.commit()

    share = (1 / log2(3) + 0.5) / 3
    rows = {row.subject: row for row in db.session.scalars(db.select(Exposure))}
    assert {subject: row.due for subject, row in rows.items()} == pytest.approx(dict.fromkeys(could, share))
    assert (rows["need:3"].times, rows["need:3"].weight) == (0, 0.0)
    assert len(rows) == 3


def test_a_letter_that_is_undone_was_not_seen(app):
    services.seen(["need:1"], day=TODAY, channel=Channel.EMAIL)
    db.session.rollback()

    assert table() == {}


def test_nothing_shown_is_nothing_written(app, memory):
    services.seen([], day=TODAY, channel=Channel.EMAIL)
    memory.add({})
    memory.write()

    assert table() == {}


def test_threads_that_add_at_once_lose_nothing(app: Flask, memory: Memory):
    def adding() -> None:
        for number in range(500):
            memory.add({key(f"need:{number % 7}"): FIRST})
            if number % 50 == 0:
                memory.write()

    assert at_once(*[adding] * 4) == []
    memory.write()

    found = table()
    assert sum(times for times, _ in found.values()) == 2000
    assert sum(weight for _, weight in found.values()) == 2000
    assert len(found) == 7


def test_two_processes_that_write_the_same_rows_at_once_wait_for_each_other_and_never_both(app: Flask):
    ours, theirs = Memory(app), Memory(app)

    def writing(memory: Memory, numbers: list[int]) -> Callable[[], None]:
        def write() -> None:
            for _ in range(10):
                memory.add({key(f"need:{number}"): FIRST for number in numbers})
                memory.write()

        return write

    numbers = list(range(1, 201))
    assert at_once(writing(ours, numbers), writing(theirs, numbers[::-1])) == []

    assert set(table().values()) == {(20, 20.0)}
    assert len(table()) == 200


def test_it_is_written_every_few_seconds_and_sooner_when_there_is_much(app, memory, monkeypatch):
    monkeypatch.setattr(recording, "EVERY", 3600.0)
    memory.add({key(): FIRST})
    memory.write_if_due()
    assert table()[key()] == (1, 1.0)

    memory.add({key(): FIRST})
    memory.write_if_due()
    assert table()[key()] == (1, 1.0), "that was only a moment ago"

    memory.add({key(f"need:{number}"): FIRST for number in range(recording.MOST)})
    memory.write_if_due()
    assert table()[key()] == (3, 3.0)
    assert len(table()) == recording.MOST

    monkeypatch.setattr(recording, "EVERY", 0.0)
    memory.write()
    memory.add({key(): FIRST})
    memory.write_if_due()
    assert table()[key()] == (4, 4.0)


def test_who_could_write_passes_on_while_another_thread_does(app, memory):
    with memory._writing:  # another thread is at it
        memory.add({key(): FIRST})
        memory.write_if_due()
    assert table() == {}

    memory.write_if_due()
    assert table()[key()] == (1, 1.0)


def test_what_cannot_be_written_is_dropped_and_said(tmp_path, caplog):
    with another_app(tmp_path) as without_tables, caplog.at_level(logging.WARNING):
        memory = Memory(without_tables)
        memory.add({key(): FIRST})
        memory.write()
        memory.write()

    assert [record.getMessage() for record in caplog.records] == ["exposure not written"]
    assert caplog.records[0].rows == 1


def test_what_is_left_is_written_when_the_process_ends(tmp_path: Path):
    ends = (
        "import sys; from tests.databases import build, settings_for; from pathlib import Path;"
        "from tests.exposure.test_recording_exposure import FIRST, key;"
        "app = build(settings_for(Path(sys.argv[1]), ''));"
        "app.extensions['exposure'].add({key(): FIRST})"
    )
    subprocess.run([sys.executable, "-c", ends, str(tmp_path)], cwd=ROOT, check=True, timeout=120)

    with another_app(tmp_path) as app, app.app_context():
        assert table()[key()] == (1, 1.0)


def test_what_is_two_years_old_is_forgotten(app):
    for days in (0, 729, 730, 731):
        put("need:1", 1.0, TODAY - timedelta(days=days))
    db.session.commit()

    assert services.forget_old(TODAY) == 1
    db.session.commit()
    assert {(TODAY - day).days for _, day, *_ in table()} == {0, 729, 730}
    assert services.forget_old(TODAY) == 0
