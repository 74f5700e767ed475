"""What a want asks for, one thing at a time, and which parties do it or mention it.

A thing is a category, or a subject: work the want insists on that somebody lists by that very name under
another category (“Asbestos removal”, in a roofing job). Rare words alone proved no guide, whoever says them
or nobody: in real notices they are names of roads and schemes, lots and clauses.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from search.geo import Point, miles_between
from search.ranking.listings import Give, Want
from search.ranking.words import terms, unaccented

SUBJECTS_AT_MOST = 4
SAID_OFTEN = 2  # times: what a text is about, not what it says by the way; once in a title is enough
NAMED = 2 / 3  # of the words of a listing's title must be the want's: “Licensed asbestos removal” will do
FIRST_CHARACTERS = 3_000  # of a text; what matters is said before that

# A category is what work is bought by; a subject is read from words and may mislead, so it decides less.
CATEGORY_WEIGHT, SUBJECT_WEIGHT = 1.0, 0.5

MENTIONS, DOES = 1, 2  # how a party answers a thing; 0: not at all

FAMILIES = frozenset({"capability", "history"})  # what is for sale

NO_NAMES: Mapping[str, str] = MappingProxyType({})

_WORD = re.compile(r"[^\W\d_](?:[\w'’]*[^\W_])?")


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to cover: a category by its slug, or a subject by its terms; `gap` says that nobody does."""

    terms: tuple[str, ...]
    name: str
    gap: str
    weight: float
    is_category: bool = False


class Asking:
    """A want against the listings of each party that are for sale and within reach: a sequence for each.

    `names` are those of categories. `place_words` are names of towns and the like: nobody's skill.
    """

    def __init__(
        self,
        want: Want,
        near: Sequence[Sequence[Give]],
        names: Mapping[str, str] = NO_NAMES,
        place_words: Collection[str] = (),
    ) -> None:
        self._categories = want.categories
        self._places = _any_of(place_words)
        title, text = self._placeless(want.title), self._placeless(want.text)
        self._told = Counter(terms(text) + SAID_OFTEN * terms(title))  # once in a title is often
        self._written = _forms(text, title)
        self._filed = [_levels(slug for give in gives for slug in give.categories) for gives in near]
        # In another line of business the same words mean something else.
        akin = [[give for give in gives if self._akin(give)] for gives in near]
        subjects = self._listed_by_name(akin)
        self._read = _Reading(akin, {word for words in subjects for word in words})
        self.things = (*_categories(want, names), *map(self._subject, subjects))

    def grades(self) -> list[list[int]]:
        """What each party has to do with each thing: DOES, MENTIONS or 0."""
        columns = [
            [DOES * (thing.terms[0] in filed) for filed in self._filed]
            if thing.is_category
            else self._saying(thing.terms)
            for thing in self.things
        ]
        return [list(row) for row in zip(*columns, strict=True)]

    def _saying(self, words: Sequence[str]) -> list[int]:
        """Who does a subject, and who mentions the words of it that the want insists on."""
        insisted = {word for word in words if self._told[word] >= SAID_OFTEN}
        doing, saying = self._read.about(words), self._read.saying(insisted)
        return [max(DOES * does, MENTIONS * says) for does, says in zip(doing, saying, strict=True)]

    def _listed_by_name(self, akin: Sequence[Sequence[Give]]) -> list[tuple[str, ...]]:
        """What the want insists on and somebody lists under that name, but not where it is asked for."""
        found: Counter[tuple[str, ...]] = Counter()
        for give in (give for gives in akin for give in gives if give.family == "capability"):
            if give.categories and _levels(give.categories).isdisjoint(self._categories):
                title = _terms_of(self._placeless(give.title))
                named = tuple(word for word in title if word in self._told)
                if named and len(named) >= NAMED * len(title):
                    found[named] = sum(self._told[word] for word in named)
        insisted = [words for words in found if any(self._told[word] >= SAID_OFTEN for word in words)]
        return _apart(sorted(insisted, key=lambda words: (-found[words], words)))[:SUBJECTS_AT_MOST]

    def _subject(self, words: Sequence[str]) -> Asked:
        written = " ".join(self._written.get(word, word) for word in words)
        gap = f"None of them mentions “{written}”"
        return Asked(tuple(words), f"“{written}”", gap, SUBJECT_WEIGHT)

    def _akin(self, give: Give) -> bool:
        """Filed near what is asked for, or not filed at all."""
        return not give.categories or not _levels(give.categories).isdisjoint(_levels(self._categories))

    def _placeless(self, text: str) -> str:
        return self._places.sub(".", text) if self._places else text


