"""Names that a register keeps in capitals, as people would write them."""

import re

SMALL = frozenset(
    ["a", "an", "and", "at", "by", "cum", "de", "for", "from", "in", "le", "of", "on", "or"]
    + ["the", "to", "under", "upon", "with"]
)
# Said letter by letter, or kept in capitals by those whose name it is. Others are known by having no vowel.
ACRONYMS = frozenset(
    ["ADHD", "AIDS", "AOG", "BAME", "BBC", "BME", "CAB", "CE", "CIC", "CIO", "ESOL", "EU", "FPTA", "GB", "HIV"]
    + ["HOPE4U", "II", "III", "IOW", "IT", "IV", "LGBTQIA", "ME", "NASUWT", "NI", "NSPCC", "PTA", "PTFA", "RAF"]
    + ["RNIB", "RNLI", "RSPB", "RSPCA", "SCIO", "SEN", "SOS", "STEM", "TA", "TOC", "UK", "UNESCO", "UNICEF"]
    + ["USA", "VE", "VI", "VII", "VIII", "WEA", "WI", "YHA", "YMCA", "YWCA"]
)
SAID = frozenset(["BROS", "DR", "FR", "LTD", "MR", "MRS", "MS", "MT", "REVD", "SR", "ST", "STH"])  # no vowel, yet words

_WORD = re.compile(r"(?P<initials>(?<![A-Z0-9'’])(?:[A-Z]\.)+(?:[A-Z](?![A-Z]))?)|[A-Z0-9]+(?:['’][A-Z]+)*")
_BEGINS = re.compile(r"(?:^|[(\[\"“:/]|\s[-–]\s?)$")  # what stands before the first word of a name or of a part


def readable(name: str) -> str:
    """“THE FRIENDS OF ST PETER'S (UK)” as “The Friends of St Peter's (UK)”; a name not all in capitals stays."""
    if not name.isupper():
        return name
    return _WORD.sub(_word, name)


def _word(found: re.Match[str]) -> str:
    word = found.group()
    if found["initials"] or _stays(word):
        return word
    if re.fullmatch(r"\d+(?:ST|ND|RD|TH)", word):
        return word.lower()
    if re.search(r"\d", word):
        return word.title() if len(word) > 4 else word  # U3A and GL3; Headstart4Babies
    if word.lower() in SMALL and not _BEGINS.search(found.string[: found.start()]):
        return word.lower()
    if re.fullmatch(r"MC[A-Z]{3,}", word):
        return f"Mc{word[2:].capitalize()}"
    if re.fullmatch(r"[DO]['’][A-Z]{3,}", word):
        return f"{word[:2]}{word[2:].capitalize()}"
    return word[0] + word[1:].lower()


def _stays(word: str) -> bool:
    return word in ACRONYMS or (
        1 < len(word) <= 5 and word.isalpha() and word not in SAID and not re.search("[AEIOUY]", word)
    )
