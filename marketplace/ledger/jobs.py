"""Once a day the ledger is verified: what is new, and on Sundays all of it."""

from datetime import timedelta

from flask import url_for

from marketplace import clock, mail, outbox
from marketplace.accounts import queries as accounts
from marketplace.ledger import verifying

outbox.daily("ledger.verify")

SUNDAY = 6
AN_HOUR = timedelta(hours=1)


@outbox.handles("ledger.verify", lease=AN_HOUR)
def verify() -> None:
    """Verify and record it; where something is wrong every convener is told, and again each day."""
    now = clock.now()
    report = verifying.check(whole=now.weekday() == SUNDAY, now=now)
    if report.is_whole:
        return
    for person in accounts.conveners():
        mail.queue(
            "ledger_broken", to_user=person, now=now, key=f"ledger_broken:{now.date()}:{person.id}",
            count=report.count, faults=[fault.words for fault in report.faults[: verifying.IN_THE_RECORD]],
            url=url_for("ledger.checks"),
        )  # fmt: skip
