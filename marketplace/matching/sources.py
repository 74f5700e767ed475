"""What is ranked: open asks and what organisations do and give, read in a few queries however many they are.

What texts say reaches the ranking as readings, which are kept; the texts themselves are loaded only where one
has to be read anew. Where the installation has an encoder, each comes with the vector last made of its text.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, func, or_, select

from marketplace.capabilities.models import Capability
from marketplace.credentials.catalogue import catalogue
from marketplace.extensions import db
from marketplace.listings.models import (
    ASKS,
    Listing,
    ListingCategory,
    ListingRequirement,
    ListingStatus,
    Quantity,
)
from marketplace.matching import standing, texts
from marketplace.matching.fetching import Ids, fetched
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import (
    Organisation,
    OrganisationCategory,
    OrganisationCredential,
    OrganisationKind,
    OrganisationStatus,
    PastWork,
)
from marketplace.readings import services as readings
from marketplace.vectors import queries as vectors
from search.geo import Point
from search.ranking import Give, Party, Want
from search.ranking.lexicon import Lexicon

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

_LISTING = Listing.__table__.c
_SHARED = tuple(
    _LISTING[name] for name in ("id", "family", "organisation_id", "title", "lat", "lon", "reach_miles")
)


def open_asks(today: date) -> list[int]:
    """The ids of every ask that takes answers."""
    return list(
        db.session.scalars(
            select(_LISTING.id).where(_LISTING.family.in_(ASKS), *still_open(today)).order_by(_LISTING.id)
        )
    )


def wants(
    today: date, lexicon: Lexicon, *, ids: Ids = None, closed_too: bool = False, quoted: bool = True
) -> list[Want]:
    """Open opportunities and needs; only these, where they are named. Closed ones are only learned from."""
    work = Opportunity.__table__.c
    query = (
        select(*_SHARED, _LISTING.published_at, _LISTING.closes_on, work.value_low, work.value_high)
        .select_from(Listing.__table__.outerjoin(Opportunity.__table__, _LISTING.id == work.id))
        .where(_LISTING.family.in_(ASKS), *(() if closed_too else still_open(today)))
        .order_by(_LISTING.id)
    )
    rows = fetched(query, _LISTING.id, ids)
    asked = [row.id for row in rows]
    categories, quantities = _categories(asked), _quantities(asked)
    needed = _sets(ListingRequirement.listing_id, ListingRequirement.credential, asked)
    not_for, met = standing.said_no(asked), standing.met(asked, today=today)
    found = [
        Want(
            key=str(row.id),
            party=str(row.organisation_id),
            family=row.family.value,
            title=row.title,
            categories=categories[row.id],
            point=_point(row),
            reach_miles=row.reach_miles,
            value=row.value_high or row.value_low,
            quantity_kinds=frozenset(
                kind for kind, missing, _ in quantities[row.id] if missing or closed_too
            ),
            must_have=needed[row.id],
            lacking=_lacking(quantities[row.id]),
            posted_on=row.published_at.date() if row.published_at else None,
            closes_on=row.closes_on,
            not_for=frozenset(not_for[row.id]),
            met=frozenset(met[row.id]),
        )
        for row in rows
    ]
    return _read(_quoted(found) if quoted else found, lexicon)


def _quoted(found: list[Want]) -> list[Want]:
    """With their texts: reasons quote what is asked in its own words."""
    said = texts.of([_reading_key(each) for each in found])
    return [
        replace(each, text=said[key].text) if (key := _reading_key(each)) in said else each for each in found
    ]


def parties(today: date, lexicon: Lexicon, *, ids: Ids = None) -> list[Party]:
    """Active organisations with everything they sell, give, did before, or say they would support."""
    query = select(
        Organisation.id,
        Organisation.kind,
        (Organisation.about != "").label("says"),
        Organisation.lat,
        Organisation.lon,
        Organisation.turnover,
    ).where(Organisation.status == OrganisationStatus.ACTIVE)
    rows = {row.id: row for row in fetched(query.order_by(Organisation.id), Organisation.id, ids)}
    some = None if ids is None else list(rows)
    gives = [*_listed(today, rows, some), *_profiles(rows, some), *_past_work(rows, some)]
    theirs: dict[str, list[Give]] = defaultdict(list)
    for give in _read(gives, lexicon):
        theirs[give.party].append(give)
    holds = _sets(OrganisationCredential.organisation_id, OrganisationCredential.credential, some)
    stand = standing.of(some, today=today)
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


def still_open(today: date) -> tuple[ColumnElement[bool], ...]:
    """On the board, and not past its last day."""
    return (
        _LISTING.status == ListingStatus.PUBLISHED,
        or_(_LISTING.closes_on.is_(None), _LISTING.closes_on >= today),
    )


def _listed(today: date, owners: dict[int, Row[Any]], some: Ids) -> Iterator[Give]:
    sells = Capability.__table__.c
    query = (
        select(*_SHARED, sells.typical_low, sells.typical_high)
        .select_from(Listing.__table__.outerjoin(Capability.__table__, _LISTING.id == sells.id))
        .where(_LISTING.family.not_in(ASKS), *still_open(today))
        .order_by(_LISTING.id)
    )
    rows = [row for row in fetched(query, _LISTING.organisation_id, some) if row.organisation_id in owners]
    given = [row.id for row in rows]
    categories, quantities = _categories(given), _quantities(given)
    for row in rows:
        yield Give(
            key=f"{row.family.value}:{row.id}",
            party=str(row.organisation_id),
            family=row.family.value,
            title=row.title,
            categories=categories[row.id],
            point=_point(row),
            reach_miles=row.reach_miles,
            value=row.typical_high or row.typical_low,
            quantity_kinds=frozenset(kind for kind, missing, _ in quantities[row.id] if missing),
        )


def _past_work(owners: dict[int, Row[Any]], some: Ids) -> Iterator[Give]:
    latest = func.row_number().over(
        partition_by=PastWork.organisation_id, order_by=(PastWork.awarded_on.desc().nulls_last(), PastWork.id)
    )
    query = select(
        PastWork.id, PastWork.organisation_id, PastWork.title, PastWork.categories, PastWork.value,
        PastWork.awarded_on, latest.label("latest"),
    )  # fmt: skip
    for row in fetched(query, PastWork.organisation_id, some):
        owner = owners.get(row.organisation_id)
        if owner is not None and row.latest <= PAST_WORK_AT_MOST:
            yield Give(
                key=f"work:{row.id}",
                party=str(row.organisation_id),
                family="history",
                title=row.title,
                categories=frozenset(row.categories),
                point=_point(owner),
                value=row.value,
                done_on=row.awarded_on,
            )


def _profiles(owners: dict[int, Row[Any]], some: Ids) -> Iterator[Give]:
    """What each says of itself: to be hired for, and to give to, where it says so."""
    interests = _sets(OrganisationCategory.organisation_id, OrganisationCategory.category, some)
    for row in owners.values():
        of_itself = Give(
            key=f"profile:{row.id}",
            party=str(row.id),
            family="history",
            title="",
            categories=interests[row.id],
            point=_point(row),
        )
        if row.kind in SELLERS and row.says:
            yield of_itself
        if row.kind in GIVERS and interests[row.id]:
            yield replace(of_itself, key=f"interests:{row.id}", family="interests")


def _read(found: list[Ranked], lexicon: Lexicon) -> list[Ranked]:
    """The same with their readings, and vectors where an encoder made them; past work has none of those."""
    keys = {each.key: _reading_key(each) for each in found}
    read = readings.readings(list(keys.values()), texts.of, lexicon)
    kept = vectors.kept(_document_key(each) for each in found)
    return [
        replace(
            each,
            reading=read.get(keys[each.key]),
            vector=kept[key].vector if (key := _document_key(each)) in kept else None,
        )
        for each in found
    ]


def _reading_key(ranked: Want | Give) -> str:
    return f"{ranked.family}:{ranked.key}" if isinstance(ranked, Want) else ranked.key


def _document_key(ranked: Want | Give) -> str:
    """Its key in the search index: what an organisation says of itself is the organisation."""
    kind, _, number = ranked.key.rpartition(":")
    return f"{OF_ITSELF.get(kind, kind or ranked.family)}:{number}"


def _categories(listing_ids: Collection[int]) -> dict[int, frozenset[str]]:
    return _sets(ListingCategory.listing_id, ListingCategory.category, listing_ids)


def _quantities(listing_ids: Collection[int]) -> dict[int, list[tuple[str, int, int]]]:
    """Of each listing: kind, how much is missing still, and how much was asked for."""
    found: dict[int, list[tuple[str, int, int]]] = defaultdict(list)
    query = select(Quantity.listing_id, Quantity.kind, Quantity.wanted, Quantity.promised)
    for row in fetched(query, Quantity.listing_id, listing_ids):
        found[row.listing_id].append((row.kind.value, row.wanted - row.promised, row.wanted))
    return found


def _lacking(quantities: list[tuple[str, int, int]]) -> float:
    """How much is missing still, 0 to 1: the mean over what was asked for; 1 where nothing was counted."""
    return sum(missing / wanted for _, missing, wanted in quantities) / len(quantities) if quantities else 1.0


def _sets(owner: Any, value: Any, ids: Ids) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for row in fetched(select(owner.label("owner"), value.label("value")), owner, ids):
        found[row.owner].add(row.value)
    return defaultdict(frozenset, {key: frozenset(values) for key, values in found.items()})


def _point(row: Any) -> Point | None:
    return None if row.lat is None or row.lon is None else Point(row.lat, row.lon)


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
