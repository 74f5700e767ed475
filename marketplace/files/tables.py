"""Tables and plain text: words that can be read, and cells that are values."""

import csv
import re
from collections import Counter
from io import StringIO
from pathlib import PurePath

from marketplace.errors import Refused
from marketplace.files.kinds import Made
from marketplace.files.strangers import pretends

FORMULA = (
    "Line {line} of that table has a cell that works something out or fetches it (“{cell}”). "
    "Save the table with values only and send that."
)
MUDDLED = "That table cannot be read: a quotation mark is open somewhere. Save it again as CSV and send that."
NOT_TEXT = (
    "That file holds text, but its name ends in “{ending}”. "
    "Save it as PDF, or as plain text (.txt), and send that."
)
_ENDINGS = {"", ".txt", ".text", ".csv", ".tsv", ".tab", ".md", ".log"}
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_FORMULA = re.compile(r"\s*(=|[+\-@][^,;\t]*\||[+\-@]+\s*[A-Za-z_.]+\()")


def looks_like(data: bytes) -> bool:
    """Words, as far as bytes can tell: UTF-8, or the Western European encoding of Windows."""
    text = _read(data)
    return text is not None and not text.startswith(("%!PS", "{\\rtf", "#!")) and not pretends(data)


def checked(data: bytes) -> Made:
    """The words in UTF-8; a table with the mark that tells Excel so. Raises `Refused`."""
    text = _read(data) or ""
    delimiter = _delimiter(text)
    if not delimiter:
        return Made("text/plain", text.encode())
    try:
        for number, row in enumerate(csv.reader(StringIO(text), delimiter=delimiter), start=1):
            for cell in row:
                if _FORMULA.match(cell):
                    raise Refused(FORMULA.format(line=number, cell=cell.strip()[:30]))
    except csv.Error as problem:
        raise Refused(MUDDLED) from problem
    return Made("text/csv", text.encode("utf-8-sig"))


def name_agrees(name: str, media_type: str) -> None:
    """Text is the one kind that has no marks of its own: with another ending it pretends to be something."""
    ending = PurePath(name.replace("\\", "/")).suffix.lower().strip()
    if media_type.startswith("text/") and ending not in _ENDINGS:
        raise Refused(NOT_TEXT.format(ending=ending[:10]))


def _read(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Bytes above 127 are letters in any Windows encoding; many of them are no text at all.
        foreign = sum(each > "\x7f" for each in text[:4096]) if encoding == "cp1252" else 0
        strange = _CONTROLS.search(text) or foreign > len(text[:4096]) * 0.3
        return None if strange else text
    return None


def _delimiter(text: str) -> str:
    """What stands between cells, or nothing where this is no table."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    for mark in (",", ";", "\t"):
        counts = Counter(line.count(mark) for line in lines)
        often, _ = counts.most_common(1)[0] if counts else (0, 0)
        if often and counts[0] <= len(lines) / 10:
            return mark
    return ""
