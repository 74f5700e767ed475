"""A conversation as one side sees it, and the way to it from other pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import g, url_for
from flask_login import current_user

from marketplace.access import Person, current_person
from marketplace.extensions import db
from marketplace.listings.models import Family, Listing
from marketplace.messages import queries, ties
from marketplace.messages.models import Message, Thread, ThreadReader
from marketplace.organisations.models import Organisation
from marketplace.web.words import LOCAL, day


@dataclass(frozen=True, slots=True)
class Shown:
    """A message with the time of day it was written, and whether it begins what is new."""

    message: Message
    at: str
    is_ours: bool
    begins_new: bool


@dataclass(frozen=True, slots=True)
class Door:
    """The way into a conversation from another page; `is_new` where something in it is unread."""

    url: str
    other: Organisation
    is_begun: bool
    is_new: bool


def side_of(thread: Thread, person: Person) -> Organisation:
    """The side this person speaks for: who they act for, if it is one, or else the one they belong to."""
    sides = (thread.organisation, thread.owner)
    acting = person.acting_for
    if acting is not None and acting.id in thread.sides:
        return sides[thread.sides.index(acting.id)]
    return next(each for each in sides if person.belongs_to(each.id))


def by_day(
    messages: Sequence[Message], *, organisation: Organisation, since: int | None
) -> list[tuple[str, list[Shown]]]:
    """The messages under their days; what the other side wrote after `since` is new."""
    new = [row.id for row in messages if row.organisation_id != organisation.id and row.id > (since or 0)]
    first = new[0] if new and since is not None else None
    shown = [
        Shown(
            message=row,
            at=f"{row.sent_at.astimezone(LOCAL):%H:%M}",
            is_ours=row.organisation_id == organisation.id,
            begins_new=row.id == first,
        )
        for row in messages
    ]
    return [(on, list(rows)) for on, rows in groupby(shown, key=lambda each: day(each.message.sent_at))]


def conversation(listing: Listing, organisation: Organisation) -> Door | None:
    """For templates: the way to what an organisation and whoever put a notice up say to each other.

    None for anybody who belongs to neither, and where nobody would read it.
    """
    person = current_person()
    is_asker = person.belongs_to(organisation.id)
    if not is_asker and not person.belongs_to(listing.organisation_id):
        return None
    other = listing.organisation if is_asker else organisation
    thread = queries.thread_between(listing.id, organisation.id)
    if thread is not None:
        own = organisation.id if is_asker else listing.organisation_id
        reader = db.session.get(ThreadReader, (thread.id, current_user.id))
        is_new = thread.last_id_for(own) > (reader.read_to_id if reader else 0)
        return Door(url_for("messages.show", thread_id=thread.id), other, is_begun=True, is_new=is_new)
    acts_for_it = person.acting_for is not None and person.acting_for.id == organisation.id
    if not other.is_claimed or (is_asker and not (acts_for_it and listing.is_public)):
        return None
    may_ask = is_asker and listing.family is not Family.OPPORTUNITY
    if not may_ask and not ties.are_tied(listing.id, organisation.id):
        return None
    if is_asker:
        url = url_for("messages.begin", listing_id=listing.id)
    else:
        url = url_for("messages.reach", listing_id=listing.id, with_id=organisation.id)
    return Door(url, other, is_begun=False, is_new=False)


def being_read(organisation: Organisation) -> None:
    """One of the conversations of this side is on the screen just now: it waits no more."""
    person = current_person()
    if person.acting_for is not None and person.acting_for.id == organisation.id:
        g.unread_conversations = max(0, unread_conversations() - 1)


def unread_conversations() -> int:
    """For the top of every page: how many conversations of whom they act for wait to be read."""
    person = current_person()
    if person.acting_for is None:
        return 0
    if "unread_conversations" not in g:
        g.unread_conversations = queries.number_unread(person.acting_for.id, person.user.id)
    number: int = g.unread_conversations
    return number
