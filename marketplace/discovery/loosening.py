"""What to loosen when nothing is found, and how many each loosening would find."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from marketplace.discovery.asking import FILTERS, Asked, Board, address, query
from marketplace.discovery.finding import engine
from marketplace.web import words
from search.engine import SearchUnavailable
from search.text import STOP_WORDS, normalise

SECONDS = 0.25  # for all the looking together
MOST_TRIED = 12
MOST_SHOWN = 5
WIDER = (2, 5, 10, 20, 40)  # miles
MOST_WORDS = 4  # each tried alone
WITHOUT = {
    "kind": "every kind of notice",
    "category": "every subject",
    "type": "every kind of opportunity",
    "wanted": "anything asked or given",
    "ward": "every ward",
    "value": "any value",
    "by": "anybody’s",
    "size": "organisations of any size",
    "verified": "organisations on no register too",
}


@dataclass(frozen=True, slots=True)
class Looser:
    """One thing less to ask: its words, how many that finds, and where."""

    label: str
    total: int
    url: str


def looser(asked: Asked, board: Board) -> list[Looser]:
    """The mildest loosenings that find something, each tried with the engine, all within one deadline."""
    until = time.monotonic() + SECONDS
    found: list[Looser] = []
    for tried, (label, other) in enumerate(_ways(asked)):
        if tried >= MOST_TRIED or len(found) >= MOST_SHOWN or time.monotonic() > until:
            break
        try:
            total = engine().search(query(other, board, limit=0)).total
        except SearchUnavailable:
            break
        if total and total not in [each.total for each in found if each.label.startswith("look within")]:
            found.append(Looser(label, total, address(other)))
    return found


def _ways(asked: Asked) -> Iterator[tuple[str, Asked]]:
    """Each way to ask for less, mildest first."""
    if asked.location and asked.reach:
        for miles in [each for each in WIDER if each > asked.reach][:2]:
            wider = f"look within {words.count(miles, 'mile')} of {asked.location.label}"
            yield wider, asked.again(miles=miles)
        yield "look at any distance", asked.again(miles=None)
    if asked.closes:
        yield "look at any closing day", asked.again(closes=None)
    for name in FILTERS:
        if asked.of(name):
            yield f"look at {WITHOUT[name]}", asked.choosing(name, ())
    telling = [word for word in dict.fromkeys(asked.text.split()) if normalise(word) not in STOP_WORDS]
    if len(telling) > 1:
        for word in telling[:MOST_WORDS]:
            yield f"look for “{word.strip('“”\"')}” alone", asked.again(text=word)
    if not asked.closed:
        yield "look at closed notices too", asked.again(closed=True)
    if asked.text and len(asked.again(text="").chosen) and _asks_more_than_words(asked):
        yield "leave the words out", asked.again(text="")


def _asks_more_than_words(asked: Asked) -> bool:
    return bool(any(asked.chosen.values()) or asked.closes or asked.location)
