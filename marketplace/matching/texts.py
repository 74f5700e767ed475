"""What listings, profiles and past work say, for whoever reads them."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from sqlalchemy import Row, func, select

from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus
from marketplace.organisations.models import Organisation, OrganisationStatus, PastWork
from marketplace.readings.services import Said

AT_ONCE = 1_000  # rows loaded together

Rows = Iterable[Row[Any]]

_LISTINGS = select(
    Listing.id, Listing.family, Listing.organisation_id, Listing.title, Listing.summary, Listing.body
)
_PROFILES = select(Organisation.id, Organisation.about)
_WORK = select(PastWork.id, PastWork.organisation_id, PastWork.title, PastWork.description)


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
    found: dict[str, Said] = {}
    for some in _slices(listings):
        found |= _listings(db.session.execute(_LISTINGS.where(Listing.id.in_(some))))
    for some in _slices(profiles):
        found |= _profiles(db.session.execute(_PROFILES.where(Organisation.id.in_(some))))
    for some in _slices(work):
        found |= _past_work(db.session.execute(_WORK.where(PastWork.id.in_(some))))
    return {key: found[key] for key in keys if key in found}


def everything() -> Iterator[dict[str, Said]]:
    """All that is on the board or in the organisations' own words, a slice at a time."""
    yield from _streamed(_LISTINGS.where(Listing.status == ListingStatus.PUBLISHED), Listing.id, _listings)
    yield from _streamed(
        _PROFILES.where(Organisation.status == OrganisationStatus.ACTIVE), Organisation.id, _profiles
    )
    yield from _streamed(_WORK, PastWork.id, _past_work)


def number() -> int:
    """About how many texts there are."""
    listed = select(func.count()).select_from(Listing).where(Listing.status == ListingStatus.PUBLISHED)
    organisations, work = select(func.count()).select_from(Organisation), select(func.count(PastWork.id))
    return sum(db.session.scalar(query) or 0 for query in (listed, organisations, work))


def _streamed(query: Any, key: Any, say: Callable[[Rows], dict[str, Said]]) -> Iterator[dict[str, Said]]:
    last = 0
    while rows := db.session.execute(query.where(key > last).order_by(key).limit(AT_ONCE)).all():
        last = rows[-1].id
        yield say(rows)


def _listings(rows: Rows) -> dict[str, Said]:
    return {f"{row.family.value}:{row.id}": Said(row.organisation_id, row.title, _text(row)) for row in rows}


def _profiles(rows: Rows) -> dict[str, Said]:
    found: dict[str, Said] = {}
    for row in rows:
        said = Said(row.id, "", row.about)
        found |= {f"profile:{row.id}": said, f"interests:{row.id}": said}
    return found


def _past_work(rows: Rows) -> dict[str, Said]:
    return {f"work:{row.id}": Said(row.organisation_id, row.title, row.description) for row in rows}


def _text(row: Any) -> str:
    """What a listing says, once: a summary is often the first sentence of the body."""
    opening = row.summary.rstrip("…")
    return str(row.body) if " ".join(row.body.split()).startswith(opening) else f"{row.summary}\n{row.body}"


def _slices(ids: list[int]) -> Iterator[list[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))
