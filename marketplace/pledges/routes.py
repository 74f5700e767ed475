"""Promising, asking for what is offered, and page_views either."""

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.pledges import lists, page_views, services
from marketplace.pledges.forms import PromiseForm, RequestForm
from marketplace.pledges.models import Pledge
from marketplace.pledges.move_forms import (
    AcceptForm,
    DeclineForm,
    ProposeForm,
    TurnDownForm,
    WithdrawForm,
)

bp = Blueprint("pledges", __name__)


@bp.route("/needs/<int:need_id>/pledge", methods=["GET", "POST"])
@requires("need.pledge", Need)
def create(need: Need) -> ResponseReturnValue:
    giver = current_person().acting_for
    behalf_of = lists.credits_of(giver, [each.organisation for each in current_person().memberships])
    form = PromiseForm().offer(need, lists.contracts_of(giver), behalf_of)
    if not need.is_open:
        flash("This need takes no more promises.", "problem")
        return redirect(url_for("discovery.show_need", need_id=need.id))
    if form.validate_on_submit():
        try:
            pledge = services.offer(need, form.details(), giver=giver, actor=current_user, now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            form.refuse(refusal.message, refusal.field)
        else:
            db.session.commit()
            flash(PROMISED[pledge.status.value].format(name=need.organisation.name), "done")
            return redirect(url_for(".show", pledge_id=pledge.id))
    return render_template("pledges/new.html", form=form, need=need), 422 if form.errors else 200


@bp.route("/offers/<int:offer_id>/request", methods=["GET", "POST"])
@requires("offer.request", Offer)
def ask(offer: Offer) -> ResponseReturnValue:
    form = RequestForm().offer(offer, {})
    if not offer.is_open or not form.quantity_id.choices:
        flash("This offer takes no requests just now. Put up what you need instead.", "problem")
        return redirect(url_for("discovery.show_offer", offer_id=offer.id))
    if form.validate_on_submit():
        receiver = current_person().acting_for
        try:
            pledge = services.request(
                offer, form.details(), receiver=receiver, actor=current_user, now=clock.now()
            )
        except Refused as refusal:
            db.session.rollback()
            form.refuse(refusal.message, refusal.field)
        else:
            db.session.commit()
            flash(PROMISED[pledge.status.value].format(name=offer.organisation.name), "done")
            return redirect(url_for(".show", pledge_id=pledge.id))
    return render_template("pledges/ask.html", form=form, offer=offer), 422 if form.errors else 200


PROMISED = {
    "draft": "It is more than one person promises alone, so we have asked your team. {name} hears later.",
    "waiting": "You are on the waiting list. We write to you and to {name} as soon as there is room.",
    "offered": "Thank you. We have told {name}; you’ll hear when they answer.",
}


@bp.get("/pledges/<int:pledge_id>")
@requires("pledge.see", Pledge)
def show(pledge: Pledge) -> ResponseReturnValue:
    return page_views.page(pledge)


@bp.post("/pledges/<int:pledge_id>/accept")
@requires("pledge.answer", Pledge)
def accept(pledge: Pledge) -> ResponseReturnValue:
    form = AcceptForm()

    def verb(**who: Any) -> None:
        services.accept(
            pledge,
            quantity=form.quantity.data,
            starts_on=form.starts_on.data,
            timing=form.timing.data or "",
            **who,
        )

    return page_views.made(pledge, form, verb, "You said yes. They know, and both of you see it here.")


@bp.post("/pledges/<int:pledge_id>/decline")
@requires("pledge.answer", Pledge)
def decline(pledge: Pledge) -> ResponseReturnValue:
    form = DeclineForm()

    def verb(**who: Any) -> None:
        services.decline(pledge, form.reason.data, words=form.words.data or "", **who)

    return page_views.made(pledge, form, verb, "We’ve told them, kindly.")


@bp.post("/pledges/<int:pledge_id>/turn-down")
@requires("pledge.approve", Pledge)
def turn_down(pledge: Pledge) -> ResponseReturnValue:
    form = TurnDownForm()

    def verb(**who: Any) -> None:
        services.turn_down(pledge, form.words.data, **who)

    return page_views.made(pledge, form, verb, "Turned down. Only your own team hears of it.")


@bp.post("/pledges/<int:pledge_id>/propose")
@requires("pledge.move", Pledge)
def propose(pledge: Pledge) -> ResponseReturnValue:
    form = ProposeForm()
    end = page_views.own_end(pledge)

    def verb(**who: Any) -> None:
        services.propose(pledge, form.starts_on.data, form.timing.data or "", end=end, **who)

    return page_views.made(pledge, form, verb, "Proposed. We have asked them whether it suits.")


@bp.post("/pledges/<int:pledge_id>/withdraw")
@requires("pledge.move", Pledge)
def withdraw(pledge: Pledge) -> ResponseReturnValue:
    form = WithdrawForm()
    end = page_views.own_end(pledge)

    def verb(**who: Any) -> None:
        services.withdraw(pledge, reason=form.reason.data or "", words=form.words.data or "", end=end, **who)

    return page_views.made(pledge, form, verb, "Called off. What was given already stays.")


@bp.post("/pledges/<int:pledge_id>/approve")
@requires("pledge.approve", Pledge)
def approve(pledge: Pledge) -> ResponseReturnValue:
    verb = partial(services.approve, pledge)
    return page_views.plain(pledge, "approve", verb, "Approved. The promise is made, and we have told them.")


@bp.post("/pledges/<int:pledge_id>/agree")
@requires("pledge.move", Pledge)
def agree(pledge: Pledge) -> ResponseReturnValue:
    verb = partial(services.agree, pledge, end=page_views.own_end(pledge))
    return page_views.plain(pledge, "agree", verb, "The day is agreed. Both of you see it here.")
