"""The passage of a text that answers a search, and the words in it to mark."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, pairwise, product
from typing import NamedTuple

from search.synonyms import Words, synonyms
from search.text import LONGEST_QUERY, normalise, runs, says_something, stemmed, stems
from search.vocabulary import distance, typos_allowed

READ = 10_000  # characters of a text that a passage is looked for in
SURE_STEM = 5  # letters: shorter stems are too much alike to tell a slip by
CUT = "…"
APOSTROPHES = "'’‘ʼ`´"
ACCENTS = "\u0300-\u036f"  # written after their letter
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{ACCENTS}]|[{APOSTROPHES}]+(?=[^\W_]))*")

Part = tuple[str, bool]  # some text, and whether to mark it


@dataclass(frozen=True, slots=True)
class Sought:
    """What to mark in a text: words by their stem, phrases, and what was typed, in case it was misspelt."""

    stems: frozenset[str] = frozenset()
    phrases: frozenset[Words] = frozenset()  # of stems, side by side
    typed: frozenset[str] = frozenset()
    beginning: str = ""  # of a word still being typed


class Token(NamedTuple):  # a text has thousands
    """A word of a text: where it stands, and how it is compared."""

    start: int
    end: int
    word: str
    stem: str


def sought(text: str, *, typing: bool = False) -> Sought:
    """What a search for this text looks for; with `typing`, its last word is also the beginning of one."""
    text = text[:LONGEST_QUERY]
    asked = runs(text)
    telling = says_something(asked)
    phrases: set[Words] = set()
    typed: set[str] = set()
    for run in asked:
        if run.quoted:
            phrases.add(stemmed(run.words))
            continue
        typed.update(telling.intersection(run.words))
        phrases.update(stemmed((word,)) for word in telling.intersection(run.words))
        phrases.update(stemmed(("".join(pair),)) for pair in pairwise(run.words))
        for word, others in zip(run.words, synonyms().for_each(run.words), strict=True):
            if word in telling:
                phrases.update(map(stemmed, others))
    unfinished = typing and asked and not asked[-1].quoted and not text[-1].isspace()
    return Sought(
        stems=frozenset(phrase[0] for phrase in phrases if len(phrase) == 1),
        phrases=frozenset(phrase for phrase in phrases if len(phrase) > 1),
        typed=frozenset(typed),
        beginning=asked[-1].words[-1] if unfinished else "",
    )


def highlight(text: str, looked_for: Sought) -> tuple[Part, ...]:
    """The whole text in parts, of which the words looked for are to be marked."""
    tokens = _tokens(text)
    return tuple(_together([*_parts(text, 0, len(text), tokens, _marks(tokens, looked_for))]))


def snippet(text: str, looked_for: Sought, *, length: int = 200) -> tuple[Part, ...]:
    """The passage with most of what was looked for, of whole words, with “…” where it was cut.

    Between the cuts it stands as in the text. Without anything to mark it is the beginning.
    """
    tokens = _tokens(text[: max(READ, length)])
    marks = _marks(tokens, looked_for)
    start, end = (0, len(text)) if len(text) <= length else _passage(text, tokens, marks, length)
    before = [(CUT, False)] if start > 0 else []
    after = [(CUT, False)] if end < len(text) else []
    return tuple(_together([*before, *_parts(text, start, end, tokens, marks), *after]))


def _tokens(text: str) -> list[Token]:
    """The words of a text; the few that are compared as several stand in one place."""
    found = []
    for match in WORD.finditer(text):
        said = match.group()
        for word in (said.lower(),) if said.isascii() and said.isalnum() else normalise(said).split():
            found.append(Token(match.start(), match.end(), word, " ".join(stems(word))))
    return found


def _marks(tokens: Sequence[Token], looked_for: Sought) -> dict[int, str]:
    """What each token to mark was sought as, by its number."""
    said = {token.word: token.stem for token in tokens}
    alone = {word: stem for word, stem in said.items() if stem in looked_for.stems}
    for typed in looked_for.typed:
        if typos_allowed(typed) and not set(stems(typed)) & set(said.values()):
            alone |= {word: typed for word, stem in said.items() if _may_mean(typed, word, stem)}
    if begun := looked_for.beginning:
        alone |= {word: begun for word in said if word.startswith(begun)}
    found = {number: alone[token.word] for number, token in enumerate(tokens) if token.word in alone}
    return found | _phrases(tokens, looked_for.phrases) | _written_apart(tokens, looked_for.typed)


@lru_cache(maxsize=20_000)  # the documents of one answer share most of their words
def _may_mean(typed: str, word: str, stem: str) -> bool:
    """Whether the word, or another form of it, may be what was meant by the misspelt one."""
    allowed = typos_allowed(typed)
    if distance(typed, word, allowed) <= allowed:
        return True
    short = " ".join(stems(typed))
    return len(short) >= SURE_STEM and distance(short, stem, allowed) <= allowed


def _phrases(tokens: Sequence[Token], phrases: Collection[Words]) -> dict[int, str]:
    """Tokens that say a phrase, wherever it comes."""
    found: dict[int, str] = {}
    for stem, alike in groupby(sorted(phrases), key=lambda phrase: phrase[0]):
        places = [number for number, token in enumerate(tokens) if token.stem == stem]
        for phrase, first in product(alike, places):
            numbers = range(first, first + len(phrase))
            if tuple(token.stem for token in tokens[first : first + len(phrase)]) == phrase:
                found |= dict.fromkeys(numbers, " ".join(phrase))
    return found


def _written_apart(tokens: Sequence[Token], typed: frozenset[str]) -> dict[int, str]:
    """Neighbours that make a typed word when written as one."""
    found: dict[int, str] = {}
    for number, (left, right) in enumerate(pairwise(tokens)):
        if (whole := left.word + right.word) in typed:
            found |= {number: whole, number + 1: whole}
    return found


def _passage(text: str, tokens: Sequence[Token], marks: dict[int, str], length: int) -> tuple[int, int]:
    """Where to cut: with most different things sought, then most of any, in the middle."""
    first, last = _richest(tokens, sorted(marks.items()), length)
    spare = length - (last - first)
    starts = [token.start for token in tokens]
    ends = [token.end for token in tokens]
    start = next((place for place in starts if place >= first - spare // 2), first)
    if ends and ends[-1] - start < length and len(text) - start < length:
        start = next((place for place in starts if place >= len(text) - length), first)
    if starts and start == starts[0] and last <= length:
        start = 0
    end = max((place for place in ends if start < place <= start + length), default=start + length)
    return start, len(text) if len(text) - start <= length else end


def _richest(tokens: Sequence[Token], marks: Sequence[tuple[int, str]], length: int) -> tuple[int, int]:
    """Start and end of the best words to show together."""
    best, found = (0, 0), (0, 0)
    for place, (number, _) in enumerate(marks):
        start = tokens[number].start
        near = [(other, what) for other, what in marks[place:] if tokens[other].end - start <= length]
        worth = len({what for _, what in near}), len(near)
        if worth > best:
            best, found = worth, (start, tokens[near[-1][0]].end)
    return found


def _parts(text: str, start: int, end: int, tokens: Sequence[Token], marks: dict[int, str]) -> Iterator[Part]:
    """The text from start to end, the tokens to mark apart from the rest."""
    spans = sorted({(tokens[number].start, tokens[number].end) for number in marks})
    for left, right in spans:
        if start <= left and right <= end:
            yield text[start:left], False
            yield text[left:right], True
            start = right
    yield text[start:end], False


def _together(parts: Sequence[Part]) -> Iterator[Part]:
    """Without empty parts, and each stretch that is not marked in one piece."""
    for marked, stretch in groupby(parts, key=lambda part: part[1]):
        if marked:
            yield from stretch
        elif plain := "".join(text for text, _ in stretch):
            yield plain, False
