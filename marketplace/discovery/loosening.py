"""What to loosen when nothing is found, and how many each loosening would find."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

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
QUOTES = "“”„\"'"
WITHOUT = {
    "kind": "every kind of notice",
    "category": "every subject",
    "type": "every kind of opportunity",
    "wanted": "anything asked or given",
    "ward": "every ward",
    "value": "any value",
    "by": "notices of anybody",
    "size": "organisations of any size",
    "verified": "organisations on no register too",
}


@dataclass(frozen=True, slots=True)
class Looser:
    """One thing less to ask: its words, how many that finds, and where."""

    label: str
    total: int
    url: str


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask for less; of ways of a kind, one that finds no more than another is left out."""

    kind: str
    label: str
    asked: Asked


def looser(asked: Asked, board: Board) -> list[Looser]:
    """The mildest loosenings that find something, each tried with the engine, all within one deadline."""
    until = time.monotonic() + SECONDS
    found: list[Looser] = []
    seen: set[tuple[str, int]] = set()
    for way in islice(_ways(asked), MOST_TRIED):
        if len(found) == MOST_SHOWN or time.monotonic() > until:
            break
        try:
            total = engine().search(query(way.asked, board, limit=0)).total
        except SearchUnavailable:
            break
        if total and (way.kind, total) not in seen:
            seen.add((way.kind, total))
            found.append(Looser(way.label, total, address(way.asked)))
    return found


def _ways(asked: Asked) -> Iterator[Way]:
    """Mildest first."""
    yield from _nearby(asked)
    if asked.closes:
        yield Way("closes", "look at any closing day", asked.again(closes=None))
    used = [name for name in FILTERS if asked.of(name)]
    for name in used:
        yield Way(name, f"look at {WITHOUT[name]}", asked.choosing(name, ()))
    telling = [word for word in dict.fromkeys(asked.text.split()) if normalise(word) not in STOP_WORDS]
    for word in telling[:MOST_WORDS] if len(telling) > 1 else ():
        plain = word.strip(QUOTES)
        yield Way(word, f"look for “{plain}” alone", asked.again(text=plain))
    if not asked.closed:
        yield Way("closed", "look at closed notices too", asked.again(closed=True))
    without = asked.again(chosen={}, closes=None, miles=None)
    if asked.text and len(used) + bool(asked.closes) + bool(asked.reach) > 1:
        yield Way("all", "look for the same words without any filter", without)
    if asked.text and (used or asked.closes or asked.location):
        yield Way("text", "leave the words out", asked.again(text=""))


def _nearby(asked: Asked) -> Iterator[Way]:
    if not (asked.location and asked.reach):
        return
    for miles in [each for each in WIDER if each > asked.reach][:2]:
        label = f"look within {words.count(miles, 'mile')} of {asked.location.label}"
        yield Way("miles", label, asked.again(miles=miles))
    yield Way("miles", "look at any distance", asked.again(miles=None))
