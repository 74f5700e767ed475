"""The convener's page of letters."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import requires
from marketplace.digests import overview

bp = Blueprint("mail_overview", __name__, url_prefix="/convener")


@bp.get("/mail")
@requires("letter.see_all")
def index() -> ResponseReturnValue:
    """By stream and day: what was sent, held, dropped, refused and answered, and what is broken."""
    return render_template(
        "digests/overview.html",
        found=overview.overview(clock.now()),
        streams=overview.STREAM_WORDS,
        days=overview.DAYS,
    )
