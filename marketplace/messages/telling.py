"""Letters about what was written: soon, but one an hour while nobody looks, and one reminder."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import url_for

from marketplace import mail, outbox
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.messages import queries
from marketplace.messages.addresses import reply_address
from marketplace.messages.models import Message, Thread, ThreadReader
from marketplace.organisations import queries as organisations

APART = timedelta(hours=1)  # two letters to one person about one conversation, while it is unread
REMIND_AFTER = timedelta(days=2)
TOO_LATE = timedelta(days=14)  # a reminder after a long silence of ours would puzzle
IN_A_LETTER = 5  # messages written out; of more, the letter says how many


def tell(thread: Thread, *, now: datetime) -> None:
    """Write to each person of both sides about what the other side wrote and they have not seen.

    Safe to run twice: each letter says how far it tells, and the next begins after it.
    """
    readers = queries.readers_of(thread)
    for organisation_id in thread.sides:
        if not thread.last_id_for(organisation_id):
            continue
        for person in organisations.members_of(organisation_id):
            reader = readers.get(person.id) or _new_reader(thread, person)
            if max(reader.read_to_id, reader.told_to_id) >= thread.last_id_for(organisation_id):
                continue
            if (due_at := _not_before(reader)) and now < due_at:
                _wait(thread, reader, due_at, now=now)
            else:
                _write(thread, organisation_id, person, reader, now=now)


def remind(now: datetime) -> int:
    """Remind, once, whoever has left something unread for two days; returns how many were."""
    waiting = queries.unanswered(between=(now - TOO_LATE, now - REMIND_AFTER))
    for thread_id, person, last_id in waiting:
        thread = db.session.get_one(Thread, thread_id)
        reader = db.session.get(ThreadReader, (thread_id, person.id)) or _new_reader(thread, person)
        organisation_id = _side_of(thread, person)
        unseen = queries.new_from(thread, thread.other(organisation_id).id, since=reader.read_to_id)
        if unseen:
            _letter(thread, organisation_id, person, unseen, is_reminder=True, now=now)
        reader.nudged_to_id = last_id
    return len(waiting)


def _not_before(reader: ThreadReader) -> datetime | None:
    """When they may be written to again, where the last letter is still unread."""
    is_unread = reader.read_to_id < reader.told_to_id
    return reader.told_at + APART if reader.told_at and is_unread else None


def _wait(thread: Thread, reader: ThreadReader, due_at: datetime, *, now: datetime) -> None:
    if reader.tell_at is None or reader.tell_at <= now:
        reader.tell_at = due_at
        outbox.add_for(due_at, "messages.tell", thread_id=thread.id)


def _write(
    thread: Thread, organisation_id: int, person: User, reader: ThreadReader, *, now: datetime
) -> None:
    since = max(reader.read_to_id, reader.told_to_id)
    unseen = queries.new_from(thread, thread.other(organisation_id).id, since=since)
    if unseen:
        _letter(thread, organisation_id, person, unseen, is_reminder=False, now=now)
        reader.told_at = now
    reader.told_to_id, reader.tell_at = thread.last_id_for(organisation_id), None


def _letter(
    thread: Thread,
    organisation_id: int,
    person: User,
    unseen: Sequence[Message],
    *,
    is_reminder: bool,
    now: datetime,
) -> None:
    own = thread.organisation if organisation_id == thread.organisation_id else thread.owner
    name = "message_reminder" if is_reminder else "message_received"
    shown = [
        {
            "said_by": message.user.name if message.user else "",
            "words": message.words,
            "files": [row.file.name for row in message.file_rows],
        }
        for message in unseen[-IN_A_LETTER:]
    ]
    mail.queue(
        "message_received", to_user=person, now=now, key=f"{name}:{thread.id}:{person.id}:{unseen[-1].id}",
        reply_to=reply_address(thread.id, person.id, now=now), is_reminder=is_reminder,
        organisation_name=own.name, other_name=thread.other(organisation_id).name,
        listing_title=thread.listing.title, messages=shown, left_out=len(unseen) - len(shown),
        url=url_for("messages.show", thread_id=thread.id, _anchor=f"m{unseen[0].id}"),
    )  # fmt: skip


def _new_reader(thread: Thread, person: User) -> ThreadReader:
    reader = ThreadReader(thread_id=thread.id, user_id=person.id, read_to_id=0, told_to_id=0, nudged_to_id=0)
    db.session.add(reader)
    return reader


def _side_of(thread: Thread, person: User) -> int:
    """The side this person reads it for; the one that owns the notice, if they belong to both."""
    theirs = {each.organisation_id for each in person.memberships}
    return thread.owner_id if thread.owner_id in theirs else thread.organisation_id
