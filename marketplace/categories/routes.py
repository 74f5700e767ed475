"""Categories offered while somebody writes."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from marketplace.access import requires
from marketplace.categories import queries
from marketplace.extensions import limiter

bp = Blueprint("categories", __name__, url_prefix="/categories")


@bp.post("/suggest")
@limiter.limit("60 per minute")
@requires("category.suggest")
def suggest() -> ResponseReturnValue:
    """What the text is probably about. It is sent as a form and kept nowhere: it may speak of people."""
    shelves = request.form.get("shelves") == "yes"
    found = queries.likely(request.form.get("text", ""), shelves=shelves)
    return jsonify(likely=[{"slug": each.slug, "name": each.name} for each in found])
