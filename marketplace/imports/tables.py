"""CSV files as people make them: with a byte-order mark or none, in UTF-8 or Windows' cp1252, and ragged."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

EXTRA = ""  # the heading under which a row keeps what it has beyond the last column
BLOCK = 1 << 20  # bytes read at a time while the encoding is settled


class UnreadableTable(Exception):
    """The file can't be read as the table expected; the message says what to do about it."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out: its line in the file, what it calls itself, and why, in a plain sentence."""

    line: int
    key: str
    reason: str


def read_rows(path: Path, *, needs: Iterable[str] = ()) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row as (its first line in the file, text by heading), one at a time.

    Headings named in `needs` must be there, in any case and spacing, and come out as spelt in `needs`. A row
    that is short is filled with "", blank rows are skipped, and text beyond the last heading is under EXTRA.
    Raises UnreadableTable.
    """
    try:
        encoding = _encoding(path)
        with path.open(encoding=encoding, errors="replace", newline="") as lines:
            table = csv.reader(lines, strict=False)
            headings = _headings(table, needs=tuple(needs))
            begins = table.line_num + 1
            for cells in _cells(table):
                if any(cell.strip() for cell in cells):
                    yield begins, _row(headings, cells)
                begins = table.line_num + 1
    except OSError as problem:
        raise UnreadableTable(f"The file “{path.name}” can't be opened: {problem.strerror}.") from problem


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is, cp1252 otherwise; a workbook is refused before it is read as text."""
    with path.open("rb") as stream:
        start = stream.read(BLOCK)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise UnreadableTable("This is a spreadsheet file. Save it as “CSV UTF-8” and try again.")
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        try:
            for block in chain([start], iter(lambda: stream.read(BLOCK), b"")):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _headings(table: Iterator[list[str]], *, needs: tuple[str, ...]) -> list[str]:
    first = next((cells for cells in _cells(table) if any(cell.strip() for cell in cells)), None)
    if first is None:
        raise UnreadableTable("The file is empty. The first line must name the columns.")
    spelt = {_plain(need): need for need in needs}
    headings = [spelt.get(_plain(cell), cell.strip()) for cell in first]
    missing = [need for need in needs if need not in headings]
    if not missing:
        return headings
    if len(first) == 1 and any(mark in first[0] for mark in ";\t"):
        raise UnreadableTable(
            "The columns aren't separated by commas. Save the file as “CSV (comma delimited)”."
        )
    named = ", ".join(f"“{need}”" for need in missing)
    raise UnreadableTable(
        f"The first line has no column called {named}. Check that this is the right file, "
        "and that its first line is the column names."
    )


def _cells(table: Iterator[list[str]]) -> Iterator[list[str]]:
    try:
        yield from table
    except csv.Error as problem:
        line = getattr(table, "line_num", 0)
        raise UnreadableTable(
            f"The file can't be read past line {line}: look for a quotation mark opened and never closed."
        ) from problem


def _row(headings: list[str], cells: list[str]) -> dict[str, str]:
    row: dict[str, str] = dict.fromkeys(headings, "")
    row.pop(EXTRA, None)  # a column without a heading has nothing to call it
    for heading, cell in zip(headings, cells, strict=False):
        if heading and not row[heading]:  # of two columns called the same, the first with something in it
            row[heading] = cell
    row[EXTRA] = " ".join(cell.strip() for cell in cells[len(headings) :] if cell.strip())
    return row


def _plain(heading: str) -> str:
    return " ".join(heading.casefold().split())
