"""Entering and correcting: once each, in order, linked, and in the transaction that did the thing."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.ledger.chain import BEGINNING, hash_of
from marketplace.ledger.models import LedgerHead, LedgerTotal, Side, Stage
from marketplace.ledger.services import EntryConflict
from tests.factories import NOON, OrganisationFactory, UserFactory
from tests.ledger.conftest import Book, entries


def keys() -> list[str]:
    return [entry.key for entry in entries()]


def total(stage: Stage = Stage.PROMISED, kind: str = "goods") -> int | None:
    row = db.session.get(LedgerTotal, (Side.SUPPORT, stage, kind))
    return row.quantity if row else None


def test_entries_are_numbered_without_gaps_and_each_carries_the_hash_before(book: Book):
    book.enter("pledge:1/promised", 5)
    book.enter("pledge:1/accepted", 3, Stage.ACCEPTED)
    assert entries() == [], "nothing is written before the commit"
    db.session.commit()
    book.enter("pledge:2/promised", 4)
    db.session.commit()

    found = entries()
    assert [entry.id for entry in found] == [1, 2, 3]
    assert [entry.previous for entry in found] == [BEGINNING, found[0].hash, found[1].hash]
    for entry in found:
        assert entry.hash == hash_of(
            {column.name: getattr(entry, column.name) for column in entry.__table__.columns}
        )
    head = db.session.get_one(LedgerHead, 1)
    assert (head.entries, head.hash) == (3, found[-1].hash)
    assert (total(), total(Stage.ACCEPTED)) == (9, 3)


def test_an_entry_says_who_gave_what_to_whom_and_who_is_credited(book: Book):
    book.enter("pledge:1/promised", 500, kind="money", unit="£")
    db.session.commit()

    (entry,) = entries()
    assert (entry.quantity, entry.pounds) == (500, 500)
    assert (entry.giver_id, entry.receiver_id) == (book.giver.id, book.need.organisation_id)
    assert entry.credited_id == book.giver.id
    assert entry.actor_id == book.actor.id
    assert entry.ward_code == "E05000001"


@pytest.mark.parametrize("apart", [False, True])
def test_the_same_key_twice_is_one_entry(book: Book, apart: bool):
    book.enter("pledge:1/promised", 5)
    if apart:
        db.session.commit()
    book.enter("pledge:1/promised", 5)
    db.session.commit()

    assert keys() == ["pledge:1/promised"]
    assert total() == 5
    assert db.session.get_one(LedgerHead, 1).entries == 1


def test_one_key_never_stands_for_two_things(book: Book):
    book.enter("pledge:1/promised", 5)
    db.session.commit()
    book.enter("pledge:1/promised", 6)
    with pytest.raises(EntryConflict, match="entry 1 with quantity 5"):
        db.session.commit()
    db.session.rollback()
    book.enter("pledge:2/promised", 6)
    db.session.commit()

    assert keys() == ["pledge:1/promised", "pledge:2/promised"]


def test_a_correction_takes_away_or_adds_and_shares_its_subject(book: Book):
    book.enter("pledge:1/promised", 5)
    book.correct("pledge:1/promised-1", "pledge:1/promised", -2)
    db.session.commit()
    book.correct("pledge:1/promised-2", "pledge:1/promised-1", 1)
    db.session.commit()

    first, less, more = entries()
    assert (less.quantity, less.corrects_id, more.quantity, more.corrects_id) == (-2, 1, 1, 1)
    assert {(entry.stage, entry.listing_id, entry.giver_id) for entry in (first, less, more)} == {
        (Stage.PROMISED, book.need.id, book.giver.id)
    }
    assert total() == 4


def test_no_more_is_taken_away_than_is_left(book: Book):
    book.enter("pledge:1/promised", 5)
    book.correct("one", "pledge:1/promised", -3)
    db.session.commit()
    book.correct("two", "pledge:1/promised", -3)
    with pytest.raises(IntegrityError, match="takes away no more than is left"):
        db.session.commit()
    db.session.rollback()

    assert keys() == ["pledge:1/promised", "one"]
    assert total() == 2


def test_what_was_never_entered_cannot_be_corrected(book: Book):
    book.correct("one", "pledge:1/promised", -3)
    with pytest.raises(EntryConflict, match="never entered"):
        db.session.commit()
    db.session.rollback()
    assert keys() == []


@pytest.mark.parametrize("quantity", [0, -1])
def test_an_entry_adds_something(book: Book, quantity: int):
    with pytest.raises(ValueError, match="adds something"):
        book.enter("pledge:1/promised", quantity)


def test_a_correction_of_nothing_is_none(book: Book):
    with pytest.raises(ValueError, match="changes something"):
        book.correct("one", "pledge:1/promised", 0)


def test_what_is_undone_is_not_written(book: Book):
    book.enter("pledge:1/promised")
    db.session.rollback()
    UserFactory()
    db.session.commit()
    book.enter("pledge:2/promised")
    db.session.close()
    UserFactory()
    db.session.commit()

    assert keys() == []


def test_a_savepoint_undone_takes_only_its_own_entries_with_it(book: Book):
    book.enter("pledge:1/promised")
    with db.session.begin_nested():
        book.enter("pledge:2/promised")
        inner = db.session.begin_nested()
        book.enter("pledge:3/promised")
        inner.rollback()
    outer = db.session.begin_nested()
    with db.session.begin_nested():
        book.enter("pledge:4/promised")
    outer.rollback()
    book.enter("pledge:5/promised")
    db.session.commit()

    assert keys() == ["pledge:1/promised", "pledge:2/promised", "pledge:5/promised"]


def test_a_savepoint_that_fails_as_it_is_released_takes_its_entries_with_it(book: Book):
    taken = UserFactory(email="taken@group.example")
    book.enter("pledge:1/promised")

    def two_with_one_address() -> None:
        with db.session.begin_nested():
            db.session.add(User(email=taken.email, name="Another", password_hash="", created_at=NOON))
            book.enter("pledge:2/promised")

    with pytest.raises(IntegrityError):
        two_with_one_address()
    db.session.commit()

    assert keys() == ["pledge:1/promised"]


REFUSED = {
    "changing a row": ("UPDATE ledger_entry SET quantity = 50 WHERE id = 1", "append-only"),
    "removing a row": ("DELETE FROM ledger_entry WHERE id = 2", "append-only"),
    "moving the end back": ("UPDATE ledger_head SET entries = 1", "only moves on"),
    "removing the end": ("DELETE FROM ledger_head", "only moves on"),
}


@pytest.mark.parametrize(("statement", "said"), REFUSED.values(), ids=REFUSED)
def test_the_database_refuses_to_change_the_past(book: Book, statement: str, said: str):
    book.fill()
    before = [(entry.id, entry.hash) for entry in entries()]
    with pytest.raises(IntegrityError, match=said):
        db.session.execute(text(statement))
    db.session.rollback()

    assert [(entry.id, entry.hash) for entry in entries()] == before


def test_postgresql_refuses_to_empty_the_ledger(book: Book):
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no TRUNCATE")
    book.fill()
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text("TRUNCATE ledger_entry CASCADE"))
    db.session.rollback()

    assert len(entries()) == 6


INSERT = text(
    "INSERT INTO ledger_entry (id, key, side, stage, kind, unit, quantity, giver_id, receiver_id, listing_id,"
    " ward_code, credited_id, measure, at, evidence, corrects_id, previous, hash)"
    " SELECT :id, 'by hand', side, stage, kind, unit, :quantity, giver_id, receiver_id,"
    " listing_id + :further, ward_code, credited_id, measure, at, evidence, :corrects, :previous, 'made up'"
    " FROM ledger_entry WHERE id = 1"
)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": 8}, "follows the last one"),
        ({"previous": BEGINNING}, "follows the last one"),
        ({"quantity": -1}, "only_corrections_take_away|no more than is left"),
        ({"quantity": -2, "corrects": 1}, "no more than is left"),
        ({"further": 1, "corrects": 1}, "about the same"),
        ({"corrects": 6}, "about the same"),
    ],
)
def test_the_database_refuses_an_entry_out_of_line(book: Book, change: dict, said: str):
    book.fill()
    last = entries()[-1]
    right = {"id": 7, "quantity": 1, "further": 0, "corrects": None, "previous": last.hash}
    with pytest.raises(IntegrityError, match=said):
        db.session.execute(INSERT, right | change)
    db.session.rollback()
    db.session.execute(INSERT, right)
    db.session.commit()
    assert keys()[-1] == "by hand"


def test_what_is_given_for_a_pledge_counts_for_one_organisation(book: Book, pledged: int):
    other = OrganisationFactory().id
    book.enter("promised", pledge_id=pledged)
    db.session.commit()
    book.enter("accepted", stage=Stage.ACCEPTED, pledge_id=pledged, credited_id=other)
    with pytest.raises(IntegrityError, match="counts for one contract"):
        db.session.commit()
    db.session.rollback()

    assert keys() == ["promised"]
