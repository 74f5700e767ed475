"""What is ranked: open asks and what organisations do and give, read in a few queries however many they are.

What texts say reaches the ranking as readings, which are kept; the texts themselves are loaded only where one
has to be read anew. Where the installation has an encoder, each comes with the vector last made of its text.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Date, Row, Select, bindparam, func, or_, select

from marketplace.capabilities.models import Capability
from marketplace.credentials.catalogue import catalogue
from marketplace.extensions import db
from marketplace.fetching import Ids, Rows
from marketplace.listings.models import (
    ASKS,
    Listing,
    ListingCategory,
    ListingRequirement,
    ListingStatus,
    Quantity,
)
from marketplace.matching import standing, texts
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import (
    Organisation,
    OrganisationCategory,
    OrganisationCredential,
    OrganisationKind,
    OrganisationStatus,
    PastWork,
)
from marketplace.places import queries as places
from marketplace.places import regions
from marketplace.readings import services as readings
from marketplace.vectors import queries as vectors
from search.geo import Point
from search.ranking import Give, Party, Want
from search.ranking.lexicon import Lexicon
from search.ranking.weights import ANSWERED_BY

PAST_WORK_AT_MOST = 20  # of each organisation's awards, the latest
SELLERS = (OrganisationKind.BUSINESS, OrganisationKind.VOLUNTARY)
OF_ITSELF = {"profile": "organisation", "interests": "organisation"}  # kind of key: the document it is of
GIVERS = (
    OrganisationKind.BUSINESS,
    OrganisationKind.ANCHOR,
    OrganisationKind.DEVELOPER,
    OrganisationKind.PUBLIC,
)

EVERYTHING = frozenset().union(*ANSWERED_BY.values())

Ranked = TypeVar("Ranked", Want, Give)
Told = dict[str, Any]  # what is known of a want or a give by the names of its fields, all but how it reads

_LISTING, _ORGANISATION, _WORK = Listing.__table__.c, Organisation.__table__.c, PastWork.__table__.c
_TODAY = bindparam("today", type_=Date)


def still_open(today: date | BindParameter[date]) -> tuple[ColumnElement[bool], ...]:
    """On the board, and not past its last day."""
    return (
        _LISTING.status == ListingStatus.PUBLISHED,
        or_(_LISTING.closes_on.is_(None), _LISTING.closes_on >= today),
    )


def _beside(model: type[Opportunity | Capability], *columns: str) -> Select[Any]:
    """Listings with what all have, and these columns of what only some have."""
    shared = ("id", "family", "organisation_id", "title", "lat", "lon", "town", "reach_miles")
    own = model.__table__
    return (
        select(*(_LISTING[name] for name in shared), *(own.c[name] for name in columns))
        .select_from(Listing.__table__.outerjoin(own, _LISTING.id == own.c.id))
        .order_by(_LISTING.id)
    )


_ASKED = (
    _beside(Opportunity, "value_low", "value_high")
    .add_columns(_LISTING.published_at, _LISTING.closes_on)
    .where(_LISTING.family.in_(ASKS))
)
_ASKED_EVER, _ASKED_NOW = (Rows(query, _LISTING.id) for query in (_ASKED, _ASKED.where(*still_open(_TODAY))))
_GIVEN_NOW = Rows(
    _beside(Capability, "typical_low", "typical_high").where(
        _LISTING.family.not_in(ASKS), *still_open(_TODAY)
    ),
    _LISTING.organisation_id,
)
_ACTIVE = Rows(
    select(
        _ORGANISATION.id,
        _ORGANISATION.kind,
        (_ORGANISATION.about != "").label("says"),
        _ORGANISATION.lat,
        _ORGANISATION.lon,
        _ORGANISATION.turnover,
    )
    .where(_ORGANISATION.status == OrganisationStatus.ACTIVE)
    .order_by(_ORGANISATION.id),
    _ORGANISATION.id,
)
_LATEST = func.row_number().over(
    partition_by=_WORK.organisation_id, order_by=(_WORK.awarded_on.desc().nulls_last(), _WORK.id)
)
_DONE = Rows(
    select(
        _WORK.id, _WORK.organisation_id, _WORK.title, _WORK.categories, _WORK.value, _WORK.awarded_on,
        _LATEST.label("latest"),
    ),
    _WORK.organisation_id,
)  # fmt: skip
_QUANTITY = Quantity.__table__.c
_QUANTITIES = Rows(
    select(_QUANTITY.listing_id, _QUANTITY.kind, _QUANTITY.wanted, _QUANTITY.promised), _QUANTITY.listing_id
)


class _Sets:
    """A table of pairs, read as the set of values of each owner."""

    def __init__(self, model: type[Any], owner: str, value: str) -> None:
        columns = model.__table__.c
        self._rows = Rows(
            select(columns[owner].label("owner"), columns[value].label("value")), columns[owner]
        )

    def of(self, ids: Ids) -> dict[int, frozenset[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        for row in self._rows.of(ids):
            found[row.owner].add(row.value)
        return defaultdict(frozenset, {key: frozenset(values) for key, values in found.items()})


_CATEGORIES = _Sets(ListingCategory, "listing_id", "category")
_MUST_HAVE = _Sets(ListingRequirement, "listing_id", "credential")
_INTERESTS = _Sets(OrganisationCategory, "organisation_id", "category")
_HOLDS = _Sets(OrganisationCredential, "organisation_id", "credential")


def open_asks(today: date) -> list[int]:
    """The ids of every ask that takes answers."""
    query = select(_LISTING.id).where(_LISTING.family.in_(ASKS), *still_open(today))
    return list(db.session.scalars(query.order_by(_LISTING.id)))


def wants(
    today: date,
    lexicon: Lexicon,
    *,
    ids: Ids = None,
    closed_too: bool = False,
    in_words: bool = True,
    answering: Ids = None,
) -> list[Want]:
    """Open opportunities and needs; only these, where they are named. Closed ones are only learned from.

    Who said no, and who was introduced, is read of everybody, or of those who are `answering` only.
    """
    rows = _ASKED_EVER.of(ids) if closed_too else _ASKED_NOW.of(ids, today=today)
    asked = [row.id for row in rows]
    categories, needed, quantities = _CATEGORIES.of(asked), _MUST_HAVE.of(asked), _quantities(asked)
    not_for = standing.said_no(asked, answering)
    met = standing.met(asked, answering, today=today)
    found = [
        {
            "key": str(row.id),
            "party": str(row.organisation_id),
            "family": row.family.value,
            "title": row.title,
            "categories": categories[row.id],
            "point": _point(row) or _region(row),
            "reach_miles": row.reach_miles,
            "value": row.value_high or row.value_low,
            "quantity_kinds": frozenset(
                kind for kind, missing, _ in quantities[row.id] if missing or closed_too
            ),
            "must_have": needed[row.id],
            "lacking": _lacking(quantities[row.id]),
            "posted_on": row.published_at.date() if row.published_at else None,
            "closes_on": row.closes_on,
            "not_for": frozenset(not_for[row.id]),
            "met": frozenset(met[row.id]),
        }
        for row in rows
    ]
    read = _read(Want, found, lexicon)
    return quoted(read) if in_words else read


def quoted(found: Sequence[Want]) -> list[Want]:
    """With their texts: reasons quote what is asked in its own words."""
    said = texts.of([f"{each.family}:{each.key}" for each in found])
    return [
        replace(each, text=said[key].text) if (key := f"{each.family}:{each.key}") in said else each
        for each in found
    ]


def parties(
    today: date, lexicon: Lexicon, *, ids: Ids = None, families: Collection[str] = EVERYTHING
) -> list[Party]:
    """Active organisations with everything they sell, give, did before, or say they would support.

    Or with these families of it alone, such as one side of the marketplace asks for.
    """
    rows = {row.id: row for row in _ACTIVE.of(ids)}
    some = None if ids is None else list(rows)
    told = [
        *_listed(today, rows, some, families),
        *(each for each in _profiles(rows, some) if each["family"] in families),
        *(_past_work(rows, some) if "history" in families else ()),
    ]
    theirs: dict[str, list[Give]] = defaultdict(list)
    for give in _read(Give, told, lexicon):
        theirs[give.party].append(give)
    holds, stand = _HOLDS.of(some), standing.of(some, today=today)
    return [
        Party(
            key=str(row.id),
            gives=tuple(theirs[str(row.id)]),
            turnover=row.turnover,
            holds=catalogue().covered_by(holds[row.id]),
            room=stand[row.id].room,
            asked=stand[row.id].asked,
            answered=stand[row.id].answered,
            seen_on=stand[row.id].seen_on,
        )
        for row in rows.values()
        if theirs[str(row.id)]
    ]


def _listed(
    today: date, owners: Mapping[int, Row[Any]], some: Ids, families: Collection[str]
) -> Iterator[Told]:
    found = _GIVEN_NOW.of(some, today=today)
    rows = [row for row in found if row.organisation_id in owners and row.family.value in families]
    given = [row.id for row in rows]
    categories, quantities = _CATEGORIES.of(given), _quantities(given)
    for row in rows:
        yield {
            "key": f"{row.family.value}:{row.id}",
            "party": str(row.organisation_id),
            "family": row.family.value,
            "title": row.title,
            "categories": categories[row.id],
            "point": _point(row),
            "reach_miles": row.reach_miles,
            "value": row.typical_high or row.typical_low,
            "quantity_kinds": frozenset(kind for kind, missing, _ in quantities[row.id] if missing),
        }


def _past_work(owners: Mapping[int, Row[Any]], some: Ids) -> Iterator[Told]:
    for row in _DONE.of(some):
        owner = owners.get(row.organisation_id)
        if owner is not None and row.latest <= PAST_WORK_AT_MOST:
            yield {
                "key": f"work:{row.id}",
                "party": str(row.organisation_id),
                "family": "history",
                "title": row.title,
                "categories": frozenset(row.categories),
                "point": _point(owner),
                "value": row.value,
                "done_on": row.awarded_on,
            }


def _profiles(owners: Mapping[int, Row[Any]], some: Ids) -> Iterator[Told]:
    """What each says of itself: to be hired for, and to give to, where it says so."""
    interests = _INTERESTS.of(some)
    for row in owners.values():
        of_itself = {"party": str(row.id), "title": "", "categories": interests[row.id], "point": _point(row)}
        if row.kind in SELLERS and row.says:
            yield of_itself | {"key": f"profile:{row.id}", "family": "history"}
        if row.kind in GIVERS and interests[row.id]:
            yield of_itself | {"key": f"interests:{row.id}", "family": "interests"}


def _read(kind: type[Ranked], told: Sequence[Told], lexicon: Lexicon) -> list[Ranked]:
    """Each with its reading, and its vector where an encoder made one; past work has none of those."""
    keys = [f"{each['family']}:{each['key']}" if kind is Want else each["key"] for each in told]
    read = readings.readings(keys, texts.of, lexicon)
    made = {key: each.vector for key, each in vectors.kept(map(_document, keys)).items()}
    return [
        kind(**each, reading=read.get(key), vector=made.get(_document(key)) if made else None)
        for key, each in zip(keys, told, strict=True)
    ]


def _document(key: str) -> str:
    """Its key in the search index: what an organisation says of itself is the organisation."""
    kind, _, number = key.partition(":")
    return f"{OF_ITSELF.get(kind, kind)}:{number}"


def _quantities(listing_ids: Collection[int]) -> dict[int, list[tuple[str, int, int]]]:
    """Of each listing: kind, how much is missing still, and how much was asked for."""
    found: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    for row in _QUANTITIES.of(listing_ids):
        found[row.listing_id].append((row.kind.value, row.wanted - row.promised, row.wanted))
    return found


def _lacking(quantities: list[tuple[str, int, int]]) -> float:
    """How much is missing still, 0 to 1: the mean over what was asked for; 1 where nothing was counted."""
    return sum(missing / wanted for _, missing, wanted in quantities) / len(quantities) if quantities else 1.0


def _point(row: Any) -> Point | None:
    return None if row.lat is None or row.lon is None else Point(row.lat, row.lon)


def _region(row: Any) -> Point | None:
    """Roughly where work is that is known only to be in another part of the country."""
    place = places.current() if row.town else None
    return regions.elsewhere(row.town, Point(place.lat, place.lon)) if place else None


def organisations_known(at_most: int) -> int:
    """How many organisations might be ranked, counted no further than this."""
    active = select(Organisation.id).where(Organisation.status == OrganisationStatus.ACTIVE).limit(at_most)
    return db.session.scalar(select(func.count()).select_from(active.subquery())) or 0


def keys_of(organisation_id: int) -> Iterable[str]:
    """The keys of everything of one organisation that is read."""
    yield from (f"profile:{organisation_id}", f"interests:{organisation_id}")
    listed = select(_LISTING.id, _LISTING.family).where(_LISTING.organisation_id == organisation_id)
    for row in db.session.execute(listed):
        yield f"{row.family.value}:{row.id}"
