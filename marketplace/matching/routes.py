"""A match seen from both sides, and the three answers."""

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, may, requires
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.cards import Card, card
from marketplace.listings.models import Family, Listing
from marketplace.matching import services
from marketplace.matching.forms import DeclineForm
from marketplace.matching.models import DeclineReason, Match
from marketplace.organisations import queries as organisations

bp = Blueprint("matching", __name__, url_prefix="/matches")


@bp.get("/<int:match_id>")
@requires("match.see", Match)
def show(match: Match) -> ResponseReturnValue:
    mine = current_person().belongs_to(match.organisation_id)
    if mine and match.opened_at is None:
        services.opened(match, now=clock.now())
        db.session.commit()
    today = clock.today()
    return render_template(
        "matching/show.html",
        match=match,
        mine=mine,
        notice=_card(match.listing, today=today),
        via=_card(match.via, today=today),
        size=organisations.size_words(match.organisation, on=match.organisation.facts_on or today),
        next_step=next_step(match),
    )


@bp.post("/<int:match_id>/answer")
@requires("match.answer", Match)
def answer(match: Match) -> ResponseReturnValue:
    chosen = request.form.get("answer", "")
    here = url_for(".show", match_id=match.id)
    if chosen == "declined":
        return redirect(url_for(".decline", match_id=match.id))
    verbs = {"interested": services.interested, "later": services.snooze, "undo": services.take_back}
    if chosen not in verbs:
        abort(400)
    try:
        verbs[chosen](match, actor=current_user, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
        return redirect(here)
    db.session.commit()
    if chosen == "interested":
        flash(f"We have told {match.listing.organisation.name}. Now say what you could do.", "done")
        return redirect(next_step(match))
    if chosen == "later":
        flash("We’ll bring it back in two weeks.", "done")
        return redirect(url_for("desk.index"))
    flash("Your answer is taken back.", "done")
    return redirect(here)


@bp.route("/<int:match_id>/not-for-me", methods=["GET", "POST"])
@requires("match.answer", Match)
def decline(match: Match) -> ResponseReturnValue:
    form = DeclineForm()
    if form.validate_on_submit():
        try:
            services.decline(
                match,
                DeclineReason(form.reason.data),
                form.words.data or "",
                actor=current_user,
                now=clock.now(),
            )
        except Refused as refusal:
            form.words.errors = [refusal.message]
        else:
            db.session.commit()
            flash("Thank you. That helps us send you better ones.", "done")
            return redirect(url_for("desk.index"))
    page = render_template("matching/decline.html", form=form, match=match)
    return page, 422 if form.errors else 200


def _card(listing: Listing | None, *, today: date) -> Card | None:
    """The listing as a slip, unless it was taken down and is not theirs."""
    if listing is None or not may(f"{listing.family}.see", listing):
        return None
    return card(listing, today=today)


def next_step(match: Match) -> str:
    """Where an interested organisation goes on: a pledge on a need, an answer to an opportunity."""
    if match.listing.family is Family.NEED:
        return url_for("pledges.create", need_id=match.listing_id)
    return url_for("responses.create", opportunity_id=match.listing_id)
