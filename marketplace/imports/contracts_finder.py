"""Contracts Finder's CSV export: open and awarded notices as plain objects, and what to doubt about each.

The export has 43 columns. Those about a contact person (name, e-mail, telephone) are used for one thing only:
to take the same words out of the title and description. No object made here has a place for them.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from marketplace.imports.contacts import mask_contacts
from marketplace.imports.names import supplier_key
from marketplace.imports.tables import EXTRA, Rejected, read_rows

__all__ = ["Notice", "Rejected", "Supplier", "read_notices", "read_suppliers", "supplier_key"]

SUPPLIERS = "Supplier [Name|Address|Ref type|Ref Number|Is SME|Is VCSE]"
NEEDED = (
    "Notice Identifier", "Notice Type", "Organisation Name", "Status", "Published Date", "Title",
    "Description", "Postcode", "Region", "Cpv Codes", "Links", "Start Date", "End Date", "Closing Date",
    "Is sub-contract", "Suitable for SME", "Suitable for VCO", "Value Low", "Value High", "Awarded Date",
    "Awarded Value", SUPPLIERS,
)  # fmt: skip
CONTACTS = ("Contact Name", "Contact Email", "Contact Telephone", "Supplier's contact name")

NOT_SAID = date(1990, 1, 1)  # a day before this is a machine's zero: 01/01/1, 01/01/1970
LONGEST_YEARS = 50  # beyond this after publication a day is a slip of the pen, such as 2102 for 2021
TEST = re.compile(r"^\W*(?:\*{2,}\s*test\b|test notice\b)", re.IGNORECASE)
POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE)

Stage = Literal["contract", "pipeline", "early-engagement"]
STAGES: Mapping[str, Stage] = {
    "contract": "contract",
    "pipeline": "pipeline",
    "preprocurement": "early-engagement",
}


@dataclass(frozen=True, slots=True)
class Supplier:
    """A winner as the buyer wrote it. A sole trader's name and postcode are a person's: show the town."""

    name: str
    postcode: str | None
    sme: bool | None
    vcse: bool | None
    company_number: str | None = None
    charity_number: str | None = None
    sole_trader: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. Money is whole pounds, None where the buyer wrote nothing, 0 or 1.

    `stage` tells work that can be bid for (contract) from plans (pipeline, early-engagement).
    `buyer_postcode` is the notice's own postcode, where the work is, never the contact's. `cpv` are eight
    digits each. `doubts` are sentences about what was corrected or left out.
    """

    id: str
    kind: Literal["open", "awarded"]
    stage: Stage
    title: str
    description: str
    buyer_name: str
    buyer_postcode: str | None
    region: str
    cpv: tuple[str, ...]
    contract_type: str
    is_subcontract: bool
    value_low: int | None
    value_high: int | None
    published_on: date | None
    closes_on: date | None
    starts_on: date | None
    ends_on: date | None
    awarded_on: date | None
    awarded_value: int | None
    suppliers: tuple[Supplier, ...]
    suitable_for_sme: bool | None
    suitable_for_vcse: bool | None
    url: str | None
    doubts: tuple[str, ...] = ()


def read_notices(path: Path) -> Iterator[Notice | Rejected]:
    """Each row of an export as a Notice, or Rejected with the reason.

    Two exports may hold the same notice, with the same `id`. Raises UnreadableTable for another kind of file.
    """
    for line, row in read_rows(path, needs=NEEDED):
        yield _refusal(line, row) or _notice(row)


def read_suppliers(cell: str) -> tuple[Supplier, ...]:
    """The suppliers in a cell of [Name|Address|Ref type|Ref Number|Is SME|Is VCSE][…], each said once."""
    found: dict[tuple[str, str | None], Supplier] = {}
    inside = cell.strip().removeprefix("[").removesuffix("]")
    for entry in re.split(r"\]\s*\[", inside):
        if supplier := _supplier(entry):
            found.setdefault((supplier_key(supplier.name), supplier.postcode), supplier)
    return tuple(found.values())