class _Reading:
    """Which parties say some words. All other words are passed over, which saves most of the time."""

    def __init__(self, near: Sequence[Sequence[Give]], words: Collection[str]) -> None:
        self._about: list[list[set[str]]] = [[] for _ in near]
        self._said: list[set[str]] = [set() for _ in near]
        alike = re.compile(rf"\b(?:{'|'.join(sorted({re.escape(word[:3]) for word in words}))})\w*", re.I)
        for party, gives in enumerate(near if words else ()):
            for give in gives:
                titled = set(map(_term, alike.findall(unaccented(give.title))))
                told = Counter(map(_term, alike.findall(unaccented(give.text[:FIRST_CHARACTERS]))))
                often = {word for word, times in told.items() if times >= SAID_OFTEN}
                self._about[party].append(titled | often)
                self._said[party] |= titled.union(told)

    def about(self, words: Collection[str]) -> list[bool]:
        """Who has a listing about all of these."""
        return [any(about.issuperset(words) for about in listings) for listings in self._about]

    def saying(self, words: Collection[str]) -> list[bool]:
        """Who says all of these anywhere."""
        return [said.issuperset(words) for said in self._said]


def in_question(want: Want, give: Give, point: Point | None) -> bool:
    """For sale, and not known to be out of reach; `point` is its party's, where the listing has none."""
    here = give.point or point
    reaches = [reach for reach in (want.reach_miles, give.reach_miles) if reach is not None]
    if give.family not in FAMILIES or want.point is None or here is None or not reaches:
        return give.family in FAMILIES
    return miles_between(want.point, here) <= min(reaches)


def _categories(want: Want, names: Mapping[str, str]) -> Iterator[Asked]:
    """The categories asked for; a parent says nothing more where one of its children is asked for too."""
    parents = {slug.partition("/")[0] for slug in want.categories if "/" in slug}
    for slug in sorted(want.categories - parents):
        name = names.get(slug) or slug.rpartition("/")[2].replace("-", " ").capitalize()
        yield Asked((slug,), name, f"None of them is filed under {name}", CATEGORY_WEIGHT, is_category=True)


def _forms(text: str, title: str) -> dict[str, str]:
    """How a want writes each of its terms: as in its text first, since titles are given to capitals."""
    found: dict[str, str] = {}
    for word in _WORD.findall(f"{text[:FIRST_CHARACTERS]} {title}"):
        found.setdefault(_term(word), word if word.isupper() and len(word) <= 5 else word.lower())
    return found


def _terms_of(title: str) -> list[str]:
    """The single terms of a title, once each."""
    return [term for term in dict.fromkeys(map(_term, _WORD.findall(title))) if term]


@lru_cache(maxsize=50_000)
def _term(word: str) -> str:
    """The term of a single word; empty for one that says nothing."""
    return next(iter(terms(word)), "")


def _apart(best_first: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Those that share no word with one before."""
    chosen: list[tuple[str, ...]] = []
    said: set[str] = set()
    for words in best_first:
        if said.isdisjoint(words):
            chosen.append(words)
            said.update(words)
    return chosen


def _levels(slugs: Iterable[str]) -> set[str]:
    """The categories and all above them."""
    slugs = set(slugs)
    return slugs | {slug.partition("/")[0] for slug in slugs}


def _any_of(names: Collection[str]) -> re.Pattern[str] | None:
    """Finds whole names with their capitals only, so that Crook costs nobody their crook."""
    spelt = sorted({form for name in names for form in (name, name.upper())}, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, spelt))})\b") if spelt else None
