"""The results of a search as points on a map, no finer than a notice's own page says where it is."""

from collections.abc import Mapping
from math import floor
from typing import Any

from flask import url_for

from marketplace.discovery import queries
from marketplace.discovery.asking import Asked, Board, query
from marketplace.discovery.finding import engine
from marketplace.discovery.queries import Spot
from marketplace.listings.cards import address_of

MOST = 2_000
SQUARE = 0.05  # degrees: about three miles by two
KIND_WORDS = {
    "opportunity": "Opportunity",
    "need": "Need",
    "capability": "Capability",
    "offer": "Offer",
    "organisation": "Organisation",
}

Position = tuple[float, float]  # longitude first, as GeoJSON has it


def points(asked: Asked, board: Board) -> dict[str, Any]:
    """GeoJSON of every hit with a place; how many have none, or were too many. Raises SearchUnavailable."""
    results = engine().search(query(asked, board, limit=MOST, facets=("ward",)))
    spots = queries.spots_of([hit.key for hit in results.hits], board.place)
    towns = queries.town_middles(board.place)
    placed = [(spot, _where(spot, towns)) for hit in results.hits if (spot := spots.get(hit.key))]
    features = [_feature(spot, at) for spot, at in placed if at]
    return {
        "type": "FeatureCollection",
        "features": features,
        "total": results.total,
        "left_out": results.total - len(results.hits),
        "nowhere": len(results.hits) - len(features),
        "wards": dict(results.facets.get("ward", {})),
    }


def nothing(notice: str) -> dict[str, Any]:
    """A map without points, and why."""
    empty = {"total": 0, "left_out": 0, "nowhere": 0, "wards": {}}
    return {"type": "FeatureCollection", "features": [], **empty, "notice": notice}


def _where(spot: Spot, towns: Mapping[str, Position]) -> Position | None:
    """The middle of its town; of a wide square, where the town is not on our list; nowhere without either."""
    if not spot.town or spot.lat is None or spot.lon is None:
        return None
    return towns.get(spot.town) or (_middle(spot.lon), _middle(spot.lat))


def _middle(degrees: float) -> float:
    return round((floor(degrees / SQUARE) + 0.5) * SQUARE, 4)


def _feature(spot: Spot, at: Position) -> dict[str, Any]:
    if spot.family == "organisation":
        href = url_for("discovery.organisation", organisation_id=spot.id)
    else:
        href = address_of(spot.family, spot.id)
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": at},
        "properties": {
            "title": spot.title,
            "kind": KIND_WORDS[spot.family],
            "family": spot.family,
            "who": spot.who,
            "town": spot.town,
            "href": href,
        },
    }
