"""Verbs about answers to an opportunity."""

from datetime import datetime

from flask import url_for
from sqlalchemy.exc import IntegrityError

from marketplace import audit, mail, outbox
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.opportunities.models import Opportunity
from marketplace.organisations import queries as organisations
from marketplace.organisations.models import Organisation
from marketplace.responses import queries
from marketplace.responses.models import Response, ResponseStatus


def respond(
    opportunity: Opportunity, words: str, *, supplier: Organisation, actor: User, now: datetime
) -> Response:
    """Answer the buyer; sent again, the words are replaced and nobody is written to twice."""
    if not opportunity.is_open or (opportunity.closes_on and opportunity.closes_on < now.date()):
        raise Refused("This opportunity takes no more answers.")
    if not opportunity.organisation.is_claimed:
        raise Refused("Nobody reads answers for them here yet. Answer where the notice was published.")
    response = queries.of_pair(opportunity, supplier)
    if response is not None and response.status is ResponseStatus.DECLINED:
        raise Refused("They have decided about your answer already.")
    if response is None:
        response = _begun(opportunity, supplier, now=now)
    elif response.status is ResponseStatus.WITHDRAWN:
        response.move_to(ResponseStatus.INTERESTED, at=now)
        response.withdrawn_at = None
    response.words, response.sent_by_id = words, actor.id
    audit.record("response.sent", response, actor=actor)
    outbox.add("matching.converted", organisation_id=supplier.id, listing_id=opportunity.id)
    for person in organisations.members_of(opportunity.organisation_id):
        mail.queue(
            "response_received", to_user=person, now=now, key=f"response:{response.id}:{person.id}",
            person_name=person.name, organisation_name=opportunity.organisation.name,
            other_name=supplier.name, listing_title=opportunity.title, words=words, reason="", what="",
            url=url_for("responses.show", response_id=response.id),
        )  # fmt: skip
    return response


def _begun(opportunity: Opportunity, supplier: Organisation, *, now: datetime) -> Response:
    """The pair's one row: new, or the one a second press of the button made a moment ago."""
    response = Response(
        opportunity_id=opportunity.id, supplier_id=supplier.id, buyer_id=opportunity.organisation_id,
        status=ResponseStatus.INTERESTED, interested_at=now,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(response)
    except IntegrityError:
        if (made := queries.of_pair(opportunity, supplier)) is None:
            raise
        return made
    return response


def shortlist(response: Response, *, actor: User, now: datetime) -> None:
    """The buyer would like to hear more."""
    if response.status is ResponseStatus.SHORTLISTED:
        return
    if response.status is not ResponseStatus.INTERESTED:
        raise Refused(f"This answer is {response.status.value} already.")
    response.move_to(ResponseStatus.SHORTLISTED, at=now)
    audit.record("response.shortlisted", response, actor=actor)
    _tell_supplier(response, "response_shortlisted", now=now)


def decline(response: Response, reason: str, *, actor: User, now: datetime) -> None:
    """Not this time, and why."""
    if response.status is ResponseStatus.DECLINED:
        return
    if response.status is ResponseStatus.WITHDRAWN:
        raise Refused("They have taken their answer back.")
    response.reason = reason
    response.move_to(ResponseStatus.DECLINED, at=now)
    audit.record("response.declined", response, actor=actor)
    _tell_supplier(response, "response_declined", now=now)


def withdraw(response: Response, *, actor: User, now: datetime) -> None:
    """The supplier takes the answer back."""
    if response.status is ResponseStatus.WITHDRAWN:
        return
    if response.status is ResponseStatus.DECLINED:
        raise Refused("They have decided about your answer already.")
    response.move_to(ResponseStatus.WITHDRAWN, at=now)
    audit.record("response.withdrawn", response, actor=actor)


def _tell_supplier(response: Response, letter: str, *, now: datetime) -> None:
    for person in organisations.members_of(response.supplier_id):
        mail.queue(
            letter, to_user=person, now=now, key=f"{letter}:{response.id}:{person.id}",
            person_name=person.name, organisation_name=response.supplier.name,
            other_name=response.buyer.name, listing_title=response.opportunity.title,
            words="", reason=response.reason, what="",
            url=url_for("responses.show", response_id=response.id),
        )  # fmt: skip
