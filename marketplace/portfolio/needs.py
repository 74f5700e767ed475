"""The needs that fit an organisation, narrowed down. The ranking is matching’s: there is no second one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import joinedload, selectinload

from marketplace.categories.catalogue import catalogue
from marketplace.discovery.browsing import within
from marketplace.extensions import db
from marketplace.listings.cards import Card, card, miles_apart
from marketplace.listings.models import (
    Family,
    Listing,
    ListingCategory,
    ListingStatus,
    Quantity,
    QuantityKind,
)
from marketplace.matching import viewing
from marketplace.matching.models import Match, MatchStatus
from marketplace.matching.viewing import Side
from marketplace.organisations.models import Organisation
from marketplace.places.queries import Location, Precision
from marketplace.web import words

REASONS_SHOWN = 2
KIND_WORDS = {
    QuantityKind.VOLUNTEERS: "Volunteering",
    QuantityKind.SKILLS: "Skilled help",
    QuantityKind.SPACE: "Space",
    QuantityKind.GOODS: "Things",
    QuantityKind.MONEY: "Money",
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which needs a team wants to see; nothing chosen is all of them."""

    category: str = ""
    ward: str = ""
    kinds: tuple[QuantityKind, ...] = ()
    needed_by: date | None = None
    miles: int | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The same choice as the fields of an address."""
        chosen = {
            "category": self.category,
            "ward": self.ward,
            "kind": [kind.value for kind in self.kinds],
            "needed_by": self.needed_by.isoformat() if self.needed_by else "",
            "miles": self.miles,
        }
        return {name: value for name, value in chosen.items() if value}


@dataclass(frozen=True, slots=True)
class Fit:
    """One need as it lies in the portfolio: the notice, its score, and the reasons that weigh most."""

    match: Match
    card: Card
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the needs that fit, the best first; `after` is the match that the next page begins after."""

    fits: Sequence[Fit]
    after: int | None


def that_fit(
    organisation: Organisation, wanted: Wanted, *, today: date, after: int | None = None, limit: int
) -> Page:
    """Open needs that fit and lack something, by how well they fit. A fixed number of statements."""
    query = (
        db.select(Match.id)
        .join(Match.listing)
        .where(Match.organisation_id == organisation.id, *_open(today), *_chosen(wanted, organisation))
    )
    if after is not None and (mark := _mark(after, organisation)) is not None:
        query = query.where(or_(Match.fit < mark, and_(Match.fit == mark, Match.id > after)))
    ids = db.session.scalars(query.order_by(Match.fit.desc(), Match.id).limit(limit + 1)).all()
    return Page(
        [_fit(match, today=today) for match in _in_order(ids[:limit])],
        ids[limit - 1] if len(ids) > limit else None,
    )


def chips(wanted: Wanted, wards: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is in use in words, each with the address of the page without it."""
    found: list[tuple[str, dict[str, Any]]] = []
    if wanted.category in catalogue():
        found.append((catalogue().name(wanted.category), {"category": ""}))
    if wanted.ward:
        found.append((wards.get(wanted.ward, "Another ward"), {"ward": ""}))
    for kind in wanted.kinds:
        found.append((KIND_WORDS[kind], {"kinds": tuple(each for each in wanted.kinds if each != kind)}))
    if wanted.needed_by:
        found.append((f"Needed by {words.short_day(wanted.needed_by)}", {"needed_by": None}))
    if wanted.miles:
        found.append((f"Within {words.count(wanted.miles, 'mile')}", {"miles": None}))
    whole = {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}
    return [
        (label, url_for("portfolio.needs", **Wanted(**{**whole, **without}).fields))
        for label, without in found
    ]


def _in_order(ids: Sequence[int]) -> list[Match]:
    # Listings in a statement of their own: SQLite would read them all to join what the four families add.
    owner = selectinload(Match.listing).joinedload(Listing.organisation)
    query = db.select(Match).where(Match.id.in_(ids)).options(owner, joinedload(Match.organisation))
    found = {match.id: match for match in db.session.scalars(query)}
    return [found[number] for number in ids if number in found]


def _fit(match: Match, *, today: date) -> Fit:
    shown = card(match.listing, today=today, miles=miles_apart(match.organisation, match.listing))
    return Fit(match, shown, viewing.reasons(match, Side.FITS, limit=REASONS_SHOWN))


def _open(today: date) -> list[ColumnElement[bool]]:
    """Still asked for, and nobody here said no to it."""
    return [
        Match.retired_at.is_(None),
        Match.status != MatchStatus.DECLINED,
        Listing.family == Family.NEED,
        Listing.status == ListingStatus.PUBLISHED,
        or_(Listing.closes_on.is_(None), Listing.closes_on >= today),
        Listing.quantities.any(Quantity.promised < Quantity.wanted),
    ]


def _chosen(wanted: Wanted, organisation: Organisation) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.category in catalogue():
        slugs = catalogue().with_descendants(wanted.category)
        found.append(Listing.category_rows.any(ListingCategory.category.in_(slugs)))
    if wanted.ward:
        found.append(Listing.ward_code == wanted.ward)
    if wanted.kinds:
        lacks = and_(Quantity.kind.in_(wanted.kinds), Quantity.promised < Quantity.wanted)
        found.append(Listing.quantities.any(lacks))
    if wanted.needed_by:
        found.append(Listing.closes_on <= wanted.needed_by)
    if wanted.miles and organisation.lat is not None and organisation.lon is not None:
        here = Location(
            organisation.lat, organisation.lon, organisation.ward_code, organisation.town, Precision.TOWN
        )
        found.append(within(Listing, here, wanted.miles))
    return found


def _mark(match_id: int, organisation: Organisation) -> float | None:
    query = db.select(Match.fit).where(Match.id == match_id, Match.organisation_id == organisation.id)
    return db.session.scalar(query)
