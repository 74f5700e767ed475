"""The ledger, read: the steps, sums by what they are of, and the entries behind a figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, lazyload

from marketplace.extensions import db
from marketplace.ledger.models import LedgerCheck, LedgerEntry, LedgerHead, LedgerTotal, Side, Stage
from marketplace.listings.models import Listing, QuantityKind
from marketplace.organisations.models import Organisation

STAGES = {
    Side.SUPPORT: (Stage.PROMISED, Stage.ACCEPTED, Stage.DELIVERED, Stage.CONFIRMED, Stage.VERIFIED),
    Side.SPEND: (Stage.AWARDED, Stage.STARTED, Stage.PAID),
}
AT_ONCE = 1_000  # entries read at a time

Sums = dict[str, dict[Stage, int]]  # by kind, then by stage


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the ledger: all of these that are given."""

    side: Side | None = None
    stage: Stage | None = None
    kind: str | None = None
    ward: str | None = None
    organisation: int | None = None  # gave or received
    listing: int | None = None
    contract: int | None = None

    @property
    def is_all(self) -> bool:
        return all(getattr(self, each.name) is None for each in fields(self))

    def of(self, side: Side) -> "Asked":
        return replace(self, side=side, stage=None)

    @property
    def conditions(self) -> list[Any]:
        entry = LedgerEntry
        wanted: list[Any] = [
            column == value
            for column, value in (
                (entry.side, self.side),
                (entry.stage, self.stage),
                (entry.kind, self.kind),
                (entry.ward_code, self.ward),
                (entry.listing_id, self.listing),
                (entry.contract_id, self.contract),
            )
            if value is not None
        ]
        if self.organisation is not None:
            wanted.append(or_(entry.giver_id == self.organisation, entry.receiver_id == self.organisation))
        return wanted


def sums(side: Side, asked: Asked | None = None) -> Sums:
    """How much of each kind stands at each stage; over the whole place these are the totals that are kept."""
    asked = asked or Asked()
    if asked.is_all or asked == Asked(side=side):
        kept = select(LedgerTotal.kind, LedgerTotal.stage, LedgerTotal.quantity).where(
            LedgerTotal.side == side
        )
        rows = db.session.execute(kept).all()
    else:
        query = select(LedgerEntry.kind, LedgerEntry.stage, func.sum(LedgerEntry.quantity))
        query = query.where(*asked.of(side).conditions).group_by(LedgerEntry.kind, LedgerEntry.stage)
        rows = db.session.execute(query).all()
    found: Sums = {}
    for kind, stage, quantity in rows:
        found.setdefault(kind, {})[stage] = int(quantity)
    order = [kind.value for kind in QuantityKind]
    return dict(sorted(found.items(), key=lambda item: order.index(item[0]) if item[0] in order else 99))


BY: dict[str, InstrumentedAttribute[Any]] = {
    "ward": LedgerEntry.ward_code,
    "listing": LedgerEntry.listing_id,
    "giver": LedgerEntry.giver_id,
    "receiver": LedgerEntry.receiver_id,
    "credited": LedgerEntry.credited_id,
    "contract": LedgerEntry.contract_id,
}


