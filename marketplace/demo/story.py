"""What happened in the demo before today, told in order through the same verbs that people use."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from marketplace import audit
from marketplace.demo import teams, writing
from marketplace.demo.content import (
    DemoBundle,
    DemoCapacity,
    DemoListing,
    DemoNeed,
    DemoOffer,
    DemoOpportunity,
    DemoOrganisation,
    DemoPledge,
)
from marketplace.demo.events import Events
from marketplace.demo.past import Past
from marketplace.demo.promising import Promise, Together, promises_to
from marketplace.demo.spending import Work
from marketplace.demo.talking import Talk
from marketplace.demo.writing import Board
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import ASKS
from marketplace.pledges import lapsing
from marketplace.pledges.models import Pledge

RENEWED_BEFORE = timedelta(days=14)  # how long before a notice runs out its owner is warned
A_DAY = timedelta(days=1)


class Story:
    """Everything that happened: gathered first, then told oldest first."""

    def __init__(self, board: Board, *, now: datetime) -> None:
        self.board, self.now = board, now
        self.events = Events(now)
        self._joined: dict[str, datetime] = {}
        self._published: dict[str, datetime] = {}

    def gather(self, organisations: Sequence[DemoOrganisation]) -> None:
        """Work out what happened when; nothing is written yet."""
        for each in organisations:
            self._gather_organisation(each)
        for owner in organisations:
            for listing in owner.listings:
                self._gather_listing(listing, owner)
        needs = {need.key: need for each in organisations for need in each.needs}
        owners = {need.key: each.key for each in organisations for need in each.needs}
        for giver in organisations:
            for bundle in giver.bundles:
                self._gather_bundle(bundle, giver, needs, owners)
            if giver.team is not None:
                for kept in giver.team.kept:
                    verb = partial(teams.keep, self.board, giver, kept)
                    key = f"{giver.key} keeps {kept.need}"
                    self.events.add_on(key, kept.days_ago, verb, after=self._published[kept.need])
        self._gather_days()

    def tell(self, past: Past) -> None:
        """Let it happen."""
        self.events.tell(past)

    def _gather_organisation(self, content: DemoOrganisation) -> None:
        joined = self.events.add_on(content.key, content.joined_days_ago, partial(self._join, content))
        self._joined[content.key] = joined
        if content.capacity is not None:
            verb = partial(self._say_room, content, content.capacity)
            self.events.add_on(f"{content.key} room", content.capacity.days_ago, verb, after=joined)
        if content.team is not None:
            verb = partial(teams.set_up, self.board, content, content.team)
            self.events.add_on(f"{content.key} team", content.team.days_ago, verb, after=joined)

    def _gather_listing(self, listing: DemoListing, owner: DemoOrganisation) -> None:
        put_up = partial(self._put_up, listing, owner)
        published = self.events.add_on(
            listing.key, listing.published_days_ago, put_up, after=self._joined[owner.key]
        )
        self._published[listing.key] = published
        if listing.closed and listing.ends_in_days is not None:
            close = partial(self._close, listing, owner)
            self.events.add_on(f"{listing.key} closed", -listing.ends_in_days, close, after=published)
        else:
            self._gather_renewals(listing, owner, published)
        if isinstance(listing, DemoNeed):
            self._gather_promises(listing, owner, listing.pledges, published)
        elif isinstance(listing, DemoOffer):
            self._gather_promises(listing, owner, listing.requests, published)
        elif isinstance(listing, DemoOpportunity):
            Work(self.board, listing, owner.key).gather(self.events, self._joined, after=published)
        for talk in listing.talks:
            Talk(self.board, talk, listing, owner.key).gather(self.events, after=published)

    def _gather_renewals(self, listing: DemoListing, owner: DemoOrganisation, published: datetime) -> None:
        lasts = listings.LASTS[listing.family in ASKS]
        ends = published + lasts
        while (renewed := ends - RENEWED_BEFORE) <= self.now:
            self.events.add(renewed, partial(self._renew, listing, owner))
            ends += lasts

    def _gather_promises(
        self,
        listing: DemoListing,
        owner: DemoOrganisation,
        contents: Sequence[DemoPledge],
        published: datetime,
    ) -> None:
        for promise in promises_to(self.board, listing, owner.key, contents):
            after = max(published, self._joined[promise.content.sender])
            promise.gather(self.events, after=after)

    def _gather_bundle(
        self,
        bundle: DemoBundle,
        giver: DemoOrganisation,
        needs: dict[str, DemoNeed],
        owners: dict[str, str],
    ) -> None:
        promises = [
            Promise(
                self.board,
                f"{giver.key} {bundle.name} {share.need}",
                DemoPledge(
                    sender=giver.key,
                    item=share.item,
                    quantity=share.quantity,
                    days_ago=bundle.days_ago,
                    state=share.state,
                    words=bundle.words,
                    reason=share.reason,
                    steps=share.steps,
                ),
                needs[share.need],
                giver.key,
                owners[share.need],
            )
            for share in bundle.shares
        ]
        last = max(self._published[share.need] for share in bundle.shares)
        Together(self.board, bundle, giver.key, promises).gather(self.events, after=last)

    def _gather_days(self) -> None:
        """Every morning what has run out lapses, and whoever's turn it is is reminded, as the jobs would."""
        first = min(self._joined.values()).replace(hour=6, minute=0, second=0, microsecond=0)
        morning = first + A_DAY
        while morning < self.now:
            self.events.add(morning, _morning)
            morning += A_DAY
        self.events.add(self.now, _morning)

    def _join(self, content: DemoOrganisation, at: datetime) -> None:
        writing.join(self.board, content, at=at)

    def _say_room(self, owner: DemoOrganisation, content: DemoCapacity, at: datetime) -> None:
        writing.say_room(self.board, owner, content, at=at)

    def _put_up(self, content: DemoListing, owner: DemoOrganisation, at: datetime) -> None:
        writing.put_up(self.board, content, owner, at=at)

    def _close(self, content: DemoListing, owner: DemoOrganisation, at: datetime) -> None:
        listings.close(self.board.listings[content.key], actor=self.board.person(owner.key), now=at)

    def _renew(self, content: DemoListing, owner: DemoOrganisation, at: datetime) -> None:
        """One click by its owner, and it stays as long again."""
        listing = self.board.listings[content.key]
        if listing.expires_on is not None:
            listing.expires_on += listings.LASTS[listing.family in ASKS]
        audit.record(f"{listing.family}.renewed", listing, actor=self.board.person(owner.key))


def _morning(at: datetime) -> None:
    for pledge_id in lapsing.due_ids(at):
        lapsing.lapse(db.session.get_one(Pledge, pledge_id), now=at)
    for pledge_id in lapsing.to_nudge(at):
        lapsing.nudge(db.session.get_one(Pledge, pledge_id), now=at)
