"""Reading CSV files as people make them."""

from pathlib import Path

import pytest

from marketplace.imports.tables import EXTRA, UnreadableTable, read_rows


def saved(folder: Path, content: bytes | str) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_file_is_read_in_the_encoding_it_was_saved_in(tmp_path, encoding):
    path = saved(tmp_path, "name,town\nCafé “Zoë”,Tow Law\n".encode(encoding))

    assert list(read_rows(path)) == [(2, {"name": "Café “Zoë”", "town": "Tow Law", EXTRA: ""})]


def test_one_cp1252_letter_deep_in_a_long_file_is_not_missed(tmp_path):
    path = saved(tmp_path, b"name\n" + b"plain\n" * 300_000 + b"Caf\xe9\n")

    *_, (line, last) = read_rows(path)

    assert (line, last["name"]) == (300_002, "Café")


def test_ragged_rows_are_filled_and_what_is_left_over_is_kept_apart(tmp_path):
    path = saved(tmp_path, "name,town,\n\nshort\nlong,Crook,,and more, still\n , \n")

    assert list(read_rows(path)) == [
        (3, {"name": "short", "town": "", EXTRA: ""}),
        (4, {"name": "long", "town": "Crook", EXTRA: "and more still"}),
    ]


def test_a_row_is_known_by_its_first_line_even_when_a_cell_holds_several(tmp_path):
    path = saved(tmp_path, 'name,words\none,"first\nsecond\nthird"\ntwo,short\n')

    assert [line for line, _ in read_rows(path)] == [2, 5]


def test_headings_are_found_in_any_case_and_spacing_and_a_repeated_one_is_read_once(tmp_path):
    path = saved(tmp_path, "\n NOTICE  identifier ,Town,Town\n7,,Stanhope\n")

    assert list(read_rows(path, needs=["Notice Identifier"])) == [
        (3, {"Notice Identifier": "7", "Town": "Stanhope", EXTRA: ""})
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "The file is empty"),
        ("\n \n", "The file is empty"),
        ("name,county\nA,B\n", "no column called “town”, “postcode”"),
        ("name;town;postcode\nA;B;C\n", "aren't separated by commas"),
        (b"PK\x03\x04 a workbook", "This is a spreadsheet file"),
        ('name,town,postcode\n"never closed,B,C\n' + "x" * 200_000, "quotation mark opened and never closed"),
    ],
)
def test_a_file_that_is_not_the_table_expected_says_what_to_do(tmp_path, content, message):
    with pytest.raises(UnreadableTable, match=message):
        list(read_rows(saved(tmp_path, content), needs=["name", "town", "postcode"]))


def test_a_file_that_is_not_there_is_unreadable_not_a_crash(tmp_path):
    with pytest.raises(UnreadableTable, match=r"“gone.csv” can't be opened"):
        list(read_rows(tmp_path / "gone.csv"))
