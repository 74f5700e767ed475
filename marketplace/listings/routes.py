"""Choosing what kind of notice to put up, and renewing one from the link of a letter."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import public, requires
from marketplace.errors import Refused
from marketplace.extensions import db, limiter
from marketplace.listings import renewing, services
from marketplace.listings.cards import address
from marketplace.listings.models import ListingStatus

bp = Blueprint("listings", __name__, url_prefix="/notices")

RENEWABLE = (ListingStatus.PUBLISHED, ListingStatus.EXPIRED)


@bp.get("/new")
@requires("listing.choose")
def choose() -> ResponseReturnValue:
    return render_template("listings/choose.html")


@bp.route("/renew/<token>", methods=["GET", "POST"])
@limiter.limit("30 per minute", methods=["POST"])
@public
def renew(token: str) -> ResponseReturnValue:
    """A page with one button, for whoever the letter was written to; opening it changes nothing."""
    try:
        renewal = renewing.read_token(token)
    except Refused as refusal:
        return render_template("listings/cannot_renew.html", words=refusal.message), 404
    listing = renewal.listing
    if request.method == "POST":
        try:
            services.renew(listing, actor=renewal.user, now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            flash(refusal.message, "problem")
        else:
            db.session.commit()
            flash("Renewed.", "done")
        return redirect(url_for(".renew", token=token))
    return render_template(
        "listings/renew.html",
        listing=listing,
        url=address(listing) if listing.is_public else "",
        is_renewable=listing.status in RENEWABLE and not listing.closes_on,
        ends_soon=listing.last_day is not None and listing.last_day <= clock.today() + renewing.WARNED_BEFORE,
        lasts=renewing.how_long(listing),
        state=services.STATES[listing.status],
    )
