"""What is ranked: open asks and what organisations do and give, read in a few queries.

Where the installation has an encoder, each comes with the vector last made of its text, if one was: a notice
matched before the worker read it has none, and gets its due with the next run.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import or_, select

from marketplace.extensions import db
from marketplace.listings.models import ASKS, Family, Listing, ListingCategory, ListingStatus, Quantity
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import (
    Organisation,
    OrganisationCategory,
    OrganisationKind,
    OrganisationStatus,
    PastWork,
)
from marketplace.vectors import queries as vectors
from search.geo import Point
from search.ranking import Give, Want

PAST_WORK_AT_MOST = 20  # of each organisation's awards, the latest
SELLERS = (OrganisationKind.BUSINESS, OrganisationKind.VOLUNTARY)
OF_ITSELF = {"profile": "organisation", "interests": "organisation"}  # kind of key: the document it is of
GIVERS = (
    OrganisationKind.BUSINESS,
    OrganisationKind.ANCHOR,
    OrganisationKind.DEVELOPER,
    OrganisationKind.PUBLIC,
)

Ranked = TypeVar("Ranked", Want, Give)


def wants(today: date, *, listing_id: int | None = None) -> list[Want]:
    """Open opportunities and needs; only this one, when it is named and open."""
    listing = Listing.__table__.c
    query = (
        select(*_SHARED, Opportunity.__table__.c.value_low, Opportunity.__table__.c.value_high)
        .select_from(
            Listing.__table__.outerjoin(Opportunity.__table__, listing.id == Opportunity.__table__.c.id)
        )
        .where(listing.family.in_(ASKS), *_still_open(today))
    )
    if listing_id is not None:
        query = query.where(listing.id == listing_id)
    rows = db.session.execute(query.order_by(listing.id)).all()
    categories, kinds = _categories(rows), _quantity_kinds(rows)
    found = [
        Want(
            key=str(row.id),
            party=str(row.organisation_id),
            family=row.family.value,
            title=row.title,
            text=_text(row),
            categories=categories[row.id],
            point=_point(row),
            reach_miles=row.reach_miles,
            value=row.value_high or row.value_low,
            quantity_kinds=kinds[row.id],
        )
        for row in rows
    ]
    return _with_vectors(found)


def gives(today: date) -> list[Give]:
    """Everything active organisations sell, give, did before, or say they would support."""
    organisations = {row.id: row for row in db.session.execute(_ORGANISATIONS)}
    found = _listed(today, organisations)
    selling = {give.party for give in found if give.family == Family.CAPABILITY}
    interests = _interests()
    for row in organisations.values():
        found += _profile(row, interests[row.id], lists_capabilities=str(row.id) in selling)
    return _with_vectors(found) + _past_work(organisations)


_SHARED = tuple(
    Listing.__table__.c[name]
    for name in ("id", "family", "organisation_id", "title", "summary", "body", "lat", "lon", "reach_miles")
)
_ORGANISATIONS = select(
    Organisation.id,
    Organisation.kind,
    Organisation.about,
    Organisation.lat,
    Organisation.lon,
    Organisation.turnover,
).where(Organisation.status == OrganisationStatus.ACTIVE)


def _still_open(today: date) -> tuple[Any, ...]:
    listing = Listing.__table__.c
    return (
        listing.status == ListingStatus.PUBLISHED,
        or_(listing.closes_on.is_(None), listing.closes_on >= today),
    )


def _listed(today: date, organisations: dict[int, Any]) -> list[Give]:
    listing = Listing.__table__.c
    query = select(*_SHARED).where(listing.family.not_in(ASKS), *_still_open(today)).order_by(listing.id)
    rows = [row for row in db.session.execute(query) if row.organisation_id in organisations]
    categories, kinds = _categories(rows), _quantity_kinds(rows)
    return [
        Give(
            key=f"{row.family.value}:{row.id}",
            party=str(row.organisation_id),
            family=row.family.value,
            title=row.title,
            text=_text(row),
            categories=categories[row.id],
            point=_point(row),
            reach_miles=row.reach_miles,
            turnover=organisations[row.organisation_id].turnover,
            quantity_kinds=kinds[row.id],
        )
        for row in rows
    ]


def _past_work(organisations: dict[int, Any]) -> list[Give]:
    query = select(PastWork).order_by(PastWork.organisation_id, PastWork.awarded_on.desc(), PastWork.id)
    taken: dict[int, int] = defaultdict(int)
    found = []
    for work in db.session.scalars(query):
        owner = organisations.get(work.organisation_id)
        taken[work.organisation_id] += 1
        if owner is None or taken[work.organisation_id] > PAST_WORK_AT_MOST:
            continue
        found.append(
            Give(
                key=f"work:{work.id}",
                party=str(work.organisation_id),
                family="history",
                title=work.title,
                text=work.description,
                categories=frozenset(work.categories),
                point=_point(owner),
                turnover=owner.turnover,
            )
        )
    return found


def _profile(row: Any, interests: frozenset[str], *, lists_capabilities: bool) -> Iterable[Give]:
    """What it says of itself: to be hired for, if it lists nothing; to give to, if it says so."""
    shared = {
        "party": str(row.id),
        "title": "",
        "text": row.about,
        "categories": interests,
        "point": _point(row),
    }
    if row.kind in SELLERS and row.about and not lists_capabilities:
        yield Give(key=f"profile:{row.id}", family="history", turnover=row.turnover, **shared)
    if row.kind in GIVERS and interests:
        yield Give(key=f"interests:{row.id}", family="interests", **shared)


def _interests() -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in db.session.execute(
        select(OrganisationCategory.organisation_id, OrganisationCategory.category)
    ):
        found[row.organisation_id].add(row.category)
    return _frozen(found)


def _categories(rows: Iterable[Any]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for ids in _in_slices([row.id for row in rows]):
        query = select(ListingCategory.listing_id, ListingCategory.category)
        for listing_id, category in db.session.execute(query.where(ListingCategory.listing_id.in_(ids))):
            found[listing_id].add(category)
    return _frozen(found)


def _quantity_kinds(rows: Iterable[Any]) -> dict[int, frozenset[str]]:
    """The kinds of which something is still missing."""
    found: dict[int, set[str]] = defaultdict(set)
    for ids in _in_slices([row.id for row in rows]):
        query = select(Quantity.listing_id, Quantity.kind)
        for listing_id, kind in db.session.execute(
            query.where(Quantity.listing_id.in_(ids), Quantity.promised < Quantity.wanted)
        ):
            found[listing_id].add(kind.value)
    return _frozen(found)


def _with_vectors(found: list[Ranked]) -> list[Ranked]:
    """What has a document in the search index, with the vector of that; past work has none."""
    kept = vectors.kept(_document_key(each) for each in found)
    if not kept:
        return found
    return [
        replace(each, vector=kept[key].vector) if (key := _document_key(each)) in kept else each
        for each in found
    ]


def _document_key(ranked: Want | Give) -> str:
    """Its key in the search index: what an organisation says of itself is the organisation."""
    kind, _, number = ranked.key.rpartition(":")
    return f"{OF_ITSELF.get(kind, kind or ranked.family)}:{number}"


def _frozen(found: dict[int, set[str]]) -> dict[int, frozenset[str]]:
    return defaultdict(frozenset, {key: frozenset(values) for key, values in found.items()})


def _in_slices(ids: list[int], size: int = 5000) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _text(row: Any) -> str:
    """What a listing says, once: a summary is often the first sentence of the body."""
    opening = row.summary.rstrip("…")
    return str(row.body) if " ".join(row.body.split()).startswith(opening) else f"{row.summary}\n{row.body}"


def _point(row: Any) -> Point | None:
    return None if row.lat is None or row.lon is None else Point(row.lat, row.lon)
