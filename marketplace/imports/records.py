"""What imports of records share: fitting them to the columns, marks, and organisations nobody claims yet."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import selectinload

from marketplace import outbox
from marketplace.extensions import db
from marketplace.imports.whereabouts import Whereabouts
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.places.tally import Tally

MOST_POUNDS = 2_147_483_647  # above this a sum is a slip of the pen, or a whole nation's framework


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an import: into which place, when, as of which day, and what it has done so far."""

    place_id: int
    whereabouts: Whereabouts
    now: datetime
    today: date
    tally: Tally

    def count(self, *, is_new: bool, changed: bool) -> None:
        """Add one record to the tally."""
        if is_new:
            self.tally.new += 1
        elif changed:
            self.tally.changed += 1
        else:
            self.tally.unchanged += 1


def fitted(text: str, at_most: int | None = None) -> str:
    """The text as a column takes it: without NUL, which PostgreSQL refuses, and cut at a word with “…”."""
    plain = text.replace("\0", "")
    if at_most is None or len(plain) <= at_most:
        return plain
    start = plain[: at_most - 1]
    return (start.rsplit(" ", 1)[0] if " " in start else start).rstrip(" ,;:") + "…"


def believable(pounds: int | None) -> int | None:
    """The sum, unless it is too large to be meant, or to be stored."""
    return pounds if pounds is not None and pounds <= MOST_POUNDS else None


def number_or_none(number: str | None) -> str | None:
    """A register number, if it has the length of one."""
    return number if number and len(number) <= 20 else None


def filed_under(found: Iterable[Iterable[str]], at_most: int) -> list[str]:
    """The slugs that a record's codes mean, in the order of the codes, children before parents."""
    slugs = dict.fromkeys(slug for each in found for slug in sorted(each))
    return sorted(slugs, key=lambda slug: "/" not in slug)[:at_most]


def mark_of(values: Mapping[str, Any]) -> str:
    """A fingerprint of what is stored of a record, to tell a changed record from the same one."""
    text = json.dumps(values, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def put(row: object, values: Mapping[str, Any]) -> bool:
    """Set what differs; returns whether anything did."""
    different = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in different.items():
        setattr(row, name, value)
    return bool(different)


class FromRecords:
    """The organisations of one source that a batch speaks of, by the key they have there."""

    def __init__(self, source: str, keys: Iterable[str], run: Run) -> None:
        self._source, self._run = source, run
        query = (
            db.select(Organisation)
            .options(selectinload(Organisation.interest_rows))
            .where(Organisation.source == source, Organisation.source_key.in_(sorted(set(keys))))
        )
        self._rows = {str(row.source_key): row for row in db.session.scalars(query)}

    def __iter__(self) -> Iterator[Organisation]:
        return iter(self._rows.values())

    def get(self, key: str) -> Organisation | None:
        return self._rows.get(key)

    def make(self, key: str, *, name: str, kind: OrganisationKind) -> Organisation:
        """A new organisation that nobody speaks for yet."""
        row = Organisation(
            place_id=self._run.place_id,
            kind=kind,
            name=name,
            source=self._source,
            source_key=key,
            created_at=self._run.now,
            postcode="",
            town="",
        )
        db.session.add(row)
        self._rows[key] = row
        return row


def have_indexed(rows: Iterable[Organisation | Listing]) -> None:
    """Queue the search index for these rows; matching is left to `match run`."""
    db.session.flush()
    if keys := sorted({_index_key(row) for row in rows}):
        outbox.add("search.index", keys=keys)


def _index_key(row: Organisation | Listing) -> str:
    return f"organisation:{row.id}" if isinstance(row, Organisation) else f"{row.family}:{row.id}"
