"""The convener’s letter of a day: what waits for a decision, and what broke. A day with neither has none."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import url_for
from sqlalchemy import func

from marketplace import mail
from marketplace.accounts import queries as accounts
from marketplace.desk import queries
from marketplace.extensions import db
from marketplace.mail.models import MailMessage, Stream
from marketplace.outbox.models import OutboxRow
from marketplace.subscriptions import services as subscriptions
from marketplace.web.words import count, joined

A_DAY = timedelta(days=1)
NAMED = 5  # jobs, at most


@dataclass(frozen=True, slots=True)
class ToDo:
    """What the letter lists: things with words and an address, and sentences about what broke."""

    waiting: list[dict[str, str]]
    broken: list[str]

    @property
    def headline(self) -> str:
        """The first of it, and how many kinds more."""
        first, *more = [*(each["words"] for each in self.waiting), *self.broken]
        return f"{first.rstrip('.')}, and {count(len(more), 'thing')} more" if more else first.rstrip(".")


def to_do(now: datetime) -> ToDo | None:
    """What waits just now, or None."""
    waiting = [
        {"words": count(each.number, each.one, each.many), "url": mail.link(each.url)}
        for each in queries.for_the_convener()
        if each.number
    ]
    found = ToDo(waiting, [*_gave_up(now), *_held()])
    return found if found.waiting or found.broken else None


def write(day: date, *, now: datetime) -> int:
    """Write to every convener who wants it, once for the day; returns to how many."""
    conveners = accounts.conveners()
    unwanted = subscriptions.gets(Stream.TO_DO, [person.id for person in conveners])
    people = [person for person in conveners if person.id not in unwanted]
    found = to_do(now) if people else None
    if found is None:
        return 0
    run = mail.begin_run(Stream.TO_DO, day, now)
    drafts = [
        mail.Draft(
            user_id=person.id,
            address=person.email,
            template="convener_todo",
            subject=found.headline,
            words={
                "person_name": person.name,
                "headline": found.headline,
                "waiting": found.waiting,
                "broken": found.broken,
                "url": mail.link(url_for("desk.index")),
            },
            key=f"convener_todo:{day.isoformat()}:{person.id}",
            unsubscribe_url=subscriptions.stop_url(person, Stream.TO_DO),
        )
        for person in people
    ]
    written = mail.queue_many(run, drafts, now)
    run.chosen_at = run.chosen_at or now
    mail.hand_over(run.id)
    return sum(each is not None for each in written)


def _gave_up(now: datetime) -> list[str]:
    """Jobs that were given up since yesterday, each told once."""
    query = (
        db.select(OutboxRow.name, func.count())
        .where(OutboxRow.failed_at >= now - A_DAY)
        .group_by(OutboxRow.name)
        .order_by(func.count().desc(), OutboxRow.name)
    )
    rows = db.session.execute(query).all()
    if not rows:
        return []
    names = joined([f"{name} ({number:,})" for name, number in rows[:NAMED]])
    more = " and others" if len(rows) > NAMED else ""
    return [f"{count(sum(number for _, number in rows), 'job')} gave up since yesterday: {names}{more}."]


def _held() -> list[str]:
    """Letters of which the mail service has not told whether it took them."""
    number = db.session.scalar(
        db.select(func.count()).where(
            MailMessage.held_at.is_not(None),
            MailMessage.sent_at.is_(None),
            MailMessage.refused_at.is_(None),
            MailMessage.dropped_at.is_(None),
        )
    )
    if not number:
        return []
    return [f"{count(number, 'letter')} {'is' if number == 1 else 'are'} held: the mail service has not said "
            f"whether it took {'it' if number == 1 else 'them'}."]  # fmt: skip
