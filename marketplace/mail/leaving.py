"""Whether a letter may leave: asked of everybody concerned at the moment of sending."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.mail.models import MailRun, Stream, Why
from marketplace.mail.suppressions import why_suppressed

CALLED_OFF = "called off"
NOT_LISTED = "not in MAIL_ONLY_TO"
SUPPRESSED = {
    Why.UNSUBSCRIBED: "unsubscribed",
    Why.BOUNCED: "mail there came back",
    Why.BLOCKED: "its server blocks us",
    Why.SPAM: "was called spam",
}

Asked = Callable[[Sequence[int]], Mapping[int, str]]
_ASKED: defaultdict[Stream, list[Asked]] = defaultdict(list)


def may_get(stream: Stream) -> Callable[[Asked], Asked]:
    """Register a function that is given ids of users and says, by id, why one is not to get this stream.

    A reason is a few words, at most 40 characters. Users it does not name may get it.
    """

    def register(function: Asked) -> Asked:
        if function not in _ASKED[stream]:
            _ASKED[stream].append(function)
        return function

    return register


def why_not(rows: Iterable[Any], settings: Settings) -> dict[int, str]:
    """Which of these letters may not leave, by id, and why.

    A row has `id`, `stream`, `run_id`, `user_id` and `address`.
    """
    rows = list(rows)
    found = _called_off(rows)
    listed = only_to(settings.mail_only_to)
    if listed:
        found |= {row.id: NOT_LISTED for row in rows if _without_plus(row.address) not in listed}
    by_stream: dict[Stream, list[Any]] = defaultdict(list)
    for row in rows:
        by_stream[row.stream].append(row)
    for stream, letters in by_stream.items():
        suppressed = why_suppressed((row.address for row in letters), stream)
        people = sorted({row.user_id for row in letters if row.user_id is not None})
        unwilling: dict[int, str] = {}
        for function in _ASKED[stream]:
            unwilling |= function(people)
        for row in letters:
            if row.user_id in unwilling:
                found[row.id] = unwilling[row.user_id]
            if row.address in suppressed:
                found[row.id] = SUPPRESSED[suppressed[row.address]]
    return found


def only_to(listed: str) -> frozenset[str]:
    """The addresses of MAIL_ONLY_TO; empty: everybody."""
    return frozenset(_without_plus(each) for each in listed.split(",") if each.strip())


def _without_plus(address: str) -> str:
    """`Name+anything@Host` is the mailbox of `name@host`."""
    name, _, host = address.strip().lower().rpartition("@")
    return f"{name.partition('+')[0]}@{host}"


def _called_off(rows: Sequence[Any]) -> dict[int, str]:
    runs = {row.run_id for row in rows if row.run_id is not None}
    if not runs:
        return {}
    cancelled = set(
        db.session.scalars(select(MailRun.id).where(MailRun.id.in_(runs), MailRun.cancelled_at.is_not(None)))
    )
    return {row.id: CALLED_OFF for row in rows if row.run_id in cancelled}
