"""Every answer to a notice, deciding, putting a decision right, and what follows an award."""

from collections.abc import Callable, Sequence
from secrets import token_urlsafe

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import Field

from marketplace import clock
from marketplace.access import current_person, may, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.opportunities.models import Opportunity
from marketplace.organisations.models import Organisation
from marketplace.responses import deciding, paying, queries
from marketplace.responses.deadlines import closed_on, decides_by, is_overdue
from marketplace.responses.deciding_forms import (
    KIND_WORDS,
    CorrectForm,
    KindForm,
    OutcomeForm,
    PaymentForm,
    decide_form,
)
from marketplace.responses.models import AWARDS, Outcome, OutcomeKind, Payment

bp = Blueprint("responses_deciding", __name__)


@bp.get("/opportunities/<int:opportunity_id>/answers")
@requires("opportunity.read_answers", Opportunity)
def answers(opportunity: Opportunity) -> ResponseReturnValue:
    closed = closed_on(opportunity, today=clock.today())
    return render_template(
        "responses/answers.html",
        opportunity=opportunity,
        answers=queries.to(opportunity),
        outcome=queries.outcome_of(opportunity),
        closed=closed,
        decides_by=decides_by(closed) if closed else None,
        is_overdue=closed is not None and is_overdue(closed, today=clock.today()),
    )


@bp.route("/opportunities/<int:opportunity_id>/decide", methods=["GET", "POST"])
@requires("opportunity.decide", Opportunity)
def decide(opportunity: Opportunity) -> ResponseReturnValue:
    if (made := queries.outcome_of(opportunity)) is not None:
        return _decided(made)
    kind = request.values.get("kind", "")
    if kind not in set(OutcomeKind):
        return _which(opportunity, asked=request.method == "POST" or "next" in request.args)
    standing = queries.standing(opportunity)
    form = decide_form(standing, OutcomeKind(kind))
    looking = "look" in request.form
    if not form.is_submitted() and (offered := queries.offered(opportunity)) is not None:
        form.winner.data = str(offered.supplier_id)
    _offer(form, [each.supplier for each in standing], opportunity)
    if form.is_submitted() and not looking and form.validate():
        try:
            outcome = deciding.decide(
                opportunity,
                form.decision(_winner(form)),
                form.feedback(),
                actor=current_user,
                now=clock.now(),
            )
        except Refused as refusal:
            db.session.rollback()
            if (made := queries.outcome_of(opportunity)) is not None:
                flash(refusal.message, "problem")
                return redirect(url_for(".outcome", outcome_id=made.id))
            _refuse(form, refusal, form.words)
        else:
            db.session.commit()
            flash("Decided. Everyone who answered has been told.", "done")
            return redirect(url_for(".outcome", outcome_id=outcome.id))
    page = render_template(
        "responses/decide.html",
        form=form,
        opportunity=opportunity,
        standing=standing,
        kind_words=KIND_WORDS[form.decided],
        is_award=form.decided in AWARDS,
    )
    return page, 422 if form.errors else 200


@bp.get("/outcomes/<int:outcome_id>")
@requires("outcome.see", Outcome)
def outcome(outcome: Outcome) -> ResponseReturnValue:
    form = PaymentForm(formdata=None)
    form.form_key.data = token_urlsafe(16)
    return _page(outcome, form)


@bp.route("/outcomes/<int:outcome_id>/correct", methods=["GET", "POST"])
@requires("outcome.correct", Outcome)
def correct(outcome: Outcome) -> ResponseReturnValue:
    form, opportunity = CorrectForm(), outcome.opportunity
    if not form.is_submitted():
        form.show(outcome)
    if form.kind.data not in set(OutcomeKind):
        form.kind.data = outcome.kind.value
    answered = [each.supplier for each in queries.to(opportunity)]
    _offer(form, [*answered, *([outcome.winner] if outcome.winner else [])], opportunity)
    if form.is_submitted() and "look" not in request.form and form.validate():
        try:
            deciding.correct(
                outcome, form.decision(_winner(form)), form.feedback(), actor=current_user, now=clock.now()
            )
        except Refused as refusal:
            db.session.rollback()
            _refuse(form, refusal, form.words)
        else:
            db.session.commit()
            flash("Put right. The ledger keeps what was said before and what is said now.", "done")
            return redirect(url_for(".outcome", outcome_id=outcome.id))
    page = render_template("responses/correct.html", form=form, outcome=outcome, opportunity=opportunity)
    return page, 422 if form.errors else 200


