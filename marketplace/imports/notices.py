"""Open notices: work that can be bid for becomes an opportunity of its buyer, whom nobody claims yet."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import selectinload

from marketplace.categories.catalogue import catalogue
from marketplace.extensions import db
from marketplace.imports.contracts_finder import Notice, supplier_key
from marketplace.imports.gathering import Entry
from marketplace.imports.records import (
    FromRecords,
    Run,
    believable,
    filed_under,
    fitted,
    have_indexed,
    mark_of,
    put,
)
from marketplace.imports.whereabouts import Whereabouts, put_at
from marketplace.listings.models import Listing, ListingStatus
from marketplace.listings.services import LASTS
from marketplace.opportunities.models import Opportunity, OpportunityKind
from marketplace.organisations.models import Organisation, OrganisationKind
from marketplace.places.tally import Rejected
from marketplace.web.words import first_sentence

SOURCE = "contracts-finder"
BUYERS = "contracts-finder-buyer"
CATEGORIES_AT_MOST = 3
REGIONS_SHOWN = 2
_PUBLIC = re.compile(
    r"\b(?:councils?|borough|ministry|department|government|police|fire|authority|agency|homes england)\b",
    re.IGNORECASE,
)
# NHS trusts, universities, colleges and housing associations; and companies large enough to tender in public.
_ANCHOR = re.compile(
    r"\b(?:nhs|hospitals?|infirmary|universit(?:y|ies)|colleges?|housing|homes|ltd|limited|plc|llp)\b",
    re.IGNORECASE,
)


def save(batch: Sequence[Entry], run: Run) -> None:
    """Store these notices and what has become of them by the run's day, and count them one by one.

    An opportunity whose organisation somebody has claimed is theirs: it is left as it is.
    """
    listings = _listings([entry.notice.id for entry in batch])
    buyers = FromRecords(BUYERS, (_buyer_key(entry.notice) for entry in batch), run)
    run.whereabouts.learn(entry.notice.buyer_postcode for entry in batch)
    to_index: list[Organisation | Listing] = []
    for entry in batch:
        if refusal := _refusal(entry.notice, listings):
            run.tally.reject(Rejected(entry.line, refusal))
            continue
        listing = listings.get(entry.notice.id)
        if listing is None:
            touched = _add(entry.notice, buyers, run)
        else:
            touched = [listing] if _update(listing, entry.notice, run) else []
        to_index += touched
        run.count(is_new=listing is None, changed=bool(touched))
    have_indexed(to_index)


def _listings(notice_ids: Sequence[str]) -> dict[str, Opportunity]:
    query = db.select(Opportunity).options(selectinload(Listing.category_rows))
    query = query.where(Listing.source == SOURCE, Listing.source_key.in_(notice_ids))
    return {str(row.source_key): row for row in db.session.scalars(query)}


def _refusal(notice: Notice, listings: Mapping[str, Opportunity]) -> str | None:
    if notice.stage != "contract":
        return "It is a plan, not yet open for answers."
    if not _buyer_key(notice):
        return "Its buyer has no name."
    listing = listings.get(notice.id)
    if listing is not None and listing.organisation.source_key != _buyer_key(notice):
        return "Another buyer has a notice of the same identifier."
    return None


def _add(notice: Notice, buyers: FromRecords, run: Run) -> list[Organisation | Listing]:
    """The new opportunity, and its buyer where that is new too."""
    key, name = _buyer_key(notice), _buyer_name(notice)
    known = buyers.get(key)
    buyer = known or buyers.make(key, name=name, kind=_kind_of(name))
    values, categories = _values(notice), _categories(notice)
    listing = Opportunity(
        organisation=buyer,
        place_id=run.place_id,
        status=ListingStatus.DRAFT,
        created_at=run.now,
        updated_at=run.now,
        source=SOURCE,
        source_key=notice.id,
        source_mark=_mark(notice, values, categories),
    )
    db.session.add(listing)
    _fill(listing, values, categories, run)
    _pin(listing, notice, run.whereabouts)
    listing.move_to(ListingStatus.PUBLISHED)
    _settle(listing, today=run.today, closed_in_time=True)
    return [listing] if known else [buyer, listing]


def _update(listing: Opportunity, notice: Notice, run: Run) -> bool:
    """Bring the opportunity up to date, if it is ours to; returns whether anything had to be."""
    if listing.organisation.is_claimed:
        return False
    values, categories = _values(notice), _categories(notice)
    mark = _mark(notice, values, categories)
    closed_in_time = _closed_in_time(listing)
    changed = listing.source_mark != mark
    if changed:
        _fill(listing, values, categories, run)
        listing.source_mark = mark
    if changed or listing.lat is None:  # postcodes may have been loaded since
        changed |= _pin(listing, notice, run.whereabouts)
    changed |= _settle(listing, today=run.today, closed_in_time=closed_in_time)
    if changed:
        listing.updated_at = run.now
    return changed


def _fill(listing: Opportunity, values: Mapping[str, Any], categories: list[str], run: Run) -> None:
    published_at = values["published_at"] or listing.published_at or run.now
    expires_on = values["closes_on"] or (published_at + LASTS[True]).date()
    put(listing, {**values, "published_at": published_at, "expires_on": expires_on})
    if set(listing.categories) != set(categories):
        listing.categories = categories


def _values(notice: Notice) -> dict[str, Any]:
    """What is stored of a notice whatever the day, and wherever its postcode may be."""
    body = fitted(notice.description)
    published_at = datetime.combine(notice.published_on, time(), UTC) if notice.published_on else None
    low, high = believable(notice.value_low), believable(notice.value_high)
    return {
        "kind": OpportunityKind.SUBCONTRACT if notice.is_subcontract else OpportunityKind.CONTRACT,
        "title": fitted(notice.title, 300),
        "summary": first_sentence(body),
        "body": body,
        "value_low": low,
        "value_high": high,
        "starts_on": notice.starts_on,
        "closes_on": notice.closes_on,
        "published_at": published_at,
        "postcode": notice.buyer_postcode or "",
        "source_url": notice.url if notice.url and len(notice.url) <= 400 else "",
    }


def _categories(notice: Notice) -> list[str]:
    return filed_under(map(catalogue().for_cpv, notice.cpv), CATEGORIES_AT_MOST)


def _mark(notice: Notice, values: Mapping[str, Any], categories: list[str]) -> str:
    return mark_of({**values, "region": notice.region, "categories": sorted(categories)})


def _pin(listing: Opportunity, notice: Notice, whereabouts: Whereabouts) -> bool:
    """Where the work is; in words, where only the region is known. Returns whether the pin moved."""
    before = (listing.lat, listing.lon, listing.ward_code, listing.town)
    put_at(listing, whereabouts.of(notice.buyer_postcode))
    listing.town = listing.town or _region_words(notice.region)
    return before != (listing.lat, listing.lon, listing.ward_code, listing.town)


def _region_words(region: str) -> str:
    regions = [part.strip() for part in region.split(",") if part.strip()]
    if len(regions) > REGIONS_SHOWN:
        return "Several regions"
    return fitted(" and ".join(regions), 80)


def _settle(listing: Opportunity, *, today: date, closed_in_time: bool) -> bool:
    """Close it after its last day; open it again if that was put off. Returns whether it moved.

    One closed before its day, or withdrawn, was closed by somebody, and stays so.
    """
    last = listing.last_day
    is_over = last is not None and last < today
    if listing.is_open and is_over and last is not None:
        listing.move_to(ListingStatus.CLOSED)
        listing.closed_at = datetime.combine(last + timedelta(days=1), time(), UTC)
        return True
    if listing.status in (ListingStatus.CLOSED, ListingStatus.EXPIRED) and not is_over and closed_in_time:
        listing.move_to(ListingStatus.PUBLISHED)
        listing.closed_at = None
        return True
    return False


def _closed_in_time(listing: Opportunity) -> bool:
    """Whether it was its last day that closed it, and not somebody before that."""
    return listing.closed_at is not None and (
        listing.last_day is None or listing.closed_at.date() > listing.last_day
    )


def _buyer_key(notice: Notice) -> str:
    return supplier_key(_buyer_name(notice))[:200]


def _buyer_name(notice: Notice) -> str:
    """“Cabinet Office : Cabinet Office” is how some systems write one name."""
    return fitted(re.sub(r"^(.+?)\s*:\s*\1$", r"\1", notice.buyer_name), 200)


def _kind_of(name: str) -> OrganisationKind:
    if _ANCHOR.search(name) and not _PUBLIC.search(name):
        return OrganisationKind.ANCHOR
    return OrganisationKind.PUBLIC
