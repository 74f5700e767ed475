"""Verbs about conversations: begin, write, read, mark, and show or hide one’s own address."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import delete, update

from marketplace import audit, outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, find_or_insert, insert_or_replace
from marketplace.files import services as files_kept
from marketplace.files.models import File
from marketplace.listings.models import Family, Listing
from marketplace.messages import queries, ties
from marketplace.messages.models import ContactShared, Message, MessageFile, Thread, ThreadReader, Way
from marketplace.organisations.models import Organisation

LONGEST = 5000  # characters of one message
AN_HOUR = 40  # messages of one person
A_DAY = 30  # conversations that one organisation begins
AT_MOST_FILES = 5
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

NOBODY_READS = "Nobody reads messages for {name} here yet."
BLOCKED_BY_THEM = (
    "{name} has chosen to get no more messages from you. What you promised each other still stands."
)
BLOCKED_BY_YOU = "You have blocked {name}. Unblock them to write to them again."
TOO_MANY = "You have written a great deal in the last hour. Wait a while, then send it again."
TOO_MANY_BEGUN = (
    "Your organisation has begun many conversations today. Go on tomorrow, or answer those you have."
)
ASK_IN_PUBLIC = (
    "Ask a question on the notice instead: everybody who might answer sees the same reply. "
    "Once you have answered, or they have asked you, you can talk here."
)


def may_begin(listing: Listing, organisation: Organisation, *, by: Organisation, now: datetime) -> None:
    """Whether one side may write to the other about this notice at all. Raises `Refused` with why not.

    Somebody who is neither side’s choice yet may ask about a need, a capability or an offer; about an
    opportunity they ask in public, so that all who might answer know the same.
    """
    other = listing.organisation if by.id == organisation.id else organisation
    if not other.is_claimed:
        raise Refused(NOBODY_READS.format(name=other.name))
    if queries.thread_between(listing.id, organisation.id) is not None:
        return
    if listing.family is Family.OPPORTUNITY and not ties.are_tied(listing.id, organisation.id):
        raise Refused(ASK_IN_PUBLIC)
    if queries.begun_since(by.id, now - DAY) >= A_DAY:
        raise Refused(TOO_MANY_BEGUN)


def thread_of(listing: Listing, organisation: Organisation, *, now: datetime) -> Thread:
    """The one conversation of this organisation and whoever put the notice up; made when first needed."""
    if organisation.id == listing.organisation_id:
        raise Refused("That is your own notice.")
    pair = {"listing_id": listing.id, "organisation_id": organisation.id}
    thread, _ = find_or_insert(
        Thread, pair, owner_id=listing.organisation_id, created_at=now, last_at=now,
        organisation_last_id=0, owner_last_id=0,
    )  # fmt: skip
    return thread


def post(
    thread: Thread,
    words: str,
    *,
    organisation: Organisation,
    actor: User,
    now: datetime,
    files: Sequence[File] = (),
    form_key: str,
    way: Way = Way.PAGE,
) -> Message:
    """Write to the other side; the same form or letter twice is one message.

    Whoever posts at the same moment waits here, so that the messages of one conversation get their
    numbers in the order in which they are saved, and “read up to” means what it says.
    """
    key = key_of(thread, actor, form_key, way)
    if (repeated := queries.message_with(key)) is not None:
        return repeated
    words = words.replace("\r\n", "\n").strip()
    _refuse_words(words, files)
    _refuse_writer(thread, organisation, actor, now=now)

    db.session.execute(update(Thread).where(Thread.id == thread.id).values(last_at=now))
    db.session.refresh(thread)
    if (repeated := queries.message_with(key)) is not None:
        return repeated
    message = Message(
        thread_id=thread.id, organisation_id=organisation.id, user_id=actor.id, words=words,
        sent_at=now, form_key=key, way=way, file_rows=[MessageFile(file_id=file.id) for file in files],
    )  # fmt: skip
    for file in files:
        files_kept.let_see(file, [thread.other(organisation.id).id])
    db.session.add(message)
    db.session.flush()
    _count(thread, message, now=now)
    audit.record("message.sent", message, actor=actor, way=str(way))
    outbox.add("messages.tell", thread_id=thread.id)
    return message


def key_of(thread: Thread, actor: User, form_key: str, way: Way = Way.PAGE) -> str:
    """What tells one message from another: nobody can take somebody else’s."""
    return f"{way}:{thread.id}:{actor.id}:{form_key}"[:120]


def read_to(thread: Thread, user: User, message_id: int) -> None:
    """This person has seen everything up to a message. It only ever moves on."""
    reader = db.session.get(ThreadReader, (thread.id, user.id))
    if reader is None or reader.read_to_id < message_id:
        _note(thread, user, read_to_id=message_id)


def mark_unread(thread: Thread, user: User, *, organisation: Organisation) -> None:
    """Have the last message to this side wait for this person again."""
    last = thread.last_id_for(organisation.id)
    if last:
        _note(thread, user, read_to_id=last - 1)


def share_address(thread: Thread, *, actor: User, now: datetime) -> None:
    """Show the other side one’s own e-mail address, in this conversation."""
    if db.session.get(ContactShared, (thread.id, actor.id)) is None:
        insert_or_replace(ContactShared, [{"thread_id": thread.id, "user_id": actor.id, "shared_at": now}])
        audit.record("address.shared", thread, actor=actor)


def keep_address(thread: Thread, *, actor: User) -> None:
    """Take the address back; what they wrote down meanwhile is theirs to know."""
    shared = db.session.get(ContactShared, (thread.id, actor.id))
    if shared is not None:
        db.session.execute(
            delete(ContactShared).where(
                ContactShared.thread_id == thread.id, ContactShared.user_id == actor.id
            )
        )
        db.session.expunge(shared)
        audit.record("address.taken_back", thread, actor=actor)


def _refuse_words(words: str, files: Sequence[File]) -> None:
    if not words and not files:
        raise Refused("Write something first, or add a file.", field="words")
    if len(words) > LONGEST:
        raise Refused(f"That is {len(words):,} characters. Write at most {LONGEST:,}.", field="words")
    if len(files) > AT_MOST_FILES:
        raise Refused(f"Send at most {AT_MOST_FILES} files at once.", field="files")


def _refuse_writer(thread: Thread, organisation: Organisation, actor: User, *, now: datetime) -> None:
    if organisation.id not in thread.sides:
        raise Refused("Only the two organisations of a conversation write in it.")
    other = thread.other(organisation.id)
    if not other.is_claimed:
        raise Refused(NOBODY_READS.format(name=other.name))
    blocking = queries.blocking(*thread.sides)
    if other.id in blocking:
        raise Refused(BLOCKED_BY_THEM.format(name=other.name))
    if organisation.id in blocking:
        raise Refused(BLOCKED_BY_YOU.format(name=other.name))
    if queries.written_since(actor.id, now - HOUR) >= AN_HOUR:
        raise Refused(TOO_MANY)


def _count(thread: Thread, message: Message, *, now: datetime) -> None:
    """Write down whose last message it is, and how long the first question waited for an answer."""
    if message.organisation_id == thread.organisation_id:
        thread.organisation_last_id = message.id
    else:
        thread.owner_last_id = message.id
    if thread.asked_at is None:
        thread.asked_id, thread.asked_at = thread.other(message.organisation_id).id, now
    elif thread.answer_hours is None and message.organisation_id == thread.asked_id:
        thread.answer_hours = max(0, ceil((now - thread.asked_at) / HOUR))


def _note(thread: Thread, user: User, **values: object) -> None:
    """Change this person’s place in the conversation; two pages at once make one row."""
    insert_or_replace(ThreadReader, [{"thread_id": thread.id, "user_id": user.id, **values}])
    reader = db.session.identity_map.get(db.session.identity_key(ThreadReader, (thread.id, user.id)))
    if reader is not None:
        db.session.expire(reader)
