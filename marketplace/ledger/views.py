"""What the pages of the ledger say: steps as staircases, entries as rows of a table."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from flask import url_for

from marketplace.ledger.chain import instant
from marketplace.ledger.forms import KIND_WORDS, SIDE_WORDS, STAGE_WORDS
from marketplace.ledger.models import LedgerEntry, Side
from marketplace.ledger.queries import STAGES, Asked, Shown, Sums
from marketplace.listings.cards import address_of
from marketplace.web import sheets, words

NOT_SHOWN = "not shown"  # somebody or something that is not public, or not public any more
UNIT_WORDS = {"hours": "hour", "items": "item"}
COLUMNS = (
    "Entry", "Instant (UTC)", "Side", "Step", "Kind", "Quantity", "Unit", "£", "Giver", "Receiver", "Notice",
    "Ward", "Credited to", "Corrects entry", "Hash of the entry before", "Hash",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stairs:
    """One kind, from its first step to its last."""

    name: str
    steps: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a page says it; an address is empty where there is no page."""

    number: int
    url: str
    entry: LedgerEntry
    step: str
    kind: str
    amount: str
    giver: tuple[str, str]
    receiver: tuple[str, str]
    credited: tuple[str, str]
    listing: tuple[str, str]
    ward: str


def stairs(side: Side, sums: Sums) -> list[Stairs]:
    """Each kind there is anything of; the bars are shares of its first step."""
    found = []
    for kind, by_stage in sums.items():
        unit = "£" if kind == "money" else "items" if kind == "goods" else "hours"
        tallest = max(by_stage.values(), default=0) or 1
        steps = [
            {
                "state": STAGE_WORDS[stage],
                "words": amount(by_stage.get(stage, 0), unit),
                "share": round(100 * by_stage.get(stage, 0) / tallest, 1),
                "note": "",
            }
            for stage in STAGES[side]
        ]
        found.append(Stairs(KIND_WORDS.get(kind, kind), steps))
    return found


def amount(quantity: int, unit: str) -> str:
    """“£500”, “12 items”, “−2 hours”: a correction may take away."""
    sign = "−" if quantity < 0 else ""
    if unit == "£":
        return sign + words.money(abs(quantity))
    return sign + words.count(abs(quantity), UNIT_WORDS.get(unit, unit))


def lines(shown: Iterable[Shown], wards: dict[str, str]) -> list[Line]:
    return [line(each, wards) for each in shown]


def line(shown: Shown, wards: dict[str, str]) -> Line:
    entry = shown.entry
    nobody = "somebody outside" if entry.receiver_id is None else NOT_SHOWN
    return Line(
        number=entry.id,
        url=url_for("ledger.entry", number=entry.id),
        entry=entry,
        step=STAGE_WORDS[entry.stage],
        kind=KIND_WORDS.get(entry.kind, entry.kind),
        amount=amount(entry.quantity, entry.unit),
        giver=_organisation(shown.giver, NOT_SHOWN),
        receiver=_organisation(shown.receiver, nobody),
        credited=_organisation(shown.credited, NOT_SHOWN),
        listing=(
            (shown.listing.title, address_of(shown.listing.family.value, shown.listing.id))
            if shown.listing
            else (NOT_SHOWN, "")
        ),
        ward=wards.get(entry.ward_code or "", entry.ward_code or ""),
    )


def chosen(asked: Asked, names: dict[str, str]) -> list[tuple[str, str]]:
    """Each filter in use, with the address that takes it off; `names` says whose page the figures are of."""
    used = {name: value for name, value in asdict(asked).items() if value is not None}
    said = {
        "side": SIDE_WORDS.get(asked.side) if asked.side else "",
        "stage": STAGE_WORDS.get(asked.stage) if asked.stage else "",
        "kind": KIND_WORDS.get(asked.kind or "", ""),
        **names,
    }
    return [(said.get(name) or NOT_SHOWN, address(used | {name: None})) for name in used]


def address(used: dict[str, Any], **more: Any) -> str:
    return url_for(
        "ledger.index", **{name: value for name, value in (used | more).items() if value is not None}
    )


def table(batches: Iterable[list[Shown]], wards: dict[str, str]) -> Iterator[bytes]:
    """The entries for a spreadsheet, a slice at a time."""
    yield sheets.START + sheets.lines([COLUMNS])
    for batch in batches:
        yield sheets.lines(_row(line(each, wards)) for each in batch)


def _row(line: Line) -> tuple[Any, ...]:
    entry = line.entry
    return (
        entry.id, instant(entry.at), entry.side.value, entry.stage.value, entry.kind, entry.quantity,
        entry.unit, entry.pounds, line.giver[0], line.receiver[0], line.listing[0], line.ward,
        line.credited[0], entry.corrects_id, entry.previous, entry.hash,
    )  # fmt: skip


def _organisation(row: Any, otherwise: str) -> tuple[str, str]:
    return (row.name, url_for("discovery.organisation", organisation_id=row.id)) if row else (otherwise, "")
