"""The page of a giving team: its people and what each may do, its limits and its budgets."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.organisations.models import Membership
from marketplace.teams import queries, services
from marketplace.teams.forms import BudgetForm, LimitsForm, RolesForm
from marketplace.teams.models import Budget, Purse

bp = Blueprint("teams", __name__, url_prefix="/desk/team")


@bp.get("")
@requires("team.see")
def show() -> ResponseReturnValue:
    organisation = current_person().acting_for
    return render_template(
        "teams/show.html",
        organisation=organisation,
        people=queries.people_of(organisation),
        limit=queries.limit_of(organisation),
        budgets=queries.budgets_of(organisation),
        purses=list(Purse),
    )


@bp.route("/people/<int:membership_id>", methods=["GET", "POST"])
@requires("team.give_roles", Membership)
def roles(membership: Membership) -> ResponseReturnValue:
    form = RolesForm.of(membership)
    if form.validate_on_submit():
        try:
            services.give_roles(membership, form.roles(), actor=current_user, now=clock.now())
        except Refused as refusal:
            return _refused(form, refusal, "teams/roles.html", membership=membership)
        db.session.commit()
        flash(f"Saved what {membership.user.name} may do.", "done")
        return redirect(url_for(".show"))
    return _page(form, "teams/roles.html", membership=membership)


@bp.route("/limits", methods=["GET", "POST"])
@requires("team.manage")
def limits() -> ResponseReturnValue:
    organisation = current_person().acting_for
    form = LimitsForm.of(queries.limit_of(organisation))
    if form.validate_on_submit():
        services.set_limits(organisation, form.details(), actor=current_user, now=clock.now())
        db.session.commit()
        flash("Your limits are saved. They hold for promises from now on.", "done")
        return redirect(url_for(".show"))
    return _page(form, "teams/limits.html", organisation=organisation)


@bp.route("/budgets/new", methods=["GET", "POST"])
@requires("team.manage")
def new_budget() -> ResponseReturnValue:
    organisation, form = current_person().acting_for, BudgetForm.of(None)
    if form.validate_on_submit():
        try:
            services.make_budget(organisation, form.details(), actor=current_user, now=clock.now())
        except Refused as refusal:
            return _refused(form, refusal, "teams/budget.html", budget=None)
        db.session.commit()
        flash("The budget is set up. Promises that begin in it are counted from now on.", "done")
        return redirect(url_for(".show"))
    return _page(form, "teams/budget.html", budget=None)


@bp.route("/budgets/<int:budget_id>", methods=["GET", "POST"])
@requires("budget.edit", Budget)
def budget(budget: Budget) -> ResponseReturnValue:
    form = BudgetForm.of(budget)
    if form.validate_on_submit():
        try:
            services.change_budget(budget, form.details(), actor=current_user, now=clock.now())
        except Refused as refusal:
            return _refused(form, refusal, "teams/budget.html", budget=budget)
        db.session.commit()
        flash("The budget is changed.", "done")
        return redirect(url_for(".show"))
    return _page(form, "teams/budget.html", budget=budget)


@bp.post("/budgets/<int:budget_id>/end")
@requires("budget.edit", Budget)
def end_budget(budget: Budget) -> ResponseReturnValue:
    services.end_budget(budget, actor=current_user, now=clock.now())
    db.session.commit()
    flash(f"“{budget.name}” has ended. Nothing more is taken from it.", "done")
    return redirect(url_for(".show"))


def _page(form: FlaskForm, template: str, **shown: object) -> ResponseReturnValue:
    return render_template(template, form=form, purses=list(Purse), **shown), 422 if form.errors else 200


def _refused(form: FlaskForm, refusal: Refused, template: str, **shown: object) -> ResponseReturnValue:
    """The same page again, with the sentence beside its field and what was typed."""
    db.session.rollback()
    if refusal.field in form:
        form[refusal.field].errors = [*form[refusal.field].errors, refusal.message]
    else:
        form.form_errors.append(refusal.message)
    return _page(form, template, **shown)
