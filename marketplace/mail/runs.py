"""Runs: one round of letters of a stream to many people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select, update

from marketplace import outbox
from marketplace.extensions import db, insert_or_leave, rows_changed
from marketplace.mail.leaving import CALLED_OFF
from marketplace.mail.models import MailMessage, MailRun, Stream
from marketplace.mail.services import inserting
from marketplace.mail.writing import link, one_line

UNSETTLED = (
    MailMessage.sent_at.is_(None),
    MailMessage.refused_at.is_(None),
    MailMessage.dropped_at.is_(None),
)
WAITS = (*UNSETTLED, MailMessage.handing_at.is_(None), MailMessage.held_at.is_(None))


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A letter of a run. Its `words` are plain JSON, from which `template` is rendered when it leaves.

    `unsubscribe_url`, and `url` in the words, may be paths of ours.
    """

    user_id: int
    address: str
    template: str
    subject: str
    words: dict[str, Any] = field(repr=False)
    key: str | None = None
    unsubscribe_url: str = ""


def begin_run(stream: Stream, day: date, now: datetime) -> MailRun:
    """The run of this stream and day, which whoever comes first begins."""
    wanted = select(MailRun).where(MailRun.stream == stream, MailRun.day == day)
    run = db.session.scalar(wanted)
    if run is None:
        row = {"stream": stream, "day": day, "began_at": now, "batch_id": "", "chosen_to": 0}
        insert_or_leave(MailRun, [row])
        run = db.session.execute(wanted).scalar_one()
    return run


def queue_many(run: MailRun, drafts: Sequence[Draft], now: datetime) -> list[int | None]:
    """Put letters into the run, in one INSERT; their ids in the order of the drafts.

    None where that person has one in the run already, or the draft's key is taken; all None once the run is
    called off. They leave when `hand_over` is called.
    """
    if not drafts or run.cancelled_at is not None:
        return [None] * len(drafts)
    db.session.flush()
    rows = [
        {
            "stream": run.stream,
            "run_id": run.id,
            "user_id": draft.user_id,
            "address": draft.address,
            "subject": one_line(draft.subject),
            "text": "",
            "html": "",
            "template": draft.template,
            "words": draft.words,
            "unsubscribe_url": link(draft.unsubscribe_url),
            "reply_to": "",
            "key": draft.key,
            "created_at": now,
        }
        for draft in drafts
    ]
    statement = inserting(MailMessage).on_conflict_do_nothing()
    found = db.session.execute(statement.returning(MailMessage.user_id, MailMessage.id), rows)
    ids: dict[int | None, int] = {row.user_id: row.id for row in found}
    return [ids.pop(draft.user_id, None) for draft in drafts]  # two drafts to one person are one letter


def hand_over(run_id: int) -> None:
    """Have the letters of a run leave after the commit, some at a time. Asking again is fine."""
    outbox.add("mail.hand_over", run_id=run_id)


def cancel(run: MailRun, now: datetime) -> int:
    """Call the run off: what has not left is dropped; returns how many.

    Those being handed over this moment are asked again before the call; those the provider has and has not
    passed on are called off there.
    """
    if run.cancelled_at is not None:
        return 0
    run.cancelled_at = now
    db.session.flush()
    dropped = rows_changed(
        update(MailMessage)
        .where(MailMessage.run_id == run.id, *WAITS)
        .values(dropped_at=now, dropped_why=CALLED_OFF)
        .execution_options(synchronize_session=False)
    )
    if run.batch_id:
        outbox.add("mail.call_off", run_id=run.id)
    end_those_done([run.id], now)
    return dropped


def end_those_done(run_ids: Collection[int], now: datetime) -> None:
    """Note the end of runs for which everybody was looked at and every letter is settled."""
    is_chosen = MailRun.chosen_at.is_not(None) | MailRun.cancelled_at.is_not(None)
    left = exists().where(MailMessage.run_id == MailRun.id, *UNSETTLED)
    db.session.execute(
        update(MailRun)
        .where(MailRun.id.in_(run_ids), MailRun.ended_at.is_(None), is_chosen, ~left)
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
