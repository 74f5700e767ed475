"""Regions and nations of the United Kingdom, which notices name where they give no address.

A name may mean that the work is here or far away; where it is elsewhere, its middle is near enough to know.
"""

import re

from search.geo import Point, miles_between

# Roughly the middle of each, in degrees (WGS 84).
MIDDLES = {
    "north east": Point(55.0, -1.9),
    "north west": Point(54.0, -2.7),
    "yorkshire and the humber": Point(53.9, -1.2),
    "east midlands": Point(52.9, -0.8),
    "west midlands": Point(52.5, -2.2),
    "east of england": Point(52.2, 0.5),
    "london": Point(51.5, -0.1),
    "south east": Point(51.3, -0.8),
    "south west": Point(50.9, -3.5),
    "wales": Point(52.3, -3.7),
    "scotland": Point(56.5, -4.1),
    "northern ireland": Point(54.6, -6.7),
}
_BETWEEN = re.compile(r"\s*(?:,|\band\b(?! the humber))\s*")


def elsewhere(words: str, here: Point) -> Point | None:
    """The middle of the nearest region that these words name; None where it may be here, or nobody knows.

    `here` is the middle of the place; it lies in the region whose middle is nearest.
    """
    middles = [MIDDLES.get(name) for name in _BETWEEN.split(words.strip().lower())]
    known = [middle for middle in middles if middle is not None]
    if len(known) < len(middles) or _nearest(list(MIDDLES.values()), here) in known:
        return None
    return _nearest(known, here)


def _nearest(points: list[Point], here: Point) -> Point:
    return min(points, key=lambda point: miles_between(point, here))
