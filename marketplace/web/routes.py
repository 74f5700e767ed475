"""Whether this process is well."""

from typing import Any

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from marketplace import clock
from marketplace.access import public
from marketplace.extensions import db, limiter
from marketplace.outbox.models import OutboxRow
from search.engine import SearchEngine
from search.guarded import RESTING

bp = Blueprint("health", __name__)


@bp.get("/health")
@public
@limiter.exempt
def show() -> ResponseReturnValue:
    """200 with what is waiting and how far search is behind; 503 when the database cannot be asked."""
    waiting = OutboxRow.done_at.is_(None) & OutboxRow.failed_at.is_(None)
    to_index = waiting & (OutboxRow.name == "search.index")
    try:
        number, oldest, oldest_to_index, failed = db.session.execute(
            select(
                func.count().filter(waiting),
                func.min(OutboxRow.created_at).filter(waiting),
                func.min(OutboxRow.created_at).filter(to_index),
                func.count().filter(OutboxRow.failed_at.is_not(None)),
            )
        ).one()
    except Exception:  # whatever is wrong, the answer to "are you well" is no
        current_app.logger.exception("health")
        return jsonify(database="down"), 503
    db.session.rollback()  # hold no transaction open while the engine is asked
    return jsonify(
        database="up",
        search={**_search(), "lag_seconds": _seconds_since(oldest_to_index)},
        outbox={"waiting": number, "oldest_seconds": _seconds_since(oldest), "failed": failed},
    )


def _search() -> dict[str, Any]:
    """Whether the engine answers, how much it holds, and whether it is left alone after failures."""
    engine: SearchEngine = current_app.extensions["search"]
    health = engine.health()
    return {"ready": health.ready, "documents": health.documents, "resting": health.problem == RESTING}


def _seconds_since(instant: Any) -> int:
    return max(0, round((clock.now() - instant).total_seconds())) if instant else 0
