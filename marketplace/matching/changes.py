"""What an organisation could change so that it fits better, each found by scoring the change."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil

from flask import url_for

from marketplace.categories.catalogue import catalogue
from marketplace.listings.cards import address
from marketplace.matching import running, searching, sources, texts
from marketplace.matching.models import Match
from search.engine import SearchUnavailable
from search.geo import miles_between
from search.ranking import FLOOR, Give, Party, Want, fits
from search.ranking.model import only, whole
from search.ranking.reasons import Pair
from search.ranking.weights import side_of
from search.ranking.words import listed

AT_MOST = 3
WORDS = 2  # of those asked for and never mentioned
A_ROUND_DISTANCE = 5  # miles

Fits = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change, and what would come of it."""

    words: str  # “Add “asbestos removal” to “Surveys and repairs””
    points: int | None  # what it would add to this match; None: nothing here, it is about others
    more: int | None  # how many more open asks would fit
    url: str | None  # where to change it


@dataclass(frozen=True, slots=True)
class Tried:
    """The give as it would be after a change, and the change in words."""

    give: Give
    words: str


def for_match(match: Match, *, now: datetime) -> list[Change]:
    """Changes that would help this match or bring others, the most helpful first.

    Each is scored as if it were made: the points are those this match would gain, and the others are counted
    among the open asks that the organisation might answer.
    """
    using = running.means(now)
    found = sources.parties(using.today, using.lexicon, ids=[match.organisation_id])
    this = sources.wants(using.today, using.lexicon, ids=[match.listing_id])
    if not found or not this or (side := side_of(this[0].family)) is None:
        return []
    party, want = only(found[0], side), this[0]
    if (give := _main(match, party)) is None:
        return []
    asks = _asks(found[0], want, using)
    before = fits(asks, [party], using.lexicon, using.model, today=using.today)
    tried = []
    for each in _worth_trying(want, give, party, using):
        gives = [other for other in party.gives if other.key != each.give.key]
        changed = replace(party, gives=(*gives, replace(each.give, reading=None)))
        after = fits(asks, [changed], using.lexicon, using.model, today=using.today)
        tried.append((each, _gained(before, after, want, party), _more(before, after, want)))
    helpful = [each for each in tried if each[1] > 0 or each[2] > 0]
    helpful.sort(key=lambda each: (-each[1], -each[2], each[0].words))
    return [
        Change(each.words, points or None, more or None, _where(match))
        for each, points, more in helpful[:AT_MOST]
    ]


def _main(match: Match, party: Party) -> Give | None:
    """What of theirs would be changed: the notice that fits, else a new one about it."""
    via = f"{match.via.family.value}:{match.via_id}" if match.via else ""
    listed_here = next((give for give in party.gives if give.key == via), None)
    if listed_here is not None:
        said = texts.of([via])[via]
        return replace(listed_here, text=said.text)
    return None


def _asks(party: Party, want: Want, using: running.Means) -> list[Want]:
    """The open asks this organisation might answer, this one among them."""
    if searching.is_small():
        return sources.wants(using.today, using.lexicon)
    try:
        ids = searching.asks_for(party, using.lexicon, also=want.title.split())
    except SearchUnavailable:
        ids = set()
    return sources.wants(using.today, using.lexicon, ids={*ids, int(want.key)})


def _worth_trying(want: Want, give: Give, party: Party, using: running.Means) -> Iterator[Tried]:
    pair = Pair(want, give, party, using.lexicon, 0, catalogue().names)
    here = f"“{give.title}”"
    for term in pair.unanswered(WORDS):
        words = pair.words_for([term])
        yield Tried(replace(give, text=f"{give.text}\n{words}"), f"Add “{words}” to {here}")
    if not give.categories & want.categories and want.categories:
        slug = max(want.categories, key=lambda each: (each.count("/"), each))
        filed = replace(give, categories=give.categories | {slug})
        yield Tried(filed, f"File {here} under {catalogue().names.get(slug, slug)} too")
    if want.point and give.point and give.reach_miles is not None:
        miles = miles_between(want.point, give.point)
        wider = A_ROUND_DISTANCE * ceil(max(miles, give.reach_miles + 1) / A_ROUND_DISTANCE)
        yield Tried(replace(give, reach_miles=wider), f"Widen {here} to {wider} miles")
    if want.quantity_kinds and not give.quantity_kinds & want.quantity_kinds:
        kinds = give.quantity_kinds | want.quantity_kinds
        yield Tried(
            replace(give, quantity_kinds=kinds), f"Offer {listed(sorted(want.quantity_kinds))} in {here}"
        )


def _gained(before: Fits, after: Fits, want: Want, party: Party) -> int:
    """Whole points that this match would gain."""
    key = want.key, party.key
    return whole(after.get(key, 0.0)) - whole(before.get(key, 0.0))


def _more(before: Fits, after: Fits, want: Want) -> int:
    """How many other asks would fit that don't now."""
    return len({key for key in _good(after) - _good(before) if key[0] != want.key})


def _good(found: Fits) -> set[tuple[str, str]]:
    return {key for key, fit in found.items() if whole(fit) >= FLOOR}


def _where(match: Match) -> str:
    return address(match.via, "edit") if match.via else url_for("listings.choose")
