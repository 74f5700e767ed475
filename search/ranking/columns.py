"""Listings laid out as columns of numbers, so that a whole run is compared at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from search.ranking.listings import Give, Listing, Want
from search.ranking.vocabulary import Vocabulary

Numbers = NDArray[np.float64]
Vectors = NDArray[np.float32]

KINDS = ("volunteers", "goods", "money", "space", "skills")


def parent(category: str) -> str:
    """The upper level of a category: food-drink/event-catering → food-drink."""
    return category.partition("/")[0]


@dataclass(frozen=True)
class Columns:
    """Some wants, or some gives: one row each. What is not said is NaN."""

    by_words: csr_matrix
    by_spelling: csr_matrix
    categories: csr_matrix  # rows × slugs
    parents: csr_matrix  # rows × upper levels
    kinds: Numbers  # rows × KINDS, 1 where said
    lat: Numbers  # degrees
    lon: Numbers
    reach: Numbers  # miles
    money: Numbers  # £: a want's value, a give's yearly turnover
    meaning: Vectors  # of length 1, or of zeros where there is none; no columns where nobody has any

    def part(self, rows: slice) -> "Columns":
        return Columns(**{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})


def lay_out(wants: Sequence[Want], gives: Sequence[Give], vocabulary: Vocabulary) -> tuple[Columns, Columns]:
    """The columns of both sides, sharing one numbering of categories."""
    everything: list[Listing] = [*wants, *gives]
    slugs = sorted({slug for listing in everything for slug in listing.categories})
    # A parent alone (“care, any kind”) holds many trades: two filed under it are akin, not the same.
    number = {slug: column for column, slug in enumerate(slug for slug in slugs if "/" in slug)}
    starts = _starts(everything)
    upper = {slug: column for column, slug in enumerate(sorted({parent(slug) for slug in slugs}))}

    def columns(listings: Sequence[Listing], money: Numbers) -> Columns:
        points = [listing.point for listing in listings]
        return Columns(
            by_words=vocabulary.by_words(listings),
            by_spelling=vocabulary.by_spelling(listings),
            categories=_marks(listings, number, lambda slug: slug),
            parents=_marks(listings, upper, parent),
            kinds=np.array([[float(kind in each.quantity_kinds) for kind in KINDS] for each in listings]),
            lat=_numbers(point.lat if point else None for point in points),
            lon=_numbers(point.lon if point else None for point in points),
            reach=_numbers(listing.reach_miles for listing in listings),
            money=money,
            meaning=_meaning(listings, starts),
        )

    values = _numbers(want.value if said(want.value) else None for want in wants)
    turnovers = _numbers(give.turnover if said(give.turnover) else None for give in gives)
    return columns(wants, values), columns(gives, turnovers)


def said(pounds: float | None) -> bool:
    """Whether a sum was really given: public notices write 0 or 1 for “not said”."""
    return pounds is not None and pounds > 1


def _numbers(values: Iterable[float | None]) -> Numbers:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def _marks(listings: Sequence[Listing], number: dict[str, int], level: Callable[[str], str]) -> csr_matrix:
    """Rows × slugs, 1 where the listing is filed there."""
    filed = [
        sorted({number[level(slug)] for slug in listing.categories if level(slug) in number})
        for listing in listings
    ]
    rows = np.repeat(np.arange(len(filed)), [len(each) for each in filed])
    columns = np.array([column for each in filed for column in each], dtype=int)
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(filed), max(1, len(number))))


def _starts(listings: Sequence[Listing]) -> dict[int, int]:
    """Where vectors of each size begin among the columns of meaning, and under 0 where all of them end.

    Those of another size are of another model: with columns of their own, the two have nothing in common.
    """
    sizes = sorted({len(listing.vector) for listing in listings if listing.vector})
    return {size: sum(sizes[:number]) for number, size in enumerate(sizes)} | {0: sum(sizes)}


def _meaning(listings: Sequence[Listing], starts: Mapping[int, int]) -> Vectors:
    rows = np.zeros((len(listings), starts[0]), np.float32)
    for row, listing in zip(rows, listings, strict=True):
        if listing.vector:
            start = starts[len(listing.vector)]
            row[start : start + len(listing.vector)] = listing.vector
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=rows, where=lengths > 0)
