"""Adding, handing over, carrying out and sweeping outbox rows."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import event, inspect, select, update
from sqlalchemy.orm import Session as AnySession

from marketplace import clock
from marketplace.extensions import db, rows_changed
from marketplace.outbox.models import OutboxRow

log = logging.getLogger(__name__)

Handler = Callable[..., None]
HANDLERS: dict[str, Handler] = {}
DAILY: set[str] = set()

AT_MOST = 10  # attempts, waiting 1, 2, 4 … 256 minutes between them: a provider may be out for hours
LEASE = timedelta(minutes=2)  # how long one attempt may take before another may start

_FRESH = "outbox.fresh"  # rows of the open transaction, by (name, payload)
_HAND_OVER: list[Callable[[int], None]] = []


def handles(name: str) -> Callable[[Handler], Handler]:
    """Register the function that carries out rows called `name`; it must be safe to run twice."""

    def register(handler: Handler) -> Handler:
        if HANDLERS.setdefault(name, handler) is not handler:
            raise LookupError(f"Two handlers are called {name}")
        return handler

    return register


def daily(name: str) -> None:
    """Have a row called `name` added once a day, without a payload."""
    DAILY.add(name)


def add(name: str, **payload: Any) -> None:
    """Queue `name` in this transaction; saying the same twice in one transaction is saying it once."""
    fresh = db.session.info.setdefault(_FRESH, {})
    key = (name, repr(sorted(payload.items())))
    if key in fresh:
        return
    now = clock.now()
    row = OutboxRow(name=name, payload=payload, created_at=now, due_at=now)
    fresh[key] = row
    db.session.add(row)


def hand_over_with(hand_over: Callable[[int], None]) -> None:
    """Tell the outbox how a row reaches the queue in this process."""
    _HAND_OVER[:] = [hand_over]


@event.listens_for(Session, "after_commit")
def _hand_over(session: AnySession) -> None:
    if session.in_nested_transaction():
        return  # a savepoint was released: nothing is safe yet
    fresh = session.info.pop(_FRESH, {}).values()
    # A committed row is expired, and asking it for its id would begin another transaction.
    for row_id in [identity[0] for identity in (inspect(row).identity for row in fresh) if identity]:
        for hand_over in _HAND_OVER:
            try:
                hand_over(row_id)
            except Exception:  # noqa: BLE001  # the sweep will find the row; the person's change is already safe
                log.warning("outbox row not handed over", extra={"row": row_id})


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: AnySession, _undone: object) -> None:
    """Forget what was undone; of a savepoint, only what was added inside it."""
    if session.in_transaction():
        fresh = session.info.get(_FRESH, {})
        session.info[_FRESH] = {key: row for key, row in fresh.items() if row in session}
        return
    session.info.pop(_FRESH, None)


def carry_out(row_id: int, *, now: datetime) -> bool:
    """Run one row's handler and mark it done in the handler's own transaction.

    Returns whether the row was ours to run: another worker may hold it, or it may be done already.
    """
    if not _claim(row_id, now):
        return False
    row = db.session.get_one(OutboxRow, row_id)
    name, payload = row.name, dict(row.payload)
    handler = HANDLERS.get(name)
    try:
        if handler is None:
            raise LookupError(f"Nothing handles {name}")
        handler(**payload)
        db.session.execute(
            update(OutboxRow).where(OutboxRow.id == row_id).values(done_at=clock.now(), error="")
        )
        db.session.commit()
    except Exception as error:  # noqa: BLE001  # any failure is recorded on the row, where the convener sees it
        db.session.rollback()
        _put_back(row_id, error)
    return True


def drain(*, limit: int | None = None) -> int:
    """Carry out every row that is due, in order, in this process; returns how many ran."""
    ran = 0
    while limit is None or ran < limit:
        row_id = db.session.scalar(_due(clock.now()).order_by(OutboxRow.id).limit(1))
        db.session.rollback()  # hold no transaction open while working
        if row_id is None:
            break
        ran += carry_out(row_id, now=clock.now())
    return ran


def due_ids(now: datetime, *, limit: int = 500) -> list[int]:
    """Rows that should have run by now: never handed over, or given another chance."""
    return list(db.session.scalars(_due(now).order_by(OutboxRow.id).limit(limit)))


def forget_done(before: datetime) -> int:
    """Delete rows carried out before this instant; the audit record keeps what happened."""
    return rows_changed(db.delete(OutboxRow).where(OutboxRow.done_at < before))


def _due(now: datetime) -> Any:
    return select(OutboxRow.id).where(*_is_due(now))


def _is_due(now: datetime) -> tuple[Any, ...]:
    return OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None), OutboxRow.due_at <= now


def _claim(row_id: int, now: datetime) -> bool:
    # The conditions are the row's own, not a subquery's: PostgreSQL looks at them again once it has
    # waited for another worker's claim, and a subquery would still see the row as it was.
    claimed = rows_changed(
        update(OutboxRow)
        .where(OutboxRow.id == row_id, *_is_due(now))
        .values(attempts=OutboxRow.attempts + 1, due_at=now + LEASE)
    )
    db.session.commit()
    return claimed > 0


def _put_back(row_id: int, error: Exception) -> None:
    row = db.session.get_one(OutboxRow, row_id)
    now = clock.now()
    row.error = f"{type(error).__name__}: {error}"[:500]
    if row.attempts >= AT_MOST:
        row.failed_at = now
    row.due_at = now + timedelta(minutes=2 ** (row.attempts - 1))
    log.warning("outbox row failed", extra={"row": row_id, "job": row.name, "error": type(error).__name__})
    db.session.commit()
