"""Tables for a spreadsheet, with nothing in them that one would run."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

START = "\ufeff".encode()  # tells a spreadsheet that the file is UTF-8
# What a spreadsheet takes for the beginning of a formula, the wide forms of East Asian keyboards too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def lines(rows: Iterable[Sequence[Any]]) -> bytes:
    """Some rows of a CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def safe(cell: Any) -> Any:
    """A cell that no spreadsheet runs: text that looks like a formula is marked as text."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell
