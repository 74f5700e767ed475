"""Charities with their classification codes."""

from pathlib import Path

import pytest

from marketplace.imports.charities import Charity, Rejected, read_charities
from marketplace.imports.tables import UnreadableTable

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
HEADINGS = "reg_number,name,postcode,activities,source,income,UKCAT,ICNPTSO\n"


def read(folder: Path, *lines: str) -> list[Charity | Rejected]:
    path = folder / "charities.csv"
    path.write_text(HEADINGS + "\n".join(lines), encoding="utf-8")
    return list(read_charities(path))


def test_a_charity_is_read_whole(tmp_path):
    line = '1000003, ESH  BRASS BAND ,dh7 9aa,"Plays,\n teaches",CCEW,75186.6,AR303; AR303;ED300,A11'

    assert read(tmp_path, line) == [
        Charity(
            "1000003",
            "CCEW",
            "ESH BRASS BAND",
            "Plays, teaches",
            "DH7 9AA",
            75187,
            ("AR303", "ED300"),
            ("A11",),
        )
    ]


def test_what_is_not_known_is_none_or_nothing_never_a_guess(tmp_path):
    (charity,) = read(tmp_path, "SC1,Band,BR5,,OSCR,,,")

    assert (charity.postcode, charity.income, charity.ukcat, charity.icnptso) == (None, None, (), ())


def test_no_income_at_all_is_an_income_of_nought(tmp_path):
    (charity,) = read(tmp_path, "1,Band,,,CCEW,0.0,,")

    assert charity.income == 0


def test_contact_details_in_the_activities_are_masked(tmp_path):
    (charity,) = read(tmp_path, "1,Band,,Ring Jo on 0191 496 0123 or jo@band.example,CCEW,,,")

    assert charity.activities == "Ring Jo on [contact removed] or [contact removed]"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",Band,,,CCEW,,,", "no register number"),
        ("1, ,,,CCEW,,,", "no name"),
        ("1,Band,,,CCEW,,,A11,spilt", "more cells than the first line"),
    ],
)
def test_a_row_that_is_no_charity_is_rejected_with_a_reason(tmp_path, line, reason):
    kept, rejected = read(tmp_path, "1,Band,,,CCEW,,,", line)

    assert isinstance(kept, Charity)
    assert isinstance(rejected, Rejected)
    assert rejected.line == 3
    assert reason in rejected.reason


def test_another_kind_of_file_says_which_columns_it_lacks(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("name,postcode\nA,B\n", encoding="utf-8")

    with pytest.raises(UnreadableTable, match="“reg_number”, “activities”"):
        list(read_charities(path))


@pytest.mark.real_data
def test_the_real_file_has_2993_rows_of_2918_charities_all_classified():
    path = DATA / "charities-ukcat" / "charities.csv"
    if not path.exists():
        pytest.skip("the public records (../shared/data) are not beside this checkout")

    charities = list(read_charities(path))

    assert len(charities) == 2993
    assert all(isinstance(charity, Charity) and charity.ukcat and charity.icnptso for charity in charities)
    assert len({charity.number for charity in charities}) == 2918
    assert sum(charity.income is None for charity in charities) == 218
    assert sum(charity.postcode is None for charity in charities) == 16
