"""Reading what a text is probably about."""

import logging

from marketplace.categories.catalogue import Category, catalogue
from search.classify import CategoryModel, UnreadableModel

log = logging.getLogger(__name__)

AT_MOST = 5


def likely(text: str, *, shelves: bool = False, at_most: int = AT_MOST) -> tuple[Category, ...]:
    """The categories worth offering for a text, likeliest first; with `shelves`, the topmost alone.

    None for a short text, a strange one, or while the model cannot be read: suggesting is a kindness.
    """
    try:
        model = CategoryModel.load()
    except UnreadableModel:
        log.exception("No categories are suggested: the model cannot be read")
        return ()
    found = model.families(text, at_most) if shelves else model.suggest(text, at_most)
    known = (catalogue().get(slug) for slug, _ in found)
    return tuple(category for category in known if category)
