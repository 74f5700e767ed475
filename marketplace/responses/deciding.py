"""Deciding an opportunity: once, with a reason for everybody who answered; put right later, never undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import url_for
from sqlalchemy.exc import IntegrityError

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import ListingStatus
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.places import pins, postcodes
from marketplace.places import queries as places
from marketplace.responses import entries, queries
from marketplace.responses.deadlines import closed_on
from marketplace.responses.models import AWARDS, Outcome, OutcomeKind, Response, ResponseStatus
from marketplace.responses.services import Feedback, hold, hold_answer, write_down
from marketplace.responses.telling import tell, tell_supplier

DECIDED = "A colleague of yours decided this a moment ago. This is what they decided."


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What was decided. The winner is one of ours, or a name from outside; £ of it all, without VAT."""

    kind: OutcomeKind
    winner: Organisation | None = None
    winner_name: str = ""
    winner_postcode: str = ""
    value: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    words: str = ""


def decide(
    opportunity: Opportunity,
    decision: Decision,
    feedback: Mapping[int, Feedback],
    *,
    actor: User,
    now: datetime,
) -> Outcome:
    """Record the one decision, tell everyone who answered, and enter what was awarded.

    `feedback` is by the id of an answer; each that stands and did not win needs one.
    """
    hold(opportunity)
    if queries.outcome_of(opportunity) is not None:
        raise Refused(DECIDED)
    _check_closed(opportunity, now=now)
    _check(decision, opportunity)
    answers = queries.to(opportunity, fresh=True)
    for response in answers:
        if response.stands and response.supplier != decision.winner and not _said(feedback.get(response.id)):
            raise Refused(
                f"Say why to {response.supplier.name} too: everyone who answered gets a reason.",
                field=f"reason_{response.id}",
            )
    outcome = _written(Outcome(opportunity=opportunity, decided_at=now, decided_by_id=actor.id), decision)
    try:
        with db.session.begin_nested():
            db.session.add(outcome)
    except IntegrityError:
        raise Refused(DECIDED) from None
    if opportunity.can_move_to(ListingStatus.COMPLETED):  # one that was taken down stays down
        listings.complete(opportunity, actor=actor)
    audit.record("outcome.decided", outcome, actor=actor)
    entries.awarded(outcome, actor=actor, now=now)
    _tell_all(outcome, answers, feedback, now=now)
    return outcome


def offer_work(response: Response, *, actor: User, now: datetime) -> None:
    """Offer the work to whoever gave this answer, before the decision is recorded: to one at a time.

    Nobody else is told. If they cannot do it, they take their answer back, and the next can be asked.
    """
    hold_answer(response)
    opportunity = response.opportunity
    if response.status is ResponseStatus.OFFERED:
        return
    if queries.outcome_of(opportunity) is not None:
        raise Refused(DECIDED)
    if response.status is ResponseStatus.WITHDRAWN:
        raise Refused("They have taken their answer back.")
    if not response.stands:
        raise Refused("You have told them no already.")
    _check_closed(opportunity, now=now)
    if (other := queries.offered(opportunity)) is not None:
        name = other.supplier.name
        raise Refused(f"You have offered it to {name}. Wait for their answer, or tell them no first.")
    response.move_to(ResponseStatus.OFFERED, at=now)
    audit.record("response.offered", response, actor=actor)
    key = f"response_offered:{response.id}:{now:%Y%m%d%H%M%S}"  # their answer may go to and fro
    tell_supplier(response, "response_offered", now=now, key=key)


def correct(outcome: Outcome, decision: Decision, feedback: Feedback, *, actor: User, now: datetime) -> None:
    """Put a decision right. Whoever won before and no longer does is told why with `feedback`."""
    opportunity = outcome.opportunity
    hold(opportunity)
    db.session.refresh(outcome)
    _check(decision, opportunity)
    before, name_before = outcome.winner, outcome.winner_words
    moved = (outcome.winner, outcome.winner_name) != (decision.winner, decision.winner_name)
    if outcome.paid and (moved or decision.kind not in AWARDS):
        raise Refused("Take back the payments you declared first: they were made to this winner.")
    if outcome.paid > (decision.value or 0):
        raise Refused(
            f"You declared £{outcome.paid:,} as paid, so the value is at least that.", field="value"
        )
    _written(outcome, decision)
    if moved:
        outcome.started_at = None
    audit.record("outcome.corrected", outcome, actor=actor, winner_before=name_before)
    entries.restated(outcome, actor=actor, now=now)
    if moved:
        _swap(outcome, before, feedback, now=now)


def start(outcome: Outcome, *, actor: User, now: datetime) -> None:
    """The work has begun, as either side says."""
    hold(outcome.opportunity)
    db.session.refresh(outcome, ["started_at", "kind"])
    if not outcome.is_award:
        raise Refused("Nothing was awarded here, so nothing can begin.")
    if outcome.started_at is not None:
        return
    outcome.started_at = now
    audit.record("outcome.started", outcome, actor=actor)
    entries.started(outcome, actor=actor, now=now)


