"""Promising, and what each side does next."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms import Field

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.needs.models import Need
from marketplace.pledges import services
from marketplace.pledges.forms import DeclinePledgeForm, PledgeForm
from marketplace.pledges.models import Pledge

bp = Blueprint("pledges", __name__)


@bp.route("/needs/<int:need_id>/pledge", methods=["GET", "POST"])
@requires("need.pledge", Need)
def create(need: Need) -> ResponseReturnValue:
    form = PledgeForm().offer(need)
    if not form.quantity_id.choices or not need.is_open:
        flash("This need has all it asked for, or takes no more pledges.", "problem")
        return redirect(url_for("discovery.show_need", need_id=need.id))
    if form.validate_on_submit():
        try:
            pledge = services.offer(
                need, form.details(), giver=current_person().acting_for, actor=current_user, now=clock.now()
            )
        except Refused as refusal:
            db.session.rollback()
            target: Field = getattr(form, refusal.field or "quantity", form.quantity)
            target.errors = [*target.errors, refusal.message]
        else:
            db.session.commit()
            flash(f"Thank you. We have told {need.organisation.name}; you’ll hear when they answer.", "done")
            return redirect(url_for(".show", pledge_id=pledge.id))
    return render_template("pledges/new.html", form=form, need=need), 422 if form.errors else 200


@bp.get("/pledges/<int:pledge_id>")
@requires("pledge.see", Pledge)
def show(pledge: Pledge) -> ResponseReturnValue:
    return _page(pledge, DeclinePledgeForm())


@bp.post("/pledges/<int:pledge_id>/decline")
@requires("pledge.receive", Pledge)
def decline(pledge: Pledge) -> ResponseReturnValue:
    form = DeclinePledgeForm()
    if not form.validate_on_submit():
        return _page(pledge, form), 422
    return _done(
        pledge,
        lambda: services.decline(pledge, form.reason.data, actor=current_user, now=clock.now()),
        "We’ve told them, kindly.",
    )


def _page(pledge: Pledge, form: DeclinePledgeForm) -> str:
    person = current_person()
    return render_template(
        "pledges/show.html",
        pledge=pledge,
        form=form,
        giving=person.belongs_to(pledge.giver_id),
        receiving=person.belongs_to(pledge.receiver_id),
    )


def _done(pledge: Pledge, verb: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        verb()
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        flash(done, "done")
    return redirect(url_for("pledges.show", pledge_id=pledge.id))


def _move(verb: Callable[..., None], done: str) -> Callable[..., Any]:
    def move(pledge: Pledge) -> ResponseReturnValue:
        return _done(pledge, lambda: verb(pledge, actor=current_user, now=clock.now()), done)

    return move


for _name, _rule, _verb, _words in (
    ("accept", "pledge.receive", services.accept, "Accepted. They know, and you’ll both see it here."),
    ("withdraw", "pledge.give", services.withdraw, "Taken back. We have told them."),
    ("deliver", "pledge.give", services.deliver, "Marked as given. They’ll confirm that it came."),
    ("confirm", "pledge.receive", services.confirm, "Confirmed. Thank you for saying so."),
):
    bp.add_url_rule(
        f"/pledges/<int:pledge_id>/{_name}",
        _name,
        requires(_rule, Pledge)(_move(_verb, _words)),
        methods=["POST"],
    )