def sums_by(name: str, asked: Asked) -> dict[Any, dict[tuple[str, Stage], int]]:
    """Sums of each ward, listing, giver, receiver, credited organisation or contract: by (kind, stage)."""
    by = BY[name]
    query = select(by, LedgerEntry.kind, LedgerEntry.stage, func.sum(LedgerEntry.quantity))
    query = query.where(*asked.conditions).group_by(by, LedgerEntry.kind, LedgerEntry.stage).order_by(by)
    found: dict[Any, dict[tuple[str, Stage], int]] = {}
    for of, kind, stage, quantity in db.session.execute(query):
        found.setdefault(of, {})[kind, stage] = int(quantity)
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry with those it names, as far as they are public."""

    entry: LedgerEntry
    listing: Listing | None
    giver: Organisation | None
    receiver: Organisation | None
    credited: Organisation | None


def rows(asked: Asked, *, before: int | None = None, limit: int) -> list[Shown]:
    """The entries behind a figure, latest first; those before a number, for the next page."""
    query = select(LedgerEntry).where(*asked.conditions)
    if before is not None:
        query = query.where(LedgerEntry.id < before)
    return _named(query.order_by(LedgerEntry.id.desc()).limit(limit))


def batches(asked: Asked) -> Iterator[list[Shown]]:
    """All entries behind a figure, latest first, some at a time."""
    found = rows(asked, limit=AT_ONCE)
    while found:
        yield found
        found = rows(asked, before=found[-1].entry.id, limit=AT_ONCE)


def entry_named(number: int) -> Shown | None:
    found = _named(select(LedgerEntry).where(LedgerEntry.id == number))
    return found[0] if found else None


def corrections_of(entry: LedgerEntry) -> Sequence[LedgerEntry]:
    query = select(LedgerEntry).where(LedgerEntry.corrects_id == entry.id)
    return db.session.scalars(query.order_by(LedgerEntry.id)).all()


def about(
    *, key: str | None = None, listing_id: int | None = None, pledge_id: int | None = None, limit: int
) -> Sequence[LedgerEntry]:
    """The entry of a key with its corrections, or all about a listing or pledge; or else the last few."""
    query = select(LedgerEntry).order_by(LedgerEntry.id)
    if key is not None:
        named = select(LedgerEntry.id).where(LedgerEntry.key == key).scalar_subquery()
        return db.session.scalars(
            query.where(or_(LedgerEntry.id == named, LedgerEntry.corrects_id == named))
        ).all()
    if listing_id is not None or pledge_id is not None:
        if listing_id is not None:
            query = query.where(LedgerEntry.listing_id == listing_id)
        if pledge_id is not None:
            query = query.where(LedgerEntry.pledge_id == pledge_id)
        return db.session.scalars(query).all()
    last = db.session.scalars(select(LedgerEntry).order_by(LedgerEntry.id.desc()).limit(limit)).all()
    return last[::-1]


def all_after(number: int) -> Iterator[dict[str, Any]]:
    """Every column of every entry after this one, in order."""
    table = LedgerEntry.__table__
    while True:
        query = select(table).where(table.c.id > number).order_by(table.c.id).limit(AT_ONCE)
        found = db.session.execute(query).all()
        yield from (dict(row._mapping) for row in found)
        if not found:
            return
        number = found[-1].id


def head() -> LedgerHead | None:
    return db.session.get(LedgerHead, 1)


def last_checks(limit: int = 14) -> Sequence[LedgerCheck]:
    """How the last verifications ended, latest first."""
    return db.session.scalars(select(LedgerCheck).order_by(LedgerCheck.id.desc()).limit(limit)).all()


def wards() -> list[str]:
    """The codes of wards that anything was given in."""
    # A step from each code to the next in the index: entries are many, wards are few.
    found: list[str] = []
    while True:
        next_code = select(func.min(LedgerEntry.ward_code))
        if found:
            next_code = next_code.where(LedgerEntry.ward_code > found[-1])
        code = db.session.scalar(next_code)
        if code is None:
            return found
        found.append(code)


def has_entries() -> bool:
    return bool(db.session.scalar(select(exists().where(LedgerEntry.id == 1))))


def _named(query: Select[Any]) -> list[Shown]:
    """The entries with what they name, three queries in all; what is not public has no name here."""
    entries = db.session.scalars(query).all()
    organisations = {
        row.id: row
        for row in db.session.scalars(
            select(Organisation).where(
                Organisation.id.in_(
                    {
                        id_
                        for entry in entries
                        for id_ in (entry.giver_id, entry.receiver_id, entry.credited_id)
                        if id_
                    }
                )
            )
        )
        if row.is_public
    }
    listings = {
        row.id: row
        for row in db.session.scalars(
            select(Listing)
            .where(Listing.id.in_({entry.listing_id for entry in entries}))
            .options(lazyload(Listing.quantities))
        )
        if row.is_public
    }
    return [
        Shown(
            entry,
            listings.get(entry.listing_id),
            organisations.get(entry.giver_id),
            organisations.get(entry.receiver_id or 0),
            organisations.get(entry.credited_id or 0),
        )
        for entry in entries
    ]
