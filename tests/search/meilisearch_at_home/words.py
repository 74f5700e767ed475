"""The words of documents and of questions, and which of them meet: typos, beginnings, phrases."""

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from rapidfuzz.distance import OSA

MOST_WORDS = 10  # of a question; the rest is not read
TOKEN = re.compile(r"[^\W_]+")
PIECE = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')


@lru_cache(maxsize=20_000)
def tokens(text: str) -> tuple[str, ...]:
    """Lower case, without accents or punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return tuple(TOKEN.findall(plain.lower()))


@dataclass(frozen=True)
class Term:
    """One word asked for, or several in a row when they were quoted."""

    words: tuple[str, ...]
    quoted: bool = False
    beginning: bool = False  # the last word, when nothing follows it


@dataclass(frozen=True)
class Wording:
    """What is sought and what is not wanted."""

    terms: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()


def read(text: str) -> Wording:
    """A question as Meilisearch reads it: “quotations”, -unwanted, and an open end after the last letter."""
    terms: list[Term] = []
    unwanted: list[Term] = []
    for piece in PIECE.finditer(text):
        into = unwanted if piece["no"] else terms
        if piece["quoted"] is not None:
            if words := tokens(piece["quoted"]):
                into.append(Term(words, quoted=True))
            continue
        into.extend(Term((word,)) for word in tokens(piece["plain"]))
    terms = terms[:MOST_WORDS]
    if terms and not terms[-1].quoted and TOKEN.fullmatch(text[-1]):
        terms[-1] = Term(terms[-1].words, beginning=True)
    return Wording(tuple(terms), tuple(unwanted))


@dataclass(frozen=True)
class Cost:
    """How well a word is met: fewer typos first, then the weightier attribute, then the very word."""

    typos: int
    attribute: int
    inexact: int

    def __lt__(self, other: "Cost") -> bool:
        return self._order < other._order

    @property
    def _order(self) -> tuple[int, int, int]:
        return self.typos, self.attribute, self.inexact


Met = dict[str, Cost]  # by document


@dataclass
class Text:
    """Every searchable word of an index, with where it stands."""

    attributes: tuple[str, ...]
    settings: dict[str, Any]
    places: dict[str, dict[str, dict[int, list[int]]]] = field(
        default_factory=dict
    )  # word, document, attribute
    _met: dict[tuple[Term, frozenset[int]], Met] = field(default_factory=dict)

    @classmethod
    def of(cls, documents: dict[str, dict[str, Any]], settings: dict[str, Any]) -> "Text":
        """Read all documents."""
        text = cls(tuple(settings["searchableAttributes"]), settings)
        for key, document in documents.items():
            for rank, name in enumerate(text.attributes):
                for at, word in enumerate(tokens(str(document.get(name) or ""))):
                    text.places.setdefault(word, {}).setdefault(key, {}).setdefault(rank, []).append(at)
        return text

    def meet(self, term: Term, ranks: frozenset[int]) -> Met:
        """The documents that say what this term says, at the least cost."""
        if (term, ranks) not in self._met:
            self._met[(term, ranks)] = self._meet(term, ranks)
        return self._met[(term, ranks)]

    def _meet(self, term: Term, ranks: frozenset[int]) -> Met:
        if term.quoted or len(term.words) > 1:
            return self.phrase(term.words, ranks)
        word = term.words[0]
        met: Met = {}
        for near, typos in self._near(word, beginning=term.beginning):
            _keep(met, self._at(near, ranks, typos, inexact=near != word))
        for cut in range(1, len(word)):
            _keep(met, self.phrase((word[:cut], word[cut:]), ranks, typos=1))
        return met

    def joined(self, words: tuple[str, ...], ranks: frozenset[int]) -> Met:
        """Documents with these words written as one."""
        return self._at("".join(words), ranks, 0, inexact=True)

    def phrase(self, words: tuple[str, ...], ranks: frozenset[int], typos: int = 0) -> Met:
        """Documents with these words side by side."""
        found = [self.places.get(word, {}) for word in words]
        met: Met = {}
        for key in set.intersection(*(set(each) for each in found)) if found else ():
            for rank in sorted(ranks & found[0][key].keys()):
                starts = found[0][key][rank]
                if any(self._follow(found, key, rank, at) for at in starts):
                    met[key] = Cost(typos, rank, int(typos > 0))
                    break
        return met

    def synonyms(self, words: tuple[str, ...]) -> list[tuple[str, ...]]:
        """What else these words are called."""
        return self._synonyms.get(words, [])

    @cached_property
    def _synonyms(self) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
        said = self.settings.get("synonyms") or {}
        return {tokens(key): [tokens(other) for other in others] for key, others in said.items()}

    def _at(self, word: str, ranks: frozenset[int], typos: int, *, inexact: bool) -> Met:
        return {
            key: Cost(typos, min(ranks & at.keys()), int(inexact))
            for key, at in self.places.get(word, {}).items()
            if ranks & at.keys()
        }

    @staticmethod
    def _follow(found: list[dict[str, dict[int, list[int]]]], key: str, rank: int, at: int) -> bool:
        return all(at + n in each[key].get(rank, ()) for n, each in enumerate(found))

    def _near(self, word: str, *, beginning: bool) -> list[tuple[str, int]]:
        """Words of the index within the typos allowed for this one."""
        allowed = self._allowed(word)
        if not allowed and not beginning:
            return [(word, 0)]
        found = []
        for other in self.places:
            typos = _typos(word, other, allowed, beginning=beginning)
            if typos <= allowed:
                found.append((other, typos))
        return found

    def _allowed(self, word: str) -> int:
        tolerance = self.settings["typoTolerance"]
        if not tolerance["enabled"]:
            return 0
        sizes = tolerance["minWordSizeForTypos"]
        return 2 if len(word) >= sizes["twoTypos"] else 1 if len(word) >= sizes["oneTypo"] else 0


def _keep(met: Met, more: Met) -> None:
    for key, cost in more.items():
        if key not in met or cost < met[key]:
            met[key] = cost


def _typos(word: str, other: str, allowed: int, *, beginning: bool) -> int:
    """Letters wrong, missing, added or swapped; the first counts twice."""
    if beginning and other.startswith(word):
        return 0
    ends = {len(word) + n for n in range(-allowed, allowed + 1)} if beginning else {len(other)}
    return min(
        (
            OSA.distance(word, other[:end], score_cutoff=allowed) + (word[:1] != other[:1])
            for end in ends
            if 0 < end <= len(other) and abs(end - len(word)) <= allowed
        ),
        default=allowed + 1,
    )
