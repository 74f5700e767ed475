"""What saved searches find: each asked of the engine once, however many people keep it."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from marketplace.discovery.asking import board_of, query, understand
from marketplace.discovery.finding import engine
from marketplace.discovery.forms import from_address
from marketplace.discovery.queries import numbers
from marketplace.fetching import Rows
from marketplace.listings.models import Listing, ListingStatus
from marketplace.organisations.models import Organisation, OrganisationStatus
from marketplace.places.models import Place
from search.engine import SearchUnavailable
from search.schema import Sort

log = logging.getLogger(__name__)

NEWEST = 30  # of what a search finds: what is older was told, or is too much for a letter

_PUBLIC = Rows(
    select(
        Listing.id,
        Listing.family,
        Listing.organisation_id,
        Listing.place_id,
        Listing.closes_on,
        Listing.published_at,
    )
    .join(Organisation, Organisation.id == Listing.organisation_id)
    .where(Listing.status == ListingStatus.PUBLISHED, Organisation.status == OrganisationStatus.ACTIVE),
    Listing.id.expression,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A listing that a search finds and that takes answers."""

    listing_id: int
    family: str
    asker_id: int
    closes_on: date | None
    published_at: datetime


class Finder:
    """What each search finds on one day; nothing while the engine is away, which the log says once."""

    def __init__(self, place: Place, today: date) -> None:
        # Of its own, because a run forgets all rows after each page.
        here = Place(id=place.id, slug=place.slug, name=place.name, lat=place.lat, lon=place.lon)
        self._board = board_of(here, user=None, today=today)
        self._place_id = place.id
        self._ids: dict[str, Sequence[int]] = {}
        self._listings: dict[int, Found] = {}
        self.engine_down = False

    def look(self, addresses: Iterable[str]) -> None:
        """Ask these searches, as far as that was not done; one more statement for all they find."""
        unknown: set[int] = set()
        for address in dict.fromkeys(addresses):
            if address not in self._ids and not self.engine_down:
                self._ids[address] = self._ask(address)
                unknown.update(self._ids[address])
        unknown -= self._listings.keys()
        for row in _PUBLIC.of(unknown):
            is_open = row.closes_on is None or row.closes_on >= self._board.today
            if row.place_id == self._place_id and is_open and row.published_at is not None:
                self._listings[row.id] = Found(
                    row.id, row.family.value, row.organisation_id, row.closes_on, row.published_at
                )

    def found(self, address: str) -> list[Found]:
        """What this search finds, newest first."""
        return [self._listings[number] for number in self._ids.get(address, ()) if number in self._listings]

    def _ask(self, address: str) -> Sequence[int]:
        asked = replace(understand(from_address(address), self._board), sort=Sort.NEWEST, closed=False)
        try:
            hits = engine().search(query(asked, self._board, limit=NEWEST)).hits
        except SearchUnavailable:
            self.engine_down = True
            log.warning("saved searches not asked: the engine is away")
            return ()
        return numbers(hit.key for hit in hits)[0]
