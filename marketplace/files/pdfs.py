"""PDFs, written anew without what nobody sees, and refused where they hold what runs or what is hidden."""

import re
from io import BytesIO
from typing import Any

import pikepdf

from marketplace.errors import Refused
from marketplace.files.kinds import Made

LOCKED = "That PDF is locked with a password. Save it without one and send that."
DAMAGED = "That PDF cannot be read: it is damaged or cut off. Open it, print it to a new PDF, and send that."
ODD = "That file is a PDF and something else at once. Open it, print it to a new PDF, and send that."
RUNS = "That PDF holds {what}, so we cannot keep it. Open it, print it to a new PDF, and send that."
HIDES = "That PDF has other files inside. Send them one by one, and print this one to a new PDF."
TOO_DEEP = "That PDF is too tangled to check. Open it, print it to a new PDF, and send that."

MOST_OBJECTS = 100_000
DEEPEST = 60
LARGEST_STREAM = 64 * 1024 * 1024  # bytes, unpacked; of what has to be unpacked to see what is there

# For the whole process, and before any other thread reads a PDF.
pikepdf.settings.set_qpdf_limits(
    flate_max_memory=LARGEST_STREAM,
    png_max_memory=LARGEST_STREAM,
    tiff_max_memory=LARGEST_STREAM,
    run_length_max_memory=LARGEST_STREAM,
    parser_max_nesting=200,
    doc_max_warnings=200,
)

# ISO 32000-2, 12.6.4: actions that reach out of the page. Going to a page or a web address may stay.
_ACTIONS = {
    "/JavaScript": "a script",
    "/Launch": "something that starts a program",
    "/SubmitForm": "a form that sends what is typed elsewhere",
    "/ImportData": "something that loads other files",
    "/GoToR": "links to other files",
    "/GoToE": "links to files inside it",
    "/Rendition": "a film with a script",
    "/RichMediaExecute": "a film with a script",
}
_KEYS = {
    "/JS": "a script",
    "/JavaScript": "a script",
    "/XFA": "a form that runs",
    "/RichMediaContent": "a film",
}
_HIDDEN = {"/EmbeddedFile", "/EmbeddedFiles", "/EF", "/AF"}
_WEB = re.compile(r"\s*(https?:|mailto:|tel:|[^:]*$)", re.IGNORECASE)
_END = re.compile(rb"%%EOF[\s\0]*\Z")


def looks_like(data: bytes) -> bool:
    return data.startswith(b"%PDF-")


def made_anew(data: bytes) -> Made:
    """The same pages, written again. Raises `Refused`.

    What is kept is what was looked at: another program cannot read the file otherwise than we did. The
    price is that an electronic signature in it no longer proves anything.
    """
    if not _END.search(data[-1024:]):
        raise Refused(ODD if b"%%EOF" in data else DAMAGED)
    try:
        with pikepdf.open(BytesIO(data), suppress_warnings=True) as pdf:
            if len(pdf.objects) > MOST_OBJECTS:
                raise Refused(TOO_DEEP)
            for each in pdf.objects:
                _look_at(each, 0)
            _look_at(pdf.trailer, 0)
            if not len(pdf.pages):
                raise Refused(DAMAGED)
            out = BytesIO()
            pdf.save(
                out,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
            )
    except pikepdf.PasswordError as problem:
        raise Refused(LOCKED) from problem
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, ValueError, RuntimeError, OSError) as problem:
        raise Refused(DAMAGED) from problem
    return Made("application/pdf", out.getvalue())


def _look_at(part: Any, depth: int) -> None:
    """This object and those written inside it; what it points at is looked at in its own turn."""
    if depth > DEEPEST:
        raise Refused(TOO_DEEP)
    if isinstance(part, pikepdf.Array):
        inside = list(part)
    elif isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
        found = dict(part.stream_dict if isinstance(part, pikepdf.Stream) else part)
        _look_at_keys(found)
        inside = list(found.values())
    else:
        return
    for each in inside:
        if isinstance(each, pikepdf.Object) and not each.is_indirect:
            _look_at(each, depth + 1)


def _look_at_keys(found: dict[str, Any]) -> None:
    names = {str(each) for each in (found.get("/S"), found.get("/Type"), found.get("/Subtype")) if each}
    what = next((words for name, words in _ACTIONS.items() if name in names), "")
    if "/URI" in names and not _WEB.match(str(found.get("/URI", ""))):
        what = "a link to something that is no web page"
    what = what or next((words for key, words in _KEYS.items() if key in found), "")
    if what:
        raise Refused(RUNS.format(what=what))
    if _HIDDEN & (found.keys() | names) or "/FileAttachment" in names:
        raise Refused(HIDES)
