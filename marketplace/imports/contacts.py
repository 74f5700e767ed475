"""Keeping people's e-mail addresses and telephone numbers out of what we take from public text."""

import re
from collections.abc import Iterable

REMOVED = "[contact removed]"

EMAIL = re.compile(r"(?:mailto:)?[\w.!#$%&'*+=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
# A British number: 0 or +44, then nine or ten digits, spaced, hyphened or bracketed in any way. A notice
# number such as 2019/S 034-076867 is shorter, and sums of money follow a £ or have commas.
_GAP = "[ \u00a0()\u2010-\u2013-]{0,3}"
PHONE = re.compile(
    rf"(?<![\w£.,/-])(?:(?:\+|00)\s?44{_GAP}(?:0{_GAP})?|\(?0{_GAP})[1-9](?:{_GAP}\d){{8,9}}(?!\d)"
)


def mask_contacts(text: str, *, known: Iterable[str] = ()) -> str:
    """The text with e-mail addresses, telephone numbers and these `known` names or numbers removed."""
    for value in sorted({value.strip() for value in known}, key=len, reverse=True):
        if len(value) >= 4:  # an initial or a “Mr” would take half the text with it
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", REMOVED, text, flags=re.IGNORECASE)
    return PHONE.sub(REMOVED, EMAIL.sub(REMOVED, text))
