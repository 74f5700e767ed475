"""A made-up county of any size, the same for the same seed, and what its people ask.

Nothing is held: listings are made a block at a time, and any one of them can be made again. Words follow
Zipf's law with a long tail of made ones; everything else is drawn so that each filter and facet has work.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from marketplace.bench.made_words import COMMON, TRADE, made_word
from marketplace.categories.catalogue import catalogue
from search.schema import PUBLIC, Document

PLACE, ELSEWHERE = "countyshire", "farshire"
TODAY = date(2026, 6, 1)
BLOCK = 25  # listings made together
TAIL = 150_000  # made words
SPOTS, TOWNS, WARDS = 20_000, 60, 120
ORGANISATIONS = 20_000
ZIPF = 1.15  # a thousand words then make three quarters of a text, as in English
CENTRE = (54.7, -1.6)
BODY, SUMMARY = (40, 71), (9, 16)  # words, at least and below

FAMILIES = {"opportunity": 0.35, "need": 0.6, "capability": 0.85, "offer": 0.95, "organisation": 1.0}  # up to
KINDS = ("contract", "subcontract", "quote", "grant", "job")
QUANTITY_KINDS = ("volunteers", "goods", "money", "space", "skills")
ORGANISATION_KINDS = ("business", "voluntary", "anchor", "developer", "public")
SIZES = ("micro", "small", "medium", "large", "unknown")

Chances = NDArray[np.float64]
Thing = TypeVar("Thing")


def place_of(number: int) -> str:
    """One listing in twenty is of another place."""
    return ELSEWHERE if number % 20 == 19 else PLACE


def audience_of(number: int) -> str:
    """One listing in fifty is for one organisation only."""
    return f"organisation:{number % 40}" if number % 50 == 7 else PUBLIC


@dataclass(frozen=True, slots=True)
class Told:
    """What was drawn for one listing in advance."""

    number: int
    telling: tuple[str, ...]  # words of its title
    body: list[str]
    summary: str
    value: float  # £


@dataclass(frozen=True)
class County:
    """Everything listings are made of."""

    seed: int

    def documents(self, count: int) -> Iterator[Document]:
        """The first so many."""
        for start in range(0, count, BLOCK):
            yield from self._block(start // BLOCK)[: count - start]

    def document(self, number: int) -> Document:
        """This one again."""
        return self._block(number // BLOCK)[number % BLOCK]

    @cached_property
    def wards(self) -> tuple[str, ...]:
        return tuple(made_word(2_000_000 + number) for number in range(WARDS))

    @cached_property
    def spots(self) -> tuple[tuple[float, float, str], ...]:
        """Where things can be: latitude, longitude and ward, thicker around the towns."""
        random = np.random.default_rng([self.seed, 1])
        towns = random.normal(CENTRE, (0.14, 0.22), (TOWNS, 2))
        homes = random.integers(0, TOWNS, SPOTS)
        places = np.round(random.normal(towns[homes], (0.02, 0.03)), 5)
        wards = homes * 2 + random.integers(0, 2, SPOTS)
        return tuple(
            (float(lat), float(lon), self.wards[ward])
            for (lat, lon), ward in zip(places, wards.tolist(), strict=True)
        )

    @cached_property
    def organisations(self) -> tuple[str, ...]:
        """Their names."""
        endings = ("trust", "ltd", "group", "services")
        return tuple(f"{made_word(2_100_000 + n)} {endings[n % 4]}" for n in range(ORGANISATIONS))

    @cached_property
    def _subjects(self) -> tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...]:
        """Each category's slug, the ways it is called, and the words its listings use."""
        random = np.random.default_rng([self.seed, 2])
        found = []
        for one in catalogue():
            called = tuple(name.lower().replace(",", "") for name in (one.name, *one.also))
            jargon = [vocabulary()[at] for at in random.integers(len(COMMON), 4000, 25).tolist()]
            found.append((one.slug, called, (*" ".join(called).split(), *jargon)))
        return tuple(found)

    def _block(self, block: int) -> list[Document]:
        random = np.random.default_rng([self.seed, 3, block])
        lengths = random.integers((BODY[0], SUMMARY[0]), (BODY[1], SUMMARY[1]), (BLOCK, 2))
        words = iter(self._words(random.random(int(lengths.sum()))))
        first = chances()[len(COMMON) - 1]
        telling = self._words(first + random.random(2 * BLOCK) * (1 - first))
        draws = random.random((BLOCK, 17)).tolist()
        values = np.exp(random.normal(9.5, 2.0, BLOCK)).tolist()
        told = (
            Told(
                block * BLOCK + row, tuple(telling[2 * row : 2 * row + 2]), *_texts(words, size), values[row]
            )
            for row, size in enumerate(lengths.tolist())
        )
        return [self._made(each, draw) for each, draw in zip(told, draws, strict=True)]

    def _words(self, random: Chances) -> list[str]:
        words = vocabulary()
        return [words[at] for at in np.searchsorted(chances(), random).tolist()]

    def _made(self, told: "Told", draw: Sequence[float]) -> Document:
        family = next(name for name, up_to in FAMILIES.items() if draw[0] < up_to)
        slug, called, jargon = _pick(self._subjects, draw[1])
        lat, lon, ward = _pick(self.spots, draw[2])
        holder = int(draw[3] * ORGANISATIONS)
        name = self.organisations[holder]
        title = (_pick(called, draw[4]), "for", *told.telling, *(("in", ward) if draw[5] < 0.4 else ()))
        asks, priced = family in ("opportunity", "need"), family == "opportunity" and draw[6] < 0.7
        located = draw[7] < 0.95
        return Document(
            key=f"{family}:{told.number}",
            family=family,
            place=place_of(told.number),
            audience=audience_of(told.number),
            title=(name if family == "organisation" else " ".join(title)).capitalize(),
            summary=told.summary,
            body=_body(told.body, jargon, draw[8]),
            organisation="" if family == "organisation" else name,
            state="open" if draw[9] < 0.8 else "closed",
            kinds=(_pick(KINDS, draw[10]),) if family == "opportunity" else (),
            quantity_kinds=(_pick(QUANTITY_KINDS, draw[11]),) if family in ("need", "offer") else (),
            categories=(slug,) if draw[12] < 0.8 else (slug, _pick(self._subjects, draw[13])[0]),
            ward=ward if located else "",
            value_low=int(told.value) if priced else None,
            value_high=int(told.value * (1 + draw[14])) if priced else None,
            organisation_kind=_pick(ORGANISATION_KINDS, (holder * 0.618) % 1),
            organisation_size=_pick(SIZES, (holder * 0.414) % 1),
            verified=holder % 5 < 3,
            lat=lat if located else None,
            lon=lon if located else None,
            published_on=TODAY - timedelta(days=int(draw[15] * 365)),
            closes_on=TODAY + timedelta(days=int(draw[16] * 210) - 30) if asks else None,
        )


@cache
def vocabulary() -> tuple[str, ...]:
    """Commonest first: common words, those of trade, those of our categories, made ones."""
    named = " ".join(" ".join((one.name, *one.also)) for one in catalogue()).replace(",", "").lower()
    known = dict.fromkeys((*COMMON, *TRADE, *sorted(set(named.split()))))
    return (*known, *(made_word(number) for number in range(TAIL)))


@cache
def chances() -> Chances:
    """Of each word or one before it."""
    sums = np.cumsum((np.arange(len(vocabulary())) + 2.7) ** -ZIPF)
    return sums / sums[-1]


def _pick(things: Sequence[Thing], draw: float) -> Thing:
    return things[int(draw * len(things))]


def _texts(words: Iterator[str], sizes: Sequence[int]) -> tuple[list[str], str]:
    """A body's words and a summary."""
    body, summary = sizes
    return list(islice(words, body)), " ".join(islice(words, summary))


def _body(words: list[str], jargon: Sequence[str], draw: float) -> str:
    """A third of it in the words of its subject."""
    start = int(draw * len(jargon))
    for step, place in enumerate(range(1, len(words), 3)):
        words[place] = jargon[(start + step * step) % len(jargon)]
    return " ".join(words)
