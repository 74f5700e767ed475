"""Names that a register keeps in capitals, as people would write them."""

import re

SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "cum",
        "de",
        "for",
        "from",
        "in",
        "le",
        "of",
        "on",
        "or",
        "the",
        "to",
        "under",
        "upon",
        "with",
    ]
)
# Said letter by letter, or kept in capitals by those whose name it is. Others are known by having no vowel.
ACRONYMS = frozenset(
    [
        "ADHD",
        "AIDS",
        "AOG",
        "BAME",
        "BBC",
        "BME",
        "CAB",
        "CE",
        "CIC",
        "CIO",
        "ESOL",
        "EU",
        "FPTA",
        "GB",
        "HIV",
        "II",
        "III",
        "IOW",
        "IV",
        "LGBTQIA",
        "NASUWT",
        "NI",
        "NSPCC",
        "PTA",
        "PTFA",
        "RAF",
        "RNIB",
        "RNLI",
        "RSPB",
        "RSPCA",
        "SCIO",
        "SEN",
        "SOS",
        "STEM",
        "UK",
        "UNESCO",
        "UNICEF",
        "USA",
        "VI",
        "VII",
        "VIII",
        "WEA",
        "WI",
        "YHA",
        "YMCA",
        "YWCA",
    ]
)
WORDS = frozenset(
    ["BROS", "DR", "FR", "LTD", "MR", "MRS", "MS", "MT", "REVD", "SR", "ST", "STH"]
)  # words without a vowel all the same

_WORD = re.compile(r"(?P<initials>(?<![A-Z0-9'’])(?:[A-Z]\.)+(?:[A-Z](?![A-Z]))?)|[A-Z0-9]+(?:['’][A-Z]+)*")
_BEGINS = re.compile(r"(?:^|[(\[\"“:/]|\s[-–]\s?)$")  # what stands before the first word of a part
_SECOND_CAPITAL = re.compile(r"(MC|[DO]['’])([A-Z]{3,})")  # McKenzie, O'Brien


def readable(name: str) -> str:
    """“FRIENDS OF ST PETER'S (UK)” as “Friends of St Peter's (UK)”; a name not all in capitals stays."""
    return _WORD.sub(_word, name) if name.isupper() else name


def _word(found: re.Match[str]) -> str:
    word = found.group()
    if found["initials"] or _stays(word):
        return word
    if re.search(r"\d", word):
        return word.lower() if re.fullmatch(r"\d+(?:ST|ND|RD|TH)", word) else word.title()
    if word.lower() in SMALL and not _BEGINS.search(found.string[: found.start()]):
        return word.lower()
    if parts := _SECOND_CAPITAL.fullmatch(word):
        return f"{parts[1].capitalize()}{parts[2].capitalize()}"
    return word.capitalize()


def _stays(word: str) -> bool:
    if re.search(r"\d", word):  # U3A and GL3, but not Headstart4Babies or 1st
        return len(word) <= 4 and not re.fullmatch(r"\d+(?:ST|ND|RD|TH)", word)
    is_spelt_out = 1 < len(word) <= 5 and word.isalpha() and not re.search("[AEIOUY]", word)
    return word in ACRONYMS or (is_spelt_out and word not in WORDS)
