"""An answer by e-mail becomes a message, or its writer is told why not.

Letters to nobody, from programs or with a signature that is not ours are dropped without a word: an
answer to them would go to somebody who never wrote, or to and fro for ever.
"""

import io
import logging
import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import current_app, url_for
from werkzeug.datastructures import FileStorage

from marketplace import mail
from marketplace.accounts.models import User
from marketplace.config import Settings
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.files import services as files
from marketplace.files.models import File
from marketplace.mail.mailers import sender_of
from marketplace.messages import incoming, queries, services
from marketplace.messages.addresses import Told, Worth, read_address
from marketplace.messages.incoming import Attachment, Heads, Unreadable
from marketplace.messages.models import ContactShared, Thread, ThreadReader, Way
from marketplace.organisations.models import Organisation

log = logging.getLogger(__name__)

TOO_OLD = "The letter you answered is more than two months old, and its address no longer works."
NOT_THEM = (
    "An answer in your name came from another e-mail address than yours, so we did not post it. "
    "If it was you, write from the address you sign in with."
)
NO_LONGER = "You no longer belong to either organisation of this conversation."
TOO_LARGE = "Your e-mail was too large. Send what is in it in parts, of 10 MB each at most."
NO_WORDS = "We found no words of yours in your e-mail. Write above the line that says so, in plain words."
CANNOT_READ = "Your e-mail could not be read."


class Became(StrEnum):
    """What became of a letter that came in."""

    POSTED = "posted"
    REPEATED = "repeated"  # it was posted before
    REFUSED = "refused"  # and its writer told why
    DROPPED = "dropped"


def receive(raw: bytes, *, recipients: Sequence[str] = (), now: datetime) -> Became:
    """Post an answer that came by e-mail; the same letter twice is one message."""
    try:
        heads = incoming.heads_of(raw[: incoming.LARGEST], recipients)
    except Unreadable as problem:
        return _dropped(f"unreadable: {problem}")
    told = next((found for each in heads.recipients if (found := read_address(each, now=now))), None)
    if told is None:
        return _dropped("to no conversation")
    if heads.automatic or heads.sender == _our_own():
        return _dropped(f"automatic: {heads.automatic or 'ours'}")
    thread, user = db.session.get(Thread, told.thread_id), db.session.get(User, told.user_id)
    if thread is None or user is None or not user.is_active:
        return _dropped("to nobody")
    try:
        return _post(raw, heads, told, thread, user, now=now)
    except Refused as refusal:
        return _refuse(thread, user, heads, refusal.message, raw, now=now)


def _post(raw: bytes, heads: Heads, told: Told, thread: Thread, user: User, *, now: datetime) -> Became:
    if heads.sender != user.email:
        raise Refused(NOT_THEM)
    if told.worth is Worth.OLD:
        raise Refused(TOO_OLD)
    if len(raw) > incoming.LARGEST:
        raise Refused(TOO_LARGE)
    organisation = _side(thread, user)
    if queries.message_with(services.key_of(thread, user, heads.mark, Way.MAIL)) is not None:
        return Became.REPEATED
    try:
        body = incoming.body_of(raw)
    except Unreadable:
        raise Refused(CANNOT_READ) from None
    if not body.words and not body.attachments:
        raise Refused(NO_WORDS)
    with db.session.begin_nested():  # a refusal leaves no file behind
        kept, refused = _keep(body.attachments, thread, organisation, user, now=now)
        if not body.words and not kept:
            raise Refused(" ".join(f"“{name}”: {why}" for name, why in refused))
        services.post(
            thread,
            _without_address(body.words, thread, user),
            organisation=organisation,
            actor=user,
            now=now,
            files=kept,
            form_key=heads.mark,
            way=Way.MAIL,
        )
    _saw_what_was_told(thread, user)
    if refused:
        _write(
            "reply_files_refused", thread, user, heads.mark, now=now,
            files=[{"name": name, "why": why} for name, why in refused],
        )  # fmt: skip
    return Became.POSTED


def _keep(
    attachments: Sequence[Attachment],
    thread: Thread,
    organisation: Organisation,
    user: User,
    *,
    now: datetime,
) -> tuple[list[File], list[tuple[str, str]]]:
    """Those files that may be kept, and the names of the others with why not."""
    kept: list[File] = []
    refused: list[tuple[str, str]] = []
    for each in attachments:
        upload = FileStorage(io.BytesIO(each.content), filename=each.name)
        if len(kept) == services.AT_MOST_FILES:
            refused.append((each.name, f"We take at most {services.AT_MOST_FILES} files at once."))
            continue
        try:
            readers = [thread.other(organisation.id).id]
            kept.append(files.store(upload, organisation=organisation, actor=user, now=now, readers=readers))
        except Refused as refusal:
            refused.append((each.name or "a file without a name", refusal.message))
    return kept, refused


def _side(thread: Thread, user: User) -> Organisation:
    theirs = {each.organisation_id for each in user.memberships}
    for organisation in (thread.owner, thread.organisation):
        if organisation.id in theirs:
            return organisation
    raise Refused(NO_LONGER)


def _without_address(words: str, thread: Thread, user: User) -> str:
    """Mail programs set the writer’s address under what they write: shown only where they chose to."""
    if db.session.get(ContactShared, (thread.id, user.id)) is not None:
        return words
    return re.sub(rf"(mailto:)?{re.escape(user.email)}", "[address not shown]", words, flags=re.IGNORECASE)


def _saw_what_was_told(thread: Thread, user: User) -> None:
    """Whoever answers a letter has read it: the next may come at once."""
    reader = db.session.get(ThreadReader, (thread.id, user.id))
    if reader is not None and reader.told_to_id > reader.read_to_id:
        services.read_to(thread, user, reader.told_to_id)


def _refuse(thread: Thread, user: User, heads: Heads, why: str, raw: bytes, *, now: datetime) -> Became:
    """Tell whoever the address was made for, at the address of their account, with what they wrote."""
    words = ""
    if heads.sender == user.email and len(raw) <= incoming.LARGEST:
        try:
            words = incoming.body_of(raw).words
        except Unreadable:
            words = ""
    # One a day about strangers, who could otherwise fill somebody’s letter box through us.
    mark = heads.mark if heads.sender == user.email else f"stranger:{now:%Y-%m-%d}"
    _write("reply_refused", thread, user, mark, now=now, why=why, words=words)
    return Became.REFUSED


def _write(letter: str, thread: Thread, user: User, mark: str, *, now: datetime, **more: Any) -> None:
    mail.queue(
        letter, to_user=user, now=now, key=f"{letter}:{thread.id}:{user.id}:{mark}"[:120],
        listing_title=thread.listing.title, url=url_for("messages.show", thread_id=thread.id), **more,
    )  # fmt: skip


def _our_own() -> str:
    settings: Settings = current_app.config["SETTINGS"]
    return sender_of(settings).addr_spec.lower()


def _dropped(why: str) -> Became:
    log.info("letter dropped", extra={"reason": why})
    return Became.DROPPED
