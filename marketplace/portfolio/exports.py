"""Everything an organisation promised, as a table for a spreadsheet or as JSON, read a slice at a time."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import url_for

from marketplace.ledger.models import Stage
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import Pledge
from marketplace.portfolio import stages
from marketplace.web import sheets

AT_ONCE = 250
COLUMNS = (
    "promise", "stage", "need", "charity", "town", "ward", "kind", "unit", "what", "promised", "accepted",
    "delivered", "confirmed", "verified", "times", "rhythm", "first_day", "timing", "bundle", "contract",
    "offered_on", "accepted_on", "delivered_on", "confirmed_on", "verified_on", "address",
)  # fmt: skip


def table(organisation: Organisation, wards: Mapping[str, str]) -> Iterator[bytes]:
    """The file for a spreadsheet: a line of names, then a line a promise."""
    yield sheets.START + sheets.lines([[name.replace("_", " ").capitalize() for name in COLUMNS]])
    for rows in _slices(organisation, wards):
        yield sheets.lines([row[name] for name in COLUMNS] for row in rows)


def array(organisation: Organisation, wards: Mapping[str, str]) -> Iterator[bytes]:
    """The same as a JSON array of objects; quantities are whole numbers of their unit, days ISO 8601."""
    before = "["
    for rows in _slices(organisation, wards):
        for row in rows:
            yield f"{before}\n{json.dumps(row, ensure_ascii=False)}".encode()
            before = ","
    yield b"[]\n" if before == "[" else b"\n]\n"


def _slices(organisation: Organisation, wards: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
    after = 0
    while found := stages.in_turn(organisation, after=after, limit=AT_ONCE):
        sums = stages.reached(pledge.id for pledge in found)
        yield [_row(pledge, sums.get(pledge.id, {}), wards) for pledge in found]
        after = found[-1].id


def _row(pledge: Pledge, sums: Mapping[Stage, int], wards: Mapping[str, str]) -> dict[str, Any]:
    line = pledge.quantity_row
    stage = stages.row(pledge, sums).stage
    values = (
        pledge.id, stage, pledge.listing.title, pledge.receiver.name, pledge.listing.town,
        wards.get(pledge.listing.ward_code or "", ""), line.kind.value, line.unit, line.what,
        *(sums.get(step, 0) for step in stages.STEPS), pledge.times, pledge.rhythm.value,
        pledge.starts_on and pledge.starts_on.isoformat(), pledge.timing,
        pledge.bundle.name if pledge.bundle else "", pledge.contract_id,
        *(_day(getattr(pledge, f"{name}_at")) for name in
          ("offered", "accepted", "delivered", "confirmed", "verified")),
        url_for("pledges.show", pledge_id=pledge.id, _external=True),
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def _day(at: Any) -> str | None:
    return at.date().isoformat() if at else None
