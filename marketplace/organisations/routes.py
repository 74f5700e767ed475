"""An organisation's details and its people; its public page is under discovery."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import forget_person, public, requires
from marketplace.errors import Refused
from marketplace.extensions import db, limiter
from marketplace.organisations import queries, services
from marketplace.organisations.forms import InviteForm, OrganisationForm
from marketplace.organisations.models import Organisation
from marketplace.places import queries as places

bp = Blueprint("organisations", __name__, url_prefix="/organisations")


@bp.route("/new", methods=["GET", "POST"])
@requires("organisation.create")
def create() -> ResponseReturnValue:
    form = OrganisationForm()
    if form.validate_on_submit():
        organisation = services.create(
            form.details(), place=places.require_place(), actor=current_user, now=clock.now()
        )
        db.session.commit()
        session["acting_for"] = organisation.id
        forget_person()
        flash(f"{organisation.name} is on the board.", "done")
        return redirect(url_for("desk.index"))
    return render_template(
        "organisations/edit.html", form=form, organisation=None
    ), 422 if form.errors else 200


@bp.route("/<int:organisation_id>/edit", methods=["GET", "POST"])
@requires("organisation.edit", Organisation)
def edit(organisation: Organisation) -> ResponseReturnValue:
    form = OrganisationForm.of(organisation)
    if form.validate_on_submit():
        services.edit(organisation, form.details(), actor=current_user, now=clock.now())
        db.session.commit()
        flash("Your changes are saved. We are looking at your matches again.", "done")
        return redirect(url_for("discovery.organisation", organisation_id=organisation.id))
    page = render_template("organisations/edit.html", form=form, organisation=organisation)
    return page, 422 if form.errors else 200


@bp.route("/<int:organisation_id>/people", methods=["GET", "POST"])
@limiter.limit("30 per hour", methods=["POST"])
@requires("organisation.invite", Organisation)
def people(organisation: Organisation) -> ResponseReturnValue:
    form = InviteForm()
    if form.validate_on_submit():
        try:
            services.invite(organisation, form.email.data, actor=current_user, now=clock.now())
        except Refused as refusal:
            form.email.errors = [refusal.message]
        else:
            db.session.commit()
            flash("The invitation is on its way.", "done")
            return redirect(url_for(".people", organisation_id=organisation.id))
    page = render_template(
        "organisations/people.html",
        form=form,
        organisation=organisation,
        members=queries.memberships_of(organisation),
        invitations=queries.open_invitations(
            organisation, since=clock.now() - timedelta(days=services.INVITATION_DAYS)
        ),
    )
    return page, 422 if form.errors else 200


@bp.route("/invitations/<token>", methods=["GET"])
@public
def invitation(token: str) -> ResponseReturnValue:
    try:
        found = services.read_invitation(token)
    except Refused as refusal:
        flash(refusal.message, "problem")
        return redirect(url_for("home.index"))
    return render_template("organisations/invitation.html", invitation=found, token=token)


@bp.post("/invitations/<token>")
@requires("account.manage")
def accept(token: str) -> ResponseReturnValue:
    try:
        found = services.read_invitation(token)
        services.accept(found, actor=current_user, now=clock.now())
    except Refused as refusal:
        flash(refusal.message, "problem")
        return redirect(url_for("home.index"))
    db.session.commit()
    session["acting_for"] = found.organisation_id
    forget_person()
    flash(f"You belong to {found.organisation.name} now.", "done")
    return redirect(url_for("desk.index"))
