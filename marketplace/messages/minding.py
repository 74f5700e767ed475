"""Minding how people talk: block, unblock, report, and what the convener does about a report."""

from datetime import datetime
from enum import StrEnum

from flask import url_for
from sqlalchemy import delete

from marketplace import audit, mail
from marketplace.accounts import queries as accounts
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, insert_unless_there
from marketplace.messages import queries
from marketplace.messages.models import Block, Message, MessageReport, Thread
from marketplace.organisations.models import Organisation


class ReportReason(StrEnum):
    RUDE = "rude"
    SELLING = "selling"
    DISHONEST = "dishonest"
    PRIVATE = "private"
    OTHER = "other"


REASON_WORDS = {
    ReportReason.RUDE: "It is rude or threatening",
    ReportReason.SELLING: "It sells something nobody asked for",
    ReportReason.DISHONEST: "It looks like a trick",
    ReportReason.PRIVATE: "It tells what should stay private",
    ReportReason.OTHER: "Something else",
}


def block(thread: Thread, *, organisation: Organisation, actor: User, now: datetime) -> None:
    """Get no more words from the other side, in any conversation. Promises made still stand."""
    other = thread.other(organisation.id)
    if organisation.id in queries.blocking(organisation.id, other.id):
        return
    row = insert_unless_there(
        Block, by_id=organisation.id, of_id=other.id, blocked_at=now, blocked_by_id=actor.id
    )
    if row is None:  # a colleague was first
        return
    audit.record("organisation.blocked", other, actor=actor, by=organisation.id)


def unblock(thread: Thread, *, organisation: Organisation, actor: User) -> None:
    """Hear from them again."""
    other = thread.other(organisation.id)
    if organisation.id in queries.blocking(organisation.id, other.id):
        db.session.execute(delete(Block).where(Block.by_id == organisation.id, Block.of_id == other.id))
        audit.record("organisation.unblocked", other, actor=actor, by=organisation.id)


def report(message: Message, reason: ReportReason, words: str, *, actor: User, now: datetime) -> None:
    """Ask the convener to look at what the other side wrote; asked twice is once."""
    if message.hidden_at is not None:
        raise Refused("This message was taken away already.")
    if any(each.organisation_id == message.organisation_id for each in actor.memberships):
        raise Refused("Your own organisation wrote this.")
    row = insert_unless_there(
        MessageReport, message_id=message.id, reported_by_id=actor.id, reason=reason.value, words=words,
        reported_at=now,
    )  # fmt: skip
    if row is None:  # pressed twice
        return
    audit.record("message.reported", message, actor=actor, reason=reason.value)
    for convener in accounts.conveners():
        mail.queue(
            "message_reported", to_user=convener, now=now, key=f"message_reported:{row.id}:{convener.id}",
            reason=REASON_WORDS[reason], url=url_for("minding.reports"),
        )  # fmt: skip


def hide(report: MessageReport, words: str, *, actor: User, now: datetime) -> None:
    """Take the message away: its words and files are gone, and both sides are told why."""
    message = report.message
    if report.settled_at is not None:
        return
    if message.hidden_at is None:
        message.words, message.hidden_at = "", now
        message.file_rows.clear()
        audit.record("message.hidden", message, actor=actor)
    _settle(report, words, was_hidden=True, actor=actor, now=now)


def keep(report: MessageReport, words: str, *, actor: User, now: datetime) -> None:
    """Leave the message where it is, and tell both sides why."""
    if report.settled_at is None and report.message.hidden_at is not None:
        raise Refused("This message was taken away already.")
    _settle(report, words, was_hidden=False, actor=actor, now=now)


def _settle(report: MessageReport, words: str, *, was_hidden: bool, actor: User, now: datetime) -> None:
    """Settle every open report of the message: whoever asked is told, and whoever wrote it."""
    reports = queries.reports_of(report.message)
    for each in reports:
        each.settled_at, each.settled_by_id, each.was_hidden = now, actor.id, was_hidden
        audit.record("report.settled", each, actor=actor, was_hidden=was_hidden)
        reader = db.session.get_one(User, each.reported_by_id)
        _tell(each, reader, wrote_it=False, words=words, now=now)
    if reports and report.message.user is not None:
        _tell(reports[0], report.message.user, wrote_it=True, words=words, now=now)


def _tell(report: MessageReport, person: User, *, wrote_it: bool, words: str, now: datetime) -> None:
    message = report.message
    mail.queue(
        "report_settled", to_user=person, now=now, key=f"report_settled:{report.id}:{person.id}",
        wrote_it=wrote_it, was_hidden=bool(report.was_hidden), words=words,
        listing_title=message.thread.listing.title,
        url=url_for("messages.show", thread_id=message.thread_id),
    )  # fmt: skip
