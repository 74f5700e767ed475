"""Once a day: who has a question to answer before a notice closes, and who has a decision to make after."""

from datetime import date, datetime, timedelta

from flask import url_for

from marketplace import clock, outbox
from marketplace.responses import asking, entries, queries  # noqa: F401  # entries: counters register
from marketplace.responses.deadlines import DECIDES_WITHIN, REMINDED_AFTER, closed_on, decides_by
from marketplace.responses.telling import tell

QUESTIONS_BEFORE = timedelta(days=2)

outbox.daily("responses.remind")


@outbox.handles("responses.remind")
def remind() -> None:
    now = clock.now()
    remind_of_questions(now)
    remind_of_decisions(now)


def remind_of_questions(now: datetime) -> None:
    """Write once more about each question that waits two days before its notice closes."""
    today = now.date()
    for question in queries.unanswered_before_closing(by=today + QUESTIONS_BEFORE, today=today):
        asking.remind(question, now=now, key=f"question_due:{question.id}", closes_soon=True)


def remind_of_decisions(now: datetime) -> None:
    """Write at closing and a week after; the key of a letter makes each of them one."""
    today = now.date()
    for opportunity in queries.closed_since(now - DECIDES_WITHIN - timedelta(days=1)):
        closed = closed_on(opportunity, today=today)
        step = None if closed is None else _step(closed, today)
        if closed is None or step is None:
            continue
        tell(
            "decision_due", opportunity.organisation, opportunity, now=now,
            key=f"decision_due:{opportunity.id}:{closed.isoformat()}:{step}",
            until=decides_by(closed), is_second=step > 0,
            url=url_for("responses_deciding.answers", opportunity_id=opportunity.id),
        )  # fmt: skip


def _step(closed: date, today: date) -> int | None:
    """Which of the reminders is due: the last one whose day has come; none once it is too late."""
    if today > decides_by(closed):
        return None
    due = [number for number, after in enumerate(REMINDED_AFTER) if today >= closed + after]
    return due[-1] if due else None
