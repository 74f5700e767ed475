"""Awarded notices: their suppliers become organisations with a history, which nobody claims yet."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketplace.categories.catalogue import catalogue
from marketplace.extensions import db
from marketplace.imports.contracts_finder import Notice, Supplier, supplier_key
from marketplace.imports.gathering import Entry
from marketplace.imports.records import (
    FromRecords,
    Run,
    believable,
    filed_under,
    fitted,
    have_indexed,
    number_or_none,
    put,
)
from marketplace.imports.whereabouts import Whereabouts, put_at
from marketplace.organisations.models import Organisation, OrganisationKind, PastWork
from marketplace.places.tally import Rejected

SOURCE = "contracts-finder"
SOLE_TRADER = "Sole trader"
CATEGORIES_AT_MOST = 3
# What buyers write where a supplier's name should be.
_NOT_A_NAME = re.compile(
    r"(?:please )?(?:see|refer to) (?:the )?(?:attach|list|below|document|additional|description)"
    r"|suppliers? (?:as )?listed\b|(?:various|multiple|several)(?: suppliers?)?$"
    r"|(?:tbc|tba|not disclosed|redacted|withheld|confidential)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Win:
    """A supplier's part in an award, by the supplier's key."""

    key: str
    notice: Notice
    supplier: Supplier


def save(batch: Sequence[Sequence[Entry]], run: Run) -> None:
    """Store these awards, each given in all its wordings, and count them one by one.

    What an organisation has been given stays: later awards only fill what is blank.
    """
    wins = [list(_wins(wordings)) for wordings in batch]
    organisations = FromRecords(SOURCE, (win.key for won in wins for win in won), run)
    works = _works([wordings[0].notice.id for wordings in batch])
    run.whereabouts.learn(win.supplier.postcode for won in wins for win in won)
    run.whereabouts.learn(row.postcode for row in organisations)
    to_index: list[Organisation] = []
    for wordings, won in zip(batch, wins, strict=True):
        if not won:
            run.tally.reject(Rejected(wordings[0].line, "It names no supplier."))
            continue
        is_known = any((win.notice.id, win.key) in works for win in won)
        changed = False
        for win in won:
            organisation, altered = _organisation(win, organisations, run.whereabouts)
            altered |= _record(win, organisation, works)
            if altered:  # it is found by the titles of its work, too
                to_index.append(organisation)
            changed |= altered
        run.count(is_new=not is_known, changed=changed)
    have_indexed(to_index)


def _wins(wordings: Sequence[Entry]) -> Iterator[Win]:
    """Each supplier of an award once, as the latest wording has it; several entries of one are joined."""
    found: dict[str, Win] = {}
    for entry in wordings:
        for supplier in entry.notice.suppliers:
            key = supplier_key(supplier.name)[:200]
            if not key or _NOT_A_NAME.match(supplier.name):
                continue
            earlier = found.setdefault(key, Win(key, entry.notice, supplier))
            if earlier.supplier is not supplier:
                found[key] = Win(key, earlier.notice, _joined(earlier.supplier, supplier))
    yield from found.values()


def _joined(first: Supplier, second: Supplier) -> Supplier:
    return Supplier(
        name=first.name,
        postcode=first.postcode or second.postcode,
        sme=first.sme,
        vcse=first.vcse or second.vcse,
        company_number=first.company_number or second.company_number,
        charity_number=first.charity_number or second.charity_number,
        sole_trader=first.sole_trader or second.sole_trader,
    )


def _works(notice_ids: Sequence[str]) -> dict[tuple[str, str], PastWork]:
    query = (
        db.select(PastWork, Organisation.source_key)
        .join(Organisation)
        .where(PastWork.source == SOURCE, PastWork.source_key.in_(notice_ids), Organisation.source == SOURCE)
    )
    return {(work.source_key, str(key)): work for work, key in db.session.execute(query)}


def _organisation(
    win: Win, organisations: FromRecords, whereabouts: Whereabouts
) -> tuple[Organisation, bool]:
    """The supplier's organisation, and whether it is new or learnt something."""
    row = organisations.get(win.key)
    is_new = row is None
    if row is None:
        row = organisations.make(win.key, name=fitted(win.supplier.name, 200), kind=OrganisationKind.BUSINESS)
    if row.is_claimed:  # its people say what is so
        return row, False
    supplier = win.supplier
    facts = {
        "charity_number": row.charity_number or number_or_none(supplier.charity_number),
        "company_number": row.company_number or number_or_none(supplier.company_number),
    }
    if supplier.charity_number or supplier.vcse:
        facts["kind"] = OrganisationKind.VOLUNTARY
    if supplier.sole_trader:
        facts["legal_form"] = SOLE_TRADER
    learnt = put(row, facts)
    return row, _pin(row, supplier, whereabouts) or learnt or is_new


def _pin(row: Organisation, supplier: Supplier, whereabouts: Whereabouts) -> bool:
    """Fill a blank address. A sole trader's is a person's: only the town is kept, whenever we learn it."""
    before = (row.postcode, row.lat, row.lon, row.ward_code, row.town)
    if row.legal_form == SOLE_TRADER:
        if row.postcode or row.lat is None:
            put_at(row, whereabouts.town_of(row.postcode or supplier.postcode))
        row.postcode = ""
    else:
        row.postcode = row.postcode or supplier.postcode or ""
        if row.lat is None and (spot := whereabouts.of(row.postcode)):
            put_at(row, spot)
    return before != (row.postcode, row.lat, row.lon, row.ward_code, row.town)


def _record(win: Win, organisation: Organisation, works: dict[tuple[str, str], PastWork]) -> bool:
    """Write the work into the supplier's history; returns whether it is new or different."""
    notice = win.notice
    values = {
        "title": fitted(notice.title, 300),
        "description": fitted(notice.description),
        "buyer_name": fitted(notice.buyer_name, 200),
        "value": believable(notice.awarded_value),
        "awarded_on": notice.awarded_on,
        "categories": filed_under(map(catalogue().for_cpv, notice.cpv), CATEGORIES_AT_MOST),
    }
    work = works.get((notice.id, win.key))
    if work is not None:
        return put(work, values)
    db.session.add(PastWork(organisation=organisation, source=SOURCE, source_key=notice.id, **values))
    return True
