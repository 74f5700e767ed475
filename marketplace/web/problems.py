"""Error pages that say what to do next."""

import logging

from flask import Flask, g, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from marketplace.extensions import db

SHOWN = (400, 403, 404, 405, 413, 422, 429, 500, 503)
log = logging.getLogger(__name__)


def explain(app: Flask) -> None:
    """Answer every error with a page of ours; anything unforeseen is logged and becomes a 500."""

    @app.errorhandler(HTTPException)
    def http_problem(error: HTTPException) -> tuple[str, int]:
        code = error.code or 500
        g.is_failing = code >= 500
        page = code if code in SHOWN else 400 if code < 500 else 500
        return render_template(f"errors/{page}.html", expired=isinstance(error, CSRFError)), code

    @app.errorhandler(Exception)
    def bug(error: Exception) -> tuple[str, int]:
        g.is_failing = True
        db.session.rollback()
        log.exception("unforeseen error", extra={"error": type(error).__name__})
        return render_template("errors/500.html"), 500
