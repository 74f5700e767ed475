"""Entering what happened, and correcting it; the chain itself is written at the very end of a transaction.

`enter` and `correct` only note what is to be written. Right before the commit the end of the chain is locked,
the entries are linked to it in the order they were noted, and the totals move with them. So whoever writes to
the ledger holds the others up for the length of a commit, and never while a form is still being looked at.
What was noted inside a savepoint that is undone is forgotten with it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import Connection, bindparam, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as AnySession

from marketplace.extensions import db
from marketplace.ledger.chain import BEGINNING, hash_of
from marketplace.ledger.models import LedgerEntry, LedgerHead, LedgerTotal, Side, Stage
from marketplace.noting import Notebook

AT_ONCE = 500  # keys looked up, or rows written, in one statement

# What an entry is about. A correction shares all of it with what it corrects.
SUBJECT = (
    "side", "kind", "unit", "giver_id", "receiver_id", "listing_id", "pledge_id", "delivery_id", "outcome_id",
    "ward_code", "contract_id", "credited_id", "measure",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What an entry is about: what of, from whom, to whom, for which notice, and where it counts."""

    side: Side
    kind: str  # volunteers, goods, money, space, skills
    unit: str  # hours, items, £
    giver_id: int  # of spend: the buyer
    receiver_id: int | None  # empty: not one of ours
    listing_id: int
    pledge_id: int | None = None
    delivery_id: int | None = None
    outcome_id: int | None = None
    ward_code: str | None = None
    contract_id: int | None = None
    credited_id: int | None = None  # empty: the giver
    measure: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Noted:
    """One entry to write; a correction has no stage of its own yet, and no subject."""

    key: str
    quantity: int
    actor_id: int | None
    at: datetime
    evidence: str
    stage: Stage | None = None
    about: About | None = None
    of_key: str = ""


_NOTED: Notebook[_Noted] = Notebook("ledger")  # what the open transaction is to write


class EntryConflict(Exception):
    """A bug: one key stands for two different things, or a correction for nothing."""


def enter(
    key: str, stage: Stage, quantity: int, about: About, *, actor: Any, now: datetime, evidence: str = ""
) -> None:
    """Note that this much has come to a stage; written when the transaction is committed.

    `key` names it for ever (“pledge:12/accepted”): the same key again is the same entry, written once.
    Raises `EntryConflict` at the commit where the key already stands for something else.
    """
    if quantity <= 0:
        raise ValueError("An entry adds something; take away with `correct`.")
    _NOTED.note(db.session(), _Noted(key, quantity, _id(actor), now, evidence, stage, about))


def correct(key: str, of_key: str, quantity: int, *, actor: Any, now: datetime, evidence: str = "") -> None:
    """Note that an earlier entry turned out otherwise; `quantity` is added to it, or taken away if negative.

    Raises `EntryConflict` at the commit where there is no such entry; the database refuses to take away more
    than is left of it.
    """
    if quantity == 0:
        raise ValueError("A correction changes something.")
    _NOTED.note(db.session(), _Noted(key, quantity, _id(actor), now, evidence, of_key=of_key))


@dataclass(frozen=True, slots=True)
class Unequal:
    """A counter somewhere in the product that is not the sum of its entries."""

    what: str  # “line 12 of need 7”
    counter: int
    entries: int


Check = Callable[[], Iterable[Unequal]]
COUNTERS: dict[str, Check] = {}


def counter(name: str) -> Callable[[Check], Check]:
    """Register a check that a counter is the sum of its entries; it yields those that are not.

    `name` says in plain words what is counted: “what a need’s line says is promised”.
    """

    def register(check: Check) -> Check:
        if COUNTERS.setdefault(name, check) is not check:
            raise LookupError(f"Two counters are called {name}")
        return check

    return register


def _id(actor: Any) -> int | None:
    return actor.id if actor else None


@event.listens_for(Session, "before_commit")
def _write(session: AnySession) -> None:
    if session.in_nested_transaction() or not (noted := _NOTED.take(session)):
        return
    session.flush()
    connection = session.connection()
    head = _hold_the_end(connection)
    rows = _linked(noted, _known(connection, noted), head)
    if not rows:
        return
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(_ENTER, rows[start : start + AT_ONCE])
    connection.execute(_ADD_UP[connection.dialect.name], _sums(rows))
    connection.execute(_MOVE_ON, {"last": rows[-1]["id"], "last_hash": rows[-1]["hash"]})