def _refusal(line: int, row: Mapping[str, str]) -> Rejected | None:
    key = _line(row["Notice Identifier"])
    status = row["Status"].strip().casefold()
    title = _line(row["Title"])
    reasons = {
        "It has more cells than the first line has columns; a comma may lack quotation marks.": row[EXTRA],
        "It has no notice identifier.": not key,
        "It has no title.": not title,
        "It doesn't say which organisation is buying.": not row["Organisation Name"].strip(),
        "It is a test of the system, not work to be done.": TEST.match(title),
        f"Its status is “{row['Status'].strip()}”; only open and awarded notices are read.": (
            status not in ("open", "awarded")
        ),
    }
    return next((Rejected(line, key, reason) for reason, applies in reasons.items() if applies), None)


def _notice(row: Mapping[str, str]) -> Notice:
    doubts: list[str] = []
    kind: Literal["open", "awarded"] = "awarded" if row["Status"].strip().casefold() == "awarded" else "open"
    days = _Days(row, doubts)
    starts_on, ends_on = days.term()
    suppliers = read_suppliers(row[SUPPLIERS])
    if kind == "awarded" and not suppliers:
        doubts.append("It is awarded but names no supplier.")
    value_low, value_high = _range(row, doubts)
    hide = _contacts(row)
    return Notice(
        id=_line(row["Notice Identifier"]),
        kind=kind,
        stage=STAGES.get(row["Notice Type"].strip().casefold(), "contract"),
        title=mask_contacts(_line(row["Title"]), known=hide),
        description=mask_contacts(_text(row["Description"]), known=hide),
        buyer_name=_line(row["Organisation Name"]),
        buyer_postcode=postcode_in(row["Postcode"]),
        region=", ".join(part.strip() for part in row["Region"].split(",") if part.strip()),
        cpv=tuple(dict.fromkeys(re.findall(r"\b\d{8}\b", row["Cpv Codes"]))),
        contract_type=_contract_type(row.get("OJEU Contract Type", "")),
        is_subcontract=row["Is sub-contract"].strip().casefold() == "yes",
        value_low=value_low,
        value_high=value_high,
        published_on=days.published_on,
        closes_on=days.read("Closing Date", "closing date"),
        starts_on=starts_on,
        ends_on=ends_on,
        awarded_on=days.awarded_on() if kind == "awarded" else None,
        awarded_value=_pounds(row["Awarded Value"], "awarded value", doubts) if kind == "awarded" else None,
        suppliers=suppliers,
        suitable_for_sme=_yes(row["Suitable for SME"]),
        suitable_for_vcse=_yes(row["Suitable for VCO"]),
        url=_url(row["Links"]),
        doubts=tuple(doubts),
    )


class _Days:
    """Reads the days of one row, adding a sentence to `doubts` for each that can't be."""

    def __init__(self, row: Mapping[str, str], doubts: list[str]) -> None:
        self.row = row
        self.doubts = doubts
        self.published_on = self._published()

    def read(self, column: str, called: str) -> date | None:
        written = self.row.get(column, "").strip()
        if not written or re.fullmatch(r"0?1/0?1/0*1", written):
            return None
        try:
            day = datetime.strptime(written, "%d/%m/%Y").date()  # noqa: DTZ007 - a day, not an instant
        except ValueError:
            self.doubts.append(f"Its {called}, {written}, is not a day in the calendar, so it is left out.")
            return None
        if day < NOT_SAID:
            self.doubts.append(f"Its {called}, {_said(day)}, is too long ago to be meant, so it is left out.")
            return None
        if self.published_on and day.year > self.published_on.year + LONGEST_YEARS:
            self.doubts.append(f"Its {called}, {_said(day)}, is too far away to be meant, so it is left out.")
            return None
        return day

    def term(self) -> tuple[date | None, date | None]:
        """When the work starts and ends: the contract's own days where given, else those in the notice."""
        starts_on = self.read("Contract start date", "contract's start") or self.read("Start Date", "start")
        ends_on = self.read("Contract end date", "contract's end") or self.read("End Date", "end")
        if starts_on and ends_on and ends_on < starts_on:
            self.doubts.append(f"It ends on {_said(ends_on)}, before it starts, so the end is left out.")
            return starts_on, None
        return starts_on, ends_on

    def awarded_on(self) -> date | None:
        """The day of the award; the day of publication where the award is dated after its own notice."""
        day = self.read("Awarded Date", "award date")
        if day and self.published_on and day > self.published_on:
            self.doubts.append(
                f"Its award is dated {_said(day)}, after the notice itself, "
                f"so the day it was published, {_said(self.published_on)}, is used."
            )
            return self.published_on
        return day

    def _published(self) -> date | None:
        written = self.row["Published Date"].strip()
        try:
            return datetime.fromisoformat(written).date()
        except ValueError:
            unreadable = f"Its publication date, {written}, can't be read."
            self.doubts.append(unreadable if written else "It has no publication date.")
            return None


