"""Choosing what kind of notice to put up."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace.access import requires

bp = Blueprint("listings", __name__, url_prefix="/notices")


@bp.get("/new")
@requires("listing.choose")
def choose() -> ResponseReturnValue:
    return render_template("listings/choose.html")
