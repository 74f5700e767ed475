"""Listings and organisations as documents of the search index."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Select, func
from sqlalchemy.orm import contains_eager, selectinload

from marketplace import clock
from marketplace.categories.catalogue import catalogue
from marketplace.discovery import meaning
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.listings.queries import PUBLIC
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation, OrganisationStatus, PastWork
from marketplace.organisations.sizes import Size, SizeFacts, size
from marketplace.places.models import Place
from search import schema
from search.schema import Document

AT_ONCE = 1000
WORK_AT_MOST = 20  # of each organisation's awards, the latest: what it did says what it does
ORGANISATION = "organisation"

log = logging.getLogger(__name__)

Row = TypeVar("Row", Listing, Organisation)


def everything() -> Iterator[Document]:
    """All that is public, a slice at a time. Each slice is as it is when it is reached."""
    places, today = _places(), clock.today()
    yield from _in_slices(_public_listings(), Listing, _maker(of_listing, places, today))
    yield from _in_slices(_active(), Organisation, _organisations(places, today))


def count() -> int:
    """How many documents there should be."""
    listings = db.select(func.count()).select_from(Listing).join(Organisation)
    active = Organisation.status == OrganisationStatus.ACTIVE
    return (db.session.scalar(listings.where(Listing.status.in_(PUBLIC), active)) or 0) + (
        db.session.scalar(db.select(func.count()).select_from(Organisation).where(active)) or 0
    )


def of_keys(keys: Iterable[str]) -> dict[str, Document | None]:
    """Each key's document as the database has it now; None for what is not public or not there."""
    places, today = _places(), clock.today()
    found: dict[str, Document | None] = dict.fromkeys(keys)
    listings = _public_listings().where(Listing.id.in_(_numbers(found, of_organisations=False)))
    organisations = _active().where(Organisation.id.in_(_numbers(found, of_organisations=True)))
    made = [
        *_maker(of_listing, places, today)(db.session.scalars(listings).all()),
        *_organisations(places, today)(db.session.scalars(organisations).all()),
    ]
    for document in meaning.with_vectors(made):
        if document.key in found:
            found[document.key] = document
    return found


def touched_by(keys: Iterable[str]) -> list[str]:
    """These keys, and those of the notices of the organisations among them, which carry their facts."""
    wanted = set(keys)
    ids = _numbers(wanted, of_organisations=True)
    for some in (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)):
        query = db.select(Listing.family, Listing.id)
        rows = db.session.execute(query.where(Listing.organisation_id.in_(some), Listing.status.in_(PUBLIC)))
        wanted |= {f"{family.value}:{number}" for family, number in rows}
    return sorted(wanted)


def audience_of(row: Listing | Organisation) -> str:
    """Who may find it. Everything that is public is for everybody."""
    return schema.PUBLIC


def of_listing(listing: Listing, place: str, *, today: date) -> Document:
    low, high = listing.value_range
    organisation = listing.organisation
    return Document(
        key=f"{listing.family}:{listing.id}",
        family=listing.family.value,
        place=place,
        title=listing.title,
        summary=listing.summary,
        body=listing.body,
        keywords=_lines(_category_words(listing.categories), *(each.what for each in listing.quantities)),
        organisation=organisation.name,
        audience=audience_of(listing),
        state="open" if listing.is_open else "closed",
        kinds=(listing.kind.value,) if isinstance(listing, Opportunity) else (),
        quantity_kinds=tuple(sorted({each.kind.value for each in listing.quantities})),
        categories=tuple(sorted(listing.categories)),
        ward=listing.ward_code or "",
        value_low=low,
        value_high=high,
        organisation_kind=organisation.kind.value,
        organisation_size=_size(organisation, today),
        verified=organisation.is_verified,
        lat=listing.lat,
        lon=listing.lon,
        published_on=listing.published_at.date() if listing.published_at else None,
        closes_on=listing.closes_on,
    )


