"""Conversations of the demo: each message at its time, and read by the other side soon after."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from marketplace.demo.content import DemoListing, DemoMessage, DemoTalk
from marketplace.demo.events import Events
from marketplace.demo.promising import form_key
from marketplace.demo.writing import Board
from marketplace.messages import services as messages
from marketplace.messages.models import Thread

READ_AFTER = timedelta(hours=5)
UNREAD = timedelta(days=3)  # what is younger waits for whoever signs in to the demo


@dataclass(slots=True)
class Talk:
    """One conversation about a notice."""

    board: Board
    content: DemoTalk
    listing: DemoListing
    owner: str
    thread: Thread | None = None

    def gather(self, events: Events, *, after: datetime) -> None:
        for number, message in enumerate(self.content.messages):
            key = f"{self.listing.key} {self.content.other} message {number}"
            after = events.add_on(key, message.days_ago, partial(self._write, key, message), after=after)
            if after < events.now - UNREAD:
                events.add(after + READ_AFTER, partial(self._read, message))

    def _write(self, key: str, message: DemoMessage, at: datetime) -> None:
        listing = self.board.listings[self.listing.key]
        other, by = self.board.organisations[self.content.other], self._side(ours=message.ours)
        writer = self.board.organisations[by]
        if self.thread is None:
            messages.may_begin(listing, other, by=writer, now=at)
            self.thread = messages.thread_of(listing, other, now=at)
        actor = self.board.person(by, message.by)
        messages.post(
            self.thread, message.words, organisation=writer, actor=actor, now=at, form_key=form_key(key)
        )

    def _read(self, message: DemoMessage, _at: datetime) -> None:
        """Whoever it was written to has seen all there is."""
        assert self.thread is not None  # noqa: S101  # it was written first
        reader = self._side(ours=not message.ours)
        last = self.thread.last_id_for(self.board.organisations[reader].id)
        messages.read_to(self.thread, self.board.person(reader), last)

    def _side(self, *, ours: bool) -> str:
        return self.owner if ours else self.content.other
