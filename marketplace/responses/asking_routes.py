"""Asking a buyer, answering for everybody, and taking a question back."""

from secrets import token_urlsafe

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.opportunities.models import Opportunity
from marketplace.responses import asking, services
from marketplace.responses.forms import AnswerForm, QuestionForm
from marketplace.responses.models import Question

bp = Blueprint("responses_asking", __name__)


@bp.route("/opportunities/<int:opportunity_id>/ask", methods=["GET", "POST"])
@requires("opportunity.ask", Opportunity)
def ask(opportunity: Opportunity) -> ResponseReturnValue:
    form = QuestionForm()
    if not form.is_submitted():
        form.form_key.data = token_urlsafe(16)
        try:
            services.check_open(opportunity, now=clock.now())
        except Refused as refusal:
            flash(refusal.message, "problem")
            return _back(opportunity.id)
    if form.validate_on_submit():
        try:
            asking.ask(
                opportunity,
                form.words.data,
                asker=current_person().acting_for,
                actor=current_user,
                now=clock.now(),
                form_key=form.form_key.data or token_urlsafe(16),
            )
        except Refused as refusal:
            db.session.rollback()
            form.words.errors = [refusal.message]
        else:
            db.session.commit()
            flash("Asked. You hear by e-mail when they answer, and everybody reads it then.", "done")
            return _back(opportunity.id)
    page = render_template("responses/ask.html", form=form, opportunity=opportunity)
    return page, 422 if form.errors else 200


@bp.route("/questions/<int:question_id>/answer", methods=["GET", "POST"])
@requires("question.answer", Question)
def answer(question: Question) -> ResponseReturnValue:
    form = AnswerForm(obj=question)
    if form.validate_on_submit():
        try:
            asking.answer(question, form.answer.data, actor=current_user, now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            form.answer.errors = [refusal.message]
        else:
            db.session.commit()
            flash("Answered. It stands on your notice, without a name.", "done")
            return _back(question.opportunity_id)
    page = render_template("responses/answer.html", form=form, question=question)
    return page, 422 if form.errors else 200


@bp.post("/questions/<int:question_id>/take-back")
@requires("question.take_back", Question)
def take_back(question: Question) -> ResponseReturnValue:
    try:
        asking.take_back(question, actor=current_user, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash("Your question is taken back.", "done")
    return _back(question.opportunity_id)


def _back(opportunity_id: int) -> ResponseReturnValue:
    return redirect(url_for("discovery.show_opportunity", opportunity_id=opportunity_id) + "#questions")
