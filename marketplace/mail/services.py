"""Writing letters: rendered and saved in the caller's transaction, sent after the commit."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite

from marketplace import outbox
from marketplace.config import Settings
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, Stream

LONGEST_SUBJECT = 200

# Control characters other than tab and new line: nobody reads them, and PostgreSQL stores no NUL.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

# Both databases know ON CONFLICT, each by its own construct.
_INSERT: dict[str, Callable[..., Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class Recipient(Protocol):
    """Whoever has an address; a `User`, though mail knows nothing of accounts."""

    id: Any
    email: Any
    name: Any


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

    settings: Settings = current_app.config["SETTINGS"]
    unsubscribe_url = link(unsubscribe_url)
    words = {"person_name": to_user.name if to_user else "", **context}
    words |= {"site_name": settings.site_name, "base_url": settings.base_url.rstrip("/"), "link": link}
    words |= {"stream": str(Stream(stream)), "unsubscribe_url": unsubscribe_url, "reply_to": reply_to}
    if "url" in words:
        words["url"] = link(words["url"])
    words["subject"] = one_line(_render(name, "subject.txt", words))
    return _save(
        stream=Stream(stream),
        user_id=to_user.id if to_user else None,
        address=address,
        subject=words["subject"],
        text=_airy(_render(name, "body.txt", words)),
        html=_render(name, "body.html", words).strip() + "\n",
        unsubscribe_url=unsubscribe_url,
        reply_to=reply_to,
        key=key,
        created_at=now,
    )


def link(path: str) -> str:
    """A path of ours as a whole address, from the settings and never from a request's Host header."""
    if not path.startswith("/"):
        return path
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url.rstrip("/") + path


def one_line(text: str) -> str:
    """A subject: no line breaks or control characters, so nothing in it can become another header."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_SUBJECT else line[: LONGEST_SUBJECT - 1].rstrip() + "…"


def _render(name: str, part: str, words: dict[str, Any]) -> str:
    rendered = current_app.jinja_env.get_template(f"email/{name}/{part}").render(words)
    return _UNSEEN.sub(" ", rendered.replace("\r\n", "\n"))  # forms send \r\n


def _airy(text: str) -> str:
    """One empty line at most between paragraphs, however many pieces a letter left out."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _with_key(key: str) -> MailMessage | None:
    return db.session.scalar(db.select(MailMessage).where(MailMessage.key == key))


def _save(**values: Any) -> MailMessage:
    """Insert the row unless its key is taken, as it may be by another worker since we looked."""
    insert = _INSERT[db.session.get_bind().dialect.name]
    statement = insert(MailMessage).values(**values).on_conflict_do_nothing(index_elements=["key"])
    message = db.session.scalar(statement.returning(MailMessage))
    if message is None:
        return db.session.execute(db.select(MailMessage).where(MailMessage.key == values["key"])).scalar_one()
    outbox.add("mail.send", message_id=message.id)
    return message
