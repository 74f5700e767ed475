"""What must leave the process once this transaction is safe: index, mail, matching.

`add` writes a row in the caller's transaction; after the commit the row is handed to the queue, and
a sweep hands over what was lost on the way. Handlers are registered by name with `handles` and may
run twice.
"""

from marketplace.outbox.services import (
    NotNow,
    add,
    add_for,
    daily,
    drain,
    handles,
    hourly,
    hurry,
    kept_back,
    payloads,
)

__all__ = [
    "NotNow",
    "add",
    "add_for",
    "daily",
    "drain",
    "handles",
    "hourly",
    "hurry",
    "kept_back",
    "payloads",
]
