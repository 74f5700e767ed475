"""Where digests meet pages: how often they come, and noting that somebody came to their desk."""

from flask import Blueprint, Response, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import inspect

from marketplace import clock
from marketplace.access import requires
from marketplace.digests import services
from marketplace.extensions import db

bp = Blueprint("digests", __name__, url_prefix="/digests")

CAME = "came_by"  # in the session: the day on which it was last noted


@bp.get("/preferences")
@requires("account.manage")
def preferences() -> ResponseReturnValue:
    """Letters sent before all choices were on one page lead here."""
    return redirect(url_for("subscriptions.preferences"))


@bp.after_app_request
def note_who_comes(response: Response) -> Response:
    """Once a day for each person at their desk: whoever comes there is not written to less often."""
    if (request.endpoint or "").startswith("desk.") and response.status_code == 200:
        today = clock.today().isoformat()
        if session.get(CAME) != today and current_user.is_authenticated:
            # The page's commit has expired the row; its id is known without reading it again.
            identity = inspect(current_user._get_current_object()).identity
            services.came_by(identity[0], now=clock.now())
            db.session.commit()
            session[CAME] = today
    return response
