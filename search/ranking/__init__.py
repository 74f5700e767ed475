"""Who fits what, and why: `rank` is the whole of it for a caller."""

from search.ranking.lexicon import Lexicon
from search.ranking.listings import Fit, Give, Part, Party, Want, counted, missing
from search.ranking.model import fits, rank, rank_for
from search.ranking.weights import FLOOR, READ_FOR_MEANING, SHIPPED, Model

__all__ = [
    "FLOOR",
    "READ_FOR_MEANING",
    "SHIPPED",
    "Fit",
    "Give",
    "Lexicon",
    "Model",
    "Part",
    "Party",
    "Want",
    "counted",
    "fits",
    "missing",
    "rank",
    "rank_for",
]
