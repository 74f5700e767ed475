"""What counts as a word, alike for what is indexed and for what a person types."""

import re
import unicodedata

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

LONGEST_WORD = 40  # longer runs of letters are noise: identifiers, pasted links
LONGEST_QUERY = 500  # characters read of what a person typed
MOST_QUERY_WORDS = 16

NO_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")
NOT_WORD = re.compile(r"[\W_]+")

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
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(NOT_WORD.sub(" ", text.translate(NO_APOSTROPHES).casefold()).split())


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


def query_words(text: str) -> tuple[str, ...]:
    """The stems a person is looking for, each once, in their order.

    Stop words are left out unless there is nothing else. Empty when no letter or digit was typed.
    """
    words = normalise(text[:LONGEST_QUERY]).split()
    telling = [word for word in words if word not in STOP_WORDS] or words
    stems = english().analyze(" ".join(telling))
    return tuple(dict.fromkeys(stems))[:MOST_QUERY_WORDS]
