"""A search as a person put it, understood; and the address that asks it again."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from flask import url_for

from marketplace.discovery import meaning
from marketplace.errors import Refused
from marketplace.places import queries as places
from marketplace.places.models import Place
from marketplace.places.queries import Location
from search.geo import Point
from search.schema import CLOSING_DAYS, PUBLIC, Query, Sort

PER_PAGE = 20
NEAR_MILES = 10  # “near” without a distance
LONGEST_PLACE = 40  # letters
_NEAR = re.compile(r"\b(?:near|in|around|close to)\s+", re.IGNORECASE)


class View(StrEnum):
    """How results are laid out."""

    LIST = "list"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Filter:
    """A question with fixed answers: its name in addresses, the field it asks, and the words of each."""

    name: str
    asks: str
    title: str
    choices: Mapping[str, str] = field(default_factory=dict)


KINDS = {
    "need": "Needs",
    "offer": "Offers",
    "opportunity": "Opportunities",
    "capability": "What organisations do",
    "organisation": "Organisations",
}
TYPES = {
    "contract": "Contracts",
    "subcontract": "Subcontracts",
    "quote": "Requests for quotes",
    "grant": "Grants",
    "job": "Jobs and training",
}
WANTED = {
    "volunteers": "Volunteering",
    "goods": "Goods",
    "money": "Money",
    "space": "Space",
    "skills": "Skills",
}
WORTH = {
    "under-5k": "Under £5,000",
    "5k-25k": "£5,000 to £25,000",
    "25k-100k": "£25,000 to £100,000",
    "100k-1m": "£100,000 to £1 million",
    "over-1m": "Over £1 million",
}
FROM = {
    "business": "Businesses",
    "voluntary": "Voluntary and community groups",
    "anchor": "Anchor institutions",
    "developer": "Developers",
    "public": "Public bodies",
}
SIZES = {"micro": "Micro", "small": "Small", "medium": "Medium", "large": "Large"}
FILTERS = {
    each.name: each
    for each in (
        Filter("kind", "family", "What kind", KINDS),
        Filter("category", "categories", "About"),  # its choices are the catalogue
        Filter("type", "kinds", "Kind of opportunity", TYPES),
        Filter("wanted", "quantity_kinds", "What is asked or given", WANTED),
        Filter("ward", "ward", "Ward"),  # its choices are the place's
        Filter("value", "value_bands", "Worth", WORTH),
        Filter("by", "organisation_kind", "Put up by", FROM),
        Filter("size", "organisation_size", "How big they are", SIZES),
        Filter("verified", "is_verified", "Who they are", {"yes": "Found on a public register"}),
    )
}


@dataclass(frozen=True, slots=True)
class Board:
    """What is searched, which no address can change: one place, for whoever is looking, on this day."""

    place: Place
    wards: Mapping[str, str]  # names by code, in their order
    audiences: frozenset[str]
    today: date


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A search as the person put it, with a place understood. `chosen` holds answers by a filter's name."""

    text: str = ""
    where: str = ""
    miles: int | None = None
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    closes: int | None = None  # within so many days
    closed: bool = False  # what takes no more answers too
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    before: int | None = None  # while browsing: what comes after this id
    view: View = View.LIST
    location: Location | None = None
    problem: str = ""  # why the place was not understood
    towns: tuple[str, ...] = ()

    def of(self, name: str) -> tuple[str, ...]:
        """What was chosen of one filter."""
        return self.chosen.get(name, ())

    @property
    def categories(self) -> tuple[str, ...]:
        """The subjects that count: a parent beside one of its children only leads to them."""
        narrowed = {slug.partition("/")[0] for slug in self.of("category") if "/" in slug}
        return tuple(slug for slug in self.of("category") if slug not in narrowed)

    @property
    def reach(self) -> int | None:
        """The distance that counts: none without a place to measure from."""
        return self.miles if self.location else None

    def again(self, **changes: Any) -> "Asked":
        """The same search from its first page, with some of it changed."""
        return replace(self, **{"page": 1, "before": None, **changes})

    def choosing(self, name: str, values: Iterable[str]) -> "Asked":
        """The same search with these answers to one filter."""
        return self.again(chosen={**self.chosen, name: tuple(values)})

    def without(self, name: str, value: str) -> "Asked":
        """The same search with one answer taken back."""
        return self.choosing(name, (each for each in self.of(name) if each != value))


