"""What every engine indexes, what it may be asked, and what it answers."""

from dataclasses import KW_ONLY, dataclass
from datetime import date
from enum import StrEnum

from search.geo import Point

FAMILIES = frozenset({"opportunity", "need", "capability", "offer", "organisation"})


@dataclass(frozen=True, slots=True)
class Document:
    """One findable thing. `key` names it across families, such as “need:12” or “organisation:7”."""

    key: str
    family: str
    place: str
    title: str
    summary: str = ""
    body: str = ""
    organisation: str = ""
    categories: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None
    published_on: date | None = None
    closes_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse what no query could find, or what would be found in the wrong place."""
        if not self.key or not self.place:
            raise ValueError(f"A document needs a key and a place: {self.key!r}, {self.place!r}")
        if self.family not in FAMILIES:
            raise ValueError(f"Unknown family {self.family!r} for {self.key}")
        if (self.lat is None) != (self.lon is None):
            raise ValueError(f"{self.key} has half a location")
        _ = self.location  # raises if it isn't on the globe

    @property
    def location(self) -> Point | None:
        """Where it is, if anybody said."""
        return None if self.lat is None or self.lon is None else Point(self.lat, self.lon)


class Sort(StrEnum):
    """The order of the hits; ties go to the newest, then to an order that never changes."""

    RELEVANCE = "relevance"
    NEAREST = "nearest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asks of one place. No text asks for everything the filters let through.

    No families means all of them; a category matches its descendants too; within_miles leaves out
    whatever has no location.
    """

    text: str = ""
    _: KW_ONLY
    place: str
    families: frozenset[str] = frozenset()
    category: str | None = None
    near: Point | None = None
    within_miles: float | None = None
    offset: int = 0
    limit: int = 20
    sort: Sort = Sort.RELEVANCE

    def __post_init__(self) -> None:
        """Refuse a question that could only be answered by dropping part of it."""
        if not self.place:
            raise ValueError("A query is always about one place")
        if self.near is None and (self.within_miles is not None or self.sort is Sort.NEAREST):
            raise ValueError("Distance needs a point to measure from")
        if self.within_miles is not None and not self.within_miles >= 0:
            raise ValueError(f"Not a distance in miles: {self.within_miles}")
        if self.offset < 0 or self.limit < 0:
            raise ValueError(f"Not a page: offset {self.offset}, limit {self.limit}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found. Scores compare only within one answer; miles are None without two known points."""

    key: str
    score: float
    miles: float | None


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits, and how many there are on all pages together."""

    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Field:
    """What may be done with one attribute of a document; engines build their own schema from these."""

    name: str
    weight: float = 0.0  # above 0: its words are searched, and count this much
    filterable: bool = False
    hierarchical: bool = False  # parent/child: filtering by the parent finds the child
    sortable: bool = False  # a date
    geo: bool = False  # a Point


FIELDS = (
    Field("key", filterable=True),
    Field("family", filterable=True),
    Field("place", filterable=True),
    Field("title", weight=8.0),
    Field("categories", weight=5.0, filterable=True, hierarchical=True),
    Field("summary", weight=3.0),
    Field("organisation", weight=2.0),
    Field("body", weight=1.0),
    Field("location", geo=True),
    Field("published_on", sortable=True),
    Field("closes_on", sortable=True),
)


def words(document: Document, field: Field) -> str:
    """The text to search; a category is read by the words in its slug."""
    value: str | tuple[str, ...] = getattr(document, field.name)
    return value if isinstance(value, str) else " ".join(value)


def filter_values(document: Document, field: Field) -> tuple[str, ...]:
    """The exact values a filter may name, ancestors included where there is a hierarchy."""
    value: str | tuple[str, ...] = getattr(document, field.name)
    values = (value,) if isinstance(value, str) else value
    if field.hierarchical:
        values = tuple(dict.fromkeys(step for one in values for step in _path(one)))
    return values


def _path(slug: str) -> tuple[str, ...]:
    """From the topmost ancestor down to the slug itself."""
    parts = slug.split("/")
    return tuple("/".join(parts[: depth + 1]) for depth in range(len(parts)))
