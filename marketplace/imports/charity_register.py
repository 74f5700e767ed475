"""Registered charities become voluntary groups with a profile, which nobody claims yet."""

from collections.abc import Sequence
from typing import Any

from marketplace.categories.catalogue import catalogue
from marketplace.imports.charities import Charity
from marketplace.imports.name_case import readable
from marketplace.imports.records import (
    FromRecords,
    Run,
    believable,
    filed_under,
    fitted,
    have_indexed,
    mark_of,
    number_or_none,
    put,
)
from marketplace.imports.whereabouts import Whereabouts, put_at
from marketplace.organisations.models import Organisation, OrganisationKind

SOURCE = "charity-register"
INTERESTS_AT_MOST = 6


def save(batch: Sequence[Sequence[Charity]], run: Run) -> None:
    """Store these charities, each given in all its rows, and count them one by one."""
    organisations = FromRecords(SOURCE, (_key(rows[0]) for rows in batch), run)
    run.whereabouts.learn(rows[0].postcode for rows in batch)
    run.whereabouts.learn(row.postcode for row in organisations)
    to_index: list[Organisation] = []
    for rows in batch:
        row = organisations.get(_key(rows[0]))
        is_new = row is None
        if row is None:
            name = fitted(readable(rows[0].name), 200)
            row = organisations.make(_key(rows[0]), name=name, kind=OrganisationKind.VOLUNTARY)
        changed = _write(row, rows, run.whereabouts)
        if changed:
            to_index.append(row)
        run.count(is_new=is_new, changed=changed)
    have_indexed(to_index)


def _key(charity: Charity) -> str:
    return f"{charity.register}:{charity.number}"[:200]


def _values(charity: Charity) -> dict[str, Any]:
    return {
        "name": fitted(readable(charity.name), 200),
        "about": fitted(charity.activities),
        "charity_number": number_or_none(charity.number),
        "turnover": believable(charity.income),
        "postcode": charity.postcode or "",
    }


def _interests(rows: Sequence[Charity]) -> list[str]:
    """The categories that the codes of all its rows mean: what it does before what kind of body it is."""
    ukcat = dict.fromkeys(code for row in rows for code in row.ukcat)
    icnptso = dict.fromkeys(code for row in rows for code in row.icnptso)
    found = [*map(catalogue().for_ukcat, ukcat), *map(catalogue().for_icnptso, icnptso)]
    return filed_under(found, INTERESTS_AT_MOST)


def _write(row: Organisation, rows: Sequence[Charity], whereabouts: Whereabouts) -> bool:
    """Bring the organisation up to date, unless somebody claimed it; returns whether anything had to be."""
    if row.is_claimed:
        return False
    values, interests = _values(rows[0]), _interests(rows)
    mark = mark_of({**values, "interests": sorted(interests)})
    if row.source_mark == mark and (row.lat is not None or whereabouts.of(row.postcode) is None):
        return False
    if row.source_mark != mark:
        put(row, {**values, "source_mark": mark})
        if set(row.interests) != set(interests):
            row.interests = interests
    put_at(row, whereabouts.of(row.postcode))  # its postcode may have been loaded since
    return True
