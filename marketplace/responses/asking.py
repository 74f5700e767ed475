"""Questions before an opportunity closes: asked in private, answered for everybody."""

from datetime import datetime

from flask import url_for
from sqlalchemy.exc import IntegrityError

from marketplace import audit
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db, rows_changed
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.responses import queries
from marketplace.responses.models import Question
from marketplace.responses.services import check_open, hold
from marketplace.responses.telling import tell

AT_ONCE = 10  # questions of one organisation that wait for an answer


def ask(
    opportunity: Opportunity,
    words: str,
    *,
    asker: Organisation,
    actor: User,
    now: datetime,
    form_key: str,
) -> Question:
    """Ask the buyer; the same form sent twice asks once."""
    if (asked := queries.question_of_form(form_key)) is not None:
        return asked
    hold(opportunity)
    check_open(opportunity, now=now)
    if asker.id == opportunity.organisation_id:
        raise Refused("This is your own notice.")
    if queries.waiting_of(opportunity, asker) >= AT_ONCE:
        raise Refused("Wait for an answer to what you asked before, then ask more.", field="words")
    question = Question(
        opportunity=opportunity, asker=asker, asked_by_id=actor.id, words=words, form_key=form_key,
        asked_at=now,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(question)
    except IntegrityError:
        if (asked := queries.question_of_form(form_key)) is None:
            raise
        return asked
    audit.record("question.asked", question, actor=actor)
    remind(question, now=now, key=f"question_asked:{question.id}")
    return question


def remind(question: Question, *, now: datetime, key: str, closes_soon: bool = False) -> None:
    """Tell the buyer's people that a question waits; each key once."""
    opportunity = question.opportunity
    tell(
        "question_asked", opportunity.organisation, opportunity, key=key, now=now,
        other_name=question.asker.name, words=question.words, closes_soon=closes_soon,
        url=url_for("responses_asking.answer", question_id=question.id),
    )  # fmt: skip


def answer(question: Question, words: str, *, actor: User, now: datetime) -> None:
    """Answer for everybody; answered again, the words are put right and nobody is written to twice.

    Raises `Refused` where the asker took it back in the meantime.
    """
    opportunity = question.opportunity
    changed = rows_changed(
        db.update(Question)
        .where(Question.id == question.id, Question.taken_back_at.is_(None))
        .values(answer=words, answered_by_id=actor.id, answered_at=question.answered_at or now)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(question)
    if not changed:
        raise Refused("They have taken this question back.")
    audit.record("question.answered", question, actor=actor)
    for organisation in queries.listening_to(question):
        tell(
            "question_answered", organisation, opportunity, now=now,
            key=f"question_answered:{question.id}:{organisation.id}", asked=question.words, words=words,
            is_theirs=organisation.id == question.asker_id,
            url=url_for("discovery.show_opportunity", opportunity_id=opportunity.id),
        )  # fmt: skip


def take_back(question: Question, *, actor: User, now: datetime) -> None:
    """The asker no longer asks; what was answered stays for everybody."""
    changed = rows_changed(
        db.update(Question)
        .where(Question.id == question.id, Question.answered_at.is_(None), Question.taken_back_at.is_(None))
        .values(taken_back_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(question)
    if changed:
        audit.record("question.taken_back", question, actor=actor)
    elif question.taken_back_at is None:
        raise Refused("They have answered it, so it stays for everybody.")
