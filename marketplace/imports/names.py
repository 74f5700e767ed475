"""Organisations' names: one key for the many ways a name is spelt."""

import re
import unicodedata

_TRADING_AS = re.compile(
    r"\s*\b(?:t\s*[/\\-]\s*a|trading as|formerly(?: known as)?)\b.*", re.IGNORECASE | re.DOTALL
)
_SHORT = (
    (re.compile(r"\bcommunity interest company\b"), "cic"),
    (re.compile(r"\bpublic limited company\b"), "plc"),
    (re.compile(r"\blimited liability partnership\b"), "llp"),
    (re.compile(r"\bcharitable incorporated organisation\b"), "cio"),
    (re.compile(r"\blimited\b"), "ltd"),
    (re.compile(r"\bcompany\b"), "co"),
    (re.compile(r"\bbrothers\b"), "bros"),
)


def supplier_key(name: str) -> str:
    """What a supplier's name comes down to: “The J&B Co. Limited” and “J & B Company Ltd,” are one supplier.

    Of “A Smith t/a Smith's Buns” only the legal name, A Smith, counts. Ltd is dropped at the end, since it is
    often left out; LLP, plc and CIC are kept, since they are different bodies. Empty when nothing is left.
    """
    legal = _TRADING_AS.sub("", name)
    plain = unicodedata.normalize("NFKD", legal if legal.strip(" ,.-(") else name)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    plain = re.sub(r"[&+]", " and ", plain)
    plain = re.sub(r"[.'’‘`]", "", plain)  # so that C.I.C. is CIC and Bob's is Bobs
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())
    for long, short in _SHORT:
        plain = long.sub(short, plain)
    return re.sub(r"^the (?=.)|(?<=.) ltd$", "", plain)
