"""What a giving team keeps on its shortlist, read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import joinedload, selectinload

from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.needs.models import Need
from marketplace.organisations.models import Organisation
from marketplace.pledges.models import Bundle
from marketplace.portfolio.models import Shortlisted


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the shortlist, the latest first; `after` is the row that the next page begins after."""

    rows: Sequence[Shortlisted]
    after: int | None


def shortlist_of(organisation: Organisation, *, after: int | None = None, limit: int) -> Page:
    owner = selectinload(Shortlisted.listing).joinedload(Listing.organisation)
    query = db.select(Shortlisted).where(Shortlisted.organisation_id == organisation.id)
    if after is not None:
        query = query.where(Shortlisted.id < after)
    query = query.options(owner).order_by(Shortlisted.id.desc())
    found = db.session.scalars(query.limit(limit + 1)).all()
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def kept(organisation_id: int, listing_id: int) -> Shortlisted | None:
    """This need on this organisation’s shortlist, if it is there."""
    return db.session.scalar(
        db.select(Shortlisted).where(
            Shortlisted.organisation_id == organisation_id, Shortlisted.listing_id == listing_id
        )
    )


def number_kept(organisation: Organisation) -> int:
    query = db.select(db.func.count()).select_from(Shortlisted)
    return db.session.scalar(query.where(Shortlisted.organisation_id == organisation.id)) or 0


def needs_among(ids: Iterable[int]) -> list[Need]:
    """The open needs among these that others may see, in the order given."""
    wanted = list(dict.fromkeys(ids))
    owner = joinedload(Need.organisation)
    found = db.session.scalars(db.select(Need).where(Need.id.in_(wanted)).options(owner))
    by_id = {need.id: need for need in found if need.is_open}
    return [by_id[number] for number in wanted if number in by_id]


def bundle_sent(form_key: str, giver_id: int) -> Bundle | None:
    """What the same form made before, if anything."""
    return db.session.scalar(
        db.select(Bundle).where(Bundle.form_key == form_key, Bundle.giver_id == giver_id)
    )
