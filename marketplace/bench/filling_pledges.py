"""A generated county in which much was promised: pledges at every stage, what was given, and what was said.

One team gives, one charity receives and one need is helped far more than any other: what is slow for anybody
is slow for them first. The ledger is left empty; it has a benchmark of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

import numpy as np

from marketplace.accounts.models import User
from marketplace.bench.filling import insert, place_rows
from marketplace.bench.filling_ranking import Board
from marketplace.bench.generated import County
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing, ListingStatus, Quantity
from marketplace.messages.models import Message, Thread
from marketplace.organisations.models import Membership, Organisation
from marketplace.pledges.models import HOLDS, Delivery, DeliveryStatus, Pledge, PledgeStatus
from marketplace.teams.models import Budget

ORGANISATIONS, ASKS = 2_000, 3_000
AT_ONCE = 2_000
TEAM, CHARITY = 1, 2  # ids of the two that everything happens to
OF_THE_TEAM, OF_THE_CHARITY, TO_ONE_NEED = 0.05, 0.05, 0.005
A_PROMISE = 5
PLENTY = 1_000_000
SEEN = 100  # pledges of the team whose pages are opened
EACH_SAID = 4  # messages in a conversation; in the longest, a hundred times that
STATUSES = {
    PledgeStatus.OFFERED: 0.1,
    PledgeStatus.ACCEPTED: 0.1,
    PledgeStatus.SCHEDULED: 0.1,
    PledgeStatus.DELIVERED: 0.1,
    PledgeStatus.CONFIRMED: 0.3,
    PledgeStatus.VERIFIED: 0.1,
    PledgeStatus.DECLINED: 0.1,
    PledgeStatus.WITHDRAWN: 0.05,
    PledgeStatus.LAPSED: 0.05,
}
GIVEN = {
    PledgeStatus.DELIVERED: DeliveryStatus.DELIVERED,
    PledgeStatus.CONFIRMED: DeliveryStatus.CONFIRMED,
    PledgeStatus.VERIFIED: DeliveryStatus.VERIFIED,
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something asked for: whose, and under which number."""

    quantity: int
    need: int
    owner: int


@dataclass(frozen=True, slots=True)
class Pledged:
    """What pages are opened with: people of the team and of the charity, the need, a conversation."""

    team_user: int
    charity_user: int
    need: int
    thread: int
    of_the_team: list[int]  # pledges


