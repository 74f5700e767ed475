"""What happened, told to people. Every hour: what has run out, who is reminded, whom there is room for.

Every day: what is looked at.
"""

from datetime import date, datetime

from flask import url_for

from marketplace import clock, mail, outbox
from marketplace.accounts.models import User
from marketplace.extensions import db
from marketplace.organisations import queries as organisations
from marketplace.pledges import counters, lapsing, sampling, waiting  # noqa: F401  # counters register themselves
from marketplace.pledges.models import End, Pledge

outbox.hourly("pledges.lapse")
outbox.hourly("pledges.nudge")
outbox.hourly("pledges.call_waiting")
outbox.daily("pledges.sample")


@outbox.handles("pledges.tell", urgent=True)
def tell(
    *,
    pledge_id: int,
    version: int,
    letter: str,
    end: str,
    people: list[int] | None,
    what: str,
    words: str,
    reason: str,
    until: str | None,
) -> None:
    """Write to the people of one end, or to these of them, what happened to this version of a pledge."""
    pledge, side = db.session.get_one(Pledge, pledge_id), End(end)
    own, other = pledge.organisation_of(side), pledge.organisation_of(side.other)
    for person in _people(own.id, people):
        mail.queue(
            letter, to_user=person, now=clock.now(), key=f"{letter}:{pledge_id}.{version}:{person.id}",
            person_name=person.name, organisation_name=own.name, other_name=other.name,
            listing_title=pledge.listing.title, what=what, words=words, reason=reason,
            until=_instant(until), url=url_for("pledges.show", pledge_id=pledge_id),
        )  # fmt: skip


def _people(organisation_id: int, ids: list[int] | None) -> list[User]:
    """Those of them who still belong to it."""
    return [person for person in organisations.members_of(organisation_id) if ids is None or person.id in ids]


def _instant(iso: str | None) -> datetime | date | None:
    if iso is None:
        return None
    return datetime.fromisoformat(iso) if "T" in iso else date.fromisoformat(iso)


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
    waiting.call(quantity_id, now=clock.now())


@outbox.handles("pledges.sample")
def sample() -> None:
    sampling.sample(clock.now())
