"""Groups of candidates who together do what none of them does alone, ready for a page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.orm import aliased, selectinload

from marketplace.categories.catalogue import catalogue
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing, ListingStatus
from marketplace.matching import queries
from marketplace.matching.models import Match
from marketplace.organisations.models import Organisation, PastWork
from marketplace.web.words import joined
from search.geo import Point
from search.ranking.consortium import Bidder, Consortium, consortia
from search.ranking.listings import Give, Want

READ = 50  # candidates, the best
PAST_WORK_READ = 20  # of each, the latest


@dataclass(frozen=True, slots=True)
class Brings:
    """One of a group, and what it brings."""

    match: Match
    brings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Some candidates, why they are shown together, and what none of them brings."""

    members: tuple[Brings, ...]
    why: str
    gaps: tuple[str, ...]

    @property
    def names(self) -> str:
        return joined([each.match.organisation.name for each in self.members])

    @property
    def picks(self) -> list[int]:
        return [each.match.id for each in self.members]


def groups(listing: Listing) -> list[Group]:
    """The best groups among the best candidates; none where somebody does it alone, and for no need."""
    if listing.family is not Family.OPPORTUNITY:
        return []
    found = {str(match.organisation_id): match for match in queries.fits_for(listing, limit=READ)}
    if len(found) < 2:
        return []
    gives = _gives([match.organisation for match in found.values()])
    bidders = [
        Bidder(key, gives[key], _point(match.organisation), match.organisation.turnover, match.fit)
        for key, match in found.items()
    ]
    return [
        _group(each, found) for each in consortia(_want(listing), bidders, category_names=catalogue().names)
    ]


def _group(found: Consortium, matches: dict[str, Match]) -> Group:
    members = tuple(Brings(matches[each.key], each.brings) for each in found.members)
    return Group(members, found.why, found.gaps)


def _want(listing: Listing) -> Want:
    return Want(
        key=str(listing.id),
        party=str(listing.organisation_id),
        family=listing.family.value,
        title=listing.title,
        text=listing.body,
        categories=frozenset(listing.categories),
        point=_point(listing),
        reach_miles=listing.reach_miles,
        value=listing.value,
    )


def _gives(organisations: Sequence[Organisation]) -> dict[str, list[Give]]:
    """What these organisations sell and did before, by their ids, in three queries."""
    found: dict[str, list[Give]] = defaultdict(list)
    by_id = {each.id: each for each in organisations}
    sold = db.select(Listing).where(
        Listing.organisation_id.in_(list(by_id)),
        Listing.family == Family.CAPABILITY,
        Listing.status == ListingStatus.PUBLISHED,
    )
    for row in db.session.scalars(sold.options(selectinload(Listing.category_rows)).order_by(Listing.id)):
        found[str(row.organisation_id)].append(
            _give(row, by_id[row.organisation_id], "capability", row.body, row.reach_miles)
        )
    for work in _past_work(by_id):
        found[str(work.organisation_id)].append(
            _give(work, by_id[work.organisation_id], "history", work.description, None)
        )
    return found


def _give(row: Listing | PastWork, owner: Organisation, family: str, text: str, reach: int | None) -> Give:
    return Give(
        key=f"{family}:{row.id}",
        party=str(owner.id),
        family=family,
        title=row.title,
        text=text,
        categories=frozenset(row.categories),
        point=_point(row if isinstance(row, Listing) else owner),
        reach_miles=reach,
    )


def _past_work(organisation_ids: Iterable[int]) -> Sequence[PastWork]:
    latest_first = (PastWork.awarded_on.desc().nulls_last(), PastWork.id.desc())
    place = func.row_number().over(partition_by=PastWork.organisation_id, order_by=latest_first)
    ranked = (
        db.select(PastWork, place.label("place"))
        .where(PastWork.organisation_id.in_(list(organisation_ids)))
        .subquery()
    )
    work = aliased(PastWork, ranked)
    query = db.select(work).where(ranked.c.place <= PAST_WORK_READ)
    return db.session.scalars(query.order_by(work.organisation_id, ranked.c.place)).all()


def _point(row: Organisation | Listing) -> Point | None:
    return None if row.lat is None or row.lon is None else Point(row.lat, row.lon)
