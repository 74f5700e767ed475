"""The lexicon of this installation, and the readings that are kept."""

from collections.abc import Collection

from flask import current_app
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.fetching import Rows
from marketplace.readings.models import RankingLexicon, Reading
from search.ranking.lexicon import Lexicon
from search.ranking.lexicon import Reading as Read

_READING = Reading.__table__.c
_KEPT = Rows(select(_READING.key, _READING.mark, _READING.data), _READING.key)
_MARKS = Rows(select(_READING.key, _READING.mark), _READING.key)


def lexicon() -> Lexicon | None:
    """The latest lexicon, kept in this process until there is a later one; None before the first."""
    newest = db.session.execute(
        db.select(RankingLexicon.id, RankingLexicon.version).order_by(RankingLexicon.id.desc()).limit(1)
    ).first()
    if newest is None:
        return None
    known: tuple[str, Lexicon] | None = current_app.extensions.get("lexicon")
    if known is None or known[0] != newest.version:
        data = db.session.scalar(db.select(RankingLexicon.data).where(RankingLexicon.id == newest.id))
        known = current_app.extensions["lexicon"] = newest.version, Lexicon.from_bytes(data)
    return known[1]


def texts_known() -> int:
    """How many texts the latest lexicon was fitted on; 0 before the first."""
    query = db.select(RankingLexicon.texts).order_by(RankingLexicon.id.desc()).limit(1)
    return db.session.scalar(query) or 0


def kept(keys: Collection[str], lexicon: Lexicon) -> dict[str, Read]:
    """The readings of these keys that this lexicon made."""
    rows = _KEPT.of(keys)
    return {row.key: Read.from_bytes(row.data) for row in rows if row.mark.startswith(lexicon.version)}


def marks(keys: Collection[str]) -> dict[str, str]:
    """What each kept reading is of."""
    return {row.key: row.mark for row in _MARKS.of(keys)}
