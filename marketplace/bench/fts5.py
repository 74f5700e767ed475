"""The baseline for speed: SQLite's own full-text search, on the same listings and words, with less to do."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from marketplace.bench.figures import Took, timed
from marketplace.bench.generated import County
from marketplace.bench.questions import HITS, Question
from search.schema import Document

COLUMNS = ("title", "summary", "body", "organisation", "categories")
BEST = "SELECT key FROM listing WHERE listing MATCH ? ORDER BY bm25(listing) LIMIT ?"
COUNT = "SELECT count(*) FROM listing WHERE listing MATCH ?"


def build(county: County, listings: int, path: Path) -> None:
    """Index everything, stemmed, with diacritics removed."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute(
            f"CREATE VIRTUAL TABLE listing USING fts5(key UNINDEXED, {', '.join(COLUMNS)}, "
            "tokenize = 'porter unicode61 remove_diacritics 2')"
        )
        marks = ", ".join("?" * (len(COLUMNS) + 1))
        rows = map(_row, county.documents(listings))
        with database:
            database.executemany(f"INSERT INTO listing VALUES ({marks})", rows)  # noqa: S608  # question marks only


def search(path: Path, asked: Sequence[Question], warm_up: Iterable[Question]) -> list[Took]:
    """How long each question takes: the best twenty by bm25, and the count; no filters, miles or facets."""
    with closing(sqlite3.connect(path)) as database:
        for question in warm_up:
            _ask(database, question)
        return [_ask(database, question) for question in asked]


def _ask(database: sqlite3.Connection, question: Question) -> Took:
    words = _match(question)

    def both() -> None:
        database.execute(BEST, (words, HITS)).fetchall()
        database.execute(COUNT, (words,)).fetchone()

    return timed(both)[0]


def _match(question: Question) -> str:
    """All the words that were meant, for it knows no misspellings; an unfinished word as a beginning."""
    words = question.query.text.split() if question.query.typing else question.meant
    quoted = [f'"{word.replace(chr(34), "")}"' for word in words]
    return " AND ".join(quoted) + ("*" if question.query.typing else "")


def _row(document: Document) -> tuple[Any, ...]:
    texts = (document.title, document.summary, document.body, document.organisation)
    return (document.key, *texts, " ".join(document.categories))