def _check_closed(opportunity: Opportunity, *, now: datetime) -> None:
    """Raise `Refused` while it can still be answered; what is past its last day is closed on the way."""
    if opportunity.is_open:
        if closed_on(opportunity, today=now.date()) is None:
            raise Refused("It still takes answers. Close it first, then decide.")
        listings.expire(opportunity, now=now)
    elif opportunity.published_at is None and not queries.to(opportunity):
        raise Refused("This was never on the board, so there is nothing to decide.")


def _check(decision: Decision, opportunity: Opportunity) -> None:
    named = decision.winner is not None or bool(decision.winner_name)
    if decision.kind in AWARDS and not named:
        raise Refused("Choose who won.", field="winner")
    if decision.kind not in AWARDS and (named or decision.value):
        raise Refused("Nothing was awarded, so nobody won.")
    if decision.winner is not None and decision.winner.id == opportunity.organisation_id:
        raise Refused("You cannot award it to yourselves.", field="winner")
    if decision.starts_on and decision.ends_on and decision.ends_on < decision.starts_on:
        raise Refused("Choose an end on or after the start.", field="ends_on")


def _written(outcome: Outcome, decision: Decision) -> Outcome:
    """Copy the decision onto the row, and whether its winner is based in the place."""
    outcome.buyer_id = outcome.opportunity.organisation_id
    outcome.kind, outcome.winner, outcome.winner_name = decision.kind, decision.winner, ""
    outcome.winner_postcode = ""
    if decision.winner is None:
        outcome.winner_name = decision.winner_name
        code = postcodes.normalise(decision.winner_postcode)
        outcome.winner_postcode = postcodes.pretty(code) if code else ""
    outcome.is_local = is_local(outcome)
    outcome.value, outcome.words = decision.value, decision.words
    outcome.starts_on, outcome.ends_on = decision.starts_on, decision.ends_on
    return outcome


def is_local(outcome: Outcome) -> bool | None:
    """Whether the winner is based in the place; None where nobody won or we don't know where they are."""
    place = outcome.opportunity.organisation.place
    winner = outcome.winner
    if winner is not None:
        return pins.is_inside(place, ward_code=winner.ward_code, lat=winner.lat, lon=winner.lon)
    if not outcome.winner_postcode:
        return None
    try:
        found = places.locate(outcome.winner_postcode)
    except Refused:
        return None
    return pins.is_inside(place, ward_code=found.ward_code, lat=found.lat, lon=found.lon)


def _said(feedback: Feedback | None) -> bool:
    return feedback is not None and bool(feedback.reason)


def _tell_all(
    outcome: Outcome, answers: Sequence[Response], feedback: Mapping[int, Feedback], *, now: datetime
) -> None:
    """The winner, everyone whose answer stood, and those who had their no before: each hears once."""
    for response in answers:
        if response.supplier_id == outcome.winner_id:
            continue
        if response.stands:
            write_down(response, feedback[response.id])
            response.move_to(ResponseStatus.LOST, at=now)
            _tell_lost(response, outcome, now=now, key=f"outcome_lost:{response.id}")
        else:
            tell_supplier(
                response, "outcome_told", now=now, key=f"outcome_told:{response.id}", **_in_letters(outcome)
            )
    _tell_winner(outcome, now=now, key=f"outcome_won:{outcome.id}")


def _tell_winner(outcome: Outcome, *, now: datetime, key: str) -> None:
    if outcome.winner is None:
        return
    response = queries.of_pair(outcome.opportunity, outcome.winner)
    if response is not None and response.status is not ResponseStatus.WITHDRAWN:
        write_down(response, Feedback(reason=""))
        response.move_to(ResponseStatus.WON, at=now)
    tell(
        "outcome_won", outcome.winner, outcome.opportunity, key=key, now=now,
        url=url_for("responses_deciding.outcome", outcome_id=outcome.id), **_in_letters(outcome),
    )  # fmt: skip


def _swap(outcome: Outcome, before: Organisation | None, feedback: Feedback, *, now: datetime) -> None:
    """Make another the winner of an outcome that was put right, and tell both."""
    key = f"{outcome.id}:{now:%Y%m%d%H%M%S}"  # it may go to and fro
    lost = queries.of_pair(outcome.opportunity, before) if before else None
    if lost is not None and lost.status is ResponseStatus.WON:
        write_down(lost, feedback)
        lost.move_to(ResponseStatus.LOST, at=now)
        _tell_lost(lost, outcome, now=now, key=f"outcome_lost:{key}")
    elif before is not None:
        tell(
            "outcome_told", before, outcome.opportunity, key=f"outcome_told:{key}", now=now,
            reason=feedback.reason,
            url=url_for("discovery.show_opportunity", opportunity_id=outcome.opportunity_id),
            **_in_letters(outcome),
        )  # fmt: skip
    _tell_winner(outcome, now=now, key=f"outcome_won:{key}")


def _tell_lost(response: Response, outcome: Outcome, *, now: datetime, key: str) -> None:
    tell_supplier(response, "outcome_lost", now=now, key=key, **_in_letters(outcome))


def _in_letters(outcome: Outcome) -> dict[str, str]:
    return {"kind": outcome.kind.value, "winner": outcome.winner_words, "words": outcome.words}
