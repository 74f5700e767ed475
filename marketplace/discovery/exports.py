"""The results of a search as a table for a spreadsheet."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import url_for

from marketplace.categories.catalogue import catalogue
from marketplace.discovery import queries
from marketplace.discovery.asking import FROM, Asked, Board, query
from marketplace.discovery.finding import engine
from marketplace.discovery.maps import KIND_WORDS
from marketplace.discovery.queries import Row
from marketplace.listings import cards
from marketplace.listings.models import Listing
from marketplace.organisations.models import Organisation
from marketplace.web import sheets
from search.schema import Hit

MOST = 5_000
AT_ONCE = 250
COLUMNS = (
    "Kind", "Type", "Title", "Summary", "Organisation", "Kind of organisation", "Subjects", "Town", "Ward",
    "Miles", "Value from (£)", "Value to (£)", "State", "On the board since", "Closes on", "Address",
)  # fmt: skip


def found(asked: Asked, board: Board) -> tuple[Hit, ...]:
    """What goes into the table, in the order of the search. Raises SearchUnavailable."""
    return engine().search(query(asked, board, limit=MOST)).hits


def table(hits: Sequence[Hit], board: Board) -> Iterator[bytes]:
    """The file, a slice at a time, so that nobody waits for the whole and it is never held in memory."""
    yield sheets.START + sheets.lines([COLUMNS])
    for start in range(0, len(hits), AT_ONCE):
        part = hits[start : start + AT_ONCE]
        rows = queries.rows_of([hit.key for hit in part], board.place, with_categories=True)
        yield sheets.lines(_row(rows[hit.key], hit, board) for hit in part if hit.key in rows)


def _row(row: Row, hit: Hit, board: Board) -> tuple[Any, ...]:
    return _organisation(row, hit, board) if isinstance(row, Organisation) else _listing(row, hit, board)


def _listing(row: Listing, hit: Hit, board: Board) -> tuple[Any, ...]:
    low, high = row.value_range
    return (
        KIND_WORDS[row.family.value], row.kind_words, row.title, row.summary, row.organisation.name,
        FROM[row.organisation.kind.value], _subjects(row.categories), row.town,
        board.wards.get(row.ward_code or "", ""), _miles(hit), low, high,
        "open" if row.is_open else "closed", row.published_at and row.published_at.date().isoformat(),
        row.closes_on and row.closes_on.isoformat(), cards.address(row, whole=True),
    )  # fmt: skip


def _organisation(row: Organisation, hit: Hit, board: Board) -> tuple[Any, ...]:
    return (
        KIND_WORDS["organisation"], "", row.name, row.about[:300], row.name, FROM[row.kind.value],
        _subjects(row.interests), row.town, board.wards.get(row.ward_code or "", ""), _miles(hit), None, None,
        "", None, None, url_for("discovery.organisation", organisation_id=row.id, _external=True),
    )  # fmt: skip


def _subjects(slugs: Sequence[str]) -> str:
    return "; ".join(catalogue().name(slug) for slug in slugs if slug in catalogue())


def _miles(hit: Hit) -> int | None:
    """Whole miles, as the page says them."""
    return None if hit.miles is None else round(hit.miles)
