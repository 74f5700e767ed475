"""What has happened to a pledge, said in sentences: who did what, and when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from marketplace.audit.models import AuditEvent
from marketplace.extensions import db
from marketplace.organisations.models import Membership
from marketplace.pledges.models import Delivery, Pledge
from marketplace.web import words

MOST = 300  # a promise for a year of weeks has about that many


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. `id` grows: what has a greater one came later."""

    id: int
    at: datetime
    who: str
    said: str

    @property
    def sentence(self) -> str:
        return f"{self.who} {self.said}"


SAID = {
    "pledge.drafted": "wrote this promise for their team to approve",
    "pledge.approved": "approved it: the promise is made",
    "pledge.turned_down": "turned it down in their own team",
    "pledge.offered": "promised {what}",
    "pledge.requested": "asked for {what}",
    "pledge.waiting": "joined the waiting list with {what}",
    "pledge.called": "found room for it: it is no longer on the waiting list",
    "pledge.accepted": "said yes to {what}",
    "pledge.declined": "said not this time",
    "pledge.days_proposed": "proposed {day}",
    "pledge.days_agreed": "agreed to the day",
    "pledge.days_kept": "kept to the day there was",
    "pledge.withdrawn": "called off what was still to come",
    "pledge.lapsed": "let it lapse: nothing happened for too long",
    "pledge.nudged": "reminded whoever’s move it is",
    "pledge.escalated": "asked the convener to look: nobody has said whether it came",
    "pledge.thanked": "said thank you",
    "pledge.delivered": "said that {what} was given",
    "pledge.not_delivered": "said that it did not come",
    "pledge.confirmed": "confirmed that {what} came",
    "pledge.certified": "certified it for their reports",
    "pledge.disputed": "said that this is not how it was",
    "pledge.settled": "decided what counts: {what}",
    "pledge.verification_asked": "asked for it to be checked",
    "pledge.verified": "checked it: {what} came",
    "pledge.story_taken_down": "took the thanks down",
}
NOBODY = "Placeful"  # what happened by itself


def steps(pledge: Pledge, deliveries: Sequence[Delivery]) -> list[Step]:
    """Everything that happened, the first thing first: two queries."""
    events = _events(pledge)
    names = _names(pledge, {event.actor_id for event in events if event.actor_id})
    return [
        Step(event.id, event.at, _who(event, names), _said(event, pledge, len(deliveries)))
        for event in events
        if event.name != "pledge.sampled"
    ]


def since(told: Iterable[Step], seen: int) -> list[Step]:
    """What came after the step `seen`."""
    return [step for step in told if step.id > seen]


def _events(pledge: Pledge) -> Sequence[AuditEvent]:
    about = AuditEvent.subject_type == "pledge", AuditEvent.subject_id == pledge.id
    query = db.select(AuditEvent).where(*about).order_by(AuditEvent.id.desc()).limit(MOST)
    return list(reversed(db.session.scalars(query).all()))


def _names(pledge: Pledge, actors: set[int]) -> Mapping[int, str]:
    """For each person who did something, the end they belong to; whoever belongs to neither is left out."""
    if not actors:
        return {}
    ends = {pledge.giver_id: pledge.giver.name, pledge.receiver_id: pledge.receiver.name}
    query = db.select(Membership.user_id, Membership.organisation_id).where(
        Membership.user_id.in_(actors), Membership.organisation_id.in_(ends)
    )
    return {user_id: ends[organisation_id] for user_id, organisation_id in db.session.execute(query)}


def _who(event: AuditEvent, names: Mapping[int, str]) -> str:
    if event.actor_id is None:
        return NOBODY
    return names.get(event.actor_id, "The convener")


def _said(event: AuditEvent, pledge: Pledge, times: int) -> str:
    said = SAID.get(event.name) or event.name.partition(".")[2].replace("_", " ")
    said = said.format(what=_what(event.details, pledge), day=_day(event.details))
    number = event.details.get("delivery")
    return f"{said} ({number} of {times})" if number and times > 1 else said


def _what(details: Mapping[str, Any], pledge: Pledge) -> str:
    quantity = details.get("quantity")
    return pledge.quantity_row.words(quantity) if isinstance(quantity, int) else pledge.what


def _day(details: Mapping[str, Any]) -> str:
    written = details.get("starts_on")
    return words.day(date.fromisoformat(written)) if written else "another day"
