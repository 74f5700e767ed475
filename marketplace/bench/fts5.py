"""The baseline for speed: SQLite's own full-text search, on the same listings and words.

Asked twice: for documents with all the words and no more, which is far less to do; and the whole question,
as somebody without a search engine would put it in SQL: any of the words, best first by bm25, as our own
search finds what has some of them. Neither knows misspellings; both are given the words as they were meant.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from functools import partial
from itertools import islice
from math import cos, radians
from pathlib import Path
from typing import Any

from marketplace.bench.figures import Took, timed
from marketplace.bench.generated import CENTRE, County
from marketplace.bench.questions import HITS, Question
from search.schema import FACETS, FIELDS, Document, filter_values

COLUMNS = ("title", "summary", "body", "organisation", "categories")
BEST = "SELECT key FROM listing WHERE listing MATCH ? ORDER BY bm25(listing) LIMIT ?"
COUNT = "SELECT count(*) FROM listing WHERE listing MATCH ?"
TABLES = (
    f"CREATE VIRTUAL TABLE listing USING fts5(key UNINDEXED, {', '.join(COLUMNS)}, "
    "tokenize = 'porter unicode61 remove_diacritics 2')",
    "CREATE TABLE fact (listing INTEGER PRIMARY KEY, place, audience, north REAL, east REAL, closes INTEGER)",
    "CREATE TABLE said (listing INTEGER, field, value, PRIMARY KEY (listing, field, value)) WITHOUT ROWID",
)
HIT = (
    "CREATE TEMP TABLE hit AS SELECT found.rowid AS listing, found.score FROM "
    "(SELECT rowid, bm25(listing) AS score FROM listing WHERE listing MATCH ?) AS found "
    "JOIN fact ON fact.listing = found.rowid WHERE place = ?"
)
FACETED = "SELECT field, value, count(*) FROM hit JOIN said USING (listing) GROUP BY field, value"
MILES = 69.0  # a degree of latitude; good enough for a baseline on a flat county
EAST = cos(radians(CENTRE[0]))
AT_ONCE = 5_000

Ask = Callable[[sqlite3.Connection, Question], None]


def build(county: County, listings: int, path: Path) -> None:
    """Index everything, stemmed, with diacritics removed; and the facts and values beside it."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        for table in TABLES:
            database.execute(table)
        numbered = enumerate(county.documents(listings), start=1)
        with database:
            while some := list(islice(numbered, AT_ONCE)):
                _insert(database, "listing(rowid, key, " + ", ".join(COLUMNS) + ")", map(_words, some))
                _insert(database, "fact", map(_facts, some))
                _insert(database, "said", (value for one in some for value in _values(*one)))


def search(path: Path, ask: Ask, asked: Sequence[Question], warm_up: Iterable[Question]) -> list[Took]:
    """How long each question takes."""
    with closing(sqlite3.connect(path)) as database:
        for question in warm_up:
            ask(database, question)
        return [timed(partial(ask, database, question))[0] for question in asked]


def words_alone(database: sqlite3.Connection, question: Question) -> None:
    """The best twenty of those with all of them, and the count; no place, filter, miles or facets."""
    words = _match(question, " AND ")
    database.execute(BEST, (words, HITS)).fetchall()
    database.execute(COUNT, (words,)).fetchone()


def whole_question(database: sqlite3.Connection, question: Question) -> None:
    """With place, audience, filters and miles, and all facets counted (under all filters, not the others)."""
    query = question.query
    sql: list[str] = [HIT]
    given: list[Any] = [_match(question, " OR "), query.place]

    def also(condition: str, *values: Any) -> None:
        sql.append(condition)
        given.extend(values)

    also(f"audience IN ({_marks(query.audiences)})", *query.audiences)
    if query.near and query.within_miles is not None:
        here = (query.near.lat * MILES, query.near.lon * MILES * EAST)
        reach = query.within_miles**2
        also("(north - ?) * (north - ?) + (east - ?) * (east - ?) <= ?", *here[:1] * 2, *here[1:] * 2, reach)
    if query.closes_within is not None and query.today is not None:
        first = query.today.toordinal()
        also("closes BETWEEN ? AND ?", first, first + query.closes_within)
    for name, values in query.asked_filters.items():
        one_of = f"field = ? AND value IN ({_marks(values)})"
        also(f"EXISTS (SELECT 1 FROM said WHERE said.listing = fact.listing AND {one_of})", name, *values)  # noqa: S608  # question marks only
    database.execute(" AND ".join(sql), given)
    database.execute("SELECT listing FROM hit ORDER BY score LIMIT ?", (HITS,)).fetchall()
    database.execute("SELECT count(*) FROM hit").fetchone()
    database.execute(FACETED).fetchall()
    database.execute("DROP TABLE hit")


def _match(question: Question, between: str) -> str:
    """The words that were meant, for it knows no misspellings; an unfinished word as a beginning."""
    words = question.query.text.split() if question.query.typing else question.meant
    quoted = [f'"{word.replace(chr(34), "")}"' for word in words]
    return between.join(quoted) + ("*" if question.query.typing else "")


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    held = list(rows)
    database.executemany(f"INSERT INTO {table} VALUES ({_marks(held[0])})", held)  # noqa: S608  # our own names


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)


def _words(numbered: tuple[int, Document]) -> tuple[Any, ...]:
    number, document = numbered
    texts = (document.title, document.summary, document.body, document.organisation)
    return (number, document.key, *texts, " ".join(document.categories))


def _facts(numbered: tuple[int, Document]) -> tuple[Any, ...]:
    number, document = numbered
    at = document.location
    where = (at.lat * MILES, at.lon * MILES * EAST) if at else (None, None)
    closes = document.closes_on.toordinal() if document.closes_on else None
    return (number, document.place, document.audience, *where, closes)


def _values(number: int, document: Document) -> Iterable[tuple[Any, ...]]:
    for field in FIELDS:
        if field.name in FACETS:
            yield from (
                (number, field.name, value) for value in dict.fromkeys(filter_values(document, field))
            )
