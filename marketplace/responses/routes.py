"""Answering an opportunity, and what the buyer does with one answer."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.files.receiving import takes_files
from marketplace.opportunities.models import Opportunity
from marketplace.responses import deciding, queries, services
from marketplace.responses.deadlines import closed_on
from marketplace.responses.forms import DeclineResponseForm, NoteForm, ResponseForm
from marketplace.responses.models import Response

bp = Blueprint("responses", __name__)


@bp.route("/opportunities/<int:opportunity_id>/respond", methods=["GET", "POST"])
@takes_files()
@requires("opportunity.respond", Opportunity)
def create(opportunity: Opportunity) -> ResponseReturnValue:
    supplier = current_person().acting_for
    before = queries.of_pair(opportunity, supplier)
    form = ResponseForm.of(before)
    if not form.is_submitted():
        try:
            services.check_open(opportunity, now=clock.now())
        except Refused as refusal:
            flash(refusal.message, "problem")
            return redirect(url_for("discovery.show_opportunity", opportunity_id=opportunity.id))
    if form.validate_on_submit():
        try:
            response = services.respond(
                opportunity, form.details(), supplier=supplier, actor=current_user, now=clock.now()
            )
        except Refused as refusal:
            db.session.rollback()
            field = form.quote if refusal.field == "file" else form.words
            field.errors = [refusal.message]
        else:
            db.session.commit()
            flash(f"Sent. {opportunity.organisation.name} has been told.", "done")
            return redirect(url_for(".show", response_id=response.id))
    page = render_template("responses/new.html", form=form, opportunity=opportunity, before=before)
    return page, 422 if form.errors else 200


@bp.get("/responses/<int:response_id>")
@requires("response.see", Response)
def show(response: Response) -> ResponseReturnValue:
    return _page(response, DeclineResponseForm(formdata=None), NoteForm(formdata=None, note=response.note))


@bp.post("/responses/<int:response_id>/shortlist")
@requires("response.receive", Response)
def shortlist(response: Response) -> ResponseReturnValue:
    return _done(
        response,
        lambda: services.shortlist(response, actor=current_user, now=clock.now()),
        "On your shortlist. They know.",
    )


@bp.post("/responses/<int:response_id>/unshortlist")
@requires("response.receive", Response)
def unshortlist(response: Response) -> ResponseReturnValue:
    return _done(
        response,
        lambda: services.unshortlist(response, actor=current_user, now=clock.now()),
        "Off your shortlist. It waits for your decision like the others.",
    )


@bp.post("/responses/<int:response_id>/offer")
@requires("response.receive", Response)
def offer(response: Response) -> ResponseReturnValue:
    return _done(
        response,
        lambda: deciding.offer_work(response, actor=current_user, now=clock.now()),
        "Offered. They know, and nobody else does.",
    )


@bp.post("/responses/<int:response_id>/note")
@requires("response.receive", Response)
def note(response: Response) -> ResponseReturnValue:
    form = NoteForm()
    if not form.validate_on_submit():
        return _page(response, DeclineResponseForm(formdata=None), form), 422
    return _done(response, lambda: services.note(response, form.note.data or ""), "Noted, for you only.")


@bp.post("/responses/<int:response_id>/withdraw")
@requires("response.give", Response)
def withdraw(response: Response) -> ResponseReturnValue:
    return _done(
        response,
        lambda: services.withdraw(response, actor=current_user, now=clock.now()),
        "Your answer is taken back.",
    )


@bp.post("/responses/<int:response_id>/decline")
@requires("response.receive", Response)
def decline(response: Response) -> ResponseReturnValue:
    form = DeclineResponseForm()
    if not form.validate_on_submit():
        return _page(response, form, NoteForm(formdata=None, note=response.note)), 422
    return _done(
        response,
        lambda: services.decline(response, form.feedback(), actor=current_user, now=clock.now()),
        "We’ve told them, with your reason.",
    )


def _page(response: Response, form: DeclineResponseForm, note_form: NoteForm) -> str:
    person, opportunity = current_person(), response.opportunity
    outcome = queries.outcome_of(opportunity)
    is_closed = not opportunity.is_open or closed_on(opportunity, today=clock.today()) is not None
    return render_template(
        "responses/show.html",
        response=response,
        form=form,
        note_form=note_form,
        supplying=person.belongs_to(response.supplier_id),
        buying=person.belongs_to(response.buyer_id),
        outcome=outcome,
        can_change=response.stands and queries.takes_answers(opportunity, today=clock.today()),
        to_decide=is_closed and outcome is None,
        offered=queries.offered(opportunity),
    )


def _done(response: Response, verb: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        verb()
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash(done, "done")
    if request.form.get("next") == "answers":
        return redirect(url_for("responses_deciding.answers", opportunity_id=response.opportunity_id))
    return redirect(url_for(".show", response_id=response.id))
