"""Ranking with everything said that most tests do not care about."""

from collections.abc import Iterable, Sequence
from datetime import date

from search.geo import Point
from search.ranking import Fit, Give, Lexicon, Party, Want, rank

TODAY = date(2026, 6, 1)
DURHAM = Point(54.777, -1.575)
PLAIN = Lexicon.fit([])  # to which every word is as telling as any other


def north(miles: float) -> Point:
    """So many miles due north of Durham: a degree of latitude is about 69.1 miles."""
    return Point(DURHAM.lat + miles / 69.1, DURHAM.lon)


def parties_of(gives: Iterable[Give]) -> list[Party]:
    """The parties whose gives these are, in order of their keys, with nothing else known of them."""
    found: dict[str, list[Give]] = {}
    for give in gives:
        found.setdefault(give.party, []).append(give)
    return [Party(key, tuple(found[key])) for key in sorted(found)]


def ranked(wants: Sequence[Want], parties: Sequence[Party], lexicon: Lexicon = PLAIN, **how) -> list[Fit]:
    """Every party that fits at all, however badly, unless told otherwise."""
    return rank(wants, parties, lexicon, **{"today": TODAY, "per_want": 10_000, "floor": 0} | how)


def only(want: Want, party: Party, lexicon: Lexicon = PLAIN) -> Fit | None:
    """How the one answers the other; None if nothing speaks for it or something against it."""
    return next(iter(ranked([want], [party], lexicon)), None)
