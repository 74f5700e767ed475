"""Tables for a spreadsheet: readable, and run by none."""

import pytest

from marketplace.web import sheets


@pytest.mark.parametrize("typed", ["=1", "+1", "-1", "@a", "\ta", "\ra", "＝1", "  =1"])
def test_text_that_looks_like_a_formula_is_marked_as_text(typed):
    assert sheets.safe(typed) == f"'{typed}"
    assert (sheets.safe("a=1"), sheets.safe(-4), sheets.safe(None)) == ("a=1", -4, None)


def test_lines_are_csv_in_utf_8_and_their_cells_are_safe():
    assert sheets.lines([("Ward", "£"), ("=SUM(A1)", None)]) == "Ward,£\r\n'=SUM(A1),\r\n".encode()