def _hold_the_end(connection: Connection) -> tuple[int, str]:
    """Lock the end of the chain until the commit; returns how many entries there are and the last hash."""
    begin, name = {"entries": 0, "hash": BEGINNING}, connection.dialect.name
    driver = connection.connection.driver_connection
    if name == "sqlite" and not (driver and driver.in_transaction):
        connection.execute(_BEGIN[name], begin)  # a SELECT locks nothing: this takes the one writer's place
    head = connection.execute(_HOLD).one_or_none()
    if head is None:
        connection.execute(_BEGIN[name], begin)
        head = connection.execute(_HOLD).one()
    return head.entries, head.hash


def _known(connection: Connection, noted: Sequence[_Noted]) -> dict[str, dict[str, Any]]:
    """Entries there are of these keys, and those they correct. While we hold the end nobody adds any."""
    keys = sorted({each.key for each in noted} | {each.of_key for each in noted if each.of_key})
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(keys), AT_ONCE):
        rows = connection.execute(_KNOWN, {"keys": keys[start : start + AT_ONCE]})
        found |= {row.key: dict(row._mapping) for row in rows}
    return found


def _linked(
    noted: Sequence[_Noted], known: dict[str, dict[str, Any]], head: tuple[int, str]
) -> list[dict[str, Any]]:
    """The rows to write, each with the hash of the one before; what is there already is left out."""
    number, previous = head
    rows: list[dict[str, Any]] = []
    for each in noted:
        row = _row(each, known)
        if each.key in known:
            _same_or_conflict(row, known[each.key])
            continue
        number += 1
        row |= {"id": number, "previous": previous}
        row["hash"] = previous = hash_of(row)
        known[each.key] = row
        rows.append(row)
    return rows


def _row(noted: _Noted, known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if noted.about is not None:
        subject, corrects_id = {name: getattr(noted.about, name) for name in SUBJECT}, None
        subject["stage"] = noted.stage
        subject["credited_id"] = subject["credited_id"] or subject["giver_id"]
    elif (original := known.get(noted.of_key)) is not None:
        subject = {name: original[name] for name in ("stage", *SUBJECT)}
        corrects_id = original["corrects_id"] or original["id"]
    else:
        raise EntryConflict(f"{noted.key} corrects {noted.of_key}, which was never entered")
    return subject | {
        "key": noted.key,
        "quantity": noted.quantity,
        "pounds": noted.quantity if subject["unit"] == "£" else None,
        "actor_id": noted.actor_id,
        "at": noted.at,
        "evidence": noted.evidence,
        "corrects_id": corrects_id,
    }


def _same_or_conflict(row: Mapping[str, Any], entry: Mapping[str, Any]) -> None:
    """The same thing said twice is said once. Who pressed the button, and when, may differ."""
    for name in ("stage", "quantity", "corrects_id", *SUBJECT):
        if row[name] != entry[name]:
            raise EntryConflict(
                f"{row['key']} is entry {entry['id']} with {name} {entry[name]!r}; it cannot be {row[name]!r}"
            )


def _sums(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    sums: Counter[tuple[Side, Stage, str]] = Counter()
    for row in rows:
        sums[row["side"], row["stage"], row["kind"]] += row["quantity"]
    return [
        {"side": side, "stage": stage, "kind": kind, "quantity": quantity}
        for (side, stage, kind), quantity in sums.items()
    ]


def _add_up(insert: Any) -> Any:
    statement = insert(_TOTAL)
    added = {"quantity": _TOTAL.c.quantity + statement.excluded.quantity}
    return statement.on_conflict_do_update(index_elements=["side", "stage", "kind"], set_=added)


# All that runs while others wait, made once: making a statement takes longer than carrying it out.
_ENTRY, _HEAD, _TOTAL = LedgerEntry.__table__, LedgerHead.__table__, LedgerTotal.__table__
_INSERT: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_BEGIN = {name: insert(_HEAD).values(id=1).on_conflict_do_nothing() for name, insert in _INSERT.items()}
_HOLD = select(_HEAD.c.entries, _HEAD.c.hash).with_for_update()
_KNOWN = select(_ENTRY).where(_ENTRY.c.key.in_(bindparam("keys", expanding=True)))
_ENTER = _ENTRY.insert()
_ADD_UP = {name: _add_up(insert) for name, insert in _INSERT.items()}
_MOVE_ON = _HEAD.update().values(entries=bindparam("last"), hash=bindparam("last_hash"))
