"""Distances in a tantivy index: every location it holds, and which documents lie within a circle."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tantivy import FieldType, Occur, Schema, Searcher
from tantivy import Query as Clause

from search.embedded_layout import AXES, SPOT, UNLOCATED
from search.geo import Point, miles_matrix

NO_DOCUMENT = "none at all"  # no location is called this


@dataclass(frozen=True, slots=True)
class Spots:
    """The locations an index holds, each once: their names, and degrees in arrays of the same length.

    Listings are located by postcode, so there are far fewer of these than documents.
    """

    names: tuple[str, ...]
    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    along: NDArray[np.float64]  # (axes, locations): where each lies on each of AXES

    @classmethod
    def of(cls, searcher: Searcher) -> "Spots":
        names = tuple(name for name, _ in searcher.terms_with_prefix(SPOT, "") if name != UNLOCATED)
        degrees = np.array(",".join(names).split(",") if names else [], dtype=np.float64).reshape(-1, 2)
        lat, lon = degrees[:, 0], degrees[:, 1]
        along = np.array([lat * north + lon * east for _, north, east in AXES])
        return cls(names, lat, lon, along)

    def miles_from(self, near: Point) -> NDArray[np.float64]:
        """How far each is."""
        return miles_matrix([near.lat], [near.lon], self.lat, self.lon)[0]

    def clause(self, schema: Schema, inside: NDArray[np.bool_]) -> Clause:
        """Documents at these locations and no others.

        The bounds of these locations along every axis are an octagon's, or nearer to a circle yet, which
        tantivy checks only for documents that have the words; the few locations between it and the circle
        are named one by one.
        """
        if not inside.any():
            return Clause.term_query(schema, SPOT, NO_DOCUMENT, "basic")
        low, high = self.along[:, inside].min(axis=1), self.along[:, inside].max(axis=1)
        parts = [
            (Occur.Must, Clause.range_query(schema, name, FieldType.Float, float(a) - 1e-9, float(b) + 1e-9))
            for (name, _, _), a, b in zip(AXES, low, high, strict=True)
        ]
        bounded = ((self.along >= low[:, None] - 1e-9) & (self.along <= high[:, None] + 1e-9)).all(axis=0)
        between = [self.names[row] for row in np.flatnonzero(bounded & ~inside)]
        if between:
            parts.append((Occur.MustNot, Clause.term_set_query(schema, SPOT, between)))
        return Clause.const_score_query(Clause.boolean_query(parts), 0.0)


def nowhere(schema: Schema) -> Clause:
    """Documents nobody located."""
    return Clause.const_score_query(Clause.term_query(schema, SPOT, UNLOCATED, "basic"), 0.0)


def miles_of(searcher: Searcher, addresses: Sequence[object], near: Point | None) -> NDArray[np.float64]:
    """How far each document is from a point; not-a-number where nobody said where it is."""
    if near is None or not addresses:
        return np.full(len(addresses), np.nan)
    lat, lon = (
        np.array(searcher.fast_field_values(name, list(addresses)), dtype=np.float64)  # type: ignore[arg-type]  # DocAddress, which tantivy does not export as a type
        for name in ("lat", "lon")
    )
    return miles_matrix([near.lat], [near.lon], lat, lon)[0]