def _supplier(entry: str) -> Supplier | None:
    # An address may hold bars of its own, so the parts are counted from both ends.
    name, *middle = entry.split("|")
    address, reference = (middle[:-4], middle[-4:]) if len(middle) >= 5 else (middle, ["", "", "", ""])
    name = mask_contacts(_line(name).strip(" ,;|"))
    if not name or name.casefold() in ("null", "n/a", "none"):
        return None
    register, number, sme, vcse = (part.strip() for part in reference)
    return Supplier(
        name=name,
        postcode=postcode_in(" ".join(address)),
        sme=_yes(sme),
        vcse=_yes(vcse),
        company_number=number or None if register == "COMPANIES_HOUSE" else None,
        charity_number=number or None if register == "CHARITY_COMMISSION" else None,
        sole_trader=register == "NONE_SOLE_TRADER",
    )


def postcode_in(text: str) -> str | None:
    """The last full British postcode in free text, as “DL14 6XL”; None without one."""
    found = POSTCODE.findall(text)
    return f"{found[-1][0]} {found[-1][1]}".upper() if found else None


def _range(row: Mapping[str, str], doubts: list[str]) -> tuple[int | None, int | None]:
    low = _pounds(row["Value Low"], "lowest value", doubts)
    high = _pounds(row["Value High"], "highest value", doubts)
    if low is not None and high is not None and high < low:
        doubts.append("Its lowest value is above its highest, so they are read the other way round.")
        return high, low
    return low, high


def _pounds(written: str, called: str, doubts: list[str]) -> int | None:
    plain = re.sub(r"[£,\s]", "", written)
    if not plain:
        return None
    if not re.fullmatch(r"\d{1,13}(\.\d*)?", plain):
        doubts.append(f"Its {called}, {written.strip()}, is not a sum of money, so it is left out.")
        return None
    pounds = round(float(plain))
    return pounds if pounds > 1 else None


def _contacts(row: Mapping[str, str]) -> list[str]:
    """What to take out of the text: the contact's details, unless the contact is the organisation itself."""
    buyer = row["Organisation Name"].casefold()
    written = (row.get(column, "").strip() for column in CONTACTS)
    return [value for value in written if value and value.casefold() not in buyer]


def _contract_type(written: str) -> str:
    return {"works": "works", "services": "services", "products": "goods"}.get(written.strip().casefold(), "")


def _yes(written: str) -> bool | None:
    return {"yes": True, "no": False}.get(written.strip().casefold())


def _url(links: str) -> str | None:
    return next((link for link in links.split() if re.match(r"https?://", link) and "@" not in link), None)


def _line(written: str) -> str:
    return " ".join(html.unescape(written).split())


def _text(written: str) -> str:
    """Paragraphs kept, runs of spaces and blank lines closed up."""
    lines = (" ".join(line.split()) for line in html.unescape(written).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
