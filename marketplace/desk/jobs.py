"""Every morning, what waits for the convener; as a month begins, what organisations did in the last."""

from datetime import date

from marketplace import clock, mail, outbox
from marketplace.desk import summary, todo
from marketplace.extensions import db
from marketplace.mail.models import MailRun, Stream
from marketplace.web.words import LOCAL

DAYS = 7  # of a month, in which summaries are written: for days that were missed, or had letters enough

outbox.daily("desk.todo")
outbox.daily("desk.summaries")


@outbox.handles("desk.todo")
def write_todo() -> None:
    now = clock.now()
    todo.write(now.astimezone(LOCAL).date(), now=now)


@outbox.handles("desk.summaries")
def begin_summaries() -> None:
    """Begin the run of the month, or go over everybody again who has no letter of it."""
    now = clock.now()
    today = now.astimezone(LOCAL).date()
    if today.day <= DAYS:
        run = mail.begin_run(Stream.SUMMARY, summary.month_before(today).told_on, now)
        outbox.add("desk.summaries_page", run_id=run.id, after=0)


@outbox.handles("desk.summaries_page")
def write_summaries(run_id: int, after: int) -> None:
    """Some people, then the next; each page is safe to write twice."""
    now = clock.now()
    run = db.session.get_one(MailRun, run_id)
    day: date = run.day
    last = summary.write_page(run, summary.month_before(day), after=after, now=now)
    if last is None:
        run.chosen_at = run.chosen_at or now
    else:
        run.chosen_to = max(run.chosen_to, last)
        outbox.add("desk.summaries_page", run_id=run_id, after=last)
    mail.hand_over(run_id)
