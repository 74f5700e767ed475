"""What a person asked, understood, and what was found."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import current_app, url_for

from marketplace.categories.catalogue import catalogue
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import cards
from marketplace.listings import queries as listings
from marketplace.listings.cards import Card
from marketplace.listings.models import Listing, ListingStatus
from marketplace.matching import queries as matching
from marketplace.organisations.models import Organisation, OrganisationStatus
from marketplace.places import queries as places
from marketplace.places.queries import Location
from marketplace.web import words
from search.engine import SearchEngine, SearchUnavailable
from search.geo import Point
from search.schema import Hit, Query, Results, Sort

PER_PAGE = 20
NEAR_MILES = 10  # “near” without a distance
_NEAR = re.compile(r"\b(?:near|in|around|close to)\s+", re.IGNORECASE)
LONGEST_PLACE = 40  # letters

FAMILY_WORDS = {  # one, several
    "opportunity": ("opportunity", "opportunities"),
    "need": ("need", "needs"),
    "capability": ("thing organisations do", "things organisations do"),
    "offer": ("offer", "offers"),
    "organisation": ("organisation", "organisations"),
}
ANYTHING = ("notice or organisation", "notices and organisations")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A search as the person put it, with a place understood."""

    text: str = ""
    families: tuple[str, ...] = ()
    category: str = ""
    where: str = ""
    miles: int | None = None
    sort: Sort = Sort.RELEVANCE
    page: int = 1
    location: Location | None = None
    problem: str = ""  # why the place was not understood
    towns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One page of slips, the sentence of what was searched, and whether the engine was there."""

    cards: Sequence[Card]
    total: int
    page: int
    pages: int
    sentence: str
    engine_down: bool = False


def understand(asked: Asked) -> Asked:
    """Find the place that was named, in its own box or at the end of the words (“catering near Crook”)."""
    if asked.where:
        try:
            return replace(asked, location=places.locate(asked.where))
        except Refused as refusal:
            return replace(asked, problem=refusal.message, towns=getattr(refusal, "towns", ()))
    for near in _NEAR.finditer(asked.text):
        where = asked.text[near.end() :].strip()
        if 2 <= len(where) <= LONGEST_PLACE and (location := _known(where)):
            return replace(
                asked,
                text=asked.text[: near.start()].strip(),
                where=where,
                location=location,
                miles=asked.miles or NEAR_MILES,
            )
    return asked


def find(asked: Asked, *, place: str, acting_for: Organisation | None, today: date) -> Found:
    """Search; when the engine cannot answer, browse by title instead."""
    engine: SearchEngine = current_app.extensions["search"]
    query = _query(asked, place)
    try:
        results, down = engine.search(query), False
    except SearchUnavailable:
        results, down = browse(asked), True
    return Found(
        cards=_cards(results.hits, acting_for, today),
        total=results.total,
        page=asked.page,
        pages=max(1, -(-results.total // PER_PAGE)),
        sentence=sentence(asked, results.total),
        engine_down=down,
    )


def browse(asked: Asked) -> Results:
    """Open listings whose title or summary has the words, newest first: what SQL alone can do."""
    query = db.select(Listing.id, Listing.family).where(Listing.status == ListingStatus.PUBLISHED)
    for word in asked.text.split()[:5]:
        query = query.where(
            Listing.title.icontains(word, autoescape=True) | Listing.summary.icontains(word, autoescape=True)
        )
    families = [family for family in asked.families if family != "organisation"]
    if families:
        query = query.where(Listing.family.in_(families))
    total = db.session.scalar(db.select(db.func.count()).select_from(query.subquery())) or 0
    start = (asked.page - 1) * PER_PAGE
    rows = db.session.execute(query.order_by(Listing.id.desc()).offset(start).limit(PER_PAGE))
    return Results(tuple(Hit(f"{row.family}:{row.id}", 0.0, None) for row in rows), total)


def sentence(asked: Asked, total: int) -> str:
    """What was searched, plainly: “12 needs and offers for “chairs” within 10 miles of Crook.”"""
    several = total != 1
    kinds = [FAMILY_WORDS[family][several] for family in asked.families]
    said = f"{total:,}" if total else "No"
    said += f" {words.joined(kinds, last='and' if several else 'or') or ANYTHING[several]}"
    if asked.text:
        said += f" for “{asked.text}”"
    if asked.category and asked.category in catalogue():
        said += f" about {catalogue().name(asked.category).lower()}"
    if asked.location and asked.miles:
        said += f" within {words.count(asked.miles, 'mile')} of {_named(asked)}"
    elif asked.location:
        said += f", measured from {_named(asked)}"
    return said + "."


def _named(asked: Asked) -> str:
    return asked.location.label if asked.location else asked.where


def _query(asked: Asked, place: str) -> Query:
    near = Point(asked.location.lat, asked.location.lon) if asked.location else None
    sort = Sort.RELEVANCE if asked.sort is Sort.NEAREST and near is None else asked.sort
    if sort is Sort.RELEVANCE and not asked.text:
        sort = Sort.NEAREST if near else Sort.NEWEST
    return Query(
        asked.text,
        place=place,
        families=frozenset(asked.families),
        category=asked.category or None,
        near=near,
        within_miles=asked.miles if near else None,
        offset=(asked.page - 1) * PER_PAGE,
        limit=PER_PAGE,
        sort=sort,
    )


def _cards(hits: Sequence[Hit], acting_for: Organisation | None, today: date) -> list[Card]:
    """Load the rows behind the keys, public ones only: a stale index shows nobody anything private."""
    numbers = {hit.key: int(hit.key.partition(":")[2]) for hit in hits}
    is_organisation = {key: key.startswith("organisation:") for key in numbers}
    rows = listings.by_ids(number for key, number in numbers.items() if not is_organisation[key])
    organisations = _organisations([number for key, number in numbers.items() if is_organisation[key]])
    fits = matching.fits_of(acting_for, list(rows))
    found = []
    for hit in hits:
        number = numbers[hit.key]
        if is_organisation[hit.key]:
            if number in organisations:
                found.append(organisation_card(organisations[number], miles=hit.miles))
        elif number in rows:
            reason = fits[number].parts[0]["words"] if number in fits else None
            found.append(cards.card(rows[number], today=today, miles=hit.miles, reason=reason))
    return found


def organisation_card(organisation: Organisation, *, miles: float | None) -> Card:
    return Card(
        family="organisation",
        title=organisation.name,
        summary=words.first_sentence(organisation.about),
        organisation_name="",
        town=organisation.town,
        miles=miles,
        when="" if organisation.is_claimed else "from public records, not yet claimed",
        url=url_for("discovery.organisation", organisation_id=organisation.id),
    )


def _organisations(ids: Sequence[int]) -> dict[int, Organisation]:
    query = db.select(Organisation).where(
        Organisation.id.in_(ids), Organisation.status == OrganisationStatus.ACTIVE
    )
    return {row.id: row for row in db.session.scalars(query)}


def _known(where: str) -> Location | None:
    try:
        return places.locate(where)
    except Refused:
        return None
