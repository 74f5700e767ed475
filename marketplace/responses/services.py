"""Verbs about answers to an opportunity."""

from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from marketplace import audit, outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, find_or_insert, rows_changed
from marketplace.files import services as files
from marketplace.files.checks import Checked
from marketplace.listings.models import Listing
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.responses import queries
from marketplace.responses.models import Response, ResponseStatus
from marketplace.responses.telling import tell, tell_supplier

CLOSED = "This opportunity takes no more answers."
DECIDED = "They have decided about your answer already."


@dataclass(frozen=True, kw_only=True)
class AnswerDetails:
    """What a supplier sends: words first; a price, in whole £ without VAT or as a file, when there is one."""

    words: str
    price_low: int | None = None
    price_high: int | None = None
    quote: Checked | None = None  # empty: the one sent before stays
    drop_quote: bool = False


@dataclass(frozen=True, kw_only=True)
class Feedback:
    """Why an answer was not chosen, and what would help next time."""

    reason: str
    did_well: str = ""
    do_better: str = ""


def hold(opportunity: Opportunity) -> None:
    """Keep the notice as it is until this transaction ends, and read it again.

    Whoever answers, asks, closes or decides writes this row first, so that they take turns.
    """
    rows_changed(
        db.update(Listing.__table__)
        .where(Listing.__table__.c.id == opportunity.id)
        .values(status=Listing.__table__.c.status)
    )
    db.session.refresh(opportunity, ["status", "closes_on", "closed_at"])


def respond(
    opportunity: Opportunity, details: AnswerDetails, *, supplier: Organisation, actor: User, now: datetime
) -> Response:
    """Answer the buyer; sent again, the answer is replaced and nobody is written to twice."""
    hold(opportunity)
    check_open(opportunity, now=now)
    response = queries.of_pair(opportunity, supplier)
    if response is not None:
        db.session.refresh(response)  # it may have been read before the others were made to wait
    if response is not None and response.status in (
        ResponseStatus.DECLINED, ResponseStatus.WON, ResponseStatus.LOST,
    ):  # fmt: skip
        raise Refused(DECIDED)
    quote = response.quote if response and not details.drop_quote else None
    if details.quote:
        quote = files.store(
            details.quote, organisation=supplier, actor=actor, now=now, readers=[opportunity.organisation_id]
        )
    if response is None:
        response = _begun(opportunity, supplier, now=now)
    elif response.status is ResponseStatus.WITHDRAWN:
        response.move_to(ResponseStatus.INTERESTED, at=now)
        response.withdrawn_at = None
    response.words, response.sent_by_id = details.words, actor.id
    response.price_low, response.price_high = details.price_low, details.price_high
    response.quote = quote
    audit.record("response.sent", response, actor=actor)
    outbox.add("matching.converted", organisation_id=supplier.id, listing_id=opportunity.id)
    tell(
        "response_received", opportunity.organisation, opportunity, key=f"response:{response.id}", now=now,
        other_name=supplier.name, words=details.words,
        url=url_for("responses.show", response_id=response.id),
    )  # fmt: skip
    return response


def check_open(opportunity: Opportunity, *, now: datetime) -> None:
    """Raise `Refused` where nothing can be answered or asked any more."""
    if not queries.takes_answers(opportunity, today=now.date()):
        raise Refused(CLOSED)
    if not opportunity.organisation.is_claimed:
        raise Refused("Nobody reads answers for them here yet. Answer where the notice was published.")


def _begun(opportunity: Opportunity, supplier: Organisation, *, now: datetime) -> Response:
    """The pair's one row: new, or the one a second press of the button made a moment ago."""
    pair = {"opportunity_id": opportunity.id, "supplier_id": supplier.id}
    response, _ = find_or_insert(
        Response, pair, buyer_id=opportunity.organisation_id, status=ResponseStatus.INTERESTED,
        interested_at=now,
    )  # fmt: skip
    return response


def hold_answer(response: Response) -> None:
    """As `hold`, for whoever moves one answer: a colleague or the decision may have been quicker."""
    hold(response.opportunity)
    db.session.refresh(response)


def shortlist(response: Response, *, actor: User, now: datetime) -> None:
    """The buyer would like to hear more."""
    hold_answer(response)
    if response.status is ResponseStatus.SHORTLISTED:
        return
    if response.status is not ResponseStatus.INTERESTED:
        raise Refused(f"This answer is {response.status.value} already.")
    response.move_to(ResponseStatus.SHORTLISTED, at=now)
    audit.record("response.shortlisted", response, actor=actor)
    tell_supplier(response, "response_shortlisted", now=now)


def unshortlist(response: Response, *, actor: User, now: datetime) -> None:
    """Take it off the shortlist; it waits for the decision like the others, where it came in their order."""
    hold_answer(response)
    if response.status is ResponseStatus.INTERESTED:
        return
    if response.status is not ResponseStatus.SHORTLISTED:
        raise Refused("This answer is not on your shortlist.")
    came = response.interested_at
    response.move_to(ResponseStatus.INTERESTED, at=now)
    response.interested_at, response.shortlisted_at = came, None
    audit.record("response.unshortlisted", response, actor=actor)


def note(response: Response, words: str) -> None:
    """What the buyer writes down for their own people while they compare."""
    response.note = words


def decline(response: Response, feedback: Feedback, *, actor: User, now: datetime) -> None:
    """Not this time, and why."""
    hold_answer(response)
    if response.status is ResponseStatus.DECLINED:
        return
    if response.status is ResponseStatus.WITHDRAWN:
        raise Refused("They have taken their answer back.")
    if not response.stands:
        raise Refused("You have decided already, and they know.")
    write_down(response, feedback)
    response.move_to(ResponseStatus.DECLINED, at=now)
    audit.record("response.declined", response, actor=actor)
    tell_supplier(response, "response_declined", now=now)


def write_down(response: Response, feedback: Feedback) -> None:
    """Keep with the answer what its supplier is told about it."""
    response.reason = feedback.reason
    response.did_well, response.do_better = feedback.did_well, feedback.do_better


def withdraw(response: Response, *, actor: User, now: datetime) -> None:
    """The supplier takes the answer back. A buyer who had offered them the work is told to ask another."""
    hold_answer(response)
    if response.status is ResponseStatus.WITHDRAWN:
        return
    if not response.stands:
        raise Refused(DECIDED)
    was_offered = response.status is ResponseStatus.OFFERED
    response.move_to(ResponseStatus.WITHDRAWN, at=now)
    audit.record("response.withdrawn", response, actor=actor)
    if was_offered:
        opportunity = response.opportunity
        tell(
            "response_taken_back", opportunity.organisation, opportunity, now=now,
            key=f"response_taken_back:{response.id}:{now:%Y%m%d%H%M%S}", other_name=response.supplier.name,
            url=url_for("responses_deciding.answers", opportunity_id=opportunity.id),
        )  # fmt: skip
