"""Words of the trade that mean the same: the list in synonyms.toml, and who stands for whom."""

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files

from search.text import normalise, stemmed

Words = tuple[str, ...]

MOST_LOOKED_FOR = 6  # other names of one thing


class Synonyms:
    """Groups of phrases that find each other, and phrases that find others but are not found by them.

    Phrases meet by their stems, so that “bikes” finds “cycle”.
    """

    def __init__(
        self, groups: Sequence[Sequence[str]], one_way: Sequence[tuple[str, Sequence[str]]] = ()
    ) -> None:
        """Refuse a list that a person would not have meant."""
        self.groups = tuple(tuple(group) for group in groups)
        self.one_way = tuple((phrase, tuple(others)) for phrase, others in one_way)
        for number, group in enumerate(self.groups, start=1):
            _check(f"Group {number} ({_quoted(group)})", group)
        for phrase, others in self.one_way:
            _check(f"The one-way entry from “{phrase}”", (phrase, *others))
        if len({phrase for phrase, _ in self.one_way}) < len(self.one_way):
            raise ValueError("A one-way entry comes twice; write all its words in one.")
        self._others: dict[Words, dict[Words, Words]] = {}
        for phrase, other in self._pairs():
            others_by_stem = self._others.setdefault(stemmed(phrase.split()), {})
            others_by_stem.setdefault(stemmed(other.split()), tuple(other.split()))
        self.longest = max((len(phrase) for phrase in self._others), default=0)

    def of(self, words: Words) -> tuple[Words, ...]:
        """What else the same thing is called, as words; nothing if these are on no list."""
        return tuple(self._others.get(stemmed(words), {}).values())

    def for_each(self, words: Words) -> list[tuple[Words, ...]]:
        """For each of these words in a row, what else it, or the longest phrase it is part of, is called."""
        found: list[tuple[Words, ...]] = [()] * len(words)
        place = 0
        while place < len(words):
            for size in range(min(self.longest, len(words) - place), 0, -1):
                if others := self.of(words[place : place + size]):
                    found[place : place + size] = [others[:MOST_LOOKED_FOR]] * size
                    place += size - 1
                    break
            place += 1
        return found

    def mapping(self) -> dict[str, list[str]]:
        """Each phrase with the phrases it finds."""
        found: dict[str, dict[str, None]] = {}
        for phrase, other in self._pairs():
            found.setdefault(phrase, {})[other] = None
        return {phrase: list(others) for phrase, others in found.items()}

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Each phrase with each it finds, but for those that say it: asking for a bin finds wheelie bins."""
        pairs = [(phrase, other) for group in self.groups for phrase in group for other in group]
        pairs += [(phrase, other) for phrase, others in self.one_way for other in others]
        return (pair for pair in pairs if not _says(pair[1], pair[0]))


@cache
def synonyms() -> Synonyms:
    """The one list of this installation, loaded the first time it is asked for."""
    return read(files("search").joinpath("synonyms.toml").read_text(encoding="utf-8"))


def read(text: str) -> Synonyms:
    """A list from text shaped as synonyms.toml."""
    entries = tomllib.loads(text)
    if unknown := set(entries) - {"groups", "one_way"}:
        raise ValueError(f"The list of synonyms has words nobody reads: {', '.join(sorted(unknown))}.")
    groups = [_phrases(group, f"Group {number}") for number, group in enumerate(entries.get("groups", []), 1)]
    return Synonyms(groups, [_one_way(entry) for entry in entries.get("one_way", [])])


def _one_way(entry: object) -> tuple[str, list[str]]:
    if not isinstance(entry, dict) or set(entry) != {"from", "to"} or not isinstance(entry["from"], str):
        raise ValueError(f"A one-way entry says “from”, a phrase, and “to”, a list; this is {entry!r}.")
    return entry["from"], _phrases(entry["to"], f"The one-way entry from “{entry['from']}”")


def _phrases(group: object, name: str) -> list[str]:
    if not isinstance(group, list) or not all(isinstance(phrase, str) for phrase in group):
        raise ValueError(f"{name} must be a list of phrases in quotation marks, not {group!r}.")
    return group


def _check(name: str, group: Sequence[str]) -> None:
    if len(group) < 2:
        raise ValueError(f"{name} needs at least two phrases.")
    for phrase in group:
        if not phrase or phrase != normalise(phrase):
            raise ValueError(f"{name} says “{phrase}”; write it “{normalise(phrase)}”.")
    seen: dict[Words, str] = {}
    for phrase in group:
        if other := seen.get(stemmed(phrase.split())):
            same = "twice" if other == phrase else f"and “{other}”, which are found alike"
            raise ValueError(f"{name} says “{phrase}” {same}; keep one.")
        seen[stemmed(phrase.split())] = phrase


def _says(longer: str, phrase: str) -> bool:
    whole, part = (" ".join(stemmed(each.split())) for each in (longer, phrase))
    return f" {part} " in f" {whole} "


def _quoted(group: Sequence[str]) -> str:
    return ", ".join(f"“{phrase}”" for phrase in group[:3]) + (" …" if len(group) > 3 else "")
