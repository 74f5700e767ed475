"""The weights that come with the software, and which features make up which part of a score."""

from collections.abc import Mapping
from dataclasses import dataclass

VERSION = "2026.5"

# A part is what people see; its features read it in several ways. Their order is that of equals.
PARTS: Mapping[str, tuple[str, ...]] = {
    "text": ("asked", "words", "spelling", "latent"),
    "category": ("category",),
    "quantity": ("quantity",),
    "record": ("record",),
    "distance": ("distance",),
    "size": ("size",),
    "room": ("room",),
    "lacking": ("lacking",),
    "answers": ("answers",),
    "fresh": ("fresh",),
    "meaning": ("meaning",),
}
PART_OF: Mapping[str, str] = {feature: part for part, features in PARTS.items() for feature in features}

# What carries the subject weighs alike: five readings of it, none of which is better than the others on every
# kind of text, and together as much as everything else. On public awards no fitted weights beat these by more
# than chance would (docs/matching.md). What was done before weighs less than what is best now, so that who is
# new here is not behind for being new. Who is ready and answers tips the scale between equals.
SPEND: Mapping[str, float] = {
    "asked": 10, "words": 10, "spelling": 10, "latent": 10, "category": 14, "record": 24, "distance": 11,
    "size": 6, "room": 3, "answers": 1, "fresh": 1,
}  # fmt: skip

# For support the kind of thing (volunteers, goods, money, space, skills) is as good as a subject, and people
# describe kindness in looser words than trade, so text gives up some of its weight to the kind.
SUPPORT: Mapping[str, float] = {
    "asked": 9, "words": 9, "spelling": 9, "latent": 9, "category": 15, "quantity": 18, "record": 6,
    "distance": 14, "room": 3, "lacking": 4, "answers": 2, "fresh": 2,
}  # fmt: skip
WEIGHTS: Mapping[str, Mapping[str, float]] = {"spend": SPEND, "support": SUPPORT}

# Where both have vectors, meaning makes up for words that are not shared: it earns at most this, of what the
# texts left. A score stays out of 100, and one without vectors is as ever. About half of what texts may
# earn, since shared words can be shown, while a model's likeness must be taken on trust.
MEANING: Mapping[str, float] = {"spend": 19, "support": 15}
READ_FOR_MEANING = "+meaning"  # added to the version of a pair where both had a vector

# A fit below this is not worth anyone's time; callers may ask for more or less.
FLOOR = 35

ANSWERED_BY: Mapping[str, frozenset[str]] = {
    "spend": frozenset({"capability", "history"}),
    "support": frozenset({"offer", "interests", "given"}),
}


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of both sides, each adding up to 100, and the versions they go by."""

    weights: Mapping[str, Mapping[str, float]]
    versions: Mapping[str, str]


SHIPPED = Model(WEIGHTS, dict.fromkeys(WEIGHTS, VERSION))


def side_of(family: str) -> str | None:
    """Which side of the marketplace a want belongs to."""
    return {"opportunity": "spend", "need": "support"}.get(family)
