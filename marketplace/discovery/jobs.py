"""Keeping the index in step with the database."""

from flask import current_app

from marketplace import outbox
from marketplace.discovery import documents
from search.engine import SearchEngine


@outbox.handles("search.index")
def index(keys: list[str]) -> None:
    """Bring these keys up to date: what is public is put in, what is not is taken out."""
    engine: SearchEngine = current_app.extensions["search"]
    found = documents.of_keys(keys)
    gone = [key for key, document in found.items() if document is None]
    engine.upsert([document for document in found.values() if document])
    if gone:
        engine.delete(gone)
