"""What SQL alone can find, newest first, for while the engine is away."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, radians
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_

from marketplace.capabilities.models import Capability
from marketplace.categories.catalogue import catalogue
from marketplace.discovery import queries
from marketplace.discovery.asking import PER_PAGE, Asked, Board
from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingCategory, ListingStatus, Quantity
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation, OrganisationCategory
from marketplace.places.queries import Location
from search.geo import EARTH_RADIUS_MILES
from search.schema import VALUE_BANDS, Hit

WORDS = 5  # of those typed
IGNORED = ("size", "verified")  # filters that only the engine can answer


@dataclass(frozen=True, slots=True)
class Page:
    """Some hits; `older` is where the next page begins, and `total` is known when this is all there is."""

    hits: tuple[Hit, ...]
    total: int | None
    older: int | None


def browse(asked: Asked, board: Board) -> Page:
    """Notices with the words that pass the filters; organisations, when nothing else was asked for."""
    if asked.of("kind") == ("organisation",):
        query, number = _organisations(asked, board), Organisation.id
    else:
        query, number = _listings(asked, board), Listing.id
    if asked.before:
        query = query.where(number < asked.before)
    rows = db.session.execute(query.order_by(number.desc()).limit(PER_PAGE + 1)).all()
    shown = rows[:PER_PAGE]
    more = len(rows) > PER_PAGE
    return Page(
        hits=tuple(Hit(f"{family}:{id_}", 0.0, None) for id_, family in shown),
        total=None if more or asked.before else len(shown),
        older=shown[-1][0] if more else None,
    )


def _listings(asked: Asked, board: Board) -> Select[Any]:
    query = db.select(Listing.id, Listing.family).join(Listing.organisation)
    query = query.where(*queries.public_listings(board.place))
    if not asked.closed:
        query = query.where(Listing.status == ListingStatus.PUBLISHED)
    families = [family for family in asked.of("kind") if family != "organisation"]
    if families:
        query = query.where(Listing.family.in_(families))
    if wanted := asked.of("wanted"):
        query = query.where(Listing.quantities.any(Quantity.kind.in_(wanted)))
    if types := asked.of("type"):
        of_type = db.select(Opportunity.__table__.c.id).where(Opportunity.__table__.c.kind.in_(types))
        query = query.where(Listing.id.in_(of_type))
    if asked.of("value"):
        query = query.where(_worth(asked.of("value")))
    if asked.of("by"):
        query = query.where(Organisation.kind.in_(asked.of("by")))
    if asked.closes:
        last = board.today.toordinal() + asked.closes
        query = query.where(Listing.closes_on.between(board.today, board.today.fromordinal(last)))
    if slugs := _with_children(asked):
        query = query.where(Listing.category_rows.any(ListingCategory.category.in_(slugs)))
    query = query.where(*_somewhere(Listing, asked))
    return query.where(*_saying(asked, Listing.title, Listing.summary))


def _organisations(asked: Asked, board: Board) -> Select[Any]:
    query = db.select(Organisation.id, db.literal("organisation"))
    query = query.where(*queries.public_organisations(board.place), *_somewhere(Organisation, asked))
    if asked.of("by"):
        query = query.where(Organisation.kind.in_(asked.of("by")))
    if slugs := _with_children(asked):
        query = query.where(Organisation.interest_rows.any(OrganisationCategory.category.in_(slugs)))
    if any(asked.of(name) for name in ("wanted", "type", "value")) or asked.closes:
        query = query.where(db.false())  # nothing an organisation could answer
    return query.where(*_saying(asked, Organisation.name, Organisation.about))


def _with_children(asked: Asked) -> set[str]:
    return {each for slug in asked.categories for each in catalogue().with_descendants(slug)}


def _saying(asked: Asked, *columns: Any) -> list[ColumnElement[bool]]:
    """Each word stands in one of the columns; nothing typed is taken for a pattern."""
    typed = asked.text.split()[:WORDS]
    return [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in typed]


def _somewhere(row: type[Listing] | type[Organisation], asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.of("ward"):
        found.append(row.ward_code.in_(asked.of("ward")))
    if asked.location and asked.reach:
        found.append(within(row, asked.location, asked.reach))
    return found


def within(row: type[Listing] | type[Organisation], here: Location, miles: int) -> ColumnElement[bool]:
    """As far as the crow flies on a flat map, which over so few miles is off by less than a street."""
    mile = 1 / (radians(1) * EARTH_RADIUS_MILES)  # in degrees of latitude
    narrow = cos(radians(here.lat))
    north, east = row.lat - here.lat, (row.lon - here.lon) * narrow
    box = and_(row.lat.between(here.lat - miles * mile, here.lat + miles * mile), row.lon.is_not(None))
    return and_(box, north * north + east * east <= (miles * mile) ** 2)


def _worth(bands: Sequence[str]) -> ColumnElement[bool]:
    """The value, or its range, reaches into one of the bands."""
    work, sold = Opportunity.__table__.c, Capability.__table__.c
    starts = [*VALUE_BANDS.values(), None]
    ranges = dict(zip(VALUE_BANDS, pairwise(starts), strict=True))
    ids = [
        db.select(table.id).where(or_(*(_reaches(low, high, *ranges[band]) for band in bands)))
        for table, low, high in (
            (work, work.value_low, work.value_high),
            (sold, sold.typical_low, sold.typical_high),
        )
    ]
    return or_(*(Listing.id.in_(each) for each in ids))


def _reaches(low: Any, high: Any, start: int | None, end: int | None) -> ColumnElement[bool]:
    top, bottom = db.func.coalesce(high, low), db.func.coalesce(low, high)
    reached = top >= start
    return reached if end is None else and_(reached, bottom < end)
