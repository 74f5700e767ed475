"""Answers to opportunities, questions about them and what was decided, read."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_
from sqlalchemy.orm import joinedload, lazyload

from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.messages.ties import tie
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation, OrganisationStatus
from marketplace.responses.deadlines import ENDED, Promptness, closed_on, decides_by, is_overdue
from marketplace.responses.models import (
    STANDS,
    Outcome,
    Payment,
    Question,
    Response,
    ResponseStatus,
)

PROMPT_SINCE = timedelta(days=365)
CHOICES = 12  # of organisations by name
WORDS_OF_A_NAME = 5


def takes_answers(opportunity: Opportunity, *, today: date) -> bool:
    """On the board, and its last day has not passed."""
    return opportunity.is_open and (opportunity.closes_on is None or opportunity.closes_on >= today)


def of_pair(opportunity: Opportunity, supplier: Organisation) -> Response | None:
    """The one answer an organisation gave to an opportunity."""
    return db.session.scalar(
        db.select(Response).where(
            Response.opportunity_id == opportunity.id, Response.supplier_id == supplier.id
        )
    )


@tie("response")
def are_tied(listing_id: int, organisation_id: int) -> bool:
    """Whether an organisation answered an opportunity."""
    query = db.select(Response.id).where(
        Response.opportunity_id == listing_id, Response.supplier_id == organisation_id
    )
    return db.session.scalar(query) is not None


def _shown() -> Select[Any]:
    return db.select(Response).options(
        # What a list of answers never shows is left out, so that it is one query.
        joinedload(Response.opportunity).lazyload(Opportunity.quantities),
        joinedload(Response.supplier),
        joinedload(Response.buyer),
    )


def to(opportunity: Opportunity, *, fresh: bool = False) -> Sequence[Response]:
    """Answers to an opportunity that were not taken back, first come first.

    `fresh` reads rows again that this session knows already, for whoever has just made the others wait.
    """
    query = _shown().where(
        Response.opportunity_id == opportunity.id, Response.status != ResponseStatus.WITHDRAWN
    )
    query = query.order_by(Response.interested_at, Response.id)
    return db.session.scalars(query, execution_options={"populate_existing": fresh}).all()


def offered(opportunity: Opportunity) -> Response | None:
    """The answer whose supplier was offered the work, and has not said no."""
    query = _shown().where(
        Response.opportunity_id == opportunity.id, Response.status == ResponseStatus.OFFERED
    )
    return db.session.scalar(query)


def standing(opportunity: Opportunity) -> Sequence[Response]:
    """Answers that wait for the decision, those on the shortlist first."""
    query = _shown().where(Response.opportunity_id == opportunity.id, Response.status.in_(STANDS))
    first = Response.shortlisted_at.is_(None)
    return db.session.scalars(query.order_by(first, Response.interested_at, Response.id)).all()


def picked(opportunity: Opportunity, ids: Sequence[int]) -> Sequence[Response]:
    """Those of these answers that were given to this opportunity and not taken back, in the order named."""
    query = _shown().where(
        Response.opportunity_id == opportunity.id,
        Response.id.in_(ids),
        Response.status != ResponseStatus.WITHDRAWN,
    )
    query = query.options(joinedload(Response.quote))
    return sorted(db.session.scalars(query), key=lambda each: list(ids).index(each.id))


def of_organisation(organisation: Organisation, *, limit: int = 50) -> Sequence[Response]:
    """Answers given or received, latest first."""
    query = _shown().where(or_(Response.supplier_id == organisation.id, Response.buyer_id == organisation.id))
    return db.session.scalars(query.order_by(Response.interested_at.desc(), Response.id).limit(limit)).all()


def question_of_form(form_key: str) -> Question | None:
    """The question that this form asked already."""
    return db.session.scalar(db.select(Question).where(Question.form_key == form_key))


def questions_about(
    opportunity: Opportunity, *, own: bool, reader: Organisation | None
) -> Sequence[Question]:
    """What this reader sees: what was answered; of the rest the buyer all, and whoever asked their own."""
    seen: list[ColumnElement[bool]] = [Question.answered_at.is_not(None)]
    if own:
        seen.append(db.true())
    elif reader is not None:
        seen.append(Question.asker_id == reader.id)
    query = db.select(Question).where(
        Question.opportunity_id == opportunity.id, Question.taken_back_at.is_(None), or_(*seen)
    )
    if own:
        query = query.options(joinedload(Question.asker))
    return db.session.scalars(query.order_by(Question.asked_at, Question.id)).all()


def waiting_of(opportunity: Opportunity, asker: Organisation) -> int:
    """How many questions of an organisation about an opportunity have no answer yet."""
    query = db.select(func.count()).where(
        Question.opportunity_id == opportunity.id, Question.asker_id == asker.id, *_unanswered()
    )
    return db.session.scalar(query) or 0


def unanswered(organisation: Organisation) -> Sequence[Question]:
    """Questions that wait for this buyer, oldest first."""
    query = _unanswered_questions().where(Opportunity.organisation_id == organisation.id)
    return db.session.scalars(query.order_by(Question.asked_at, Question.id).limit(20)).all()


def unanswered_before_closing(*, by: date, today: date) -> Sequence[Question]:
    """Questions without an answer about notices that close within these days."""
    query = _unanswered_questions().where(Opportunity.closes_on.between(today, by))
    return db.session.scalars(query.order_by(Question.id)).all()


def _unanswered_questions() -> Select[Any]:
    return (
        db.select(Question)
        .join(Opportunity, Opportunity.id == Question.opportunity_id)
        .where(Opportunity.status.in_((ListingStatus.PUBLISHED, *ENDED)), *_unanswered())
        .options(joinedload(Question.opportunity).lazyload(Opportunity.quantities))
    )


def _unanswered() -> tuple[ColumnElement[bool], ...]:
    return Question.answered_at.is_(None), Question.taken_back_at.is_(None)


def listening_to(question: Question) -> Sequence[Organisation]:
    """Who is told when it is answered: whoever asked, and everyone whose answer stands."""
    suppliers = db.select(Response.supplier_id).where(
        Response.opportunity_id == question.opportunity_id, Response.status.in_(STANDS)
    )
    query = db.select(Organisation).where(
        or_(Organisation.id == question.asker_id, Organisation.id.in_(suppliers))
    )
    return db.session.scalars(query.order_by(Organisation.id)).all()


def outcome_of(opportunity: Opportunity) -> Outcome | None:
    """What the buyer decided."""
    query = db.select(Outcome).where(Outcome.opportunity_id == opportunity.id)
    return db.session.scalar(query.options(joinedload(Outcome.winner)))


def undecided(organisation: Organisation) -> Sequence[Opportunity]:
    """Notices of this buyer that closed and wait for its decision, longest first."""
    query = _undecided().where(Opportunity.organisation_id == organisation.id)
    return db.session.scalars(query.order_by(Opportunity.closed_at, Opportunity.id).limit(20)).all()


def closed_since(day: datetime) -> Sequence[Opportunity]:
    """Notices that closed since then and wait for a decision."""
    return db.session.scalars(_undecided().where(Opportunity.closed_at >= day).order_by(Opportunity.id)).all()


def _undecided() -> Select[Any]:
    """Closed, nothing decided, and somebody here to decide: what comes from a register is decided there.

    One that was taken down with answers standing still owes them a decision.
    """
    answered = db.exists().where(Response.opportunity_id == Opportunity.id, Response.status.in_(STANDS))
    return (
        db.select(Opportunity)
        .join(Organisation, Organisation.id == Opportunity.organisation_id)
        .where(
            or_(
                Opportunity.status.in_(ENDED),
                and_(Opportunity.status == ListingStatus.WITHDRAWN, answered),
            ),
            Opportunity.source.is_(None),
            Organisation.claimed_at.is_not(None),
            ~db.exists().where(Outcome.opportunity_id == Opportunity.id),
        )
        .options(joinedload(Opportunity.organisation))
    )


def promptness(organisation: Organisation, *, today: date) -> Promptness:
    """How many of its notices of the last year were decided within two weeks of closing."""
    query = (
        db.select(Opportunity, Outcome.decided_at)
        .outerjoin(Outcome, Outcome.opportunity_id == Opportunity.id)
        .where(
            Opportunity.organisation_id == organisation.id,
            Opportunity.status.in_((*ENDED, ListingStatus.COMPLETED)),
            Opportunity.source.is_(None),
            Opportunity.closed_at >= datetime.combine(today - PROMPT_SINCE, datetime.min.time(), tzinfo=UTC),
        )
        .options(lazyload("*"))
    )
    in_time = due = 0
    for opportunity, decided_at in db.session.execute(query):
        closed = closed_on(opportunity, today=today)
        if closed is None or (decided_at is None and not is_overdue(closed, today=today)):
            continue
        due += 1
        in_time += decided_at is not None and decided_at.date() <= decides_by(closed)
    return Promptness(in_time, due)


def overdue_of(organisation: Organisation, *, today: date) -> list[tuple[Opportunity, date]]:
    """Its notices on the board that closed over two weeks ago without a decision, and when that was."""
    found = []
    for opportunity in undecided(organisation):
        closed = closed_on(opportunity, today=today)
        if closed is not None and opportunity.is_public and is_overdue(closed, today=today):
            found.append((opportunity, closed))
    return found


def called(name: str, *, but: int) -> Sequence[Organisation]:
    """Organisations whose name holds every word, by name; without the buyer itself."""
    words = name.split()[:WORDS_OF_A_NAME]
    if not words:
        return ()
    query = db.select(Organisation).where(
        Organisation.status == OrganisationStatus.ACTIVE,
        Organisation.id != but,
        *(Organisation.name.icontains(word, autoescape=True) for word in words),
    )
    return db.session.scalars(
        query.order_by(func.length(Organisation.name), Organisation.id).limit(CHOICES)
    ).all()


def payment_of_form(form_key: str) -> Payment | None:
    """The payment that this form declared already."""
    return db.session.scalar(db.select(Payment).where(Payment.form_key == form_key))


def payments_to_agree(organisation: Organisation) -> Sequence[Payment]:
    """Payments to this supplier that its buyer declared and it has not agreed to, oldest first."""
    query = (
        db.select(Payment)
        .join(Outcome)
        .where(
            Outcome.winner_id == organisation.id, Payment.agreed_at.is_(None), Payment.taken_back_at.is_(None)
        )
        .options(
            joinedload(Payment.outcome).joinedload(Outcome.opportunity).lazyload(Opportunity.quantities),
            joinedload(Payment.outcome).joinedload(Outcome.buyer),
        )
    )
    return db.session.scalars(query.order_by(Payment.declared_at, Payment.id).limit(20)).all()
