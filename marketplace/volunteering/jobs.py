"""Once a day, people are reminded of tomorrow and asked about yesterday."""

from marketplace import clock, outbox
from marketplace.extensions import db
from marketplace.pledges.models import Pledge
from marketplace.volunteering import services

outbox.daily("volunteering.remind")
outbox.daily("volunteering.ask")


@outbox.handles("volunteering.remind")
def remind() -> None:
    """Those of one transaction; where there were as many as it takes, the rest in another."""
    if services.remind(now=clock.now()) == services.AT_ONCE:
        outbox.add("volunteering.remind")


@outbox.handles("volunteering.ask")
def ask() -> None:
    services.ask(now=clock.now())


@outbox.handles("volunteering.changed")
def changed(pledge_id: int) -> None:
    """Something promised has other days, or is off; pledges say so by this name."""
    pledge = db.session.get(Pledge, pledge_id)
    if pledge is not None:
        services.changed(pledge, now=clock.now())
