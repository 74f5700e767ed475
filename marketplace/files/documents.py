"""Office files: really what they claim, without macros, hidden files, or anything fetched from elsewhere.

They are ZIP archives of XML: Office Open XML (ECMA-376) or OpenDocument (ISO/IEC 26300).
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from xml.parsers import expat  # a declared type ends the reading before it can grow
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from marketplace.errors import Refused
from marketplace.files.kinds import ENDINGS, Made

INSTEAD = "Save it as PDF and send that."
ARCHIVE = "That is an archive. Unpack it and send the files in it one by one."
DAMAGED = f"That document cannot be read: it is damaged or cut off. {INSTEAD}"
ODD = f"That document is put together strangely, so we cannot keep it. {INSTEAD}"
BOMB = f"That document unpacks to far more than it should. {INSTEAD}"
MACROS = f"That document holds macros or other parts that run. {INSTEAD}"
OTHERS = f"That document has other files inside. Send them one by one. {INSTEAD}"
FETCHES = f"That document takes something from another file or website when it is opened. {INSTEAD}"
LOCKED = "That document is locked with a password. Save it without one and send that."
NOT_TAKEN = f"We take Word, Excel and PowerPoint files, and OpenDocument texts and tables. {INSTEAD}"

MOST_PARTS = 3000
LARGEST = 150 * 1024 * 1024  # bytes, unpacked
MOST_READ = 20 * 1024 * 1024  # bytes of XML that we read through: thousands of pages
RATIO = 120  # of one part, unpacked to packed; long tables of noughts come near it
SPARED = 8 * 1024 * 1024  # bytes below which a ratio says nothing
CHUNK = 64 * 1024

_OOXML = {f"{media_type}.main+xml": media_type for media_type in ENDINGS if "openxmlformats" in media_type}
_ODF = {media_type for media_type in ENDINGS if "oasis.opendocument" in media_type}
_HARMLESS = re.compile(r"printersettings\d*\.bin$", re.IGNORECASE)
_PARTS = (  # by their names
    (
        re.compile(
            r"embeddings/.*\.(bin|docm?|xlsm?|pptm?|pdf|zip)$|^object \d+$|\.(rtf|html?|mht)$", re.IGNORECASE
        ),
        OTHERS,
    ),
    (re.compile(r"externallinks/|querytables/|^xl/connections\.xml$", re.IGNORECASE), FETCHES),
    (re.compile(r"vba|macro|activex|ctrlprops|customui|^basic/|^scripts/", re.IGNORECASE), MACROS),
    (re.compile(r"\.(bin|exe|dll|com|js|vbs|jar|ps1|bat|cmd)$", re.IGNORECASE), MACROS),
)
_LEADS_OUT = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//|\\\\|\.\./)", re.IGNORECASE)
_FIELDS = re.compile(r"\b(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE)\b", re.IGNORECASE)  # of Word
_ELEMENTS = {
    "event-listener": MACROS,
    "script-data": MACROS,
    "encryption-data": LOCKED,
    "dde-link": FETCHES,
    "dde-connection-decl": FETCHES,
    "dde-source": FETCHES,
}


@dataclass(frozen=True, slots=True)
class Element:
    """A start tag, its namespace left out, or text: then `name` is empty."""

    name: str
    attributes: dict[str, str]
    text: str = ""


def looks_like(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")


def checked(data: bytes) -> Made:
    """The document as it came. Raises `Refused`."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            parts = _parts(archive, data)
            media_type = _media_type(archive, parts)
            for each in parts:
                _check_name(each.filename)
                _check_sum(archive, each)
            if media_type in _ODF:
                _check_opendocument(archive, parts)
            else:
                _check_relations(archive, parts)
                _check_fields(archive, parts)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, expat.ExpatError) as problem:
        raise Refused(DAMAGED) from problem
    return Made(media_type, data)