def of_organisation(
    organisation: Organisation, place: str, *, today: date, did: Sequence[str] = ()
) -> Document:
    """`did` are titles of work it was paid for, which it may be found by too."""
    return Document(
        key=f"{ORGANISATION}:{organisation.id}",
        family=ORGANISATION,
        place=place,
        title=organisation.name,
        body=organisation.about,
        keywords=_lines(_category_words(organisation.interests), *did),
        audience=audience_of(organisation),
        categories=tuple(sorted(organisation.interests)),
        ward=organisation.ward_code or "",
        organisation_kind=organisation.kind.value,
        organisation_size=_size(organisation, today),
        verified=organisation.is_verified,
        lat=organisation.lat,
        lon=organisation.lon,
        published_on=organisation.created_at.date(),
    )


def _size(organisation: Organisation, today: date) -> str:
    """By the definition of the day its facts were true, as its page says; empty where nobody said."""
    facts = SizeFacts(organisation.staff, organisation.turnover, organisation.balance_sheet)
    found = size(facts, on=organisation.facts_on or today)
    return "" if found is Size.UNKNOWN else found.value


def _category_words(slugs: Iterable[str]) -> str:
    """Names and other words of the categories, so that “buffet” finds event catering."""
    found = [catalogue().get(slug) for slug in sorted(slugs)]
    return " ".join(" ".join((each.name, *each.also)) for each in found if each)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _public_listings() -> Select[Any]:
    """With what a document needs; quantities come along by themselves."""
    query = db.select(Listing).join(Listing.organisation)
    query = query.options(contains_eager(Listing.organisation), selectinload(Listing.category_rows))
    return query.where(Listing.status.in_(PUBLIC), Organisation.status == OrganisationStatus.ACTIVE)


def _active() -> Select[Any]:
    query = db.select(Organisation).options(selectinload(Organisation.interest_rows))
    return query.where(Organisation.status == OrganisationStatus.ACTIVE)


def _in_slices(
    query: Select[Any], model: type[Row], make: Callable[[Sequence[Row]], Iterable[Document]]
) -> Iterator[Document]:
    last = 0
    while rows := db.session.scalars(query.where(model.id > last).order_by(model.id).limit(AT_ONCE)).all():
        last = rows[-1].id
        made = meaning.with_vectors(list(make(rows)))
        db.session.expunge_all()
        db.session.rollback()  # hold no transaction open while an engine takes them in
        yield from made


def _maker(
    make: Callable[..., Document], places: dict[int, str], today: date
) -> Callable[[Sequence[Row]], Iterator[Document]]:
    """Makes documents of rows, passing over those that no index could hold."""

    def documents(rows: Sequence[Row]) -> Iterator[Document]:
        for row in rows:
            try:
                yield make(row, places[row.place_id], today=today)
            except ValueError:
                log.warning("left out of the index", extra={"row": repr(row)}, exc_info=True)

    return documents


def _organisations(
    places: dict[int, str], today: date
) -> Callable[[Sequence[Organisation]], Iterator[Document]]:
    """The same of organisations, with what each did, read for all of them together."""

    def documents(rows: Sequence[Organisation]) -> Iterator[Document]:
        did = _titles_of_work([row.id for row in rows])

        def make(row: Organisation, place: str, *, today: date) -> Document:
            return of_organisation(row, place, today=today, did=did[row.id])

        return _maker(make, places, today)(rows)

    return documents


def _titles_of_work(organisation_ids: Collection[int]) -> dict[int, list[str]]:
    """The titles of the latest works of each of these, each title once."""
    found: dict[int, list[str]] = defaultdict(list)
    place = func.row_number().over(
        partition_by=PastWork.organisation_id,
        order_by=(PastWork.awarded_on.desc().nulls_last(), PastWork.id),
    )
    query = db.select(PastWork.organisation_id, PastWork.title, place.label("place"))
    works = query.where(PastWork.organisation_id.in_(organisation_ids)).subquery()
    latest = db.select(works).where(works.c.place <= WORK_AT_MOST)
    for row in db.session.execute(latest.order_by(works.c.organisation_id, works.c.place)):
        if row.title not in found[row.organisation_id]:
            found[row.organisation_id].append(row.title)
    return found


def _numbers(keys: Iterable[str], *, of_organisations: bool) -> list[int]:
    split = (key.partition(":") for key in keys)
    return [int(number) for family, _, number in split if (family == ORGANISATION) == of_organisations]


def _places() -> dict[int, str]:
    return {row.id: row.slug for row in db.session.execute(db.select(Place.id, Place.slug))}
