"""Rebuilding the index."""

from flask import current_app

from marketplace.discovery import documents
from search.engine import SearchEngine


def rebuild() -> int:
    """Build the index anew from the database; returns how many documents it holds."""
    engine: SearchEngine = current_app.extensions["search"]
    engine.rebuild(documents.everything())
    return engine.health().documents
