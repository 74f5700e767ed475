"""Once a day, digests that are due are written; the period decides that it is one a week."""

from marketplace import clock, outbox
from marketplace.accounts.models import User
from marketplace.digests import queries, services
from marketplace.extensions import db

outbox.daily("digests.send")


@outbox.handles("digests.send")
def send_all() -> None:
    """Queue one letter to write for each person, so that one person's trouble is only theirs."""
    for person_id in queries.everyone():
        outbox.add("digests.write", user_id=person_id)


@outbox.handles("digests.write")
def write_one(user_id: int) -> None:
    person = db.session.get(User, user_id)
    now = clock.now()
    if person is not None and not queries.wants_none(person):
        services.write(person, period=services.period_of(now.date()), today=now.date(), now=now)
