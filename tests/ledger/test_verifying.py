"""Tampering, behind the back of the application: each kind is found, and named by its entry."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text, update

from marketplace.extensions import db
from marketplace.ledger import services, verifying
from marketplace.ledger.chain import hash_of
from marketplace.ledger.models import LedgerCheck, LedgerEntry, LedgerHead, LedgerTotal
from marketplace.ledger.services import Unequal
from tests.factories import NOON
from tests.ledger.conftest import Book

ENTRY = LedgerEntry.__table__


def behind_its_back(*statements: str) -> None:
    """What somebody with the database's own password can do."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        db.session.execute(text("PRAGMA foreign_keys = OFF"))
        names = db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all()
        for name in names:
            db.session.execute(text(f"DROP TRIGGER {name}"))
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()


def found() -> list[str]:
    report = verifying.verify()
    assert report.count == len(report.faults)
    return [fault.words for fault in report.faults]


def totals(difference: int) -> str:
    return f"UPDATE ledger_total SET quantity = quantity + {difference}"  # noqa: S608  # a number of ours


SWAP = (
    "UPDATE ledger_entry SET id = 99 WHERE id = 2",
    "UPDATE ledger_entry SET id = 2 WHERE id = 3",
    "UPDATE ledger_entry SET id = 3 WHERE id = 99",
)


def forge_everything_after_the_third() -> None:
    """Change entry 4 and compute every hash after it anew, the end's too: perfect, if nobody remembers."""
    behind_its_back("UPDATE ledger_entry SET quantity = quantity + 1 WHERE id = 4", totals(1))
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL session_replication_role = replica"))
    previous = db.session.scalar(db.select(LedgerEntry.hash).where(LedgerEntry.id == 3))
    for row in db.session.execute(db.select(ENTRY).where(ENTRY.c.id > 3).order_by(ENTRY.c.id)).all():
        forged = dict(row._mapping) | {"previous": previous}
        previous = hash_of(forged)
        db.session.execute(
            update(ENTRY).where(ENTRY.c.id == row.id).values(previous=forged["previous"], hash=previous)
        )
    db.session.execute(update(LedgerHead.__table__).values(hash=previous))
    db.session.commit()


def test_a_ledger_nobody_touched_is_whole(book: Book):
    assert verifying.verify().is_whole, "and so is an empty one"
    book.fill()
    report = verifying.verify()

    assert report.is_whole
    assert (report.first, report.entries, report.hash) == (1, 6, db.session.get_one(LedgerHead, 1).hash)


TAMPERING = {
    "a changed row": (
        ["UPDATE ledger_entry SET quantity = 40 WHERE id = 4", totals(36)],
        ["Entry 4 was changed: what it says does not make its hash."],
    ),
    "a changed instant": (
        ["UPDATE ledger_entry SET at = '2026-01-01 00:00:00.000000' WHERE id = 2"],
        ["Entry 2 was changed: what it says does not make its hash."],
    ),
    "a changed hash": (
        ["UPDATE ledger_entry SET hash = 'made up' WHERE id = 3"],
        [
            "Entry 3 was changed: what it says does not make its hash.",
            "Entry 4 does not carry the hash of entry 3: one of the two is not what it was.",
        ],
    ),
    "a removed row": (["DELETE FROM ledger_entry WHERE id = 3", totals(-3)], ["Entry 3 is missing."]),
    "removed rows": (
        ["DELETE FROM ledger_entry WHERE id IN (2, 3)", totals(-5)],
        ["Entries 2 to 3 are missing."],
    ),
    "a removed beginning": (["DELETE FROM ledger_entry WHERE id = 1", totals(-1)], ["Entry 1 is missing."]),
    "a swapped pair": (
        SWAP,
        [
            "Entry 2 does not carry the hash of entry 1: one of the two is not what it was.",
            "Entry 2 is really entry 3: they were put in each other’s place.",
            "Entry 3 does not carry the hash of entry 2: one of the two is not what it was.",
            "Entry 3 is really entry 2: they were put in each other’s place.",
            "Entry 4 does not carry the hash of entry 3: one of the two is not what it was.",
        ],
    ),
    "a cut tail": (
        ["DELETE FROM ledger_entry WHERE id > 4", totals(-4)],
        ["Entries 5 to 6 are missing from the end."],
    ),
    "a cut tail, and the end moved back": (
        [
            "DELETE FROM ledger_entry WHERE id > 4",
            totals(-4),
            "UPDATE ledger_head SET entries = 4",
        ],
        ["The end of the ledger does not carry the hash of entry 4."],
    ),
    "an end moved back": (
        ["UPDATE ledger_head SET entries = 5, hash = (SELECT hash FROM ledger_entry WHERE id = 5)"],
        ["Entry 6 is after the end of the ledger, which is 5."],
    ),
    "an end removed": (
        ["DELETE FROM ledger_head"],
        ["The end of the ledger is not written down, though there are entries."],
    ),
    "a changed total": (
        [totals(10)],
        ["The total of support promised goods says 24; its entries make 14."],
    ),
    "a removed total": (
        ["DELETE FROM ledger_total"],
        ["The total of support promised goods says 0; its entries make 14."],
    ),
}


