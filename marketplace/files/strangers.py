"""Files of other kinds: what each is, and what to send instead."""

import re

UNKNOWN = (
    "We cannot tell what kind of file that is. Send a PDF, a picture (JPEG, PNG, WebP or GIF), "
    "an office file (.docx, .xlsx, .pptx, .odt or .ods), a table (.csv) or plain text."
)
PROGRAM = "That is a program. We keep documents, tables and pictures only."
PHOTO = "Photos in this format cannot be shown everywhere. Save the photo as JPEG and send that."
PICTURE = "Pictures in this format cannot be kept. Save it as JPEG or PNG and send that."
DRAWING = "Drawings in SVG can hold scripts. Save it as PNG or PDF and send that."
PAGE = "That is a web page. Save it as PDF and send that."
OLD_OFFICE = (
    "Word, Excel and PowerPoint files of the old kind can hold macros, and so can ones with a password. "
    "Save it as PDF, or as .docx, .xlsx or .pptx without a password, and send that."
)
RICH_TEXT = "Rich text can hold other files. Save it as PDF and send that."
POSTSCRIPT = "That is a program for printers. Save it as PDF and send that."
ARCHIVE = "That is an archive. Unpack it and send the files in it one by one."
FILM = "Films and sound cannot be kept here. Put it where films are shown, and send the link."
UTF16 = "That text is saved as “Unicode” (UTF-16). Save it as UTF-8, or as PDF, and send that."
HIDDEN_PDF = "That file is a PDF with something before it. Open it, print it to a new PDF, and send that."

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xfe\xed\xfa", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"\xce\xfa\xed\xfe", PROGRAM),
    (b"\0asm", PROGRAM),
    (b"#!", PROGRAM),
    (b"L\0\0\0\x01\x14\x02\0", PROGRAM),  # a Windows shortcut
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (b"{\\rtf", RICH_TEXT),
    (b"%!PS", POSTSCRIPT),
    (b"PK\x05\x06", ARCHIVE),
    (b"PK\x07\x08", ARCHIVE),
    (b"Rar!", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"\x1f\x8b", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ", ARCHIVE),
    (b"\x28\xb5\x2f\xfd", ARCHIVE),
    (b"MSCF", ARCHIVE),
    (b"II*\0", PICTURE),
    (b"MM\0*", PICTURE),
    (b"BM", PICTURE),
    (b"8BPS", PICTURE),
    (b"\0\0\x01\0", PICTURE),
    (b"\x00\x00\x00\x0cjP", PICTURE),
    (b"ID3", FILM),
    (b"\xff\xfb", FILM),
    (b"OggS", FILM),
    (b"\x1aE\xdf\xa3", FILM),
    (b"RIFF", FILM),
    (b"\xff\xfe", UTF16),
    (b"\xfe\xff", UTF16),
)
_PHOTOS = (b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"avif", b"avis")


_HOLDS: tuple[tuple[re.Pattern[bytes], str], ...] = (
    (re.compile(rb"<\s*svg\b", re.IGNORECASE), DRAWING),
    (
        re.compile(
            rb"<\s*(!doctype\s+html|html|head|body|script|iframe|object|embed|img|meta|link|style|base)\b|<\?",
            re.IGNORECASE,
        ),
        PAGE,
    ),
    (re.compile(rb"%PDF-"), HIDDEN_PDF),
)


def sentence_for(data: bytes) -> str:
    """What to say of a file that is none of the kinds we keep."""
    if data[4:8] == b"ftyp":
        return PHOTO if data[8:12] in _PHOTOS else FILM
    if data[257:262] == b"ustar":
        return ARCHIVE
    words = next((words for start, words in _STARTS if data.startswith(start)), "")
    return words or pretends(data) or UNKNOWN


def pretends(data: bytes) -> str:
    """What to say of words that a browser may take for a page, or for what they are not; or nothing."""
    return next((words for pattern, words in _HOLDS if pattern.search(data)), "")
