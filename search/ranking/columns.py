"""Wants, gives and parties laid out as columns of numbers, so that many pairs are read at once."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from search.ranking.bags import Bags
from search.ranking.lexicon import Latent, Lexicon, Reading
from search.ranking.listings import Give, Listing, Party, Want

Numbers = NDArray[np.float64]
Vectors = NDArray[np.float32]
Whole = NDArray[np.intp]

KINDS = ("volunteers", "goods", "money", "space", "skills")


@dataclass(frozen=True)
class Columns:
    """Some wants, or some gives: one row each. What is not said is NaN."""

    words: Bags
    titles: Bags
    spelling: Bags
    latent: Latent
    tops: csr_matrix  # rows × categories at the top of the tree
    deeper: csr_matrix  # rows × those below
    depth: Numbers  # how far down the tree the deepest category lies; 0 where nobody chose one
    point: Numbers  # rows × (latitude, longitude), degrees
    reach: Numbers  # miles
    value: Numbers  # £
    kinds: Numbers  # rows × KINDS, 1 where said
    meaning: Vectors  # of length 1, or of zeros where there is none; no columns where nobody has any


@dataclass(frozen=True)
class Table:
    """What is compared: the wants, the parties, and the gives of all parties one party after another."""

    wants: Sequence[Want]
    parties: Sequence[Party]
    gives: Sequence[Give]
    asked: Columns
    given: Columns
    starts: Whole  # the first give of each party
    owner: Whole  # of each give, its party

    @classmethod
    def of(cls, wants: Sequence[Want], parties: Sequence[Party], lexicon: Lexicon) -> "Table":
        """Parties without a give have no place here. What has no reading is read now."""
        parties = [party for party in parties if party.gives]
        gives = [give for party in parties for give in party.gives]
        sizes = np.array([len(party.gives) for party in parties], dtype=np.intp)
        nodes = Nodes([*wants, *gives])
        starts, owner = np.cumsum(sizes) - sizes, np.repeat(np.arange(len(parties)), sizes)
        size = _commonest_size([*wants, *gives])
        asked, given = _columns(wants, lexicon, nodes, size), _columns(gives, lexicon, nodes, size)
        return cls(wants, parties, gives, asked, given, starts, owner)


class Nodes:
    """The tree of categories as far as these listings use it; a path passes through its parents."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        paths = {path for listing in listings for path in listing.categories}
        self._number = {
            node: n for n, node in enumerate(sorted({node for path in paths for node in way(path)}))
        }

    def rows(self, listings: Sequence[Listing], *, below: bool) -> csr_matrix:
        """Rows × nodes, 1 for each on the way to a category: the first of a way, or those below."""
        steps = slice(1, None) if below else slice(0, 1)
        found = [sorted({node for path in each.categories for node in way(path)[steps]}) for each in listings]
        ends = np.cumsum([0, *(len(nodes) for nodes in found)])
        columns = [self._number[node] for nodes in found for node in nodes]
        return csr_matrix(
            (np.ones(len(columns)), columns, ends), shape=(len(found), max(1, len(self._number)))
        )


@lru_cache(maxsize=4_096)
def way(path: str) -> tuple[str, ...]:
    """From the top to the category: food-drink/event-catering → food-drink, food-drink/event-catering."""
    steps = path.split("/")
    return tuple("/".join(steps[:depth]) for depth in range(1, len(steps) + 1))


def said(pounds: float | None) -> bool:
    """Whether a sum was really given: public notices write 0 or 1 for “not said”."""
    return pounds is not None and pounds > 1


def _columns(listings: Sequence[Listing], lexicon: Lexicon, nodes: Nodes, size: int) -> Columns:
    read = _readings(listings, lexicon)
    points = [listing.point for listing in listings]
    return Columns(
        words=Bags.of(each.words for each in read),
        titles=Bags.of(each.title for each in read),
        spelling=Bags.of(each.spelling for each in read),
        latent=np.vstack([each.latent for each in read]) if read else np.zeros((0, 1), np.float32),
        tops=nodes.rows(listings, below=False),
        deeper=nodes.rows(listings, below=True),
        depth=np.array(
            [max((len(way(path)) for path in each.categories), default=0) for each in listings], float
        ),
        point=np.array([(p.lat, p.lon) if p else (np.nan, np.nan) for p in points]).reshape(-1, 2),
        reach=_numbers(listing.reach_miles for listing in listings),
        value=_numbers(listing.value if said(listing.value) else None for listing in listings),
        kinds=np.array([[float(k in each.quantity_kinds) for k in KINDS] for each in listings]).reshape(
            -1, 5
        ),
        meaning=_meaning(listings, size),
    )


def _readings(listings: Sequence[Listing], lexicon: Lexicon) -> list[Reading]:
    new = [number for number, listing in enumerate(listings) if listing.reading is None]
    made = dict(zip(new, lexicon.read([listings[number] for number in new]), strict=True)) if new else {}
    return [listing.reading or made[number] for number, listing in enumerate(listings)]


def _numbers(values: Iterable[float | None]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _commonest_size(listings: Sequence[Listing]) -> int:
    """Of the vectors of both sides; those of another size are another model's, and compare with nothing."""
    sizes = Counter(len(listing.vector) for listing in listings if listing.vector)
    return max(sizes, key=lambda size: (sizes[size], size), default=0)


def _meaning(listings: Sequence[Listing], size: int) -> Vectors:
    rows = np.zeros((len(listings), size), np.float32)
    for row, listing in zip(rows, listings, strict=True):
        if listing.vector and len(listing.vector) == size:
            row[:] = listing.vector
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=rows, where=lengths > 0)
