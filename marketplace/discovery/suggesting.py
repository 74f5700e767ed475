"""What somebody may mean while they type: notices, organisations, subjects and places."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import url_for

from marketplace.categories.catalogue import Category, catalogue
from marketplace.discovery import queries
from marketplace.discovery.asking import Asked, Board, address, query
from marketplace.discovery.finding import engine
from marketplace.discovery.maps import KIND_WORDS
from marketplace.listings.cards import address_of
from search.engine import SearchUnavailable
from search.text import normalise

MOST = 10
TITLES = 6
OF_A_KIND = 3  # subjects, places
LONGEST = 80  # letters


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line under the search box; `group` is listing, organisation, category or place."""

    group: str
    label: str
    detail: str
    href: str


def suggestions(typed: str, board: Board) -> list[Suggestion]:
    """At most ten, those of one group together. Without the engine: subjects and places."""
    begun = normalise(typed[:LONGEST])
    if not begun:
        return []
    # Not a new list of words while the last one is being typed: a space after it says it is whole.
    text = f"{begun} " if typed[-1:].isspace() else begun
    subjects = [*_subjects(begun)][:OF_A_KIND]
    nearby = [*_places(begun, board)][:OF_A_KIND]
    titles = _titles(text, board)[: MOST - len(subjects) - len(nearby)]
    order = {"listing": 0, "organisation": 1, "category": 2, "place": 3}
    return sorted([*titles, *subjects, *nearby], key=lambda each: order[each.group])


def _titles(text: str, board: Board) -> list[Suggestion]:
    asked = query(Asked(text=text), board, limit=TITLES, typing=True)
    try:
        found = engine().suggest(asked)
    except SearchUnavailable:
        return []
    spots = queries.spots_of([each.key for each in found], board.place)
    return [_title(spots[each.key]) for each in found if each.key in spots]


def _title(spot: queries.Spot) -> Suggestion:
    if spot.family == "organisation":
        href = url_for("discovery.organisation", organisation_id=spot.id)
        return Suggestion("organisation", spot.title, spot.town, href)
    detail = f"{KIND_WORDS[spot.family]}, {spot.who}"
    return Suggestion("listing", spot.title, detail, address_of(spot.family, spot.id))


def _subjects(begun: str) -> Iterator[Suggestion]:
    """Subjects whose name has words that begin so; then those that other words for it say."""
    named = [each for each in catalogue() if _begins(begun, normalise(each.name))]
    called = [each for each in catalogue() if any(_begins(begun, normalise(word)) for word in each.also)]
    for category in dict.fromkeys((*named, *called)):
        href = address(Asked(chosen={"category": (category.slug,)}))
        yield Suggestion("category", category.name, _parent(category), href)


def _parent(category: Category) -> str:
    return catalogue().name(category.parent) if category.parent else "Every kind"


def _places(begun: str, board: Board) -> Iterator[Suggestion]:
    for town in _beginning(begun, queries.town_middles(board.place)):
        yield Suggestion("place", town, "Around here", address(Asked(where=town)))
    for code, name in board.wards.items():
        if normalise(name).startswith(begun):
            yield Suggestion("place", name, "Ward", address(Asked(chosen={"ward": (code,)})))


def _beginning(begun: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if normalise(name).startswith(begun)]


def _begins(begun: str, name: str) -> bool:
    """Each word typed begins a word of the name, in its order."""
    left = iter(name.split())
    return all(any(word.startswith(typed) for word in left) for typed in begun.split())
