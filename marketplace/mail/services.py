"""Writing letters: rendered and saved in the caller's transaction, sent after the commit."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.dialects import postgresql, sqlite

from marketplace import outbox
from marketplace.extensions import db
from marketplace.mail import writing
from marketplace.mail.models import MailMessage, Stream

# People wait for these: what they asked for, and what others said to them.
AT_ONCE = (Stream.ACCOUNT, Stream.NEWS)

# Both databases know ON CONFLICT, each by its own construct.
_INSERT: dict[str, Callable[..., Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class Recipient(Protocol):
    """Whoever has an address; a `User`, though mail knows nothing of accounts."""

    id: Any
    email: Any
    name: Any


# Where one press stops a stream for somebody; asked of whatever stands above, which knows who wants what.
STOP_URL: list[Callable[[Recipient, Stream], str]] = []


def stopping(function: Callable[[Recipient, Stream], str]) -> None:
    """Register what says where a person stops a stream, for letters written without an address of it."""
    STOP_URL[:] = [function]


def queue(
    name: str,
    *,
    to_user: Recipient | None = None,
    address: str = "",
    key: str | None = None,
    stream: str = Stream.NEWS,
    unsubscribe_url: str = "",
    reply_to: str = "",
    now: datetime,
    **context: Any,
) -> MailMessage:
    """Write the letter `name` from templates/email/<name>/ and queue it to be sent after the commit.

    It goes to `address` or, without one, to the user's; answers to it go to `reply_to`. A second call with
    the same `key` returns the first letter unchanged and queues nothing. `url` in the context may be a path
    of ours. Templates see nothing of the page or the person signed in: only the context, `person_name` (the
    user's, unless given), `site_name`, `base_url`, `stream`, `unsubscribe_url`, `reply_to`, `link`, and in
    the body `subject`.
    """
    address = address or (to_user.email if to_user else "")
    if not address:
        raise ValueError(f"The letter {name} has no address")
    db.session.flush()  # a new user has no id until it is flushed
    if key is not None and (first := _with_key(key)):
        return first

    unsubscribe_url = writing.link(unsubscribe_url or _stop_url(to_user, Stream(stream)))
    words = writing.context(
        {"person_name": to_user.name if to_user else "", **context},
        stream=Stream(stream),
        unsubscribe_url=unsubscribe_url,
        reply_to=reply_to,
    )
    words["subject"] = writing.subject(name, words)
    text, html = writing.bodies(name, words)
    return _save(
        stream=Stream(stream),
        user_id=to_user.id if to_user else None,
        address=address,
        subject=words["subject"],
        text=text,
        html=html,
        unsubscribe_url=unsubscribe_url,
        reply_to=reply_to,
        key=key,
        created_at=now,
    )


def _stop_url(to_user: Recipient | None, stream: Stream) -> str:
    """Empty for what is asked for by whoever gets it, and for those we know only by their address."""
    if to_user is None or stream is Stream.ACCOUNT or not STOP_URL:
        return ""
    return STOP_URL[0](to_user, stream)


def _with_key(key: str) -> MailMessage | None:
    return db.session.scalar(db.select(MailMessage).where(MailMessage.key == key))


def _save(**values: Any) -> MailMessage:
    """Insert the row unless its key is taken, as it may be by another worker since we looked."""
    statement = inserting(MailMessage).values(**values).on_conflict_do_nothing(index_elements=["key"])
    message = db.session.scalar(statement.returning(MailMessage))
    if message is None:
        return db.session.execute(db.select(MailMessage).where(MailMessage.key == values["key"])).scalar_one()
    send_soon(message.id, message.stream)
    return message


def inserting(model: type[Any]) -> Any:
    """An INSERT that knows ON CONFLICT, of the database in use."""
    return _INSERT[db.session.get_bind().dialect.name](model)


def send_soon(message_id: int, stream: Stream) -> None:
    """Queue one letter to be sent after the commit; those somebody waits for go ahead of all others."""
    outbox.add("mail.send" if stream in AT_ONCE else "mail.send_later", message_id=message_id)
