"""Many writing at the same moment: each in turn, none turned away, and readers never waiting."""

import multiprocessing
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from marketplace import writers
from marketplace.extensions import db, will_pass
from marketplace.ledger import services, verifying
from marketplace.ledger.models import LedgerEntry, Stage
from marketplace.organisations.models import Organisation
from marketplace.writers import WriterConnection
from tests.factories import NOON
from tests.ledger.conftest import Book, book

__all__ = ["book"]  # a fixture of the ledger's tests

CLIENTS = 64
EACH = 5


def at_once(app: Flask, work: Callable[[int], None]) -> tuple[list[int], list[str]]:
    """Run `work` in 64 threads, five times each; what was done, and what went wrong."""
    start = threading.Barrier(CLIENTS)
    done: list[int] = []
    wrong: list[str] = []

    def run(number: int) -> None:
        start.wait(timeout=60)
        for which in range(number * EACH, (number + 1) * EACH):
            with app.app_context():
                try:
                    work(which)
                    db.session.commit()
                    done.append(which)
                except Exception as error:  # noqa: BLE001  # whatever it is, the test names it
                    db.session.rollback()
                    wrong.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    db.session.rollback()
    db.session.expire_all()
    return done, wrong


def test_sixty_four_at_once_write_to_the_ledger_and_none_is_lost_or_turned_away(app, book: Book):
    firm_id, staff = book.giver.id, Organisation.staff
    book.giver.staff = 0
    db.session.commit()

    def give(number: int) -> None:
        db.session.get_one(Organisation, firm_id)
        db.session.execute(db.update(Organisation).where(Organisation.id == firm_id).values(staff=staff + 2))
        services.enter(f"gift:{number}", Stage.PROMISED, 2, book.about, actor=None, now=NOON)

    done, wrong = at_once(app, give)

    assert wrong == []
    assert len(done) == CLIENTS * EACH
    assert db.session.get_one(Organisation, firm_id).staff == 2 * CLIENTS * EACH
    assert db.session.query(LedgerEntry).count() == CLIENTS * EACH
    assert verifying.verify().faults == ()


def test_one_key_from_sixty_four_at_once_is_one_entry(app, book: Book):
    def give(_number: int) -> None:
        services.enter("one gift", Stage.PROMISED, 2, book.about, actor=None, now=NOON)

    _, wrong = at_once(app, give)

    assert wrong == []
    assert db.session.query(LedgerEntry).count() == 1
    assert verifying.verify().is_whole


def _file(tmp_path: Path) -> str:
    path = tmp_path / "board.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE mark (number INTEGER)")
    made.close()
    return str(path)


def connect(path: str) -> WriterConnection:
    return sqlite3.connect(path, timeout=1, factory=WriterConnection, check_same_thread=False)


def test_readers_do_not_wait_for_a_writer(tmp_path):
    path = _file(tmp_path)
    writing, reading = connect(path), connect(path)
    writing.begin_writing()
    writing.execute("INSERT INTO mark VALUES (1)")

    assert reading.execute("SELECT count(*) FROM mark").fetchone() == (0,)
    writing.commit()
    assert reading.execute("SELECT count(*) FROM mark").fetchone() == (1,)
    writing.close()
    reading.close()


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_turn_ends_with_the_transaction(tmp_path, end: str):
    path = _file(tmp_path)
    first, second = connect(path), connect(path)
    first.begin_writing()
    getattr(first, end)()
    second.begin_writing()
    second.commit()
    first.close()
    second.close()


def test_turns_are_taken_in_the_order_people_came(tmp_path):
    path = _file(tmp_path)
    holding = connect(path)
    holding.begin_writing()
    line = holding._line
    assert line is not None
    done: list[int] = []

    def write(number: int) -> None:
        connection = connect(path)
        connection.begin_writing()
        done.append(number)
        connection.commit()
        connection.close()

    threads = []
    for number in range(20):
        threads.append(threading.Thread(target=write, args=(number,)))
        threads[-1].start()
        while len(line._waiting) <= number:
            threading.Event().wait(0.001)  # until it stands in line
    holding.commit()
    for thread in threads:
        thread.join(timeout=30)
    holding.close()

    assert done == list(range(20))


def test_who_waits_in_vain_is_told_so_and_the_line_goes_on(tmp_path, monkeypatch):
    path = _file(tmp_path)
    first, second = connect(path), connect(path)
    monkeypatch.setattr(writers, "PATIENCE", 0.05)
    first.begin_writing()
    with pytest.raises(sqlite3.OperationalError, match="locked") as raised:
        second.begin_writing()
    first.commit()
    second.begin_writing()
    second.commit()
    first.close()
    second.close()

    assert will_pass(OperationalError("", None, raised.value))
    assert not will_pass(raised.value)
    assert not will_pass(OperationalError("", None, sqlite3.OperationalError("no such table: mark")))


def _write_many(path: str, times: int, longest: "multiprocessing.Queue[float]") -> None:
    """What one of several processes does."""
    worst = 0.0
    connection = connect(path)
    for number in range(times):
        began = time.perf_counter()
        connection.begin_writing()
        connection.execute("INSERT INTO mark VALUES (?)", (number,))
        connection.commit()
        worst = max(worst, time.perf_counter() - began)
    connection.close()
    longest.put(worst)


def test_processes_take_turns_as_well(tmp_path):
    path = _file(tmp_path)
    apart = multiprocessing.get_context("spawn")
    longest: multiprocessing.Queue[float] = apart.Queue()
    processes = [apart.Process(target=_write_many, args=(path, 40, longest)) for _ in range(3)]
    for process in processes:
        process.start()
    worst = [longest.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(timeout=30)
    longest.close()
    longest.join_thread()

    with sqlite3.connect(path) as made:
        assert made.execute("SELECT count(*) FROM mark").fetchone() == (120,)
    made.close()
    assert max(worst) < 5
