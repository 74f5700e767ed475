"""What people ask of a generated county: words of its titles as people type them, nearby, filtered."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from marketplace.bench.generated import PLACE, TODAY, County
from marketplace.bench.made_words import COMMON
from search.geo import Point
from search.schema import CLOSING_DAYS, FACETS, FIELDS, FILTERS, PUBLIC, Document, Query, Sort, filter_values

WAYS = {"as written": 0.7, "last word unfinished": 0.85, "a word misspelt": 1.0}  # shares, up to
SORTS = {Sort.RELEVANCE: 0.85, Sort.NEWEST: 0.9, Sort.CLOSING: 0.95, Sort.NEAREST: 1.0}
NEARBY = 0.6
FILTERED = 0.5
MEMBERS = 0.1  # see what is for their organisation, too
MILES = (2, 5, 10, 20)
HITS = 20

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the whole words it is about in their right spelling, and how they were typed."""

    query: Query
    meant: tuple[str, ...]
    way: str


def questions(county: County, listings: int, count: int, *, salt: int = 0) -> Iterator[Question]:
    """So many, the same for the same seed; another salt asks others."""
    random = Random(f"{county.seed} {salt}")  # noqa: S311  # repeatable, not secret
    while count:
        document = county.document(random.randrange(listings))
        telling = [word for word in document.title.lower().split() if len(word) > 2 and word not in COMMON]
        if document.place == PLACE and len(telling) >= 2:
            yield _question(county, document, telling, random)
            count -= 1


def beginnings(county: County, listings: int, count: int) -> Iterator[Query]:
    """Titles being typed: a word, or a word and the start of the next."""
    for question in questions(county, listings, count, salt=1):
        first, second = question.meant[:2]
        typed = first[: 2 + len(second) % 4] if len(first) % 2 else f"{first} {second[:3]}"
        yield Query(typed, place=PLACE, typing=True, limit=8)


def _question(county: County, document: Document, telling: list[str], random: Random) -> Question:
    size = min(len(telling), random.choice((2, 3)))
    start = random.randrange(len(telling) - size + 1)
    meant = tuple(telling[start : start + size])
    way = _share(WAYS, random)
    filters, closes_within = _filters(document, random) if random.random() < FILTERED else ({}, None)
    sort, nearby = _share(SORTS, random), random.random() < NEARBY
    lat, lon, _ = random.choice(county.spots)
    member = {f"organisation:{random.randrange(40)}"} if random.random() < MEMBERS else set()
    query = Query(
        _typed(meant, way, random),
        place=PLACE,
        audiences=frozenset({PUBLIC} | member),
        filters=filters,
        near=Point(lat, lon) if nearby or sort is Sort.NEAREST else None,
        within_miles=random.choice(MILES) if nearby else None,
        closes_within=closes_within,
        today=TODAY,
        facets=tuple(sorted(FACETS)),
        typing=way == "last word unfinished",
        limit=HITS,
        sort=sort,
    )
    return Question(query, meant, way)


def _share(shares: Mapping[Thing, float], random: Random) -> Thing:
    drawn = random.random()
    return next(name for name, up_to in shares.items() if drawn < up_to)


def _typed(meant: tuple[str, ...], way: str, random: Random) -> str:
    words = list(meant)
    if way == "last word unfinished":
        words[-1] = words[-1][: random.randint(2, max(2, len(words[-1]) - 1))]
    if way == "a word misspelt":
        longest = max(range(len(words)), key=lambda at: len(words[at]))
        words[longest] = _misspelt(words[longest], random)
    return " ".join(words)


def _misspelt(word: str, random: Random) -> str:
    """One letter after the first left out, doubled, or swapped with the next."""
    at = random.randrange(1, len(word) - 1)
    before, letter, after = word[:at], word[at], word[at + 1 :]
    return before + random.choice((after, letter * 2 + after, after[0] + letter + after[1:]))


def _filters(document: Document, random: Random) -> tuple[dict[str, frozenset[str]], int | None]:
    """One or two filters that the listing itself would pass."""
    fields = [field for field in FIELDS if field.name in FILTERS and filter_values(document, field)]
    chosen = {
        field.name: frozenset({filter_values(document, field)[0]})
        for field in random.sample(fields, random.choice((1, 1, 2)))
    }
    soon = random.random() < 0.15 and document.closes_on is not None
    return chosen, random.choice(CLOSING_DAYS[1:]) if soon else None