@pytest.mark.parametrize(("statements", "words"), TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found_and_named(book: Book, statements: Sequence[str], words: list[str]):
    book.fill()
    behind_its_back(*statements)

    assert found() == words


def test_a_correction_of_something_else_or_of_too_much_is_named(book: Book):
    book.fill()
    behind_its_back(
        "UPDATE ledger_entry SET corrects_id = 1, quantity = -4 WHERE id = 6",
        "UPDATE ledger_entry SET ward_code = 'E05000099' WHERE id = 6",
        totals(-3),
    )

    assert found() == [
        "Entry 6 was changed: what it says does not make its hash.",
        "Entry 6 corrects entry 1, but is about something else.",
        "Entry 6 takes away more than was left.",
    ]


def test_a_pledge_that_counts_twice_is_named(book: Book, pledged: int):
    book.enter("promised", pledge_id=pledged)
    book.enter("accepted", stage=services.Stage.ACCEPTED, pledge_id=pledged)
    db.session.commit()
    behind_its_back("UPDATE ledger_entry SET credited_id = receiver_id WHERE id = 2")

    assert f"Entry 2 counts pledge {pledged} for somebody else than its first entry." in found()


def test_a_counter_that_is_not_the_sum_of_its_entries_is_named(book: Book, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(services.COUNTERS, "What a line says", lambda: [Unequal("line 3 of need 1", 8, 5)])
    book.fill()

    assert found() == ["What a line says: line 3 of need 1 says 8; its entries make 5."]


def test_a_chain_forged_to_its_end_is_found_only_by_who_remembers_its_hash(book: Book):
    book.fill()
    report = verifying.check(whole=True, now=NOON)
    db.session.commit()
    forge_everything_after_the_third()

    assert found() == [], (
        "the chain alone cannot tell: so its last hash is published, and kept with each check"
    )
    assert report.hash != db.session.get_one(LedgerHead, 1).hash
    later = verifying.check(whole=False, now=NOON)
    assert [fault.words for fault in later.faults] == [
        "Entry 6 is not what it was when the ledger was last verified."
    ]


def test_a_later_check_goes_on_from_the_last_without_a_fault(book: Book):
    book.fill()
    verifying.check(whole=False, now=NOON)
    db.session.commit()
    book.enter("pledge:9/promised")
    db.session.commit()
    report = verifying.check(whole=False, now=NOON)
    db.session.commit()
    assert (report.first, report.entries, report.is_whole) == (7, 7, True)

    behind_its_back("UPDATE ledger_entry SET quantity = 6 WHERE id = 7", totals(1))
    for _ in range(2):
        assert verifying.check(whole=False, now=NOON).is_whole, "what was verified is not read again"
    report = verifying.check(whole=True, now=NOON)
    db.session.commit()
    assert [fault.entry for fault in report.faults] == [7]
    last = db.session.scalars(db.select(LedgerCheck).order_by(LedgerCheck.id.desc())).first()
    assert last is not None
    assert (last.first, last.faults) == (1, 1)
    assert last.words == "Entry 7 was changed: what it says does not make its hash."


def test_many_faults_are_counted_and_the_first_are_named(book: Book, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(verifying, "NAMED", 2)
    monkeypatch.setattr(verifying, "AT_ONCE", 2)
    book.fill()
    behind_its_back("UPDATE ledger_entry SET measure = 'made up'")
    report = verifying.verify()

    assert report.count == 6
    assert [fault.entry for fault in report.faults] == [1, 2]
    assert db.session.query(LedgerTotal).count() == 1
