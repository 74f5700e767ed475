"""Letters to people: written in the caller's transaction, sent by the outbox after the commit.

`queue` renders and saves a letter; `link` makes an address of ours whole, for use outside our pages.
"""

from marketplace.mail.services import link, queue

__all__ = ["link", "queue"]
