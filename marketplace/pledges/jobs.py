"""Every hour: what has run out, who is reminded, whom there is room for. Every day: what is looked at."""

from marketplace import clock, outbox
from marketplace.extensions import db
from marketplace.listings.models import Quantity
from marketplace.pledges import counters, lapsing, sampling, waiting  # noqa: F401  # counters register themselves
from marketplace.pledges.models import Pledge

outbox.hourly("pledges.lapse")
outbox.hourly("pledges.nudge")
outbox.hourly("pledges.call_waiting")
outbox.daily("pledges.sample")


@outbox.handles("pledges.lapse")
def lapse() -> None:
    """One row for each, so that no transaction holds two pledges and each stands alone if one fails."""
    for pledge_id in lapsing.due_ids(clock.now()):
        outbox.add("pledges.lapse_one", pledge_id=pledge_id)


@outbox.handles("pledges.lapse_one")
def lapse_one(pledge_id: int) -> None:
    lapsing.lapse(db.session.get_one(Pledge, pledge_id), now=clock.now())


@outbox.handles("pledges.nudge")
def nudge() -> None:
    for pledge_id in lapsing.to_nudge(clock.now()):
        outbox.add("pledges.nudge_one", pledge_id=pledge_id)


@outbox.handles("pledges.nudge_one")
def nudge_one(pledge_id: int) -> None:
    lapsing.nudge(db.session.get_one(Pledge, pledge_id), now=clock.now())


@outbox.handles("pledges.call_waiting")
def call_waiting() -> None:
    for quantity_id in lapsing.full_lines(clock.now()):
        outbox.add("pledges.call_line", quantity_id=quantity_id)


@outbox.handles("pledges.call_line")
def call_line(quantity_id: int) -> None:
    waiting.call(db.session.get_one(Quantity, quantity_id), now=clock.now())


@outbox.handles("pledges.sample")
def sample() -> None:
    sampling.sample(clock.now())
