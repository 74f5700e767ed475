"""Candidates: the few hundred worth ranking, found by the search engine; in a small place, everybody.

Whom the engine misses is not ranked, so it is asked generously: by words, by category, by meaning where there
is an encoder, and for whoever is nearest.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator

from flask import current_app
from sqlalchemy import select

from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.matching import sources, texts
from marketplace.places import queries as places
from search.engine import SearchEngine, SearchUnavailable
from search.ranking import Give, Party, Want
from search.ranking.lexicon import Lexicon
from search.schema import Sketch

EVERYBODY = 1_000  # organisations: up to so many, all of them are ranked
WITHOUT_INDEX = 20_000  # the same, where the engine cannot answer: slow, but nobody waits for an index
BY_LIKENESS, NEAREST = 200, 50
WORDS = 20  # a want is looked for by
GIVES_READ = 8  # of one organisation, in the order they count: listings, profile, latest work
PATIENCE, ASK_AGAIN = 60.0, 1.0  # seconds
CATEGORY_WEIGHT = 4.0  # beside words, which weigh up to about ten
ASKED_OF = {  # side: the families that answer it, and the one that asks
    "opportunity": frozenset({"capability", "organisation"}),
    "need": frozenset({"offer", "organisation"}),
}


def is_small() -> bool:
    """Whether everybody is ranked: in a small place, and in a middling one that has no index to ask yet."""
    if sources.organisations_known(at_most=EVERYBODY + 1) <= EVERYBODY:
        return True
    if _engine().health().ready:
        return False
    return sources.organisations_known(at_most=WITHOUT_INDEX + 1) <= WITHOUT_INDEX


def parties_for(want: Want, lexicon: Lexicon) -> set[int]:
    """The organisations that might answer it. Raises SearchUnavailable."""
    said = texts.of([f"{want.family}:{want.key}"]).values()
    sketch = Sketch(
        place=_place(),
        families=ASKED_OF[want.family],
        words={word: weight for each in said for word, weight in lexicon.telling(each, WORDS).items()},
        categories=dict.fromkeys(want.categories, CATEGORY_WEIGHT),
        quantity_kinds=want.quantity_kinds,
        near=want.point,
        vector=want.vector,
        limit=BY_LIKENESS,
        nearest=NEAREST if want.point else 0,
    )
    return owners(hit.key for hit in _engine().alike(sketch))


def patiently(find: Callable[[], set[int]]) -> set[int]:
    """What it finds, asked for again while the engine is slow to begin: in a run nobody waits at a page.

    Raises SearchUnavailable when a minute did not help.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return find()
        except SearchUnavailable:
            if time.monotonic() > until:
                raise
            time.sleep(ASK_AGAIN)


def asks_for(party: Party, lexicon: Lexicon, also: Collection[str] = ()) -> set[int]:
    """The ids of the open asks it might answer, also by these words. Raises SearchUnavailable."""
    found: set[int] = set()
    for asked, answered_by in (("opportunity", ("capability", "history")), ("need", ("offer", "interests"))):
        gives = sorted(
            (give for give in party.gives if give.family in answered_by), key=_first_said_then_done
        )
        if gives:
            sketch = _of_gives(asked, gives[:GIVES_READ], lexicon, also)
            found |= {int(hit.key.partition(":")[2]) for hit in _engine().alike(sketch)}
    return found


def owners(keys: Iterable[str]) -> set[int]:
    """The organisations behind documents."""
    numbers: dict[bool, list[int]] = {True: [], False: []}
    for key in keys:
        family, _, number = key.partition(":")
        numbers[family == "organisation"].append(int(number))
    query = select(Listing.organisation_id).where(Listing.id.in_(numbers[False])).distinct()
    return {*numbers[True], *(db.session.scalars(query) if numbers[False] else ())}


def _of_gives(asked: str, gives: list[Give], lexicon: Lexicon, also: Collection[str]) -> Sketch:
    words: dict[str, float] = dict.fromkeys(also, 10.0)
    for word, weight in _words(gives, lexicon):
        words[word] = max(weight, words.get(word, 0.0))
    point = next((give.point for give in gives if give.point), None)
    return Sketch(
        place=_place(),
        families=frozenset({asked}),
        words=words,
        categories={slug: CATEGORY_WEIGHT for give in gives for slug in give.categories},
        quantity_kinds=frozenset(kind for give in gives for kind in give.quantity_kinds),
        near=point,
        vector=next((give.vector for give in gives if give.vector), None),
        limit=BY_LIKENESS,
        nearest=NEAREST if point else 0,
    )


def _words(gives: list[Give], lexicon: Lexicon) -> Iterator[tuple[str, float]]:
    """What each says that tells most; the more it does, the fewer words of each."""
    for said in texts.of([give.key for give in gives]).values():
        yield from lexicon.telling(said, max(4, 2 * WORDS // len(gives))).items()


def _first_said_then_done(give: Give) -> tuple[bool, float]:
    return give.family == "history", -(give.done_on.toordinal() if give.done_on else float("inf"))


def _place() -> str:
    place = places.current()
    return place.slug if place else ""


def _engine() -> SearchEngine:
    engine: SearchEngine = current_app.extensions["search"]
    return engine
