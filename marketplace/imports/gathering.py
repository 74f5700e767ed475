"""Reading whole files before any is stored: each record once, however often the files have it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from marketplace.imports.charities import Charity, read_charities
from marketplace.imports.contracts_finder import NEEDED as NOTICE_COLUMNS
from marketplace.imports.contracts_finder import Notice, read_notices
from marketplace.imports.tables import Rejected as Unread
from marketplace.imports.tables import read_rows
from marketplace.places.tally import Rejected, Tally


@dataclass(frozen=True, slots=True)
class Entry:
    """A notice, and the line of its file that it begins on."""

    line: int
    notice: Notice


@dataclass(slots=True)
class Notices:
    """What some exports hold, by the notice's id in the order met; `awarded` has each wording of an id."""

    open: dict[str, list[Entry]] = field(default_factory=dict)
    awarded: dict[str, list[Entry]] = field(default_factory=dict)
    doubts: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, entries: Iterable[Entry]) -> None:
        """Sort the entries of one file to those of the others."""
        for entry in entries:
            kind = self.awarded if entry.notice.kind == "awarded" else self.open
            kind.setdefault(entry.notice.id, []).append(entry)
            if entry.notice.doubts:
                self.doubts[entry.notice.id] = entry.notice.doubts

    def opportunities(self) -> list[Entry]:
        """One entry for each open notice: one that can be bid for before a plan, and the latest of those."""
        return [max(entries, key=_weight) for entries in self.open.values()]

    def awards(self) -> list[list[Entry]]:
        """The wordings of each awarded notice, the latest published first."""
        return [sorted(entries, key=_weight, reverse=True) for entries in self.awarded.values()]


def read_export(path: Path, tally: Tally) -> list[Entry]:
    """The notices of one file; refused rows go to the tally. Raises UnreadableTable."""
    # A notice does not know its line; the rows come in the same order, one for one.
    lines = (line for line, _row in read_rows(path, needs=NOTICE_COLUMNS))
    read = list(zip(lines, read_notices(path), strict=True))
    refuse((each for _line, each in read if isinstance(each, Unread)), tally)
    return [Entry(line, each) for line, each in read if isinstance(each, Notice)]


def read_register(path: Path, tally: Tally) -> list[list[Charity]]:
    """The rows of each charity of one file, by register and number. Raises UnreadableTable."""
    read = list(read_charities(path))
    refuse((each for each in read if isinstance(each, Unread)), tally)
    rows: dict[tuple[str, str], list[Charity]] = {}
    for each in read:
        if isinstance(each, Charity):
            rows.setdefault((each.register, each.number), []).append(each)
    return list(rows.values())


def refuse(rows: Iterable[Unread], tally: Tally) -> None:
    """Count refused rows under their reasons."""
    for row in rows:
        tally.reject(Rejected(row.line, row.reason))


def _weight(entry: Entry) -> tuple[bool, date]:
    return entry.notice.stage == "contract", entry.notice.published_on or date.min
