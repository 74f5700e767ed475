"""What happened in the demo before today, told in order through the same verbs that people use."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple

from marketplace import audit
from marketplace.demo import writing
from marketplace.demo.content import (
    DemoCapacity,
    DemoListing,
    DemoNeed,
    DemoOpportunity,
    DemoOrganisation,
    DemoPledge,
    DemoResponse,
)
from marketplace.demo.past import Past, drawn, moment
from marketplace.demo.writing import Board
from marketplace.listings import services as listings
from marketplace.listings.models import ASKS
from marketplace.needs.models import Need
from marketplace.opportunities.models import Opportunity
from marketplace.pledges import services as pledges
from marketplace.pledges.models import End, Pledge, PledgeStatus
from marketplace.responses import deciding
from marketplace.responses import queries as answers
from marketplace.responses import services as responses
from marketplace.responses.models import OutcomeKind, Response

SHORTLY = timedelta(minutes=30)  # the least between two things of which one follows from the other
RENEWED_BEFORE = timedelta(days=14)  # how long before a notice runs out its owner is warned
NOT_CHOSEN = "Another answer fitted better"


Verb = Callable[[datetime], object]


class Event(NamedTuple):
    """Something that happened; `verb` is told the instant."""

    at: datetime
    verb: Verb


class Story:
    """Everything that happened: gathered first, then told oldest first."""

    def __init__(self, board: Board, *, now: datetime) -> None:
        self.board, self.now = board, now
        self._events: list[Event] = []
        self._joined: dict[str, datetime] = {}
        self._pledges: dict[str, Pledge] = {}
        self._responses: dict[str, Response] = {}

    def gather(self, organisations: Sequence[DemoOrganisation]) -> None:
        """Work out what happened when; nothing is written yet."""
        for each in organisations:
            self._joined[each.key] = moment(each.key, each.joined_days_ago, self.now)
            joined = self._add(self._joined[each.key], partial(self._join, each))
            if each.capacity is not None:
                said = moment(f"{each.key} room", each.capacity.days_ago, self.now)
                self._add(said, partial(self._say_room, each, each.capacity), after=joined)
        for owner in organisations:
            for listing in owner.listings:
                self._gather_listing(listing, owner)

    def tell(self, past: Past) -> None:
        """Let it happen; the sort keeps what happened at one instant in the order it was gathered."""
        for at, verb in sorted(self._events, key=attrgetter("at")):
            past.tell(at, verb)

    def _add(self, at: datetime, verb: Verb, *, after: datetime | None = None) -> datetime:
        """Note an event, at the earliest shortly after what it follows from; returns when it was."""
        when = min(at if after is None else max(at, after + SHORTLY), self.now)
        self._events.append(Event(when, verb))
        return when

    def _gather_listing(self, listing: DemoListing, owner: DemoOrganisation) -> None:
        published = self._add(
            moment(listing.key, listing.published_days_ago, self.now),
            partial(self._put_up, listing, owner),
            after=self._joined[owner.key],
        )
        if listing.closed and listing.ends_in_days is not None:
            closed = moment(f"{listing.key} closed", -listing.ends_in_days, self.now)
            self._add(closed, partial(self._close, listing, owner), after=published)
        else:
            self._gather_renewals(listing, owner, published)
        if isinstance(listing, DemoNeed):
            for number, pledge in enumerate(listing.pledges):
                self._gather_pledge(f"{listing.key} pledge {number}", pledge, listing, owner, published)
        elif isinstance(listing, DemoOpportunity):
            last = [self._gather_response(each, listing, owner, published) for each in listing.responses]
            if listing.closed and drawn(f"{listing.key} undecided", 6):
                decided = moment(f"{listing.key} decided", max(-listing.closes_in_days - 5, 0), self.now)
                verb = partial(self._decide, listing, owner)
                self._add(decided, verb, after=max(last, default=published))

    def _gather_renewals(self, listing: DemoListing, owner: DemoOrganisation, published: datetime) -> None:
        lasts = listings.LASTS[listing.family in ASKS]
        ends = published + lasts
        while (renewed := ends - RENEWED_BEFORE) <= self.now:
            self._add(renewed, partial(self._renew, listing, owner))
            ends += lasts

    def _gather_pledge(
        self, key: str, pledge: DemoPledge, need: DemoNeed, owner: DemoOrganisation, published: datetime
    ) -> None:
        at = self._add(
            moment(key, pledge.days_ago, self.now),
            partial(self._offer, key, pledge, need),
            after=max(published, self._joined[pledge.giver]),
        )
        for days_ago, step in _steps(pledge):
            at = self._add(
                moment(f"{key} {step}", days_ago, self.now),
                partial(self._move, key, pledge, owner, step),
                after=at,
            )

    def _gather_response(
        self,
        response: DemoResponse,
        opportunity: DemoOpportunity,
        owner: DemoOrganisation,
        published: datetime,
    ) -> datetime:
        """An answer and what became of it before a decision; returns the instant of the last."""
        key = f"{opportunity.key} {response.supplier}"
        sent = self._add(
            moment(key, response.days_ago, self.now),
            partial(self._respond, key, response, opportunity),
            after=max(published, self._joined[response.supplier]),
        )
        if opportunity.closed:
            if response is _winner(opportunity):
                read = moment(f"{key} read", max(-opportunity.closes_in_days - 2, 0), self.now)
                return self._add(read, partial(self._shortlist, key, owner), after=sent)
        elif response.days_ago >= 5 and drawn(f"{key} shortlisted", 4) == 0:
            return self._add(
                moment(f"{key} read", response.days_ago - 2, self.now),
                partial(self._shortlist, key, owner),
                after=sent,
            )
        return sent

    def _join(self, content: DemoOrganisation, at: datetime) -> None:
        writing.join(self.board, content, at=at)

    def _say_room(self, owner: DemoOrganisation, content: DemoCapacity, at: datetime) -> None:
        writing.say_room(self.board, owner, content, at=at)

    def _put_up(self, content: DemoListing, owner: DemoOrganisation, at: datetime) -> None:
        writing.put_up(self.board, content, owner, at=at)

    def _close(self, content: DemoListing, owner: DemoOrganisation, at: datetime) -> None:
        listings.close(self.board.listings[content.key], actor=self.board.people[owner.key], now=at)

    def _renew(self, content: DemoListing, owner: DemoOrganisation, at: datetime) -> None:
        """One click by its owner, and it stays as long again."""
        listing = self.board.listings[content.key]
        if listing.expires_on is not None:
            listing.expires_on += listings.LASTS[listing.family in ASKS]
        audit.record(f"{listing.family}.renewed", listing, actor=self.board.people[owner.key])

    def _offer(self, key: str, content: DemoPledge, need: DemoNeed, at: datetime) -> None:
        row = self.board.listings[need.key]
        assert isinstance(row, Need)  # noqa: S101  # the content's needs are written as needs
        details = pledges.PledgeDetails(
            quantity_id=row.quantities[content.item].id,
            each=content.quantity,
            words=content.words,
            form_key=sha256(key.encode()).hexdigest()[:40],
        )
        giver, actor = self.board.organisations[content.giver], self.board.people[content.giver]
        self._pledges[key] = pledges.offer(row, details, giver=giver, actor=actor, now=at)

    def _move(
        self, key: str, content: DemoPledge, owner: DemoOrganisation, step: PledgeStatus, at: datetime
    ) -> None:
        pledge = self._pledges[key]
        giver, receiver = self.board.people[content.giver], self.board.people[owner.key]
        match step:
            case PledgeStatus.ACCEPTED:
                pledges.accept(pledge, actor=receiver, now=at)
            case PledgeStatus.DECLINED:
                pledges.decline(pledge, content.reason, actor=receiver, now=at)
            case PledgeStatus.DELIVERED:
                pledges.deliver(pledge.deliveries[0], pledge.accepted, actor=giver, now=at)
            case PledgeStatus.CONFIRMED:
                pledges.confirm(pledge.deliveries[0], actor=receiver, now=at)
            case PledgeStatus.WITHDRAWN:
                pledges.withdraw(pledge, end=End.GIVER, actor=giver, now=at)

    def _respond(self, key: str, content: DemoResponse, opportunity: DemoOpportunity, at: datetime) -> None:
        row = self.board.listings[opportunity.key]
        assert isinstance(row, Opportunity)  # noqa: S101  # the content's opportunities are written as such
        supplier, actor = self.board.organisations[content.supplier], self.board.people[content.supplier]
        details = responses.AnswerDetails(words=content.words)
        self._responses[key] = responses.respond(row, details, supplier=supplier, actor=actor, now=at)

    def _shortlist(self, key: str, owner: DemoOrganisation, at: datetime) -> None:
        responses.shortlist(self._responses[key], actor=self.board.people[owner.key], now=at)

    def _decide(self, content: DemoOpportunity, owner: DemoOrganisation, at: datetime) -> None:
        """The first to answer wins; where nobody did, the buyer goes on another way."""
        row = self.board.listings[content.key]
        assert isinstance(row, Opportunity)  # noqa: S101  # the content's opportunities are written as such
        decision = deciding.Decision(kind=OutcomeKind.NONE_SUITABLE)
        if content.responses:
            winner = self.board.organisations[_winner(content).supplier]
            decision = deciding.Decision(kind=OutcomeKind.AWARDED, winner=winner, value=row.value)
        why = {each.id: responses.Feedback(reason=NOT_CHOSEN) for each in answers.to(row)}
        deciding.decide(row, decision, why, actor=self.board.people[owner.key], now=at)


def _winner(opportunity: DemoOpportunity) -> DemoResponse:
    return max(opportunity.responses, key=lambda each: each.days_ago)


def _steps(pledge: DemoPledge) -> list[tuple[int, PledgeStatus]]:
    """What followed the offer and how many days ago, up to the state that the pledge is in now."""
    begun = pledge.days_ago
    delivered = begun - min(12, max(2, begun * 3 // 5))
    if pledge.state in (PledgeStatus.OFFERED, PledgeStatus.DECLINED, PledgeStatus.WITHDRAWN):
        return [] if pledge.state is PledgeStatus.OFFERED else [(max(begun - 2, 0), pledge.state)]
    path = [
        (max(begun - 1, 0), PledgeStatus.ACCEPTED),
        (max(delivered, 0), PledgeStatus.DELIVERED),
        (max(delivered - 2, 0), PledgeStatus.CONFIRMED),
    ]
    return path[: [step for _, step in path].index(pledge.state) + 1]
