"""What an upload really is, by what it holds, and whether it may be kept.

The name a file came with decides nothing but how it is shown. Pictures and PDFs are written anew, so
that what is kept is what was understood, and nothing hides beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from threading import BoundedSemaphore
from typing import IO

from werkzeug.datastructures import FileStorage

from marketplace.errors import Refused
from marketplace.files import documents, pdfs, pictures, tables
from marketplace.files.kinds import Made, shown
from marketplace.files.strangers import sentence_for

MEGABYTE = 1024 * 1024
LARGEST = 10 * MEGABYTE  # bytes
TOO_BIG = "That file is {size} MB. The most is 10 MB: make it smaller, or send it in parts."
EMPTY = "That file is empty. Open it to see that something is in it, save it, and send it again."
PICTURES_ONLY = "Only a picture can go here: a JPEG, PNG, WebP or GIF."

# Looking at a large picture takes some 200 MB for a second or two: two at a time, whoever else waits.
_AT_ONCE = BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that passed: what is kept of it, and under which name. `small` is a picture’s small copy."""

    name: str
    media_type: str
    data: bytes
    small: bytes = b""


def examine(upload: FileStorage, *, images_only: bool = False) -> Checked:
    """Everything that is asked of a file before it is kept.

    Raises `Refused` (of the field `file`): what is wrong, and what to send instead.
    """
    try:
        data = _whole(upload.stream)
        kind = next((found for looks_like, found in KINDS if looks_like(data)), None)
        if kind is None:
            raise Refused(sentence_for(data))
        if images_only and kind is not pictures.made_anew:
            raise Refused(PICTURES_ONLY)
        with _AT_ONCE:
            made = kind(data)
        tables.name_agrees(upload.filename or "", made.media_type)
    except Refused as refusal:
        raise Refused(refusal.message, field="file") from None
    return Checked(shown(upload.filename or "", made.media_type), made.media_type, made.data, made.small)


def size_of(stream: IO[bytes]) -> int:
    """Its length in bytes; the stream is left at its beginning."""
    length = stream.seek(0, 2)
    stream.seek(0)
    return length


def _whole(stream: IO[bytes]) -> bytes:
    length = size_of(stream)
    if length > LARGEST:
        raise Refused(TOO_BIG.format(size=ceil(length / MEGABYTE * 10) / 10))
    if not length:
        raise Refused(EMPTY)
    return stream.read()


KINDS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Made]], ...] = (
    (pictures.looks_like, pictures.made_anew),
    (pdfs.looks_like, pdfs.made_anew),
    (documents.looks_like, documents.checked),
    (tables.looks_like, tables.checked),
)
