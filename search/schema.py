"""What every engine indexes, what it may be asked, and what it answers."""

import hashlib
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, fields
from datetime import date
from enum import StrEnum
from math import inf

from search.geo import Point

FAMILIES = frozenset({"opportunity", "need", "capability", "offer", "organisation"})
PUBLIC = "public"  # the audience everybody belongs to

# £, lowest first: a band's slug, and the least a value in it can be.
VALUE_BANDS = {"under-5k": 0, "5k-25k": 5_000, "25k-100k": 25_000, "100k-1m": 100_000, "over-1m": 1_000_000}
OPEN = "open"
MOST_SKETCHED = 24  # words read of a sketch, the heaviest
KIN_SHARE = 0.5  # what being filed elsewhere under the same parent is worth
CLOSING_DAYS = (7, 14, 30, 90)  # “closes within”, in days from today


@dataclass(frozen=True, slots=True)
class Document:
    """One findable thing. `key` names it across families, such as “need:12” or “organisation:7”.

    Only people of its audience find it. `keywords` are other words for what it is; `vector` is its meaning
    as an encoder put it, if there is one.
    """

    key: str
    family: str
    place: str
    title: str
    summary: str = ""
    body: str = ""
    keywords: str = ""
    organisation: str = ""
    audience: str = PUBLIC
    state: str = "open"  # or "closed": it can be read, not answered
    kinds: tuple[str, ...] = ()  # of opportunity: contract, subcontract, quote, grant, job
    quantity_kinds: tuple[str, ...] = ()  # volunteers, goods, money, space, skills
    categories: tuple[str, ...] = ()
    ward: str = ""
    value_low: int | None = None  # £
    value_high: int | None = None
    organisation_kind: str = ""
    organisation_size: str = ""
    verified: bool = False
    lat: float | None = None
    lon: float | None = None
    published_on: date | None = None
    closes_on: date | None = None
    vector: tuple[float, ...] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuse what no query could find, or what would be found in the wrong place."""
        if not self.key or not self.place or not self.audience:
            raise ValueError(f"A document needs a key, a place and an audience: {self.key!r}, {self.place!r}")
        if self.family not in FAMILIES:
            raise ValueError(f"Unknown family {self.family!r} for {self.key}")
        if (self.lat is None) != (self.lon is None):
            raise ValueError(f"{self.key} has half a location")
        _ = self.location  # raises if it isn't on the globe

    @property
    def location(self) -> Point | None:
        """Where it is, if anybody said."""
        return None if self.lat is None or self.lon is None else Point(self.lat, self.lon)

    @property
    def value_bands(self) -> tuple[str, ...]:
        """Every band its value may lie in; none when nobody said."""
        return value_bands(self.value_low, self.value_high)

    @property
    def is_verified(self) -> str:
        """The word filters use."""
        return "yes" if self.verified else "no"

    @property
    def mark(self) -> str:
        """A fingerprint of everything an engine keeps, to tell whether it holds this very version."""
        said = "\x1f".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self))
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def value_bands(low: int | None, high: int | None) -> tuple[str, ...]:
    """The bands that a value from `low` to `high` (£; either may be unknown, not both) reaches into."""
    if low is None and high is None:
        return ()
    bottom, top = min(v for v in (low, high) if v is not None), max(v for v in (low, high) if v is not None)
    starts = [*VALUE_BANDS.values(), None]
    return tuple(
        band
        for band, start, end in zip(VALUE_BANDS, starts, starts[1:], strict=False)
        if start is not None and start <= top and (end is None or bottom < end)
    )


class Sort(StrEnum):
    """The order of the hits; ties go to the newest, then to an order that never changes."""

    RELEVANCE = "relevance"
    NEAREST = "nearest"  # unknown distances last
    CLOSING = "closing"  # soonest first, no date last
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asks of one place. No text asks for everything the filters let through.

    `filters` maps a filterable field to the values allowed, any of which will do; an empty set asks
    nothing. A category matches its descendants too. `within_miles` leaves out whatever has no location.
    `closes_within` days counts from `today`, both ends included, and leaves out what has no last day and
    what has passed. `facets` names the fields to count; "closes_within" is counted too, given `today`.
    `typing` takes the last word as the beginning of one. The place and the audiences always hold, and no
    filter may name them.
    """

    text: str = ""
    _: KW_ONLY
    place: str
    audiences: frozenset[str] = frozenset({PUBLIC})
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    near: Point | None = None
    within_miles: float | None = None
    closes_within: int | None = None
    today: date | None = None
    facets: tuple[str, ...] = ()
    typing: bool = False
    vector: tuple[float, ...] | None = field(default=None, repr=False)
    offset: int = 0
    limit: int = 20
    sort: Sort = Sort.RELEVANCE

    def __post_init__(self) -> None:
        """Refuse a question that could only be answered by dropping part of it."""
        if not self.place or not self.audiences or "" in self.audiences:
            raise ValueError("A query is always about one place, for people of known audiences")
        if unknown := set(self.filters) - FILTERS:
            raise ValueError(f"Not filters: {sorted(unknown)}")
        if unknown := set(self.facets) - FACETS:
            raise ValueError(f"Not facets: {sorted(unknown)}")
        if self.near is None and (self.within_miles is not None or self.sort is Sort.NEAREST):
            raise ValueError("Distance needs a point to measure from")
        if self.within_miles is not None and not self.within_miles >= 0:
            raise ValueError(f"Not a distance in miles: {self.within_miles}")
        if self.today is None and (self.closes_within is not None or CLOSING_FACET in self.facets):
            raise ValueError("“Closes within” needs today's date")
        if self.closes_within is not None and self.closes_within < 0:
            raise ValueError(f"Not a number of days: {self.closes_within}")
        if self.offset < 0 or self.limit < 0:
            raise ValueError(f"Not a page: offset {self.offset}, limit {self.limit}")

    @property
    def asked_filters(self) -> dict[str, frozenset[str]]:
        """The filters that ask for something."""
        return {name: values for name, values in self.filters.items() if values}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What something open should be like: any of it is enough to be found, and more of it is better.

    `words` are plain ones (not stems), with how telling each is; the heaviest are read. `categories` are
    slugs with what being filed there is worth beside a word of that weight; what is filed elsewhere under
    the same parent is worth half. A document that says quantity kinds must say one of these, if any are
    given, and one known to be farther than `within_miles` is left out; what says nothing of either stays.
    With a vector, what is closest in meaning is found too, where the engine keeps any.

    `limit` are found so. `nearest` adds those not yet among them of so many that are simply the nearest of
    these families; with categories, of those filed in one of them or below it.
    """

    place: str
    families: frozenset[str]
    audiences: frozenset[str] = frozenset({PUBLIC})
    words: Mapping[str, float] = field(default_factory=dict)
    categories: Mapping[str, float] = field(default_factory=dict)
    quantity_kinds: frozenset[str] = frozenset()
    near: Point | None = None
    within_miles: float | None = None
    vector: tuple[float, ...] | None = field(default=None, repr=False)
    limit: int = 200
    nearest: int = 0

    def __post_init__(self) -> None:
        """Refuse a sketch that could only be followed by dropping part of it."""
        if not self.place or not self.audiences or "" in self.audiences:
            raise ValueError("A sketch is always of something in one place, for people of known audiences")
        if not self.families or not self.families <= FAMILIES:
            raise ValueError(f"Not families: {sorted(self.families)}")
        for said, weight in (*self.words.items(), *self.categories.items()):
            if not 0 < weight < inf:
                raise ValueError(f"Not a weight: {weight} of {said!r}")
        if self.near is None and (self.within_miles is not None or self.nearest):
            raise ValueError("Distance needs a point to measure from")
        if self.within_miles is not None and not self.within_miles >= 0:
            raise ValueError(f"Not a distance in miles: {self.within_miles}")
        if self.limit < 0 or self.nearest < 0:
            raise ValueError(f"Not a number of documents: {self.limit}, {self.nearest}")

    @property
    def category_weights(self) -> dict[str, float]:
        """What each slug a document may be filed under adds, heaviest first.

        Documents are filed under the ancestors of their categories too, so that the steps down to a slug
        together add what the slug is worth.
        """
        found: dict[str, float] = {}
        for slug, weight in self.categories.items():
            share = 1.0
            for step in reversed(_path(slug)):
                parent = "/" in step
                found[step] = max(found.get(step, 0.0), weight * share * (1 - KIN_SHARE if parent else 1))
                share *= KIN_SHARE
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found. Scores compare only within one answer; miles are None without two known points."""

    key: str
    score: float
    miles: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits, how many there are on all pages together, and counts for the facets asked for.

    A facet is counted under every filter but its own, so that a person sees what choosing another value
    would find. Values with no documents are left out; "closes_within" counts by the numbers of days in
    CLOSING_DAYS.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A document whose title fits what is being typed."""

    key: str
    family: str
    title: str


@dataclass(frozen=True, slots=True)
class Field:
    """What may be done with one attribute of a document; engines build their own schema from these."""

    name: str
    weight: int = 0  # above 0: its words are searched, and count this many times
    filterable: bool = False
    facet: bool = False  # filterable, and its values can be counted
    hierarchical: bool = False  # parent/child: filtering by the parent finds the child
    sortable: bool = False  # a date
    geo: bool = False  # a Point


FIELDS = (
    Field("key", filterable=True),
    Field("place", filterable=True),
    Field("audience", filterable=True),
    Field("family", filterable=True, facet=True),
    Field("state", filterable=True, facet=True),
    Field("kinds", filterable=True, facet=True),
    Field("quantity_kinds", filterable=True, facet=True),
    Field("title", weight=5),
    Field("categories", weight=4, filterable=True, facet=True, hierarchical=True),
    Field("summary", weight=3),
    Field("keywords", weight=2),
    Field("organisation", weight=1),
    Field("body", weight=1),
    Field("ward", filterable=True, facet=True),
    Field("value_bands", filterable=True, facet=True),
    Field("organisation_kind", filterable=True, facet=True),
    Field("organisation_size", filterable=True, facet=True),
    Field("is_verified", filterable=True, facet=True),
    Field("location", geo=True),
    Field("published_on", sortable=True),
    Field("closes_on", sortable=True),
)
CLOSING_FACET = "closes_within"
FILTERS = frozenset(each.name for each in FIELDS if each.filterable) - {"key", "place", "audience"}
FACETS = frozenset(each.name for each in FIELDS if each.facet) | {CLOSING_FACET}


def words(document: Document, field: Field) -> str:
    """The text to search; a category is read by the words in its slug."""
    value: str | tuple[str, ...] = getattr(document, field.name)
    return value if isinstance(value, str) else " ".join(value)


def filter_values(document: Document, field: Field) -> tuple[str, ...]:
    """The exact values a filter may name, ancestors included where there is a hierarchy; no empty ones."""
    value: str | tuple[str, ...] = getattr(document, field.name)
    if isinstance(value, str):
        return (value,) if value else ()
    if field.hierarchical:
        value = tuple(dict.fromkeys(step for one in value for step in _path(one)))
    return tuple(filter(None, value))


def _path(slug: str) -> tuple[str, ...]:
    """From the topmost ancestor down to the slug itself."""
    parts = slug.split("/")
    return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))
