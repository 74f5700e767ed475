"""Charities with UK-CAT and ICNP/TSO codes given by hand, in the charity-classification project's CSV."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from marketplace.imports.contacts import mask_contacts
from marketplace.imports.contracts_finder import postcode_in
from marketplace.imports.tables import EXTRA, Rejected, read_rows

NEEDED = ("reg_number", "name", "postcode", "activities", "source", "income", "UKCAT", "ICNPTSO")


@dataclass(frozen=True, slots=True)
class Charity:
    """A registered charity. `register` is CCEW, OSCR or CCNI; income is whole pounds a year, if known."""

    number: str
    register: str
    name: str
    activities: str
    postcode: str | None
    income: int | None
    ukcat: tuple[str, ...]
    icnptso: tuple[str, ...]


def read_charities(path: Path) -> Iterator[Charity | Rejected]:
    """Each row as a Charity, or Rejected with the reason. Raises UnreadableTable for another kind of file.

    A charity that two people classified has two rows with one number: read both, join their codes.
    """
    for line, row in read_rows(path, needs=NEEDED):
        number = row["reg_number"].strip()
        name = " ".join(row["name"].split())
        if row[EXTRA]:
            yield Rejected(line, number, "It has more cells than the first line has columns.")
        elif not number:
            yield Rejected(line, "", "It has no register number.")
        elif not name:
            yield Rejected(line, number, "It has no name.")
        else:
            yield Charity(
                number=number,
                register=row["source"].strip(),
                name=name,
                activities=mask_contacts(" ".join(row["activities"].split())),
                postcode=postcode_in(row["postcode"]),
                income=_pounds(row["income"]),
                ukcat=_codes(row["UKCAT"]),
                icnptso=_codes(row["ICNPTSO"]),
            )


def _pounds(written: str) -> int | None:
    plain = re.sub(r"[£,\s]", "", written)
    return round(float(plain)) if re.fullmatch(r"\d{1,13}(\.\d*)?", plain) else None


def _codes(written: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.strip() for code in written.split(";") if code.strip()))