def fill(county: County, pledges: int, *, today: date) -> Pledged:
    """Put all of it in, a slice at a time."""
    insert(place_rows(county))
    board = Board(county, ORGANISATIONS, today)
    for start in range(1, ORGANISATIONS + 1, AT_ONCE):
        insert(board.organisations(range(start, min(start + AT_ONCE, ORGANISATIONS + 1))))
    rows, _ = board.asks(ASKS, ListingStatus.PUBLISHED)
    insert(rows)
    now = datetime.combine(today, time(9), UTC)
    _people(now)
    lines = _lines()
    promises = Promises(lines, county.seed, now)
    made = iter(promises.made(pledges))
    while some := list(islice(made, AT_ONCE)):
        insert({Pledge: [pledge for pledge, _ in some]})
        insert({Delivery: [given for _, given in some if given]})
    thread = _conversations(lines, pledges // EACH_SAID, now)
    theirs = db.select(Pledge.id).where(Pledge.giver_id == TEAM).order_by(Pledge.id).limit(SEEN)
    return Pledged(1, 2, lines[0].need, thread, list(db.session.scalars(theirs)))


class Promises:
    """Pledges and what was given of them, drawn."""

    def __init__(self, lines: list[Line], seed: int, now: datetime) -> None:
        self._lines, self._now = lines, now
        self._charity = [line for line in lines if line.owner == CHARITY]
        self._random = np.random.default_rng([seed, 5])
        self._statuses = list(STATUSES)
        self._weights = np.array(list(STATUSES.values()))

    def made(self, number: int) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """Each pledge, and its one delivery where it has come so far."""
        for pledge_id in range(1, number + 1):
            line, giver = self._line(), self._giver()
            if giver == line.owner:
                giver = giver % ORGANISATIONS + 3
            yield self._pledge(pledge_id, line, giver)

    def _line(self) -> Line:
        drawn = self._random.random()
        if drawn < TO_ONE_NEED:
            return self._lines[0]
        some = self._charity if drawn < OF_THE_CHARITY else self._lines
        return some[int(self._random.random() * len(some))]

    def _giver(self) -> int:
        if self._random.random() < OF_THE_TEAM:
            return TEAM
        return 3 + int(self._random.random() * (ORGANISATIONS - 2))

    def _pledge(self, number: int, line: Line, giver: int) -> tuple[dict[str, Any], dict[str, Any] | None]:
        status = self._statuses[int(self._random.choice(len(self._statuses), p=self._weights))]
        at = self._now - timedelta(hours=int(self._random.random() * 24 * 300))
        holds = A_PROMISE if status in HOLDS else 0
        pledge: dict[str, Any] = {
            "id": number,
            "listing_id": line.need,
            "quantity_id": line.quantity,
            "giver_id": giver,
            "receiver_id": line.owner,
            "quantity": A_PROMISE,
            "each": A_PROMISE,
            "accepted": holds,
            "held": holds,
            "words": "We can come on a weekday.",
            "status": status,
            "form_key": f"generated {number}",
            "created_at": at,
            "offered_at": at,
            "turn_began_at": at,
            "due_at": self._now + timedelta(days=7),
        }
        pledge |= {f"{name}_at": None for name in ("accepted", "confirmed", "delivered", "verified")}
        if holds:
            pledge["accepted_at"] = at + timedelta(days=1)
        if status in GIVEN:
            pledge["delivered_at"] = at + timedelta(days=2)
        if status in (PledgeStatus.CONFIRMED, PledgeStatus.VERIFIED):
            pledge["confirmed_at"] = at + timedelta(days=3)
        return pledge, self._delivery(pledge) if holds else None

    def _delivery(self, pledge: dict[str, Any]) -> dict[str, Any]:
        status = GIVEN.get(pledge["status"], DeliveryStatus.PLANNED)
        given = A_PROMISE if pledge["delivered_at"] else 0
        came = A_PROMISE if pledge["confirmed_at"] else 0
        return {
            "id": pledge["id"],
            "pledge_id": pledge["id"],
            "number": 1,
            "status": status,
            "quantity": A_PROMISE,
            "delivered": given,
            "confirmed": came,
            "verified": A_PROMISE if status is DeliveryStatus.VERIFIED else 0,
            "delivered_at": pledge["delivered_at"],
            "confirmed_at": pledge["confirmed_at"],
            "due_on": (pledge["offered_at"] + timedelta(days=10)).date(),
        }


def _people(now: datetime) -> None:
    """One person in the team and one in the charity, both spoken for; the team has a budget."""
    with db.engine.begin() as connection:
        connection.execute(db.update(Organisation).values(claimed_at=now))
        connection.execute(db.update(Quantity).values(wanted=PLENTY, promised=0))
        connection.execute(
            db.update(Listing)
            .where(Listing.id.in_(db.select(Listing.id).where(Listing.family == Family.NEED).limit(20)))
            .values(organisation_id=CHARITY)
        )
    person = {"name": "A Person", "password_hash": "nobody signs in with this", "created_at": now}
    belongs = {"created_at": now, "role": "owner"}
    ends_on = date(now.year, 12, 31)
    insert(
        {
            User: [
                {"id": number, "email": f"person{number}@bench.example", "confirmed_at": now, **person}
                for number in (1, 2)
            ],
            Membership: [
                {"user_id": user, "organisation_id": organisation, **belongs}
                for user, organisation in ((1, TEAM), (2, CHARITY))
            ],
            Budget: [
                {"organisation_id": TEAM, "name": "This year", "starts_on": date(now.year, 1, 1),
                 "ends_on": ends_on, "hours": PLENTY, "money": PLENTY, "goods": PLENTY, "created_at": now}
            ],
        }
    )  # fmt: skip


def _lines() -> list[Line]:
    """Every line of every need, those of the charity first."""
    query = (
        db.select(Quantity.id, Quantity.listing_id, Listing.organisation_id)
        .join(Listing, Listing.id == Quantity.listing_id)
        .where(Listing.family == Family.NEED, Listing.organisation_id != TEAM)
        .order_by(Listing.organisation_id != CHARITY, Quantity.id)
    )
    return [Line(*row) for row in db.session.execute(query)]


def _conversations(lines: list[Line], number: int, now: datetime) -> int:
    """So many messages in all; returns the longest conversation, between the team and the charity."""
    threads, messages = [], []
    pairs = [(TEAM, lines[0])] + [
        (3 + (place * 7) % (ORGANISATIONS - 2), line)
        for place, line in enumerate(lines)
        if line.need != lines[0].need
    ]
    said = 0
    for thread_id, (organisation, line) in enumerate(pairs, start=1):
        if organisation == line.owner or said >= number:
            continue
        at = now - timedelta(hours=thread_id)
        threads.append(
            {"id": thread_id, "listing_id": line.need, "organisation_id": organisation,
             "owner_id": line.owner, "created_at": at, "last_at": at}
        )  # fmt: skip
        for place in range(EACH_SAID * 100 if thread_id == 1 else EACH_SAID):
            said += 1
            messages.append(
                {"thread_id": thread_id, "organisation_id": (organisation, line.owner)[place % 2],
                 "words": "Tuesday at two would suit us well.", "sent_at": at + timedelta(minutes=place),
                 "form_key": f"generated {said}"}
            )  # fmt: skip
    insert({Thread: threads, Message: messages})
    return 1
