"""Postcodes as people type them and as we keep them: no space, capitals."""

import re

# One or two letters, a digit, perhaps one more digit or letter; then a digit and two letters, which are
# never C I K M O V (BS 7666). GIR 0AA is the bank that broke the rules.
_OUTWARD = r"[A-Z]{1,2}[0-9][0-9A-Z]?"
_WHOLE = re.compile(rf"(?:{_OUTWARD}[0-9][ABD-HJLNP-UW-Z]{{2}}|GIR0AA)")
_OUTWARD_ONLY = re.compile(_OUTWARD)
_IN_TEXT = re.compile(rf"\b({_OUTWARD})[ \t\u00a0]{{0,2}}([0-9][ABD-HJLNP-UW-Z]{{2}})\b", re.IGNORECASE)
_NOT_IN_CODE = re.compile(r"[\s.\-\u200b]+")


def normalise(text: str) -> str | None:
    """`"dl14 7ab "` as `"DL147AB"`; None if it does not have the shape of a whole postcode."""
    code = _squeezed(text)
    return code if _WHOLE.fullmatch(code) else None


def pretty(code: str) -> str:
    """`"DL147AB"` as people write it: `"DL14 7AB"`."""
    return f"{code[:-3]} {code[-3:]}"


def outward(code: str) -> str:
    """The district of a normalised postcode: `"DL14"` of `"DL147AB"`."""
    return code[:-3]


def district_only(text: str) -> str | None:
    """`"dl14"` as `"DL14"`; None if it is not the first half of a postcode and nothing else."""
    code = _squeezed(text)
    return code if _OUTWARD_ONLY.fullmatch(code) else None


def find_in(text: str) -> str | None:
    """The first postcode in free text, normalised; None if there is none."""
    found = _IN_TEXT.search(text)
    return (found[1] + found[2]).upper() if found else None


def left_out(text: str) -> str:
    """The same text with “a postcode” where one stands: where exactly somebody is, is theirs to tell."""
    return _IN_TEXT.sub("a postcode", text)


def _squeezed(text: str) -> str:
    return _NOT_IN_CODE.sub("", text).upper()