def audiences_of(user: object) -> frozenset[str]:
    """Whose listings this person may find: everybody's public ones."""
    return frozenset({PUBLIC})


def board_of(place: Place, *, user: object, today: date) -> Board:
    """What this person may search."""
    return Board(place, places.ward_names(place), audiences_of(user), today)


def understand(asked: Asked, board: Board) -> Asked:
    """Leave out wards nobody knows, and find the place that was named.

    It is named in its own box, or at the end of the words (“catering near Crook”).
    """
    wards = tuple(code for code in asked.of("ward") if code in board.wards)
    asked = replace(asked, chosen={**asked.chosen, "ward": wards})
    if asked.where:
        try:
            return replace(asked, location=places.locate(asked.where))
        except Refused as refusal:
            return replace(asked, problem=refusal.message, towns=getattr(refusal, "towns", ()))
    for near in _NEAR.finditer(asked.text):
        where = asked.text[near.end() :].strip()
        if 2 <= len(where) <= LONGEST_PLACE and (location := _known(where)):
            return replace(
                asked,
                text=asked.text[: near.start()].strip(),
                where=where,
                location=location,
                miles=asked.miles or NEAR_MILES,
            )
    return asked


def query(
    asked: Asked,
    board: Board,
    *,
    limit: int,
    offset: int = 0,
    facets: Sequence[str] = (),
    typing: bool = False,
) -> Query:
    """The same for the engine. The place and the audiences come from the board, never from what was asked."""
    near = Point(asked.location.lat, asked.location.lon) if asked.location else None
    filters = {FILTERS[name].asks: frozenset(values) for name, values in asked.chosen.items()}
    filters["categories"] = frozenset(asked.categories)
    filters["state"] = frozenset() if asked.closed else frozenset({"open"})
    return Query(
        asked.text,
        place=board.place.slug,
        audiences=board.audiences,
        filters=filters,
        near=near,
        within_miles=asked.reach,
        closes_within=asked.closes,
        today=board.today,
        facets=tuple(facets),
        typing=typing,
        vector=None if typing else meaning.of_question(asked.text),
        offset=offset,
        limit=limit,
        sort=_order(asked, near),
    )


def parameters(asked: Asked, *, kept: bool = False) -> list[tuple[str, str]]:
    """What an address says, in its one order; `kept` leaves out the page and the way it is laid out."""
    asks = [
        ("q", asked.text),
        ("where", asked.where),
        ("miles", str(asked.miles) if asked.miles and asked.where else ""),
        *_answers(asked, "kind"),
        ("sort", asked.sort.value if asked.sort is not Sort.RELEVANCE else ""),
        *(each for name in FILTERS if name not in ("kind", *AFTER_CLOSING) for each in _answers(asked, name)),
        ("closes", str(asked.closes or "")),
        *(each for name in AFTER_CLOSING for each in _answers(asked, name)),
        ("closed", "1" if asked.closed else ""),
    ]
    if not kept:
        asks += [
            ("page", str(asked.page) if asked.page > 1 else ""),
            ("before", str(asked.before or "")),
            ("view", str(asked.view) if asked.view != View.LIST else ""),
        ]
    return [(name, value) for name, value in asks if value]


AFTER_CLOSING = ("by", "size", "verified")


def query_string(asked: Asked, *, kept: bool = False) -> str:
    """The part of an address after the question mark."""
    return urlencode(parameters(asked, kept=kept))


def address(asked: Asked, page: str = "search", *, kept: bool = False, whole: bool = False) -> str:
    """Where this search is, as a page, a feed, a download or a map; `whole` begins with https://…"""
    path = url_for(f"discovery.{page}", _external=whole)
    asks = query_string(asked, kept=kept or page != "search")
    return f"{path}?{asks}" if asks else path


def _answers(asked: Asked, name: str) -> list[tuple[str, str]]:
    return [(name, value) for value in asked.of(name)]


def _order(asked: Asked, near: Point | None) -> Sort:
    sort = Sort.RELEVANCE if asked.sort is Sort.NEAREST and near is None else asked.sort
    if sort is Sort.RELEVANCE and not asked.text:
        return Sort.NEAREST if near else Sort.NEWEST
    return sort


def _known(where: str) -> Location | None:
    try:
        return places.locate(where)
    except Refused:
        return None


def days_of(typed: str) -> int | None:
    """One of the numbers of days that can be chosen."""
    return next((days for days in CLOSING_DAYS if str(days) == typed), None)
