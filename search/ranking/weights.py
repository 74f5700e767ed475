"""The hand-set numbers of the ranking, all in one place, with why each is what it is.

Raise `MODEL_VERSION` with any change here or in the features: scores are stored beside it, and two scores
compare only within one version.
"""

from collections.abc import Mapping

MODEL_VERSION = "2026.2"
# Of pairs where both had a vector. It compares with the other: the same score, and what meaning added.
READ_FOR_MEANING = f"{MODEL_VERSION}+meaning"

# What is asked for comes first: text and category together carry 65 of 100, because a neighbour of the
# right size who does something else is no match. Text leads category because a category holds many trades.
# Distance comes before size because local is the point of the place, while size warns more than it chooses.
SPEND: Mapping[str, int] = {"text": 38, "category": 27, "distance": 20, "size": 15}

# For support the kind of thing (volunteers, goods, money, space, skills) is half of what is asked for, and
# people describe kindness in looser words than trade, so text gives up some of its weight to the kind.
SUPPORT: Mapping[str, int] = {"text": 30, "category": 25, "quantity": 25, "distance": 20}

WEIGHTS: Mapping[str, Mapping[str, int]] = {"spend": SPEND, "support": SUPPORT}

# Where both have vectors, meaning makes up for words that are not shared: it earns at most this, of what text
# left. So nothing it adds passes the weight of text, a score stays out of 100, and one without it is as ever.
# About half of text, since shared words can be shown, while a model's likeness must be taken on trust.
MEANING: Mapping[str, int] = {"spend": 20, "support": 16}

# Parts that say how well a fitting party is placed. They count only as far as the topic fits, so that being
# near, or large, or unknown never makes a match by itself.
CIRCUMSTANCES = frozenset({"distance", "size"})

# How far each kind of evidence, complete and alone, shows that the topic fits.
TOPIC: Mapping[str, float] = {"text": 0.7, "category": 0.7, "quantity": 0.4}

# A fit below this is not worth anyone's time; callers may ask for more or less.
FLOOR = 40


def side_of(family: str) -> str | None:
    """Which side of the marketplace a want belongs to."""
    return {"opportunity": "spend", "need": "support"}.get(family)


ANSWERED_BY: Mapping[str, frozenset[str]] = {
    "spend": frozenset({"capability", "history"}),
    "support": frozenset({"offer", "interests"}),
}
