"""What counts as a word, alike for what is indexed and for what a person types."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LONGEST_WORD = 40  # longer runs of letters are noise: identifiers, pasted links
LONGEST_QUERY = 500  # characters read of what a person typed
MOST_QUERY_WORDS = 16

NO_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")
NOT_WORD = re.compile(r"[\W_]+")
# The same for plain ASCII, in one step: apostrophes go, whatever is no letter or digit parts words.
PLAIN = str.maketrans(
    {each: "" if each in "'`" else " " for each in map(chr, range(128)) if not each.isalnum()}
)
# Opened before a word and closed after one, so that 5" pipe is not the start of a quotation.
QUOTED = re.compile(r"(?<!\w)[\"“”„]([^\"“”„]+)[\"“”](?!\w)")

# Words that say nothing of what is sought. “it” is not among them: “IT support” means the trade.
# fmt: off
STOP_WORDS = frozenset({
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "by", "can", "could", "do", "does", "for",
    "from", "get", "has", "have", "i", "id", "im", "in", "into", "is", "looking", "me", "my", "need",
    "needed", "needs", "of", "on", "or", "our", "please", "some", "somebody", "someone", "something",
    "that", "the", "their", "them", "there", "these", "they", "this", "to", "us", "want", "wanted",
    "wants", "was", "we", "were", "what", "when", "where", "which", "who", "will", "with", "would", "you",
    "your",
})
# fmt: on


def normalise(text: str) -> str:
    """Lower case, without accents, apostrophes or punctuation; words parted by single spaces."""
    if text.isascii():
        return " ".join(text.lower().translate(PLAIN).split())
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(NOT_WORD.sub(" ", text.translate(NO_APOSTROPHES).casefold()).split())


def is_text(value: str) -> bool:
    """Whether it can be written down: half a letter, a lone surrogate, cannot."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def english() -> TextAnalyzer:
    """tantivy's own English stemming (`en_stem`), with the letters NFKD cannot fold, such as ł, folded too.

    A new one each time, so that threads never share one.
    """
    return (
        TextAnalyzerBuilder(Tokenizer.simple())
        .filter(Filter.remove_long(LONGEST_WORD))
        .filter(Filter.lowercase())
        .filter(Filter.ascii_fold())
        .filter(Filter.stemmer("english"))
        .build()
    )


@lru_cache(maxsize=50_000)
def stems(word: str) -> tuple[str, ...]:
    """One normalised word as the index keeps it: nearly always one stem, none if it is too long."""
    return tuple(english().analyze(word))


def stemmed(words: Iterable[str]) -> tuple[str, ...]:
    """The stems of normalised words, in their order and with repeats."""
    return tuple(stem for word in words for stem in stems(word))


def weighed_stems(words: Mapping[str, float], most: int) -> dict[str, float]:
    """The stems of words, each with the weights of all its words together, heaviest first."""
    found: dict[str, float] = {}
    for said, weight in words.items():
        for stem in dict.fromkeys(stemmed(normalise(said).split())):
            found[stem] = found.get(stem, 0.0) + weight
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0]))[:most])


@dataclass(frozen=True, slots=True)
class Run:
    """Words typed side by side, normalised; `quoted` if they were in quotation marks."""

    words: tuple[str, ...]
    quoted: bool


def runs(text: str) -> tuple[Run, ...]:
    """What a person typed, quotations apart, in their order. An odd quotation mark means nothing."""
    pieces = QUOTED.split(text[:LONGEST_QUERY])  # every second one is a quotation
    read = (Run(tuple(normalise(piece).split()), quoted=n % 2 == 1) for n, piece in enumerate(pieces))
    return tuple(run for run in read if run.words)


def says_something(asked: tuple[Run, ...]) -> frozenset[str]:
    """The unquoted words to look for: all but stop words, unless there is nothing else."""
    plain = {word for run in asked if not run.quoted for word in run.words}
    if telling := plain - STOP_WORDS:
        return frozenset(telling)
    return frozenset() if any(run.quoted for run in asked) else frozenset(plain)