def _parts(archive: ZipFile, data: bytes) -> list[ZipInfo]:
    """What is in it, once nothing stands before, behind or twice, and it cannot swell up."""
    parts = archive.infolist()
    names = [each.filename.lower() for each in parts]
    if not parts or min(each.header_offset for each in parts) != 0 or archive.comment:
        raise Refused(ODD)
    if not data.endswith(b"\0\0") or data[-22:-18] != b"PK\x05\x06":  # the end of the archive ends the file
        raise Refused(ODD)
    if len(set(names)) != len(names) or len(parts) > MOST_PARTS:
        raise Refused(ODD)
    for each in parts:
        if re.search(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|:|\\|[\x00-\x1f]", each.orig_filename):
            raise Refused(ODD)
        if each.flag_bits & 0x1:
            raise Refused(LOCKED)
        if each.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise Refused(ODD)
        if each.file_size > SPARED and each.file_size > RATIO * each.compress_size:
            raise Refused(BOMB)
    if sum(each.file_size for each in parts) > LARGEST:
        raise Refused(BOMB)
    return parts


def _media_type(archive: ZipFile, parts: list[ZipInfo]) -> str:
    names = {each.filename for each in parts}
    if "[Content_Types].xml" in names:
        given = [
            each.attributes.get("ContentType", "")
            for each in _elements(archive, [archive.getinfo("[Content_Types].xml")])
        ]
        if any("macroEnabled" in each or "vba" in each.lower() for each in given):
            raise Refused(MACROS)
        main = [_OOXML[each] for each in given if each in _OOXML]
        if len(main) != 1:
            raise Refused(NOT_TAKEN)
        return main[0]
    if "mimetype" in names:
        said = archive.read("mimetype")[:100].decode("ascii", "replace")
        if said not in _ODF:
            raise Refused(NOT_TAKEN)
        if parts[0].filename != "mimetype" or "content.xml" not in names:
            raise Refused(ODD)
        return said
    raise Refused(ARCHIVE)


def _check_name(name: str) -> None:
    for pattern, words in _PARTS:
        if pattern.search(name) and not _HARMLESS.search(name):
            raise Refused(words)


def _check_sum(archive: ZipFile, part: ZipInfo) -> None:
    """Unpack it to the end, which checks its sum; what it says of its own size is not believed."""
    with archive.open(part) as stream:
        size = sum(len(chunk) for chunk in iter(lambda: stream.read(CHUNK), b""))
    if size != part.file_size:
        raise Refused(BOMB)


def _check_opendocument(archive: ZipFile, parts: list[ZipInfo]) -> None:
    """No scripts, no passwords, and nothing but a link that somebody follows leads out of it."""
    for each in _elements(archive, [part for part in parts if part.filename.endswith((".xml", ".rdf"))]):
        if each.name in _ELEMENTS:
            raise Refused(_ELEMENTS[each.name])
        if each.name not in ("a", "template") and _LEADS_OUT.match(each.attributes.get("href", "")):
            raise Refused(FETCHES)


def _check_relations(archive: ZipFile, parts: list[ZipInfo]) -> None:
    """Nothing but a link that somebody follows may lead out of an Office Open XML file."""
    for each in _elements(archive, [part for part in parts if part.filename.lower().endswith(".rels")]):
        kind = each.attributes.get("Type", "").rpartition("/")[2]
        if each.attributes.get("TargetMode", "").lower() == "external" and kind != "hyperlink":
            raise Refused(FETCHES)


def _check_fields(archive: ZipFile, parts: list[ZipInfo]) -> None:
    """No field of a Word file fetches anything. Its name may be spread over several runs of text."""
    texts = [part for part in parts if re.match(r"word/[^/]+\.xml$", part.filename, re.IGNORECASE)]
    words = "".join(each.attributes.get("instr", "") + each.text for each in _elements(archive, texts))
    if _FIELDS.search(words):
        raise Refused(FETCHES)


def _elements(archive: ZipFile, parts: list[ZipInfo]) -> Iterator[Element]:
    """The start tags of XML parts that say something, and the text of fields. Raises `Refused`."""
    if sum(part.file_size for part in parts) > MOST_READ:
        raise Refused(BOMB)
    for part in parts:
        reader = _Reader()
        with archive.open(part) as stream:
            for chunk in iter(lambda: stream.read(CHUNK), b""):
                yield from reader.read(chunk)
        yield from reader.read(b"", last=True)


class _Reader:
    """Reads XML piece by piece, so that no part has to lie in memory whole."""

    def __init__(self) -> None:
        self._found: list[Element] = []
        self._inside = ""
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype

    def read(self, chunk: bytes, *, last: bool = False) -> list[Element]:
        self._found = []
        self._parser.Parse(chunk, last)
        return self._found

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._inside = tag.rpartition(":")[2]
        if not attributes and self._inside not in _ELEMENTS:
            return  # most of what there is, and of no interest
        named = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        self._found.append(Element(self._inside, named))

    def _text(self, words: str) -> None:
        if self._inside == "instrText":
            self._found.append(Element("", {}, words))

    def _doctype(self, *_: object) -> None:
        raise Refused(ODD)
