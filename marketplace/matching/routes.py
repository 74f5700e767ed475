"""A match seen from both sides, the three answers, and saving it for another day."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from marketplace import clock
from marketplace.access import current_person, may, requires
from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings.cards import Card, card, miles_apart
from marketplace.listings.models import Family, Listing
from marketplace.matching import changes, services, viewing
from marketplace.matching.forms import DeclineForm
from marketplace.matching.models import DeclineReason, Match
from marketplace.matching.viewing import Side
from marketplace.organisations import queries as organisations
from marketplace.web.words import short_day

bp = Blueprint("matching", __name__, url_prefix="/matches")


@bp.get("/<int:match_id>")
@requires("match.see", Match)
def show(match: Match) -> ResponseReturnValue:
    mine = current_person().belongs_to(match.organisation_id)
    if mine and match.opened_at is None:
        services.opened(match, now=clock.now())
        db.session.commit()
    today, side = clock.today(), Side.FITS if mine else Side.ASKS
    parts = viewing.as_seen_by(match.parts, side)
    return render_template(
        "matching/show.html",
        match=match,
        mine=mine,
        counted=[part for part in parts if part["points"] != 0],
        missing=viewing.missing(parts),
        changes=changes.for_match(match, now=clock.now()) if mine and _can_answer(match) else [],
        can_answer=_can_answer(match),
        story=viewing.history(match, side),
        convener=db.session.get(User, match.put_forward_by_id) if match.put_forward_by_id else None,
        notice=_card(match.listing, today=today, miles=miles_apart(match.organisation, match.listing)),
        via=_card(match.via, today=today),
        size=organisations.size_words(match.organisation, on=match.organisation.facts_on or today),
        next_step=next_step(match),
    )


@bp.post("/<int:match_id>/answer")
@requires("match.answer", Match)
def answer(match: Match) -> ResponseReturnValue:
    chosen, here = request.form.get("answer", ""), url_for(".show", match_id=match.id)
    back = _came_from(request.form.get("next"))
    if chosen == "declined":
        return redirect(url_for(".decline", match_id=match.id, next=back or None))
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
    if chosen == "undo":
        flash("Your answer is taken back.", "done")
        return redirect(back or here)
    if chosen == "interested":
        _say(f"We have told {match.listing.organisation.name}. Now say what you could do.", match, back)
        return redirect(next_step(match))
    _say(f"“{match.listing.title}” comes back on {short_day(match.snoozed_until)}.", match, back)
    return redirect(back or url_for("desk.index"))


@bp.route("/<int:match_id>/not-for-me", methods=["GET", "POST"])
@requires("match.answer", Match)
def decline(match: Match) -> ResponseReturnValue:
    form, back = DeclineForm(), _came_from(request.args.get("next"))
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
            _say("Thank you. That helps us send you better ones.", match, back)
            return redirect(back or url_for("desk.index"))
    page = render_template("matching/decline.html", form=form, match=match, back=back)
    return page, 422 if form.errors else 200


@bp.post("/<int:match_id>/save")
@requires("match.answer", Match)
def save(match: Match) -> ResponseReturnValue:
    back = _came_from(request.form.get("next"))
    try:
        services.save(match, actor=current_user, now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        flash(refusal.message, "problem")
    else:
        db.session.commit()
        way_back = url_for(".unsave", match_id=match.id)
        _flash(f"“{match.listing.title}” is saved.", "Take it from saved", way_back, {"next": back})
    return redirect(back or url_for(".show", match_id=match.id))


@bp.post("/<int:match_id>/unsave")
@requires("match.answer", Match)
def unsave(match: Match) -> ResponseReturnValue:
    services.unsave(match, actor=current_user)
    db.session.commit()
    flash(f"“{match.listing.title}” is no longer saved.", "done")
    return redirect(_came_from(request.form.get("next")) or url_for(".show", match_id=match.id))


def _can_answer(match: Match) -> bool:
    return match.listing.is_open and match.retired_at is None


def _came_from(address: str | None) -> str:
    """The page of the desk where the button was pressed; empty for anywhere else."""
    return address if address and address.startswith(url_for("desk.index")) else ""


def _say(words: str, match: Match, back: str) -> None:
    """What was answered, with the button that takes it back."""
    undo = {"answer": "undo", "next": back}
    _flash(words, "Take back", url_for(".answer", match_id=match.id), undo)


def _flash(words: str, button: str, url: str, fields: dict[str, str]) -> None:
    message: Any = {"words": words, "button": button, "url": url, "fields": fields}  # as layouts draw it
    flash(message, "done")


def _card(listing: Listing | None, *, today: date, miles: float | None = None) -> Card | None:
    """The listing as a slip, unless it was taken down and is not theirs."""
    if listing is None or not may(f"{listing.family}.see", listing):
        return None
    return card(listing, today=today, miles=miles)


def next_step(match: Match) -> str:
    """Where an interested organisation goes on: a pledge on a need, an answer to an opportunity."""
    if match.listing.family is Family.NEED:
        return url_for("pledges.create", need_id=match.listing_id)
    return url_for("responses.create", opportunity_id=match.listing_id)
