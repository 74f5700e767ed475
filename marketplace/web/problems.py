"""Error pages that say what to do next."""

import logging

from flask import Flask, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from marketplace.extensions import db, will_pass

SHOWN = (400, 403, 404, 405, 413, 422, 429, 500, 503)
log = logging.getLogger(__name__)


def explain(app: Flask) -> None:
    """Answer every error with a page of ours; anything unforeseen is logged and becomes a 500."""

    @app.before_request
    def refuse_what_nobody_typed() -> None:
        """A null character comes from no keyboard, and PostgreSQL cannot store one."""
        if any("\x00" in value for value in request.form.values()):
            abort(400)

    @app.errorhandler(HTTPException)
    def http_problem(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        g.is_failing = code >= 500
        shown = code if code in SHOWN else 400 if code < 500 else 500
        allowed = error.valid_methods if isinstance(error, MethodNotAllowed) else None
        headers = {"Allow": ", ".join(allowed)} if allowed else {}
        return _page(shown, expired=isinstance(error, CSRFError)), code, headers

    @app.errorhandler(Exception)
    def bug(error: Exception) -> ResponseReturnValue:
        g.is_failing = True
        db.session.rollback()
        if will_pass(error):
            log.error("too much at once", extra={"error": type(error).__name__})
            return _page(503), 503, {"Retry-After": "5"}
        log.exception("unforeseen error", extra={"error": type(error).__name__})
        return _page(500), 500


def _page(shown: int, *, expired: bool = False) -> str:
    try:
        return render_template(f"errors/{shown}.html", expired=expired)
    except SQLAlchemyError:  # every page asks the database who is reading; this one can do without
        g.is_failing = True
        db.session.rollback()
        return render_template(f"errors/{shown}.html", expired=expired)
