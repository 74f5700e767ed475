"""Files for tests, made here: small, real, and each with something to look at."""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pikepdf
from pikepdf import Array, Dictionary, Name
from PIL import Image, PngImagePlugin

Parts = Mapping[str, bytes | str]
PLACE = (54.0, 46.0, 33.6)  # degrees, minutes, seconds north: Durham Cathedral
CAMERA = "Kept by nobody 3000"
OFFICE = "application/vnd.openxmlformats-officedocument"
WORD = f"{OFFICE}.wordprocessingml.document"
EXCEL = f"{OFFICE}.spreadsheetml.sheet"
SLIDES = f"{OFFICE}.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = {WORD: "word/document.xml", EXCEL: "xl/workbook.xml", SLIDES: "ppt/presentation.xml"}


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **how: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, how.pop("colour", None) or 0).save(out, kind, **how)
    return out.getvalue()


def located_exif() -> bytes:
    """What a phone writes: the place, the camera, a comment, and that the picture lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x0110] = CAMERA
    exif[0x9286] = "<script>alert(1)</script>"
    exif.get_ifd(0x8825).update({1: "N", 2: PLACE, 3: "W", 4: (1.0, 34.0, 33.6)})
    return exif.tobytes()


def noted_png() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "<?php system($_GET['c']); ?>")
    notes.add_itxt("XML:com.adobe.xmp", f"<x:xmpmeta>{CAMERA}</x:xmpmeta>")
    return picture("PNG", pnginfo=notes)


def announced_png(width: int, height: int) -> bytes:
    """A PNG that says it is this large; what it holds is next to nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def announced_gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + picture("GIF")[10:]


def announced_webp(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size


def announced_jpeg(width: int, height: int) -> bytes:
    """A real JPEG whose frame says another size than it holds."""
    real = bytearray(picture())
    at = real.index(b"\xff\xc0") + 5
    real[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(real)


def pdf(catalog: Mapping[str, Any] | None = None, page: Mapping[str, Any] | None = None, **how: Any) -> bytes:
    """One empty page, with these further entries in the catalog and on the page."""
    out = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        for where, entries in ((document.Root, catalog), (document.pages[0].obj, page)):
            for name, value in (entries or {}).items():
                where[Name(name)] = document.make_indirect(value) if isinstance(value, Dictionary) else value
        document.save(out, **how)
    return out.getvalue()


def action(kind: str, **entries: Any) -> Dictionary:
    return Dictionary(S=Name(f"/{kind}"), **entries)


def noted(**entries: Any) -> dict[str, Any]:
    """A page’s note with these entries."""
    note = Dictionary(Type=Name.Annot, Rect=Array([0, 0, 9, 9]), **entries)
    return {"/Annots": Array([note])}


def pdf_with_file() -> bytes:
    out = BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["tool.exe"] = b"MZ..."
        document.save(out)
    return out.getvalue()


def pdf_that_swells() -> bytes:
    """A stream of objects that unpacks to 300 MB; only whoever unpacks it sees the script in it."""
    packing = zlib.compressobj(9)
    script = b"5 0 <</S/JavaScript/JS(app.alert(1))>>"
    packed = packing.compress(script)
    for _ in range(300):
        packed += packing.compress(b" " * 1_000_000)
    packed += packing.flush()
    out, starts = bytearray(b"%PDF-1.5\n"), []
    for body in (
        b"<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>",
        b"<</Type/Pages/Kids[6 0 R]/Count 1>>",
        b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream"
        % (len(packed), packed),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
    ):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % ((1, 2, 3, 6)[len(starts) - 1], body)
    here = len(out)
    table = [(0, 0, 65535), *((1, at, 0) for at in starts[:3]), (1, here, 0), (2, 3, 0), (1, starts[3], 0)]
    rows = b"".join(struct.pack(">BIH", *row) for row in table)
    out += b"4 0 obj\n<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length %d>>\nstream\n" % len(rows)
    return bytes(out + rows + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % here)


def archive(parts: Parts, packed: int = ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", packed) as made:
        for name, body in parts.items():
            made.writestr(ZipInfo(name), body, ZIP_STORED if name == "mimetype" else packed)
    return out.getvalue()


def office(media_type: str = WORD, parts: Parts | None = None, main: str = "") -> bytes:
    """A Word, Excel or PowerPoint file with further parts; `main` stands inside its main part."""
    name = _MAIN[media_type]
    types = (
        '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{name}" ContentType="{media_type}.main+xml"/></Types>'
    )
    body = f'<?xml version="1.0"?><w:main xmlns:w="http://example.org/w">{main}</w:main>'
    return archive({"[Content_Types].xml": types, name: body, **(parts or {})})


def relation(kind: str, target: str) -> str:
    """The relations of a part: one, and it leads out of the file."""
    return (
        '<?xml version="1.0"?><Relationships>'
        f'<Relationship Id="r1" Type="{_RELATIONS}/{kind}" Target="{target}" TargetMode="External"/>'
        "</Relationships>"
    )


def opendocument(
    media_type: str = ODT, parts: Mapping[str, bytes | str] | None = None, body: str = ""
) -> bytes:
    content = (
        '<?xml version="1.0"?><o:document-content xmlns:o="urn:o" xmlns:x="http://www.w3.org/1999/xlink" '
        f'xmlns:t="urn:t" xmlns:d="urn:d">{body}</o:document-content>'
    )
    return archive({"mimetype": media_type, "content.xml": content, **(parts or {})})


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """An archive with a part’s name changed in place, as no program would write it."""
    assert len(old) == len(new)
    assert old in data
    return data.replace(old, new)
