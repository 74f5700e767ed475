"""Proving the ledger: the chain entry by entry, then everything that must equal a sum of entries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import aliased

from marketplace.extensions import db
from marketplace.ledger.chain import BEGINNING, COLUMNS, hash_of
from marketplace.ledger.models import LedgerCheck, LedgerEntry, LedgerHead, LedgerTotal
from marketplace.ledger.services import COUNTERS, SUBJECT

AT_ONCE = 5_000  # entries read at a time
NAMED = 1_000  # faults put into words; all are counted
LOOKED_FOR = 20  # changed entries that are looked for among their neighbours: two may have been swapped
NEIGHBOURS = 100  # to either side
IN_THE_RECORD = 10  # faults kept with the record of a check

_ENTRY = LedgerEntry.__table__
_PLAIN = [
    type_coerce(_ENTRY.c[name], String) if name in ("side", "stage") else _ENTRY.c[name] for name in COLUMNS
]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in plain words; with the number of the entry where there is one."""

    words: str
    entry: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What one verification looked at and found."""

    first: int  # the first entry whose hash was computed anew
    entries: int  # up to this one
    hash: str
    faults: tuple[Fault, ...]  # the first of them
    count: int  # of all faults

    @property
    def is_whole(self) -> bool:
        return not self.count


def verify(since: LedgerCheck | None = None) -> Report:
    """Verify the ledger, or only what came since an earlier check that found nothing.

    The totals and counters are compared whole each time. Entries that arrive meanwhile are left for the next.
    """
    head, last = _ends()
    after, previous = (since.entries, since.hash) if since else (0, BEGINNING)
    faults: list[Fault] = []
    count = 0
    for fault in _all_faults(head, last, after, previous):
        count += 1
        if len(faults) < NAMED:
            faults.append(fault)
    entries, end = (head.entries, head.hash) if head else (0, BEGINNING)
    return Report(min(after + 1, max(entries, 1)), entries, end, tuple(faults), count)


def check(*, whole: bool, now: datetime) -> Report:
    """Verify, and record that it was done: all of it, or from where the last check without a fault ended."""
    query = select(LedgerCheck).where(LedgerCheck.faults == 0).order_by(LedgerCheck.id.desc()).limit(1)
    report = verify(None if whole else db.session.scalar(query))
    db.session.add(
        LedgerCheck(
            checked_at=now,
            first=report.first,
            entries=report.entries,
            hash=report.hash,
            faults=report.count,
            words="\n".join(fault.words for fault in report.faults[:IN_THE_RECORD]),
        )
    )
    return report


def _ends() -> tuple[Row[Any] | None, int]:
    """The end as it is written down, and the last entry there is: both at the same moment."""
    last = select(func.coalesce(func.max(LedgerEntry.id), 0)).scalar_subquery()
    row = db.session.execute(select(last, LedgerHead.entries, LedgerHead.hash)).one_or_none()
    if row is None:
        return None, db.session.scalar(select(last)) or 0
    return row, int(row[0])


def _all_faults(head: Row[Any] | None, last: int, after: int, previous: str) -> Iterator[Fault]:
    if head is None:
        if last:
            yield Fault("The end of the ledger is not written down, though there are entries.")
        return
    if last > head.entries:
        yield Fault(
            f"{_entries(head.entries + 1, last)} after the end of the ledger, which is {head.entries}.", last
        )
    yield from _chain(head.entries, head.hash, after, previous)
    yield from _totals()
    yield from _corrections(after)
    yield from _counted_twice()
    yield from _counters()


def _chain(entries: int, end: str, after: int, previous: str) -> Iterator[Fault]:
    """Walk the chain; says of each entry what its hash, its number and the hash it carries give away."""
    last, lost = after, 0
    if (
        after
        and (stands := db.session.scalar(select(LedgerEntry.hash).where(LedgerEntry.id == after))) != previous
    ):
        yield Fault(f"Entry {after} is not what it was when the ledger was last verified.", after)
        previous = stands or previous
    for row in _rows(after, entries):
        number, found = row["id"], row["hash"]
        if number != last + 1:
            yield Fault(f"{_entries(last + 1, number - 1)} missing.", last + 1)
        elif row["previous"] != previous:
            before = f"of entry {last}" if last else "that a first entry has"
            yield Fault(
                f"Entry {number} does not carry the hash {before}: one of the two is not what it was.", number
            )
        if hash_of(row) != found:
            lost += 1
            yield _changed(row, look=lost <= LOOKED_FOR)
        last, previous = number, found
    if last < entries:
        yield Fault(f"{_entries(last + 1, entries)} missing from the end.", last + 1)
    elif previous != end:
        yield Fault(f"The end of the ledger does not carry the hash of entry {last}.", last or None)


def _rows(after: int, until: int) -> Iterator[dict[str, Any]]:
    names = (*COLUMNS, "hash")
    while after < until:
        query = select(*_PLAIN, _ENTRY.c.hash).where(_ENTRY.c.id > after, _ENTRY.c.id <= until)
        rows = db.session.execute(query.order_by(_ENTRY.c.id).limit(AT_ONCE)).all()
        for row in rows:
            yield dict(zip(names, row, strict=True))
        if not rows:
            return
        after = rows[-1][0]


def _changed(row: dict[str, Any], *, look: bool) -> Fault:
    """An entry whose hash is not that of what it says; with its right place, if it is only not in it."""
    number = row["id"]
    for other in range(max(1, number - NEIGHBOURS), number + NEIGHBOURS + 1) if look else ():
        if hash_of(row | {"id": other}) == row["hash"]:
            return Fault(
                f"Entry {number} is really entry {other}: they were put in each other’s place.", number
            )
    return Fault(f"Entry {number} was changed: what it says does not make its hash.", number)


def _entries(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"


def _totals() -> Iterator[Fault]:
    """Compare the totals with the sums, read in one statement, so that nothing comes in between."""
    keys = (LedgerEntry.side, LedgerEntry.stage, LedgerEntry.kind)
    sums = select(
        *keys, func.sum(LedgerEntry.quantity).label("quantity"), literal(0).label("total")
    ).group_by(*keys)
    totals = select(LedgerTotal.side, LedgerTotal.stage, LedgerTotal.kind, literal(0), LedgerTotal.quantity)
    both = union_all(sums, totals).subquery()
    side, stage, kind, quantity, total = both.c
    query = select(side, stage, kind, func.sum(quantity), func.sum(total)).group_by(side, stage, kind)
    for *key, entered, kept in db.session.execute(query.order_by(side, stage, kind)):
        if entered != kept:
            words = " ".join(str(part) for part in key)
            yield Fault(f"The total of {words} says {kept:,}; its entries make {entered:,}.")


def _corrections(after: int) -> Iterator[Fault]:
    """Corrections of something else, or of more than was left when they were made."""
    was = aliased(LedgerEntry)
    differs: list[ColumnElement[bool]] = [
        getattr(LedgerEntry, name).is_distinct_from(getattr(was, name)) for name in ("stage", *SUBJECT)
    ]
    query = select(LedgerEntry.id, LedgerEntry.corrects_id).outerjoin(was, was.id == LedgerEntry.corrects_id)
    query = query.where(LedgerEntry.corrects_id.is_not(None), LedgerEntry.id > after)
    for number, of in db.session.execute(
        query.where(or_(was.id.is_(None), *differs)).order_by(LedgerEntry.id)
    ):
        yield Fault(f"Entry {number} corrects entry {of}, but is about something else.", number)
    corrected = select(LedgerEntry.corrects_id).where(
        LedgerEntry.corrects_id.is_not(None), LedgerEntry.id > after
    )
    first = func.coalesce(LedgerEntry.corrects_id, LedgerEntry.id)
    left = (
        select(
            LedgerEntry.id,
            func.sum(LedgerEntry.quantity).over(partition_by=first, order_by=LedgerEntry.id).label("left"),
        )
        .where(first.in_(corrected))
        .subquery()
    )
    for number in db.session.scalars(select(left.c.id).where(left.c.left < 0).order_by(left.c.id)):
        yield Fault(f"Entry {number} takes away more than was left.", number)


def _counted_twice() -> Iterator[Fault]:
    """Entries of a pledge that count for another contract, or another organisation, than its first does."""
    firsts = (
        select(func.min(LedgerEntry.id))
        .where(LedgerEntry.pledge_id.is_not(None))
        .group_by(LedgerEntry.pledge_id)
    )
    first = aliased(LedgerEntry)
    query = select(LedgerEntry.id, LedgerEntry.pledge_id).join(
        first, first.pledge_id == LedgerEntry.pledge_id
    )
    differs = or_(
        LedgerEntry.contract_id.is_distinct_from(first.contract_id),
        LedgerEntry.credited_id.is_distinct_from(first.credited_id),
    )
    for number, pledge in db.session.execute(
        query.where(first.id.in_(firsts), differs).order_by(LedgerEntry.id)
    ):
        yield Fault(f"Entry {number} counts pledge {pledge} for somebody else than its first entry.", number)


def _counters() -> Iterator[Fault]:
    for name, unequal in COUNTERS.items():
        for each in unequal():
            yield Fault(f"{name}: {each.what} says {each.counter:,}; its entries make {each.entries:,}.")
