"""Whether this process is well."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select, text

from marketplace import clock
from marketplace.access import public
from marketplace.extensions import db, limiter
from marketplace.outbox.models import OutboxRow

bp = Blueprint("health", __name__)


@bp.get("/health")
@public
@limiter.exempt
def show() -> ResponseReturnValue:
    """200 with what is waiting; 503 when the database cannot be asked."""
    try:
        db.session.execute(text("SELECT 1"))
        waiting, oldest, failed = db.session.execute(
            select(
                func.count().filter(OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None)),
                func.min(OutboxRow.created_at).filter(
                    OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None)
                ),
                func.count().filter(OutboxRow.failed_at.is_not(None)),
            )
        ).one()
    except Exception:  # whatever is wrong, the answer to "are you well" is no
        current_app.logger.exception("health")
        return jsonify(database="down"), 503
    lag = (clock.now() - oldest).total_seconds() if oldest else 0
    search = "up" if current_app.extensions["search"].health().ready else "down"
    return jsonify(
        database="up",
        search=search,
        outbox={"waiting": waiting, "oldest_seconds": round(lag), "failed": failed},
    )
