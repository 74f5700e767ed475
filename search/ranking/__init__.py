"""Who fits what, and why: `rank` is the whole of it for a caller."""

from search.ranking.listings import Fit, Give, Part, Want, counted, missing
from search.ranking.model import rank
from search.ranking.weights import FLOOR, MODEL_VERSION, READ_FOR_MEANING, WEIGHTS

__all__ = [
    "FLOOR",
    "MODEL_VERSION",
    "READ_FOR_MEANING",
    "WEIGHTS",
    "Fit",
    "Give",
    "Part",
    "Want",
    "counted",
    "missing",
    "rank",
]
