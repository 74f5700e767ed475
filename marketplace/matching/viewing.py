"""A match as each of its two sides may see it: the same parts and the same story, minus what is private.

Words are written to the organisation that fits. Whoever asks reads them turned round, without what they would
tell of its money, its room or where exactly it is.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from marketplace.listings.models import Family
from marketplace.matching.models import Match
from marketplace.places import postcodes

Part = dict[str, Any]  # name, points and words, as a match keeps them


class Side(StrEnum):
    FITS = "fits"  # the organisation that could do it
    ASKS = "asks"  # the one whose notice it is


TELLING = ("text", "category", "record", "meaning")  # parts of a score that say what it is that fits
LEANS = 25  # percent of a year's turnover: work above that is large for a firm, as we tell others

_SHARE = re.compile(r"(\d+)%")
_NOT_KNOWN = re.compile(r"\bnot (been )?(given|known|said)\b")
_TURNED = {"you": "they", "your": "their", "yours": "theirs"}
_TO_TURN = re.compile(r"\b(yours|your|you)\b(?! both)", re.IGNORECASE)


def as_seen_by(parts: Sequence[Mapping[str, Any]], side: Side) -> list[Part]:
    """The parts of a score in words this side may read; their names, order and points are untouched."""
    seen: list[Part] = []
    for part in parts:
        words = part["words"]
        if side is Side.ASKS:
            private = _PRIVATE.get(part["name"])
            if private is None and "turnover" in words.lower():
                private = _size
            words = private(words, part["points"]) if private else _TO_TURN.sub(_turned, words)
        seen.append({**part, "words": postcodes.left_out(words)})
    return seen


def reasons(match: Match, side: Side, *, limit: int) -> tuple[str, ...]:
    """The parts that counted, in words, as a few lines give them."""
    return tuple(part["words"] for part in as_seen_by(what_tells(match.parts)[:limit], side))


def what_tells(parts: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The parts that earned points: first the heaviest that says what it is that fits, then by weight.

    “Asked for and given: goods” may weigh more, and tells nobody what the notice is about.
    """
    counted = [part for part in parts if part["points"] > 0]
    first = next((part for part in counted if part["name"] in TELLING), None)
    return sorted(counted, key=lambda part: part is not first)


def is_too_far(parts: Sequence[Mapping[str, Any]]) -> bool:
    """Known to be so far that nearness earned nothing: worth a place on the desk, and none in a letter."""
    return any(
        part["name"] == "distance" and part["points"] <= 0 and not _NOT_KNOWN.search(part["words"])
        for part in parts
    )


def missing(parts: Sequence[Part]) -> list[Part]:
    """Those that earned nothing at all; a share too small for a whole point is nothing to mend."""
    return [part for part in parts if part["points"] <= 0 and not part.get("exact")]


def _size(words: str, points: int) -> str:
    """What a turnover would tell, without telling it."""
    if _NOT_KNOWN.search(words):
        return words if words.startswith("The value") else "How large they are is not known"
    share = _SHARE.search(words)
    is_large = points <= 0 or (share is not None and int(share[1]) > LEANS)
    return "Large for them" if is_large else "The size fits them"


def _room(words: str, points: int) -> str:
    """How much room they have is theirs to know; whether they have any is not."""
    if _NOT_KNOWN.search(words):
        return "They have not said what they have room for"
    return "They have room for it" if points > 0 else "They have no room just now"


_PRIVATE: Mapping[str, Callable[[str, int], str]] = {"size": _size, "room": _room}


def _turned(found: re.Match[str]) -> str:
    word = found[0]
    turned = _TURNED[word.lower()]
    return turned.capitalize() if word[0].isupper() else turned


@dataclass(frozen=True, slots=True)
class Happened:
    """One thing that happened to a match."""

    words: str
    at: datetime


def history(match: Match, side: Side) -> list[Happened]:
    """What happened to a match, oldest first. Who read, saved or was written to is its own side's to know."""
    asks, promised = match.listing.organisation.name, match.listing.family is Family.NEED
    if side is Side.FITS:
        told = [
            ("We found that it fits you", _found_at(match)),
            ("In your letter of new matches", match.notified_at),
            (f"{asks} asked you", match.invited_at),
            ("Opened by one of you", match.opened_at),
            ("You saved it", match.saved_at),
            ("You said you are interested", match.interested_at),
            ("You said it isn’t for you", match.declined_at),
            ("You promised something" if promised else "You answered it", match.converted_at),
        ]
    else:
        told = [
            ("We found that they fit", _found_at(match)),
            ("You asked them", match.invited_at),
            ("They said they are interested", match.interested_at),
            ("They said it isn’t for them this time", match.declined_at),
            ("They promised something" if promised else "They answered", match.converted_at),
        ]
    told += [
        ("Put forward by the convener", match.put_forward_at),
        ("No longer suggested", match.retired_at),
    ]
    return sorted((Happened(words, at) for words, at in told if at), key=lambda each: each.at)


def _found_at(match: Match) -> datetime | None:
    """When the ranking found it; a pair that was put forward by hand first was not found."""
    return None if match.suggested_at == match.put_forward_at else match.suggested_at
