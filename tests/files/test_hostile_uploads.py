"""Every upload of the list is kept safe, or refused with its sentence."""

from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from marketplace.errors import Refused
from marketplace.files.kinds import ENDINGS, LONGEST
from marketplace.files.pictures import SIDE, SMALL_SIDE
from tests.files import table
from tests.files.hostile import NAMES, PICTURES, Upload, uploads

ALL = tuple(uploads())


def test_there_are_enough_of_them_and_each_is_told_apart():
    assert len(ALL) > 100
    assert len({each.what for each in ALL}) == len(ALL)
    assert all(bool(each.kept) != bool(each.says) for each in ALL)


@pytest.mark.parametrize("upload", ALL, ids=lambda each: each.what)
def test_it_is_kept_safe_or_refused_with_a_sentence(upload: Upload):
    found = table.verdict(upload)

    if isinstance(found, Refused):
        assert upload.says, found.message
        assert upload.says in found.message
        assert found.field == "file"
        return
    assert found.media_type == upload.kept
    assert found.name.endswith(ENDINGS[upload.kept])
    for trace in upload.without:
        assert trace not in found.data + found.small
        assert trace not in _pdf_in_full(found.data)


@pytest.mark.parametrize("upload", NAMES, ids=lambda each: each.what)
def test_its_name_is_fit_to_be_shown_and_saved(upload: Upload):
    found = table.verdict(upload)

    assert not isinstance(found, Refused)
    assert 5 <= len(found.name) <= LONGEST
    assert found.name.isprintable()
    assert not set(found.name) & set('/\\<>:"|?*%\r\n\0\u202e')
    assert not found.name.startswith((".", " ", "-"))


@pytest.mark.parametrize("upload", [each for each in PICTURES if each.kept], ids=lambda each: each.what)
def test_a_kept_picture_knows_nothing_of_where_it_was_taken(upload: Upload):
    found = table.verdict(upload)

    assert not isinstance(found, Refused)
    for data, side in ((found.data, SIDE), (found.small, SMALL_SIDE)):
        with Image.open(BytesIO(data)) as picture:
            picture.load()
            assert len(picture.getexif()) == 0
            assert not {"exif", "xmp", "comment", "icc_profile", "Comment"} & picture.info.keys()
            assert max(picture.size) <= side


def test_a_pdf_that_swells_is_kept_without_what_could_not_be_looked_at():
    [upload] = [each for each in ALL if "swells to 300 MB" in each.what]
    found = table.verdict(upload)

    assert not isinstance(found, Refused)
    assert b"JavaScript" not in _pdf_in_full(found.data)
    assert len(found.data) < 10_000


def test_the_table_has_a_line_for_each(capsys):
    table.main()

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(ALL) + 2
    assert all(" kept safe " in line or " refused " in line for line in lines[2:])


def _pdf_in_full(data: bytes) -> bytes:
    """A PDF with everything in it unpacked; of anything else, nothing."""
    if not data.startswith(b"%PDF"):
        return b""
    out = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.save(
            out,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
    return out.getvalue()
