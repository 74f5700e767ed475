"""What a person means by what they typed: each thing asked for, and the ways a document can say it."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from search.synonyms import Words, synonyms
from search.text import LONGEST_QUERY, MOST_QUERY_WORDS, Run, runs, says_something, stemmed, stems
from search.vocabulary import Vocabulary, typos_allowed

MOST_BEGINNINGS = 12
MOST_TYPOS = 5
FEW_BEGINNINGS = 3  # fewer words than this begin as typed: the beginning itself may be misspelt
SHORTEST_PART = 3  # letters, of a word taken apart
SHORTEST_RELATION = 5  # letters that two words of a family share
MOST_RELATED = 8
LEAST_SHARE = 0.5  # of the longer word
PLENTY = 20  # documents that say the word itself: its family is then left alone


class Kind(StrEnum):
    """How a way came about, nearest to what was typed first."""

    TYPED = "typed"
    PREFIX = "prefix"
    JOINED = "joined"
    SPLIT = "split"
    SYNONYM = "synonym"
    RELATED = "related"
    TYPO = "typo"


@dataclass(frozen=True, slots=True)
class Way:
    """One way a document can say a concept. More than one stem is a phrase, in this order."""

    stems: tuple[str, ...]
    kind: Kind
    typos: int = 0
    frequency: int = 0  # documents with it (with its rarest word), as far as the vocabulary knows


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing the person asked for, as they typed it and otherwise; if quoted, in these very words."""

    ways: tuple[Way, ...]
    quoted: bool = False


def understand(text: str, vocabulary: Vocabulary, *, typing: bool = False) -> tuple[Concept, ...]:
    """Each thing asked for, in the order typed; nothing when there is no letter or digit in the text.

    Each word is a concept of its own, though words typed side by side help to read each other: a document
    that says “website” says both words of “web site”. With `typing`, the last word is also the beginning
    of one, unless a space follows it.
    """
    text = text[:LONGEST_QUERY]
    asked = runs(text)
    telling = says_something(asked)
    found: dict[tuple[Words, bool], dict[Words, Way]] = {}
    for run in asked:
        unfinished = typing and run is asked[-1] and not text[-1].isspace()
        for typed, otherwise in _readings(run, telling, vocabulary, unfinished):
            key = typed.stems, run.quoted
            if typed.stems and (key in found or len(found) < MOST_QUERY_WORDS):
                ways = found.setdefault(key, {typed.stems: typed})
                for way in otherwise:
                    ways.setdefault(way.stems, way)
    return tuple(Concept(tuple(ways.values()), quoted) for (_, quoted), ways in found.items())


def _readings(
    run: Run, telling: Container[str], vocabulary: Vocabulary, unfinished: bool
) -> Iterator[tuple[Way, Iterable[Way]]]:
    """Each word as typed, and how else to read it. A quotation is one thing, and is not read otherwise."""
    if run.quoted:
        yield _way(run.words, Kind.TYPED, vocabulary), ()
        return
    others = synonyms().for_each(run.words)
    seen: set[str] = set()
    for place, word in enumerate(run.words):
        if word not in telling:
            continue
        called = (_way(other, Kind.SYNONYM, vocabulary) for other in others[place])
        otherwise: list[Iterable[Way]] = [_joined(run.words, place, vocabulary), called]
        if unfinished and place == len(run.words) - 1:
            otherwise.insert(0, _begun(word, vocabulary))
        if word not in seen:
            otherwise += [_parted(word, vocabulary), _family(word, vocabulary), _misspelt(word, vocabulary)]
        seen.add(word)
        yield _way((word,), Kind.TYPED, vocabulary), chain.from_iterable(otherwise)


def _way(words: Words, kind: Kind, vocabulary: Vocabulary, typos: int = 0) -> Way:
    rarest = min((vocabulary.frequency(word) for word in words), default=0)
    return Way(stemmed(words), kind, typos, rarest)


def _begun(word: str, vocabulary: Vocabulary) -> Iterator[Way]:
    """Words that begin as typed; when there are hardly any, those that begin so but for one typo."""
    words = vocabulary.beginning(word, MOST_BEGINNINGS)
    yield from (_way((each,), Kind.PREFIX, vocabulary) for each in words)
    if len(words) < FEW_BEGINNINGS and typos_allowed(word):
        near = vocabulary.beginning_almost(word, MOST_BEGINNINGS)
        yield from (_way((each,), Kind.PREFIX, vocabulary, typos=1) for each in near)


def _joined(words: Words, place: int, vocabulary: Vocabulary) -> Iterator[Way]:
    """The word written as one with its neighbour on either side; “a” and “I” join nobody."""
    for pair in (words[place : place + 2], words[max(0, place - 1) : place + 1]):
        whole = "".join(pair)
        if len(pair) == 2 and not {"a", "i"} & set(pair) and whole in vocabulary:
            yield _way((whole,), Kind.JOINED, vocabulary)


def _parted(word: str, vocabulary: Vocabulary) -> Iterator[Way]:
    """The word written as two, at the place where both are commonest, if both are commoner than it is."""
    cuts = range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
    ways = [_way((word[:cut], word[cut:]), Kind.SPLIT, vocabulary) for cut in cuts]
    best = max(ways, key=lambda way: way.frequency, default=None)
    if best and best.frequency > vocabulary.frequency(word):
        yield best


def _family(word: str, vocabulary: Vocabulary) -> Iterator[Way]:
    """Words built on it and words it is built on: “book” and “notebook”, “organiser” and “organisation”."""
    if vocabulary.frequency(word) >= PLENTY:
        return
    stem = "".join(stemmed((word,)))
    kept: set[Words] = {(stem,)}
    for other in (*_longer(word, stem, vocabulary), *_shorter(word, stem, vocabulary)):
        way = _way((other,), Kind.RELATED, vocabulary)
        if way.stems and way.stems not in kept and len(kept) <= MOST_RELATED:
            kept.add(way.stems)
            yield way


def _longer(word: str, stem: str, vocabulary: Vocabulary) -> Iterator[str]:
    found = chain(vocabulary.beginning(stem, 60), vocabulary.ending(word, 60))
    if min(len(stem), len(word)) >= SHORTEST_RELATION:
        yield from (other for other in found if len(stem) >= LEAST_SHARE * len(other))


def _shorter(word: str, stem: str, vocabulary: Vocabulary) -> Iterator[str]:
    least = max(SHORTEST_RELATION, int(LEAST_SHARE * len(word)))
    for size in range(len(stem) - 1, least - 1, -1):
        if stem[:size] in vocabulary:
            yield stem[:size]
    endings = (word[-size:] for size in range(len(word) - 1, least - 1, -1))
    yield from (ending for ending in endings if ending in vocabulary)


def _misspelt(word: str, vocabulary: Vocabulary) -> Iterator[Way]:
    """Words it may be a slip for, each stem once.

    A word nobody uses is compared by its stem too: “pritned” may mean print where no document says printed.
    """
    kept = {stemmed((word,))}
    allowed = typos_allowed(word)
    likely = vocabulary.like(word, allowed, 4 * MOST_TYPOS)
    if len(likely) < MOST_TYPOS and word not in vocabulary:
        likely += [
            near
            for stem in stems(word)
            if typos_allowed(stem)
            for near in vocabulary.like(stem, allowed, MOST_TYPOS)
        ]
    for near, typos in likely:
        way = _way((near,), Kind.TYPO, vocabulary, typos)
        if way.stems not in kept and len(kept) <= MOST_TYPOS:
            kept.add(way.stems)
            yield way
