"""Answering an opportunity, and what the buyer does with it."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.opportunities.models import Opportunity
from marketplace.responses import queries, services
from marketplace.responses.forms import DeclineResponseForm, ResponseForm
from marketplace.responses.models import Response

bp = Blueprint("responses", __name__)


@bp.route("/opportunities/<int:opportunity_id>/respond", methods=["GET", "POST"])
@requires("opportunity.respond", Opportunity)
def create(opportunity: Opportunity) -> ResponseReturnValue:
    if not opportunity.is_open:
        flash("This opportunity takes no more answers.", "problem")
        return redirect(url_for("discovery.show_opportunity", opportunity_id=opportunity.id))
    supplier = current_person().acting_for
    if not opportunity.organisation.is_claimed:
        flash("Nobody reads answers for them here yet. Answer where the notice was published.", "problem")
        return redirect(url_for("discovery.show_opportunity", opportunity_id=opportunity.id))
    form = ResponseForm(obj=queries.of_pair(opportunity, supplier))
    if form.validate_on_submit():
        try:
            response = services.respond(
                opportunity, form.words.data, supplier=supplier, actor=current_user, now=clock.now()
            )
        except Refused as refusal:
            db.session.rollback()
            form.words.errors = [refusal.message]
        else:
            db.session.commit()
            flash(f"Sent. {opportunity.organisation.name} has been told.", "done")
            return redirect(url_for(".show", response_id=response.id))
    page = render_template("responses/new.html", form=form, opportunity=opportunity)
    return page, 422 if form.errors else 200


@bp.get("/responses/<int:response_id>")
@requires("response.see", Response)
def show(response: Response) -> ResponseReturnValue:
    return _page(response, DeclineResponseForm())


@bp.post("/responses/<int:response_id>/shortlist")
@requires("response.receive", Response)
def shortlist(response: Response) -> ResponseReturnValue:
    return _done(
        response,
        lambda: services.shortlist(response, actor=current_user, now=clock.now()),
        "On your shortlist. They know.",
    )


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
        return _page(response, form), 422
    return _done(
        response,
        lambda: services.decline(response, form.reason.data, actor=current_user, now=clock.now()),
        "We’ve told them, with your reason.",
    )


def _page(response: Response, form: DeclineResponseForm) -> str:
    person = current_person()
    return render_template(
        "responses/show.html",
        response=response,
        form=form,
        supplying=person.belongs_to(response.supplier_id),
        buying=person.belongs_to(response.buyer_id),
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
    return redirect(url_for(".show", response_id=response.id))
