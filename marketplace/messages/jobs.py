"""Telling people what was written to them, and reminding them of what they left unread."""

from marketplace import clock, outbox
from marketplace.extensions import db
from marketplace.messages import telling
from marketplace.messages.models import Thread


@outbox.handles("messages.tell")
def tell(*, thread_id: int) -> None:
    """Write the letters that are due about one conversation; what is not due yet waits in another row.

    The conversation is held meanwhile, so that two workers don’t both write.
    """
    telling.tell(db.session.get_one(Thread, thread_id, with_for_update=True), now=clock.now())


@outbox.handles("messages.remind")
def remind() -> None:
    """Once a day, remind whoever has left something unread."""
    telling.remind(clock.now())


outbox.daily("messages.remind")
