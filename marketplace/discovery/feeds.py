"""A public search as an Atom feed (RFC 4287)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from flask import current_app, url_for

from marketplace.discovery import queries, saying
from marketplace.discovery.asking import PUBLIC, Asked, Board, address, query, query_string
from marketplace.discovery.finding import engine
from marketplace.discovery.queries import Row
from marketplace.listings import cards
from marketplace.organisations.models import Organisation
from marketplace.web import words
from search.schema import Sort

ATOM = "http://www.w3.org/2005/Atom"
MOST = 50
BEGAN = 2026  # the year our tag addresses count from; it may never change
# What XML 1.0 has no place for, however it is written.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Entry:
    """One notice or organisation of a feed."""

    key: str
    title: str
    url: str
    summary: str
    author: str
    kind: str
    published: datetime
    updated: datetime


def feed(asked: Asked, board: Board) -> bytes:
    """The newest that the search finds, of what everybody may read. Raises SearchUnavailable."""
    public = Board(board.place, board.wards, frozenset({PUBLIC}), board.today)
    newest = asked.again(sort=Sort.NEWEST)
    hits = engine().search(query(newest, public, limit=MOST)).hits
    rows = queries.rows_of([hit.key for hit in hits], board.place)
    entries = [_entry(hit.key, rows[hit.key]) for hit in hits if hit.key in rows]
    entries.sort(key=lambda entry: entry.published, reverse=True)
    return _written(asked, board, entries)


def _entry(key: str, row: Row) -> Entry:
    if isinstance(row, Organisation):
        url = url_for("discovery.organisation", organisation_id=row.id, _external=True)
        about = words.first_sentence(row.about)
        since = row.claimed_at or row.created_at
        return Entry(key, row.name, url, about, row.name, "organisation", row.created_at, since)
    since = row.published_at or row.created_at
    summary = " · ".join(part for part in (row.summary, row.town, _closes(row)) if part)
    url = cards.address(row, whole=True)
    updated = max(since, row.updated_at)
    return Entry(key, row.title, url, summary, row.organisation.name, row.family.value, since, updated)


def _closes(row: Row) -> str:
    closes = None if isinstance(row, Organisation) else row.closes_on
    return f"Until {words.day(closes)}" if closes else ""


def _written(asked: Asked, board: Board, entries: Iterable[Entry]) -> bytes:
    entries = list(entries)
    site = current_app.config["SITE_NAME"]
    root = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "en-GB"})
    _add(root, "id", _tag(f"search?{query_string(asked.again(sort=Sort.RELEVANCE), kept=True)}"))
    _add(root, "title", f"{saying.described(asked, board)} – {site}, {board.place.name}")
    _add(root, "updated", _instant(max((entry.updated for entry in entries), default=_morning(board))))
    _add(
        root,
        "link",
        rel="self",
        type="application/atom+xml",
        href=address(asked, "feed", kept=True, whole=True),
    )
    _add(root, "link", rel="alternate", type="text/html", href=address(asked, kept=True, whole=True))
    _add(_add(root, "author"), "name", site)
    for entry in entries:
        node = _add(root, "entry")
        _add(node, "id", _tag(entry.key))
        _add(node, "title", entry.title)
        _add(node, "published", _instant(entry.published))
        _add(node, "updated", _instant(entry.updated))
        _add(node, "link", rel="alternate", type="text/html", href=entry.url)
        _add(_add(node, "author"), "name", entry.author)
        _add(node, "category", term=entry.kind)
        _add(node, "summary", entry.summary)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="utf-8")


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    node = ET.SubElement(parent, name, attributes)
    node.text = _UNWRITABLE.sub("", text) or None
    return node


def _tag(of: str) -> str:
    """An address that stays the same wherever the page moves (RFC 4151)."""
    host = urlsplit(current_app.config["SETTINGS"].base_url).hostname
    return f"tag:{host},{BEGAN}:{of}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _morning(board: Board) -> datetime:
    return datetime.combine(board.today, time(), tzinfo=UTC)
