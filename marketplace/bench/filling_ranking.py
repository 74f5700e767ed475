"""A generated county as a database to be ranked: who can do what, what they did before, and what is asked.

Organisations are as unlike each other as in a real place: all say something of themselves, many list what
they sell, a few did public work before, some give.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from marketplace.bench.filling import Rows, insert, place_rows
from marketplace.bench.generated import County
from marketplace.capabilities.models import Capability
from marketplace.capacity.models import Capacity
from marketplace.listings.models import (
    ASKS,
    Family,
    Listing,
    ListingCategory,
    ListingStatus,
    Quantity,
    QuantityKind,
)
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.opportunities.models import Opportunity, OpportunityKind
from marketplace.organisations.models import (
    Organisation,
    OrganisationCategory,
    OrganisationKind,
    OrganisationStatus,
    PastWork,
)
from search.schema import Document

AT_ONCE = 1_000
KINDS = {  # up to this share of organisations
    OrganisationKind.BUSINESS: 0.55,
    OrganisationKind.VOLUNTARY: 0.9,
    OrganisationKind.ANCHOR: 0.95,
    OrganisationKind.DEVELOPER: 0.98,
    OrganisationKind.PUBLIC: 1.0,
}
SELLS = frozenset({OrganisationKind.BUSINESS, OrganisationKind.VOLUNTARY})
LISTS, LISTS_ANOTHER, OFFERS, CARES = 0.6, 0.1, 0.25, 0.3  # the share that does
WORKED, MOST_WORK = 0.2, 4  # the share with past work, and how much of it at most
CLAIMED, SAYS_TURNOVER, SAYS_ROOM = 0.02, 0.5, 0.1
SPEND = 0.6  # of what is asked
REACHES = (None, 5, 10, 20, 40)  # miles
OPEN_DAYS = 120  # that asks stay open, at most
ENDLESS = 10**9  # documents: more than anybody waits for


@dataclass(frozen=True, slots=True)
class Filled:
    """The ids of asks that are open, and of those that wait to be published."""

    open: list[int]
    drafts: list[int]


def fill(county: County, organisations: int, asks: int, drafts: int, *, today: date) -> Filled:
    """Put all of it in, a slice at a time. All is of one place and on its board, but for the drafts."""
    insert(place_rows(county))
    board, filled = Board(county, organisations, today), Filled([], [])
    for start in range(1, organisations + 1, AT_ONCE):
        insert(board.organisations(range(start, min(start + AT_ONCE, organisations + 1))))
    for ids, wanted, status in (
        (filled.open, asks, ListingStatus.PUBLISHED),
        (filled.drafts, drafts, ListingStatus.DRAFT),
    ):
        for start in range(0, wanted, AT_ONCE):
            rows, made = board.asks(min(AT_ONCE, wanted - start), status)
            insert(rows)
            ids.extend(made)
    return filled


class Board:
    """Rows as they are made: texts are the county's, one after another, and the rest is drawn."""

    def __init__(self, county: County, organisations: int, today: date) -> None:
        self._texts = (each for each in county.documents(ENDLESS) if each.organisation)
        self._random = np.random.default_rng([county.seed, 4])
        self._organisations, self._today = organisations, today
        self._now = datetime.combine(today, time(9), UTC)
        self._listed = self._worked = 0

    def organisations(self, numbers: range) -> Rows:
        """These organisations, with everything they do, did and give."""
        rows: Rows = defaultdict(list)
        for number in numbers:
            about, drawn = next(self._texts), self._random.random()
            kind = next(kind for kind, up_to in KINDS.items() if drawn < up_to)
            rows[Organisation].append(self._organisation(number, kind, about))
            if self._is(CARES):
                rows[OrganisationCategory] += _filed("organisation_id", number, about)
            if self._is(SAYS_ROOM):
                room = {"jobs_a_quarter": self._upto(6), "updated_at": self._now}
                rows[Capacity].append({"organisation_id": number, **room})
            for enough in (LISTS, LISTS_ANOTHER) if kind in SELLS else ():
                if self._is(enough):
                    self._list(rows, Family.CAPABILITY, number, about)
            if self._is(OFFERS):
                self._list(rows, Family.OFFER, number, about)
            if self._is(WORKED):
                rows[PastWork] += (self._work(number) for _ in range(1 + self._upto(MOST_WORK)))
        return rows

    def asks(self, count: int, status: ListingStatus) -> tuple[Rows, list[int]]:
        """So many opportunities and needs, and their ids."""
        rows: Rows = defaultdict(list)
        before = self._listed
        for _ in range(count):
            family = Family.OPPORTUNITY if self._is(SPEND) else Family.NEED
            self._list(rows, family, 1 + self._upto(self._organisations), status=status)
        return rows, list(range(before + 1, self._listed + 1))

    def _is(self, share: float) -> bool:
        return bool(self._random.random() < share)

    def _upto(self, number: int) -> int:
        return int(self._random.random() * number)

    def _organisation(self, number: int, kind: OrganisationKind, about: Document) -> dict[str, Any]:
        return {
            "id": number,
            "place_id": 1,
            "kind": kind,
            "name": f"{about.organisation.capitalize()} {number}",
            "about": about.body,
            "turnover": int(10 ** (4 + 3 * self._random.random())) if self._is(SAYS_TURNOVER) else None,
            "lat": about.lat,
            "lon": about.lon,
            "status": OrganisationStatus.ACTIVE,
            "created_at": self._now - timedelta(days=self._upto(1_000)),
            "claimed_at": self._now if self._is(CLAIMED) else None,
        }

    def _list(
        self,
        rows: Rows,
        family: Family,
        owner: int,
        home: Document | None = None,
        status: ListingStatus = ListingStatus.PUBLISHED,
    ) -> None:
        """One listing more, where its owner is at home if that is given."""
        self._listed += 1
        number, text = self._listed, next(self._texts)
        where, day = home or text, self._now - timedelta(days=self._upto(60))
        rows[Listing].append(
            {
                "id": number,
                "family": family,
                "place_id": 1,
                "organisation_id": owner,
                "title": text.title,
                "summary": text.summary,
                "body": text.body,
                "lat": where.lat,
                "lon": where.lon,
                "reach_miles": REACHES[self._upto(len(REACHES))],
                "status": status,
                "created_at": day,
                "updated_at": day,
                "published_at": day if status is ListingStatus.PUBLISHED else None,
                "closes_on": self._today + timedelta(days=1 + self._upto(OPEN_DAYS))
                if family in ASKS
                else None,
            }
        )
        model, own = _own(family, text)
        rows[model].append({"id": number, **own})
        rows[ListingCategory] += _filed("listing_id", number, text)
        if family in (Family.NEED, Family.OFFER):
            kind = list(QuantityKind)[self._upto(len(QuantityKind))]
            rows[Quantity].append(
                {"listing_id": number, "kind": kind, "wanted": 10, "promised": self._upto(5)}
            )

    def _work(self, number: int) -> dict[str, Any]:
        self._worked += 1
        text = next(self._texts)
        return {
            "id": self._worked,
            "organisation_id": number,
            "source": "generated",
            "source_key": str(self._worked),
            "title": text.title,
            "description": text.body,
            "value": text.value_high,
            "awarded_on": self._today - timedelta(days=self._upto(1_500)),
            "categories": sorted(set(text.categories)),
        }


def _own(family: Family, text: Document) -> tuple[Any, dict[str, Any]]:
    """What its family has beside what all share."""
    low, high = text.value_low, text.value_high
    own: dict[Family, tuple[Any, dict[str, Any]]] = {
        Family.OPPORTUNITY: (
            Opportunity,
            {"kind": OpportunityKind.CONTRACT, "value_low": low, "value_high": high},
        ),
        Family.NEED: (Need, {}),
        Family.CAPABILITY: (Capability, {"typical_low": low, "typical_high": high}),
        Family.OFFER: (Offer, {}),
    }
    return own[family]


def _filed(whose: str, number: int, text: Document) -> list[dict[str, Any]]:
    return [{whose: number, "category": slug} for slug in sorted(set(text.categories))]
