"""Answers to an opportunity side by side. It stands here because how well each fits is known here."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace import clock
from marketplace.access import requires
from marketplace.matching import comparing_answers
from marketplace.matching.candidates import COMPARED
from marketplace.opportunities.models import Opportunity
from marketplace.responses import queries

bp = Blueprint("matching_answers", __name__)

HIGHEST_ID = 2**31 - 1  # what the databases hold


@bp.get("/opportunities/<int:opportunity_id>/answers/compare")
@requires("opportunity.read_answers", Opportunity)
def compare(opportunity: Opportunity) -> ResponseReturnValue:
    asked = dict.fromkeys(request.args.getlist("pick", type=int))
    picks = [pick for pick in asked if 0 < pick <= HIGHEST_ID][: COMPARED[-1] + 1]
    answers = queries.picked(opportunity, picks)
    if len(answers) not in COMPARED:
        flash(f"Tick {COMPARED[0]} to {COMPARED[-1]} answers to see them side by side.", "problem")
        return redirect(url_for("responses_deciding.answers", opportunity_id=opportunity.id))
    return render_template(
        "responses/compare.html",
        opportunity=opportunity,
        answers=answers,
        rows=comparing_answers.rows(opportunity, answers, today=clock.today()),
    )
