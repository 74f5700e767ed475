"""What a search finds, as slips on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from flask import current_app, url_for

from marketplace.discovery import browsing, queries
from marketplace.discovery.asking import PER_PAGE, Asked, Board, query
from marketplace.discovery.choices import FACETS
from marketplace.discovery.queries import Row
from marketplace.listings import cards
from marketplace.listings.cards import Card
from marketplace.matching import queries as matching
from marketplace.organisations.models import Organisation
from marketplace.web import words
from search.engine import SearchEngine, SearchUnavailable
from search.schema import Hit
from search.snippets import Part, Sought, highlight, snippet, sought

READ = 4_000  # characters of a text that a passage is looked for in
PASSAGE = 200  # characters shown


@dataclass(frozen=True, slots=True)
class Found:
    """One page of slips, and how many would be found by each choice of each filter.

    The first of them is in place `first` of all. While browsing nobody counts: `counts` is None, `total` is
    too unless one page holds it all, `older` is where the next page begins, and of the pages after the first
    nobody knows how far down they are.
    """

    slips: Sequence[tuple[Card, Row]]
    total: int | None
    page: int = 1
    pages: int = 1
    counts: Mapping[str, Mapping[str, int]] | None = field(default=None, repr=False)
    older: int | None = None
    first: int = 1

    @property
    def cards(self) -> list[Card]:
        return [card for card, _ in self.slips]

    @property
    def rows(self) -> list[Row]:
        return [row for _, row in self.slips]

    @property
    def engine_down(self) -> bool:
        return self.counts is None


def engine() -> SearchEngine:
    """The engine of this installation."""
    found: SearchEngine = current_app.extensions["search"]
    return found


def find(asked: Asked, board: Board, *, acting_for: Organisation | None) -> Found:
    """Search; when the engine cannot answer, browse what the database holds instead."""
    start = (asked.page - 1) * PER_PAGE
    try:
        results = engine().search(query(asked, board, limit=PER_PAGE, offset=start, facets=FACETS))
    except SearchUnavailable:
        page = browsing.browse(asked, board)
        slips = _slips(page.hits, asked, board, acting_for)
        return Found(slips, page.total, older=page.older, first=PER_PAGE + 1 if asked.before else 1)
    return Found(
        slips=_slips(results.hits, asked, board, acting_for),
        total=results.total,
        page=asked.page,
        pages=max(1, -(-results.total // PER_PAGE)),
        counts=results.facets,
        first=start + 1,
    )


def _slips(
    hits: Sequence[Hit], asked: Asked, board: Board, acting_for: Organisation | None
) -> list[tuple[Card, Row]]:
    """The public rows of this place behind the keys: a stale index shows nobody anything private."""
    rows = queries.rows_of([hit.key for hit in hits], board.place)
    fits = matching.fits_of(
        acting_for, [row.id for row in rows.values() if not isinstance(row, Organisation)]
    )
    looked_for = sought(asked.text) if asked.text else None
    found = []
    for hit in hits:
        row = rows.get(hit.key)
        if row is None:
            continue
        if isinstance(row, Organisation):
            slip, text = organisation_card(row, miles=hit.miles), row.about
        else:
            parts = fits[row.id].parts if row.id in fits else ()  # put forward by hand, it may have none
            reason = parts[0]["words"] if parts else None
            slip, text = cards.card(row, today=board.today, miles=hit.miles, reason=reason), row.body
        found.append((marked(slip, text, looked_for) if looked_for else slip, row))
    return found


def marked(card: Card, text: str, looked_for: Sought) -> Card:
    """The slip with what was looked for marked; or the passage of the text that has it."""
    title, summary = highlight(card.title, looked_for), highlight(card.summary, looked_for)
    if not _said(summary) and len(_said(title)) < max(1, len(looked_for.typed)):
        summary = snippet(text[:READ], looked_for, length=PASSAGE)
    return replace(card, title_parts=title, summary_parts=summary if _said(summary) else ())


def _said(parts: Sequence[Part]) -> set[str]:
    return {words.casefold() for words, is_marked in parts if is_marked}


def organisation_card(organisation: Organisation, *, miles: float | None) -> Card:
    return Card(
        family="organisation",
        title=organisation.name,
        summary=words.first_sentence(organisation.about),
        organisation_name="",
        town=organisation.town,
        miles=miles,
        when="" if organisation.is_claimed else "from public records, not yet claimed",
        url=url_for("discovery.organisation", organisation_id=organisation.id),
    )
