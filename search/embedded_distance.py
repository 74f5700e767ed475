"""Distances in a tantivy index: every location it holds, and which documents lie within a circle."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import degrees, pi, sin

import numpy as np
from numpy.typing import NDArray
from tantivy import FieldType, Occur, Schema, Searcher
from tantivy import Query as Clause

from search.embedded_layout import AXES, SPOT, UNLOCATED
from search.geo import EARTH_RADIUS_MILES, Point, miles_matrix

NO_DOCUMENT = "none at all"  # no location is called this
HAIR = 1e-9  # degrees, for rounding

Parts = list[tuple[Occur, Clause]]


@dataclass(frozen=True, slots=True)
class Spots:
    """The locations an index holds, each once, from south to north: names, and arrays with one for each.

    Listings are located by postcode, so there are far fewer of these than documents.
    """

    names: tuple[str, ...]
    globe: NDArray[np.float64]  # (locations, 3): on a globe of radius 1
    along: NDArray[np.float64]  # (axes, locations): where each lies on each of AXES

    @classmethod
    def of(cls, searcher: Searcher) -> "Spots":
        names = tuple(name for name, _ in searcher.terms_with_prefix(SPOT, "") if name != UNLOCATED)
        both = np.array(",".join(names).split(",") if names else [], dtype=np.float64).reshape(-1, 2)
        order = np.argsort(both[:, 0], kind="stable")
        names = tuple(names[row] for row in order)
        lat, lon = both[order, 0], both[order, 1]
        along = np.array([lat * north + lon * east for _, north, east in AXES])
        return cls(names, _on_globe(lat, lon), along)

    def band(self, near: Point, miles: float) -> "Spots":
        """Those no further north or south than that: all that a circle could hold."""
        reach = degrees(min(miles / EARTH_RADIUS_MILES, pi)) + HAIR
        start, end = np.searchsorted(self.along[0], [near.lat - reach, near.lat + reach])
        return Spots(self.names[start:end], self.globe[start:end], self.along[:, start:end])

    def chords_from(self, near: Point) -> NDArray[np.float64]:
        """How far each is in a straight line through the globe, as `chord` has it."""
        gaps = self.globe - _on_globe(np.array([near.lat]), np.array([near.lon]))
        chords: NDArray[np.float64] = np.sqrt(np.einsum("ij,ij->i", gaps, gaps))
        return chords

    def named(self, schema: Schema, rows: Iterable[int]) -> Parts:
        """What must hold of documents at these few locations, each sought by its name."""
        here = [(Occur.Should, Clause.term_query(schema, SPOT, self.names[row], "basic")) for row in rows]
        return [(Occur.Must, _weightless(Clause.boolean_query(here)))]

    def parts(self, schema: Schema, inside: NDArray[np.bool_]) -> Parts:
        """What must and must not hold of documents at these locations and no others.

        The bounds of these locations along every axis are an octagon's, or nearer to a circle yet, which
        tantivy checks only for documents that have the words; the few locations between it and the circle
        are named one by one. What a band left out is beyond the first axis, which is latitude.
        """
        if not inside.any():
            return [(Occur.Must, Clause.term_query(schema, SPOT, NO_DOCUMENT, "basic"))]
        among = self.along[:, inside]
        low, high = among.min(axis=1) - HAIR, among.max(axis=1) + HAIR
        parts = [
            (Occur.Must, _weightless(Clause.range_query(schema, name, FieldType.Float, float(a), float(b))))
            for (name, _, _), a, b in zip(AXES, low, high, strict=True)
        ]
        rest = np.flatnonzero(~inside)
        for axis, a, b in zip(self.along, low, high, strict=True):
            where = axis[rest]
            rest = rest[(where >= a) & (where <= b)]
        if len(rest):
            named = [
                (Occur.Should, Clause.term_query(schema, SPOT, self.names[row], "basic")) for row in rest
            ]
            parts.append((Occur.MustNot, Clause.boolean_query(named)))
        return parts


def chord(miles: float) -> float:
    """The straight line between two points so many miles apart on a globe of radius 1."""
    return 2 * sin(min(miles / EARTH_RADIUS_MILES, pi) / 2) * (1 + 1e-12)


def _on_globe(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> NDArray[np.float64]:
    north, east = np.radians(lat), np.radians(lon)
    return np.stack([np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)], axis=1)


def _weightless(clause: Clause) -> Clause:
    return Clause.const_score_query(clause, 0.0)


def nowhere(schema: Schema) -> Clause:
    """Documents nobody located."""
    return _weightless(Clause.term_query(schema, SPOT, UNLOCATED, "basic"))


def miles_of(searcher: Searcher, addresses: Sequence[object], near: Point | None) -> NDArray[np.float64]:
    """How far each document is from a point; not-a-number where nobody said where it is."""
    if near is None or not addresses:
        return np.full(len(addresses), np.nan)
    lat, lon = (
        np.array(searcher.fast_field_values(name, list(addresses)), dtype=np.float64)  # type: ignore[arg-type]  # DocAddress, which tantivy does not export as a type
        for name in ("lat", "lon")
    )
    return miles_matrix([near.lat], [near.lon], lat, lon)[0]
