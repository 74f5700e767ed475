"""What was promised and asked for in the demo, and what came of each: the verbs of pledges, one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from hashlib import sha256

from marketplace.accounts.models import User
from marketplace.demo import drawing
from marketplace.demo.content import DemoBundle, DemoListing, DemoOffer, DemoPledge, DemoStep, Does
from marketplace.demo.events import Events
from marketplace.demo.writing import Board
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.organisations.models import Organisation
from marketplace.pledges import services as pledges
from marketplace.pledges.models import Delivery, End, Pledge, PledgeStatus
from marketplace.portfolio import services as portfolio
from marketplace.volunteering import queries as signed_up
from marketplace.volunteering import services as volunteering


@dataclass(slots=True)
class Promise:
    """One promise on its way; `row` is there once it was begun."""

    board: Board
    key: str
    content: DemoPledge
    listing: DemoListing
    giver: str  # organisations, by the keys of the content
    receiver: str
    row: Pledge | None = None

    def gather(self, events: Events, *, after: datetime) -> None:
        """Note its beginning, and all that followed."""
        begun = events.add_on(self.key, self.content.days_ago, self._begin, after=after)
        self.gather_steps(events, after=begun)

    def gather_steps(self, events: Events, *, after: datetime) -> None:
        for number, step in enumerate(steps(self.content)):
            key = f"{self.key} {number} {step.does}"
            after = events.add_on(key, step.days_ago, partial(self._go_on, step), after=after)

    def _begin(self, at: datetime) -> None:
        row, content = self.board.listings[self.listing.key], self.content
        details = pledges.PledgeDetails(
            quantity_id=row.quantities[content.item].id,
            each=content.quantity // content.times,
            times=content.times,
            rhythm=content.rhythm,
            words=content.words,
            conditions=content.conditions,
            starts_on=self._day(content.in_days),
            timing=content.timing,
            wait=content.wait,
            form_key=form_key(self.key),
        )
        if isinstance(row, Need):
            giver, actor = self._organisation(End.GIVER), self._person(End.GIVER, content.by)
            self.row = pledges.offer(row, details, giver=giver, actor=actor, now=at)
        elif isinstance(row, Offer):
            receiver, actor = self._organisation(End.RECEIVER), self._person(End.RECEIVER, content.by)
            self.row = pledges.request(row, details, receiver=receiver, actor=actor, now=at)

    def _go_on(self, step: DemoStep, at: datetime) -> None:
        """Do the next thing, as one of the three who may."""
        assert self.row is not None  # noqa: S101  # it was begun before anything else was done about it
        end = step.end or _WHOSE.get(step.does)
        if end is None and step.does in (Does.ACCEPT, Does.DECLINE):
            end = self.row.begun_by.other
        if end is None:
            self._judge(step, self.row, at)
        elif step.does in _OF_A_DELIVERY:
            self._of_a_delivery(step, self.row.deliveries[step.number - 1], end, at)
        else:
            self._answer(step, self.row, end, at)

    def _answer(self, step: DemoStep, row: Pledge, end: End, at: datetime) -> None:
        actor, day = self._person(end, step.by), self._day(step.in_days)
        match step.does:
            case Does.APPROVE:
                pledges.approve(row, actor=actor, now=at)
            case Does.ACCEPT:
                pledges.accept(
                    row, quantity=step.quantity, starts_on=day, timing=step.timing, actor=actor, now=at
                )
            case Does.DECLINE:
                pledges.decline(row, step.reason, step.words, actor=actor, now=at)
            case Does.PROPOSE if day is not None:
                pledges.propose(row, day, step.timing, end=end, actor=actor, now=at)
            case Does.AGREE:
                pledges.agree(row, end=end, actor=actor, now=at)
            case Does.WITHDRAW:
                pledges.withdraw(row, reason=step.reason, words=step.words, end=end, actor=actor, now=at)
            case Does.THANK:
                photo = drawing.photo(step.picture, self._organisation(end), actor=actor, now=at)
                pledges.thank(row, step.words, step.said_by, photo, actor=actor, now=at)

    def _of_a_delivery(self, step: DemoStep, delivery: Delivery, end: End, at: datetime) -> None:
        actor = self._person(end, step.by)
        match step.does:
            case Does.DELIVER:
                photo = drawing.photo(step.picture, self._organisation(end), actor=actor, now=at)
                quantity, files = step.quantity or delivery.quantity, (photo,) if photo else ()
                pledges.deliver(delivery, quantity, step.words, files, actor=actor, now=at)
            case Does.CERTIFY:
                pledges.certify(delivery, actor=actor, now=at)
            case Does.NOT_DELIVERED:
                pledges.not_delivered(delivery, step.reason, end=end, actor=actor, now=at)
            case Does.CONFIRM:
                pledges.confirm(delivery, step.quantity, step.words, actor=actor, now=at)
            case Does.DISPUTE:
                pledges.dispute(delivery, step.words, end=end, actor=actor, now=at)
            case Does.ASK_TO_VERIFY:
                pledges.ask_to_verify(delivery, actor=actor, now=at)
            case Does.SET_PLACES:
                volunteering.set_places(delivery, step.quantity, actor=actor, now=at)
            case Does.JOIN:
                volunteering.join(delivery, actor=actor, now=at)
            case Does.CAME if (place := signed_up.place_of(actor.id, delivery.id)) is not None:
                volunteering.say(place, True, actor=actor, now=at)

    def _judge(self, step: DemoStep, row: Pledge, at: datetime) -> None:
        delivery, convener = row.deliveries[step.number - 1], self.board.convener
        if step.does is Does.VERIFY:
            pledges.verify(delivery, step.quantity, actor=convener, now=at)
        elif step.does is Does.SETTLE and step.quantity is not None:
            pledges.settle(delivery, step.quantity, step.words, actor=convener, now=at)

    def _organisation(self, end: End) -> Organisation:
        return self.board.organisations[self.giver if end is End.GIVER else self.receiver]

    def _person(self, end: End, first_name: str) -> User:
        return self.board.person(self.giver if end is End.GIVER else self.receiver, first_name)

    def _day(self, in_days: int | None) -> date | None:
        return None if in_days is None else self.board.today + timedelta(days=in_days)


@dataclass(slots=True)
class Together:
    """Promises that one giver made at once."""

    board: Board
    content: DemoBundle
    giver: str
    promises: Sequence[Promise]

    def gather(self, events: Events, *, after: datetime) -> None:
        begun = events.add_on(self._key, self.content.days_ago, self._begin, after=after)
        for promise in self.promises:
            promise.gather_steps(events, after=begun)

    def _begin(self, at: datetime) -> None:
        giver, actor = self.board.organisations[self.giver], self.board.person(self.giver)
        lines = {id(each): self._share(each) for each in self.promises}
        details = portfolio.BundleDetails(
            name=self.content.name,
            shares=tuple(lines.values()),
            words=self.content.words,
            form_key=form_key(self._key),
        )
        made = portfolio.promise_together(details, giver=giver, actor=actor, now=at)
        rows = {row.quantity_id: row for row in made.pledges}
        for promise in self.promises:
            promise.row = rows[lines[id(promise)].quantity_id]

    def _share(self, promise: Promise) -> portfolio.Share:
        need = self.board.listings[promise.listing.key]
        assert isinstance(need, Need)  # noqa: S101  # the content's needs are written as needs
        line = need.quantities[promise.content.item]
        return portfolio.Share(need=need, quantity_id=line.id, quantity=promise.content.quantity)

    @property
    def _key(self) -> str:
        return f"{self.giver} {self.content.name}"


_OF_A_DELIVERY = frozenset(
    {
        Does.DELIVER,
        Does.CERTIFY,
        Does.NOT_DELIVERED,
        Does.CONFIRM,
        Does.DISPUTE,
        Does.ASK_TO_VERIFY,
        Does.SET_PLACES,
        Does.JOIN,
        Does.CAME,
    }
)
_WHOSE = {  # the usual end; the answer is whoever's did not begin, and the rest is the convener's
    Does.APPROVE: End.GIVER,
    Does.PROPOSE: End.GIVER,
    Does.AGREE: End.RECEIVER,
    Does.WITHDRAW: End.GIVER,
    Does.DELIVER: End.GIVER,
    Does.CERTIFY: End.GIVER,
    Does.NOT_DELIVERED: End.RECEIVER,
    Does.CONFIRM: End.RECEIVER,
    Does.DISPUTE: End.RECEIVER,
    Does.ASK_TO_VERIFY: End.RECEIVER,
    Does.THANK: End.RECEIVER,
    Does.SET_PLACES: End.GIVER,
    Does.JOIN: End.GIVER,
    Does.CAME: End.GIVER,
}


def form_key(key: str) -> str:
    """What the form it came by bears: the same in every load."""
    return sha256(key.encode()).hexdigest()[:40]


def promises_to(
    board: Board, listing: DemoListing, owner: str, contents: Sequence[DemoPledge]
) -> Iterator[Promise]:
    """What others promised towards a need, or asked for of an offer."""
    for number, content in enumerate(contents):
        is_request = isinstance(listing, DemoOffer)
        giver, receiver = (owner, content.sender) if is_request else (content.sender, owner)
        yield Promise(board, f"{listing.key} pledge {number}", content, listing, giver, receiver)


def steps(pledge: DemoPledge) -> Sequence[DemoStep]:
    """What was done about a promise: as it was written, or the usual up to the state it is in now."""
    return pledge.steps or tuple(_usual(pledge))


def _usual(pledge: DemoPledge) -> Iterator[DemoStep]:
    begun = pledge.days_ago
    delivered = begun - min(12, max(2, begun * 3 // 5))
    match pledge.state:
        case PledgeStatus.DECLINED:
            yield DemoStep(does=Does.DECLINE, days_ago=max(begun - 2, 0), reason=pledge.reason)
        case PledgeStatus.WITHDRAWN:
            yield DemoStep(does=Does.WITHDRAW, days_ago=max(begun - 2, 0), reason=pledge.reason)
        case PledgeStatus.ACCEPTED | PledgeStatus.SCHEDULED:
            yield _accepted(begun)
        case PledgeStatus.DELIVERED:
            yield from (_accepted(begun), DemoStep(does=Does.DELIVER, days_ago=max(delivered, 0)))
        case PledgeStatus.CONFIRMED | PledgeStatus.VERIFIED:
            yield from (_accepted(begun), DemoStep(does=Does.DELIVER, days_ago=max(delivered, 0)))
            yield DemoStep(does=Does.CONFIRM, days_ago=max(delivered - 2, 0))
            if pledge.state is PledgeStatus.VERIFIED:
                yield DemoStep(does=Does.VERIFY, days_ago=max(delivered - 6, 0))


def _accepted(begun: int) -> DemoStep:
    return DemoStep(does=Does.ACCEPT, days_ago=max(begun - 1, 0))
