"""What we can take on: the whole of it, or “no room just now” with one button."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.capacity import queries, services
from marketplace.capacity.forms import CapacityForm
from marketplace.capacity.models import Capacity
from marketplace.capacity.services import CapacityDetails
from marketplace.extensions import db

bp = Blueprint("capacity", __name__, url_prefix="/desk/capacity")

BEFORE = "room_before"  # in the session: whose it is, and what they had said before “no room just now”


@bp.route("", methods=["GET", "POST"])
@requires("capacity.say")
def say() -> ResponseReturnValue:
    organisation = current_person().acting_for
    capacity = db.session.get(Capacity, organisation.id)
    room = queries.room_of(organisation, now=clock.now())
    form = CapacityForm.of(capacity, room.asked)
    if form.validate_on_submit():
        details = form.details(CapacityDetails.of(capacity))
        services.say(organisation, details, actor=current_user, now=clock.now())
        db.session.commit()
        session.pop(BEFORE, None)
        flash("Thank you. We look at your matches again with that in mind.", "done")
        return redirect(url_for("desk.index"))
    page = render_template("capacity/say.html", form=form, organisation=organisation, room=room)
    return page, 422 if form.errors else 200


@bp.post("/none")
@requires("capacity.say")
def no_room() -> ResponseReturnValue:
    organisation = current_person().acting_for
    room = queries.room_of(organisation, now=clock.now())
    before = services.no_room(organisation, room.asked, actor=current_user, now=clock.now())
    if before is not None:
        db.session.commit()
        session[BEFORE] = {"organisation_id": organisation.id, "said": asdict(before)}
    flash("You have no room just now. Say so here when you have some again.", "done")
    return redirect(url_for("desk.index"))


@bp.post("/again")
@requires("capacity.say")
def room_again() -> ResponseReturnValue:
    organisation = current_person().acting_for
    room = queries.room_of(organisation, now=clock.now())
    kept = session.pop(BEFORE, None)
    known = kept is not None and kept["organisation_id"] == organisation.id
    before = CapacityDetails(**kept["said"]) if known else None
    if services.room_again(organisation, room.asked, before, actor=current_user, now=clock.now()):
        db.session.commit()
    if known:
        flash("You have room again, as you had before.", "done")
        return redirect(url_for("desk.index"))
    flash("You have room again. Say how much, if you like.", "done")
    return redirect(url_for(".say"))
