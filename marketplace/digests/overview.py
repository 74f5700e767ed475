"""How letters fare, for the convener: by stream and day, and what is broken."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select

from marketplace.digests.due import local_day, midnight
from marketplace.digests.models import Answer, Digest, DigestItem
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, MailRun, Stream, Suppression, Why
from marketplace.outbox.models import OutboxRow
from marketplace.subscriptions.models import MailChoice
from marketplace.web import words

DAYS = 14
LONGEST_HELD = timedelta(hours=6)
LONGEST_RUN = timedelta(hours=6)
MOST_REFUSED = 0.02
MOST_SPAM = 0.001
REFUSES_US = "refuses our account"  # as the way of sending says
ENOUGH = 50  # letters; of fewer a share says nothing

STREAM_WORDS = {
    Stream.ACCOUNT: "Asked for by whoever gets it",
    Stream.NEWS: "What people put up, promised or answered",
    Stream.DIGEST: "Digests",
    Stream.TO_DO: "What waits for the convener",
    Stream.SUMMARY: "Monthly summaries",
}


@dataclass(slots=True)
class Line:
    """What became of the letters of a stream, of one day or of all days; of digests what was answered too."""

    written: int = 0
    sent: int = 0
    waiting: int = 0
    held: int = 0  # nobody knows yet whether the provider has them
    refused: int = 0
    came_back: int = 0
    spam: int = 0
    stopped: int = 0  # people who want no more of them
    dropped: Counter[str] = field(default_factory=Counter)  # by why
    nothing: int = 0  # digests with nothing worth writing about
    answered: Counter[Answer] = field(default_factory=Counter)

    def add(self, more: "Line") -> None:
        """Add the figures of another line."""
        for name in (
            "written",
            "sent",
            "waiting",
            "held",
            "refused",
            "came_back",
            "spam",
            "stopped",
            "nothing",
        ):
            setattr(self, name, getattr(self, name) + getattr(more, name))
        self.dropped += more.dropped
        self.answered += more.answered

    @property
    def figures(self) -> dict[str, int]:
        """What became of the letters, by what the convener’s table calls it."""
        return {
            "Sent": self.sent,
            "Waiting": self.waiting,
            "Held": self.held,
            "Refused": self.refused,
            "Dropped": self.dropped.total(),
            "Nothing to say": self.nothing,
            "Answered": self.answered.total(),
        }

    @property
    def stopped_per_thousand(self) -> float | None:
        """Of a thousand letters sent, how many were the last that somebody wanted."""
        return round(1000 * self.stopped / self.sent, 1) if self.sent else None


@dataclass(frozen=True, slots=True)
class Overview:
    """The last two weeks, by stream: all of them, and each day, latest first."""

    totals: dict[Stream, Line]
    days: dict[Stream, list[tuple[date, Line]]]
    alerts: Sequence[str]


def overview(now: datetime) -> Overview:
    """Read in a fixed number of statements."""
    today = local_day(now)
    days = [today - timedelta(days=number) for number in range(DAYS)]
    lines = {(stream, day): Line() for stream in Stream for day in days}
    for fill in (_letters, _stopped, _told_to_stop, _digests, _answers):
        fill(lines, days)
    totals = {stream: Line() for stream in Stream}
    for (stream, _), line in lines.items():
        totals[stream].add(line)
    by_day = {
        stream: [(day, lines[stream, day]) for day in days if lines[stream, day] != Line()]
        for stream in Stream
    }
    return Overview(totals, by_day, _alerts(totals, now))


def _day(column: Any, days: Sequence[date]) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    """Which of the days of the place an instant lies in, as its number; and that it lies in one of them."""
    number = case(*((column >= midnight(day), at) for at, day in enumerate(days)), else_=len(days))
    until = midnight(days[0] + timedelta(days=1))
    return number, and_(column >= midnight(days[-1]), column < until)


Lines = dict[tuple[Stream, date], Line]


def _letters(lines: Lines, days: Sequence[date]) -> None:
    number, within = _day(MailMessage.created_at, days)
    is_waiting = and_(
        MailMessage.sent_at.is_(None),
        MailMessage.refused_at.is_(None),
        MailMessage.dropped_at.is_(None),
        MailMessage.held_at.is_(None),
    )
    is_held = and_(MailMessage.held_at.is_not(None), MailMessage.sent_at.is_(None))
    query = (
        select(
            MailMessage.stream,
            number.label("day"),
            MailMessage.dropped_why,
            func.count().label("written"),
            func.count(MailMessage.sent_at).label("sent"),
            func.count(MailMessage.refused_at).label("refused"),
            func.count(MailMessage.dropped_at).label("dropped"),
            func.count(MailMessage.failed_at).label("came_back"),
            func.sum(case((is_waiting, 1), else_=0)).label("waiting"),
            func.sum(case((is_held, 1), else_=0)).label("held"),
        )
        .where(within)
        .group_by(MailMessage.stream, number, MailMessage.dropped_why)
    )
    for row in db.session.execute(query):
        more = Line(
            written=row.written,
            sent=row.sent,
            waiting=row.waiting,
            held=row.held,
            refused=row.refused,
            came_back=row.came_back,
            dropped=Counter({row.dropped_why: row.dropped}) if row.dropped else Counter(),
        )
        lines[row.stream, days[row.day]].add(more)


def _stopped(lines: Lines, days: Sequence[date]) -> None:
    """Who said no here."""
    number, within = _day(MailChoice.said_at, days)
    query = (
        select(MailChoice.stream, number.label("day"), func.count().label("people"))
        .where(within, MailChoice.is_on.is_(False), MailChoice.source != "joining")
        .group_by(MailChoice.stream, number)
    )
    for row in db.session.execute(query):
        lines[row.stream, days[row.day]].stopped += row.people


def _told_to_stop(lines: Lines, days: Sequence[date]) -> None:
    """What providers told. Where it holds for every stream it is counted with the digests."""
    number, within = _day(Suppression.made_at, days)
    query = (
        select(Suppression.stream, Suppression.why, number.label("day"), func.count().label("people"))
        .where(within, Suppression.why.in_([Why.UNSUBSCRIBED, Why.SPAM]))
        .group_by(Suppression.stream, Suppression.why, number)
    )
    for row in db.session.execute(query):
        line = lines[Stream(row.stream or Stream.DIGEST), days[row.day]]
        if row.why is Why.SPAM:
            line.spam += row.people
        else:
            line.stopped += row.people


def _digests(lines: Lines, days: Sequence[date]) -> None:
    number, within = _day(Digest.created_at, days)
    query = select(number.label("day"), func.count().label("people")).where(within, Digest.held != "")
    for row in db.session.execute(query.group_by(number)):
        lines[Stream.DIGEST, days[row.day]].nothing += row.people


def _answers(lines: Lines, days: Sequence[date]) -> None:
    number, within = _day(DigestItem.answered_at, days)
    query = select(DigestItem.answer, number.label("day"), func.count().label("times"))
    query = query.where(within, DigestItem.answer.is_not(None)).group_by(DigestItem.answer, number)
    for row in db.session.execute(query):
        lines[Stream.DIGEST, days[row.day]].answered[row.answer] += row.times


def _alerts(totals: dict[Stream, Line], now: datetime) -> list[str]:
    """Only what is broken, each with what to do."""
    found = [*_held_too_long(now), *_stuck(now), *_provider(now)]
    for stream, line in totals.items():
        tried = line.sent + line.refused
        if tried >= ENOUGH and line.refused / tried > MOST_REFUSED:
            found.append(
                f"{STREAM_WORDS[stream]}: {words.percent(line.refused / tried)} of letters were refused."
                " Look at the reasons in the log, and whether the provider knows our sender address."
            )
        if line.sent >= ENOUGH and line.spam / line.sent > MOST_SPAM:
            spam = words.count(line.spam, "letter")
            found.append(
                f"{STREAM_WORDS[stream]}: {spam} of {line.sent:,} were called spam."
                " Call off the next run, and ask who gets these letters why they did not expect them."
            )
    return found


def _held_too_long(now: datetime) -> list[str]:
    held = db.session.scalar(
        select(func.count())
        .select_from(MailMessage)
        .where(
            MailMessage.held_at < now - LONGEST_HELD,
            MailMessage.sent_at.is_(None),
            MailMessage.refused_at.is_(None),
            MailMessage.dropped_at.is_(None),
        )
    )
    if not held:
        return []
    return [
        f"{words.count(held, 'letter')} held for more than six hours: nobody knows whether they arrived."
        " See that the worker runs and that the provider’s events reach us."
    ]


def _stuck(now: datetime) -> list[str]:
    query = select(MailRun).where(
        MailRun.ended_at.is_(None), MailRun.cancelled_at.is_(None), MailRun.began_at < now - LONGEST_RUN
    )
    return [
        f"{STREAM_WORDS[run.stream]} of {words.day(run.day)}: begun more than six hours ago, and not ended."
        " See that the worker runs; it goes on by itself."
        for run in db.session.scalars(query.order_by(MailRun.id))
    ]


def _provider(now: datetime) -> list[str]:
    """Letters that wait because of us, not of whoever gets them: as the jobs that send them say."""
    query = (
        select(OutboxRow.error)
        .where(
            OutboxRow.name.startswith("mail."),
            OutboxRow.done_at.is_(None),
            OutboxRow.error != "",
            OutboxRow.created_at < now,
        )
        .order_by(OutboxRow.id.desc())
        .limit(50)
    )
    errors = [error for error in db.session.scalars(query) if REFUSES_US in error]
    if not errors:
        return []
    return [
        f"The mail provider refuses our account, so all letters wait. It says: {errors[0][:160]}"
        " Check the key in the settings; letters go out by themselves afterwards."
    ]
