"""My desk: what waits, what fits, what is under way."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import current_person, requires
from marketplace.desk import queries
from marketplace.matching import queries as matching

bp = Blueprint("desk", __name__, url_prefix="/desk")

MATCHES_SHOWN = 6
MATCHES_ON_A_PAGE = 50


@bp.get("")
@requires("desk.see")
def index() -> ResponseReturnValue:
    organisation = current_person().acting_for
    if organisation is None:
        return render_template("desk/welcome.html")
    today = clock.today()
    return render_template(
        "desk/index.html",
        organisation=organisation,
        waiting=queries.waiting_for(organisation, today=today),
        matches=queries.suggestions(
            matching.waiting_for(organisation, today=today, limit=MATCHES_SHOWN), today=today
        ),
        matches_total=matching.number_waiting(organisation, today=today),
        notices=queries.notices_by_status(organisation, today=today),
        under_way=queries.under_way(organisation),
        done=queries.done_so_far(organisation),
    )


@bp.get("/matches")
@requires("desk.see")
def matches() -> ResponseReturnValue:
    organisation = current_person().acting_for
    if organisation is None:
        return render_template("desk/welcome.html")
    today = clock.today()
    return render_template(
        "desk/matches.html",
        organisation=organisation,
        matches=queries.suggestions(
            matching.waiting_for(organisation, today=today, limit=MATCHES_ON_A_PAGE), today=today
        ),
        matches_total=matching.number_waiting(organisation, today=today),
        answered=matching.answered_by(organisation),
    )
