"""What listings, profiles and past work say, for whoever reads them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Row, func, select

from marketplace.extensions import db
from marketplace.fetching import Rows
from marketplace.listings.models import Listing, ListingStatus
from marketplace.organisations.models import Organisation, OrganisationStatus, PastWork
from marketplace.readings.services import Said

AT_ONCE = 1_000  # rows loaded together

Found = Iterable[Row[Any]]

_LISTING, _ORGANISATION, _WORK = Listing.__table__.c, Organisation.__table__.c, PastWork.__table__.c
_LISTINGS = select(
    _LISTING.id, _LISTING.family, _LISTING.organisation_id, _LISTING.title, _LISTING.summary, _LISTING.body
)
_PROFILES = select(_ORGANISATION.id, _ORGANISATION.about)
_WORKS = select(_WORK.id, _WORK.organisation_id, _WORK.title, _WORK.description)
_THESE_LISTINGS, _THESE_PROFILES = Rows(_LISTINGS, _LISTING.id), Rows(_PROFILES, _ORGANISATION.id)
_THESE_WORKS = Rows(_WORKS, _WORK.id)


def of(keys: Collection[str]) -> dict[str, Said]:
    """What these keys say; unknown ones are left out."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for key in keys:
        kind, _, number = key.partition(":")
        numbers[kind].append(int(number))
    profiles, work = (
        sorted({*numbers.pop("profile", []), *numbers.pop("interests", [])}),
        numbers.pop("work", []),
    )
    listings = [number for of_kind in numbers.values() for number in of_kind]
    found = {
        **_listings(_THESE_LISTINGS.of(listings)),
        **_profiles(_THESE_PROFILES.of(profiles)),
        **_past_work(_THESE_WORKS.of(work)),
    }
    return {key: found[key] for key in keys if key in found}


def everything() -> Iterator[dict[str, Said]]:
    """All that is on the board or in the organisations' own words, a slice at a time."""
    yield from _streamed(_LISTINGS.where(Listing.status == ListingStatus.PUBLISHED), Listing.id, _listings)
    yield from _streamed(
        _PROFILES.where(Organisation.status == OrganisationStatus.ACTIVE), Organisation.id, _profiles
    )
    yield from _streamed(_WORKS, PastWork.id, _past_work)


def number() -> int:
    """About how many texts there are."""
    listed = select(func.count()).select_from(Listing).where(Listing.status == ListingStatus.PUBLISHED)
    organisations, work = select(func.count()).select_from(Organisation), select(func.count(PastWork.id))
    return sum(db.session.scalar(query) or 0 for query in (listed, organisations, work))


def _streamed(query: Any, key: Any, say: Callable[[Found], dict[str, Said]]) -> Iterator[dict[str, Said]]:
    last = 0
    while rows := db.session.execute(query.where(key > last).order_by(key).limit(AT_ONCE)).all():
        last = rows[-1].id
        yield say(rows)


def _listings(rows: Found) -> dict[str, Said]:
    return {f"{row.family.value}:{row.id}": Said(row.organisation_id, row.title, _text(row)) for row in rows}


def _profiles(rows: Found) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for row in rows:
        said = Said(row.id, "", row.about)
        found |= {f"profile:{row.id}": said, f"interests:{row.id}": said}
    return found


def _past_work(rows: Found) -> dict[str, Said]:
    return {f"work:{row.id}": Said(row.organisation_id, row.title, row.description) for row in rows}


def _text(row: Any) -> str:
    """What a listing says, once: a summary is often the first sentence of the body."""
    opening = row.summary.rstrip("…")
    return str(row.body) if " ".join(row.body.split()).startswith(opening) else f"{row.summary}\n{row.body}"