@bp.post("/outcomes/<int:outcome_id>/start")
@requires("outcome.start", Outcome)
def start(outcome: Outcome) -> ResponseReturnValue:
    return _done(
        outcome,
        lambda: deciding.start(outcome, actor=current_user, now=clock.now()),
        "Marked as begun. Both of you see it.",
    )


@bp.post("/outcomes/<int:outcome_id>/payments")
@requires("payment.declare", Outcome)
def declare(outcome: Outcome) -> ResponseReturnValue:
    form = PaymentForm()
    if form.validate_on_submit():
        try:
            paying.declare(outcome, form.details(), actor=current_user, now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            _refuse(form, refusal, form.pounds)
        else:
            db.session.commit()
            flash("Written down. It counts as paid, as you declared it.", "done")
            return redirect(url_for(".outcome", outcome_id=outcome.id))
    return _page(outcome, form), 422


@bp.post("/payments/<int:payment_id>/take-back")
@requires("payment.take_back", Payment)
def take_back(payment: Payment) -> ResponseReturnValue:
    return _done(
        payment.outcome,
        lambda: paying.take_back(payment, actor=current_user, now=clock.now()),
        "Taken back. The ledger keeps both.",
    )


@bp.post("/payments/<int:payment_id>/agree")
@requires("payment.agree", Payment)
def agree(payment: Payment) -> ResponseReturnValue:
    return _done(
        payment.outcome,
        lambda: paying.agree(payment, actor=current_user, now=clock.now()),
        "Thank you. They see that it came.",
    )


def _which(opportunity: Opportunity, *, asked: bool) -> ResponseReturnValue:
    """The first question, in the address: what was decided."""
    form = KindForm()
    if asked:
        form.kind.errors = ["Choose what you decided"]
    page = render_template(
        "responses/which.html",
        form=form,
        opportunity=opportunity,
        closed=closed_on(opportunity, today=clock.today()) or not opportunity.is_open,
    )
    return page, 422 if asked else 200


def _decided(outcome: Outcome) -> ResponseReturnValue:
    """Somebody decided while this page was open; what they decided is there to see."""
    if request.method == "POST":
        flash(deciding.DECIDED, "problem")
    return redirect(url_for(".outcome", outcome_id=outcome.id))


def _offer(form: OutcomeForm, answered: Sequence[Organisation], opportunity: Opportunity) -> None:
    """Who can be chosen: those who answered, those found by name, and whoever was chosen before."""
    found = list(queries.called(form.look_for.data or "", but=opportunity.organisation_id))
    if (chosen := _winner(form)) is not None and chosen.id != opportunity.organisation_id:
        found.append(chosen)
    form.offer(list(dict.fromkeys(answered)), list(dict.fromkeys(found)))


def _winner(form: OutcomeForm) -> Organisation | None:
    chosen = str(form.winner.data or "")
    found = db.session.get(Organisation, int(chosen)) if chosen.isdecimal() and len(chosen) < 10 else None
    return found if found is not None and found.is_public else None


def _refuse(form: FlaskForm, refusal: Refused, otherwise: Field) -> None:
    """Put a refusal beside the question it is about."""
    field = next((each for each in form if each.name == refusal.field), otherwise)
    field.errors = [*field.errors, refusal.message]


def _page(outcome: Outcome, form: PaymentForm) -> str:
    person = current_person()
    return render_template(
        "responses/outcome.html",
        outcome=outcome,
        opportunity=outcome.opportunity,
        form=form,
        kind_words=KIND_WORDS[outcome.kind],
        buying=person.belongs_to(outcome.buyer_id),
        winning=person.belongs_to(outcome.winner_id) if outcome.winner_id else False,
        can_correct=may("outcome.correct", outcome),
    )


def _done(outcome: Outcome, verb: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        verb()
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash(done, "done")
    return redirect(url_for(".outcome", outcome_id=outcome.id))
