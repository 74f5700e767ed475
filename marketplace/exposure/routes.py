"""The convener's page of how fairly being seen was shared out."""

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import requires
from marketplace.exposure import recording, report, showing
from marketplace.exposure.queries import Window
from marketplace.places import queries as places
from marketplace.places.models import Place
from marketplace.web import sheets

bp = Blueprint("exposure", __name__, url_prefix="/convener")
showing.mount(bp)


@bp.get("/fairness")
@requires("exposure.report")
def fairness() -> ResponseReturnValue:
    return render_template("exposure/fairness.html", report=_report(_place()), aim=report.AIM)


@bp.get("/fairness.csv")
@requires("exposure.report")
def fairness_csv() -> ResponseReturnValue:
    place = _place()
    found = _report(place)
    table = sheets.START + sheets.lines([report.COLUMNS, *report.rows(found)])
    response = Response(table, mimetype="text/csv")
    name = f"{place.slug}-fairness-{found.window.last.isoformat()}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _place() -> Place:
    return places.current() or abort(503)


def _report(place: Place) -> report.Report:
    """Of the last four weeks, with what this process has counted so far."""
    recording.memory().write()
    return report.report(Window.until(clock.today()), wards=places.ward_names(place))
