"""The kinds of file that are kept, and what each is called."""

import re
import unicodedata
from dataclasses import dataclass

_OFFICE = "application/vnd.openxmlformats-officedocument"
ENDINGS = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    f"{_OFFICE}.wordprocessingml.document": ".docx",
    f"{_OFFICE}.spreadsheetml.sheet": ".xlsx",
    f"{_OFFICE}.presentationml.presentation": ".pptx",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "text/csv": ".csv",
    "text/plain": ".txt",
}
CALLED = {
    ".pdf": "PDF",
    ".jpg": "picture",
    ".png": "picture",
    ".webp": "picture",
    ".docx": "Word document",
    ".xlsx": "Excel table",
    ".pptx": "PowerPoint slides",
    ".odt": "OpenDocument text",
    ".ods": "OpenDocument table",
    ".csv": "table",
    ".txt": "text",
}
LONGEST = 100  # characters of a name, its ending included


@dataclass(frozen=True, slots=True)
class Made:
    """What is kept of an upload; of a picture, with its small copy."""

    media_type: str
    data: bytes
    small: bytes = b""


def shown(name: str, media_type: str) -> str:
    """The name to show: no folders, nothing invisible, and the ending of what it really is."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Categories C: controls, and the marks that turn the direction of writing round.
    seen = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in last)
    plain = re.sub(r"[<>:\"|?*%#&;`$]+", " ", seen)
    stem, dot, ending = plain.rpartition(".")
    stem = stem if dot and re.fullmatch(r"\s*\w{1,5}\s*", ending) else plain
    stem = re.sub(r"\s+", " ", stem).strip(" .-~") or "file"
    ending = ENDINGS[media_type]
    return stem[: LONGEST - len(ending)].strip(" .-~") + ending
