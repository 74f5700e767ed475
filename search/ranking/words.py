"""Turns the text of a listing into the terms that are compared, and terms back into words people read."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

# What nearly every listing says whatever it is about. Left in, two strangers "both mention help".
LISTING_WORDS = frozenset(
    """able across additional appropriate approximately area areas around available award awarded based basis
    best bid bit bidder bidders bids buyer buyers call can community contact contract contracts contractor
    contractors council county currently date day days deliver delivered delivering delivery details
    district end ensure etc experience experienced following free friendly full general get give good
    great group groups help helping high include included includes including information interested invite
    invited just know known large like limited local long look looking ltd make member members month
    months must need needed needs new notice offer offered offering offers opportunity organisation
    organisations people per place please plus possible procure procurement project provide provided
    provider providers provides providing provision purchase quality quotation quote quotes range reliable
    request require required requirement requirements requires scheme seek seeking seeks service services
    simple small specification start successful suitable supplier suppliers supply support supported
    supporting tender tenders term terms time use used using various village want wanted week weekly weeks
    welcome work working works year years yes""".split()  # noqa: SIM905 - a paragraph reads easier
)
TRADES = frozenset({"fire", "mill"})  # that a list of English stop words takes for nothing
STOP_WORDS = (frozenset(ENGLISH_STOP_WORDS) - TRADES) | LISTING_WORDS

AT_MOST_CHARACTERS = 3_000  # of one listing's text; what matters is said before that
_ADDRESS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+")  # says where to write, not what it is about
_CODE = re.compile(r"\d{3}")  # a notice's number: CA16613
_CLAUSE = re.compile(r"[^\w\s'’&-]+|\s[-–—]\s|\n")
_WORD = re.compile(r"[^\W\d_](?:[\w'’]*[^\W_])?")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_NO_ACCENT_APART = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae", "Æ": "AE"}
)
_POSSESSIVE = re.compile(r"['’]s$")
_ENDINGS = ("ations", "ation", "ings", "ing", "ers", "er", "ors", "or", "ions", "ion", "ed", "es", "s", "e")


def unaccented(text: str) -> str:
    """The same letters without their accents: Café and Cafe, Łódź and Lodz are one."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_NO_ACCENT_APART))
    return unicodedata.normalize("NFC", _ACCENT.sub("", apart))


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The part of a word its relatives share: catering, caterers → cater. Never under four letters.

    Far cruder than a dictionary, on purpose: both sides meet the same rule, and people never see the stem.
    """
    word = _POSSESSIVE.sub("", unaccented(word).lower())
    if word.endswith("ies") and len(word) > 5:
        word = word.removesuffix("ies") + "y"
    while (shorter := _without_ending(word)) != word:
        word = shorter
    return word


def _without_ending(word: str) -> str:
    if word.endswith("ss"):
        return word
    if len(word) == 4 and word.endswith("s"):
        return word[:-1]
    for ending in _ENDINGS:
        kept = word.removesuffix(ending)
        if kept != word and len(kept) >= 4:
            return kept[:-1] if _doubled(kept) else kept
    return word


def _doubled(word: str) -> bool:
    """Plann(ing), trimm(er): the letter was doubled for the ending. Install, press and staff keep theirs."""
    return len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsfaeiou"


def terms_with_words(text: str) -> Iterator[tuple[str, str]]:
    """Every term of a text with the words it came from: single words, and pairs said side by side."""
    text = unicodedata.normalize("NFC", text[:AT_MOST_CHARACTERS])
    for clause in _CLAUSE.split(_ADDRESS.sub(".", text)):
        before: tuple[str, str] | None = None
        for word in _WORD.findall(clause):
            if not _says_something(word):
                before = None
                continue
            term = stem(word)
            yield term, word
            if before:
                yield f"{before[0]} {term}", f"{before[1]} {word}"
            before = term, word


def _says_something(word: str) -> bool:
    if word == "IT":  # the trade, not the pronoun
        return True
    if _CODE.search(word):
        return False
    long_enough = len(word) > 2 or (len(word) == 2 and word.isupper())
    return long_enough and unaccented(word).lower() not in STOP_WORDS


def terms(text: str) -> list[str]:
    """The terms of a text, in order and with repeats, as the vectoriser counts them."""
    return [term for term, _ in terms_with_words(text)]


def as_read(words: str, *, shouting: bool) -> str:
    """Words as they should stand inside a sentence: small letters, except for names in capitals (CCTV)."""
    return " ".join(
        word if word.isupper() and len(word) <= 5 and not shouting else _POSSESSIVE.sub("", word.lower())
        for word in words.split()
    )


def listed(words: list[str] | tuple[str, ...]) -> str:
    """“a”, “a and b”, “a, b and c”."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


@lru_cache(maxsize=512)
def written(title: str, text: str) -> dict[str, tuple[str, bool]]:
    """How a listing writes each of its terms, and whether shouting: as in its text first, since titles are
    given to capitals."""
    found: dict[str, tuple[str, bool]] = {}
    for said in (text, title):
        shouting = said.isupper()
        for term, words in terms_with_words(said):
            found.setdefault(term, (words, shouting))
    return found


def as_said(term: str, title: str, text: str) -> str:
    """The words behind a term, as this listing writes them."""
    words, shouting = written(title, text).get(term, (term, False))
    return as_read(words, shouting=shouting)
