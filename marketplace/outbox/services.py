"""Adding, handing over, carrying out and sweeping outbox rows."""

import logging
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_sqlalchemy.session import Session
from sqlalchemy import and_, event, func, insert, or_, select, update
from sqlalchemy.orm import Session as AnySession

from marketplace import clock
from marketplace.extensions import db, rows_changed
from marketplace.noting import Notebook, meanwhile
from marketplace.outbox.models import OutboxRow

log = logging.getLogger(__name__)

Handler = Callable[..., None]
Payload = dict[str, Any]
HANDLERS: dict[str, Handler] = {}
DAILY: set[str] = set()
HOURLY: set[str] = set()

AT_MOST = 10  # attempts, waiting 1, 2, 4 … 256 minutes between them: a provider may be out for hours
LEASE = timedelta(minutes=2)  # how long one attempt may take before another may start
TOGETHER = 500  # rows carried out at once, where their handler takes many

_HAND_OVER: list[Callable[..., None]] = []
_KEPT_BACK = "outbox.kept_back"
_ROW = OutboxRow.__table__
_ADD = insert(_ROW).returning(_ROW.c.id)  # made once, and past the session, which has no use for the row


@dataclass(frozen=True, slots=True)
class _Fresh:
    """A row of the open transaction, known by what it says."""

    name: str
    said: str
    row_id: int = field(default=0, compare=False)


_FRESH: Notebook[_Fresh] = Notebook("outbox")  # to hand over once it is committed


class NotNow(Exception):
    """What the handler needs is away for a while: its rows wait this long, and no attempt is counted."""

    def __init__(self, reason: str, wait: timedelta) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Manner:
    """How rows of one name are carried out: together with all that wait, ahead of others, for how long."""

    together: bool = False
    urgent: bool = False
    lease: timedelta = LEASE


PLAIN = Manner()
MANNERS: dict[str, Manner] = {}


def handles(
    name: str, *, together: bool = False, urgent: bool = False, lease: timedelta = LEASE
) -> Callable[[Handler], Handler]:
    """Register the function that carries out rows called `name`; it must be safe to run twice.

    One that works `together` is given a list of the payloads of all rows that wait. `urgent` rows go
    ahead of others in the queue.
    """

    def register(handler: Handler) -> Handler:
        if HANDLERS.setdefault(name, handler) is not handler:
            raise LookupError(f"Two handlers are called {name}")
        MANNERS[name] = Manner(together, urgent, lease)
        return handler

    return register


def daily(name: str) -> None:
    """Have a row called `name` added once a day, without a payload."""
    DAILY.add(name)


def hourly(name: str) -> None:
    """Have a row called `name` added once an hour, without a payload."""
    HOURLY.add(name)


def add(name: str, **payload: Any) -> None:
    """Queue `name` in this transaction; saying the same twice in one transaction is saying it once."""
    session, said = db.session(), repr(sorted(payload.items()))
    if _FRESH.holds(session, _Fresh(name, said)):
        return
    row_id = _insert(name, payload, clock.now())
    if row_id is not None:
        _FRESH.note(session, _Fresh(name, said, row_id))


def add_for(due_at: datetime, name: str, **payload: Any) -> None:
    """Queue `name` for an instant to come: the sweep hands it over within a minute of it.

    Nobody waits for it until then, so that is when it counts as made.
    """
    _insert(name, payload, due_at)


def kept_back(but: Collection[str] = ()) -> AbstractContextManager[None]:
    """What is added meanwhile in this session is dropped, unless it has one of these names.

    For a past that is made up: nothing is to follow from it.
    """
    return meanwhile(db.session(), _KEPT_BACK, but)


def _insert(name: str, payload: Payload, due_at: datetime) -> int | None:
    """The id of the new row; None where it is kept back."""
    session = db.session()
    if name not in session.info.get(_KEPT_BACK, (name,)):
        return None
    row = {
        "name": name, "payload": payload, "created_at": due_at, "due_at": due_at, "attempts": 0, "error": "",
    }  # fmt: skip
    return int(session.connection().execute(_ADD, row).scalar_one())


def hurry(name: str) -> None:
    """Have rows of this name that wait after a failure tried again as soon as this transaction is safe."""
    ids = _free(name)
    if not ids:
        return
    db.session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(due_at=clock.now()))
    _FRESH.note(db.session(), _Fresh(name, "hurry", ids[0]))


def payloads(name: str, *, since: datetime | None = None) -> list[Payload]:
    """What rows of this name were given that wait, or that were done since."""
    current = and_(*_waits())
    wanted = current if since is None else or_(current, OutboxRow.done_at >= since)
    query = select(OutboxRow.payload).where(OutboxRow.name == name, wanted)
    return list(db.session.scalars(query.order_by(OutboxRow.id)))


def hand_over_with(hand_over: Callable[..., None]) -> None:
    """Tell the outbox how a row reaches the queue in this process.

    It is called with a row's id; with `urgent=True` if others should let it pass, and with `delay`, in
    seconds, if it should arrive later.
    """
    _HAND_OVER[:] = [hand_over]


@event.listens_for(Session, "after_commit")
def _hand_over_fresh(session: AnySession) -> None:
    if session.in_nested_transaction():
        return  # a savepoint was released: nothing is safe yet
    for fresh in _FRESH.take(session):
        _hand_over(fresh.row_id, **({"urgent": True} if MANNERS.get(fresh.name, PLAIN).urgent else {}))


def _hand_over(row_id: int, **how: Any) -> None:
    for hand_over in _HAND_OVER:
        try:
            hand_over(row_id, **how)
        except Exception:  # noqa: BLE001  # the sweep will find the row; the person's change is already safe
            log.warning("outbox row not handed over", extra={"row": row_id})


def carry_out(row_id: int, *, now: datetime) -> bool:
    """Run one row's handler and mark it done in the handler's own transaction.

    Where its handler works together, all that waits beside it is carried out with it. Returns whether
    anything was ours to run: another worker may hold it, or it may be done already.
    """
    name = db.session.scalar(select(OutboxRow.name).where(OutboxRow.id == row_id, *_is_due(now)))
    manner = MANNERS.get(name or "", PLAIN)
    ids = [row_id]
    if name and manner.together:
        ids = [] if _joins_the_wait(name, now) else _with_others(row_id, name, now)
    if name is None or not ids:
        db.session.commit()  # hold no transaction open
        return False
    rows = _claim(ids, now, manner.lease)
    if rows:
        _attempt(name, rows)
    return bool(rows)


def _attempt(name: str, rows: dict[int, Payload]) -> None:
    try:
        _call(name, list(rows.values()))
        db.session.execute(
            update(OutboxRow).where(OutboxRow.id.in_(rows)).values(done_at=clock.now(), error="")
        )
        db.session.commit()
    except NotNow as reason:
        db.session.rollback()
        _put_off(list(rows), reason)
    except Exception as error:  # noqa: BLE001  # any failure is recorded on the row, where the convener sees it
        db.session.rollback()
        if len(rows) == 1:
            _put_back(min(rows), error)
        else:  # one of them spoils it for all
            for row_id, payload in rows.items():
                _attempt(name, {row_id: payload})


def _call(name: str, given: list[Payload]) -> None:
    handler = HANDLERS.get(name)
    if handler is None:
        raise LookupError(f"Nothing handles {name}")
    if MANNERS.get(name, PLAIN).together:
        handler(given)
    else:
        handler(**given[0])


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
    return *_waits(), OutboxRow.due_at <= now


def _waits() -> tuple[Any, Any]:
    return OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None)


def _claim(ids: Sequence[int], now: datetime, lease: timedelta) -> dict[int, Payload]:
    """Take these rows, as far as nobody else has; returns them with what they were given."""
    # The conditions are the row's own, not a subquery's: PostgreSQL looks at them again once it has
    # waited for another worker's claim, and a subquery would still see the row as it was.
    claimed = db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids), *_is_due(now))
        .values(attempts=OutboxRow.attempts + 1, due_at=now + lease)
        .returning(OutboxRow.id, OutboxRow.payload)
        .execution_options(synchronize_session=False)
    )
    rows = {row_id: dict(payload) for row_id, payload in claimed}
    db.session.commit()
    return dict(sorted(rows.items()))


def _free(name: str, *conditions: Any) -> list[int]:
    """Rows of this name that wait, some at a time, and ours until this transaction ends.

    Those another worker is just taking are passed over: two that wait for each other's would wait for ever.
    """
    query = select(OutboxRow.id).where(OutboxRow.name == name, *_waits(), *conditions)
    query = query.order_by(OutboxRow.due_at, OutboxRow.id).limit(TOGETHER)
    return list(db.session.scalars(query.with_for_update(skip_locked=True)))


def _with_others(row_id: int, name: str, now: datetime) -> list[int]:
    """This row, unless another worker has it, and others of its name that are due."""
    is_due = OutboxRow.due_at <= now
    return (_free(name, is_due, OutboxRow.id == row_id) + _free(name, is_due, OutboxRow.id != row_id))[
        :TOGETHER
    ]


def _joins_the_wait(name: str, now: datetime) -> bool:
    """Where rows of this name have just been put off, those that came since wait with them."""
    put_off = (OutboxRow.name == name, *_waits(), OutboxRow.attempts == 0, OutboxRow.due_at > now)
    until = db.session.scalar(select(func.max(OutboxRow.due_at)).where(*put_off))
    if until is None:
        return False
    ids = _free(name, OutboxRow.due_at <= now)
    db.session.execute(update(OutboxRow).where(OutboxRow.id.in_(ids)).values(due_at=until))
    return True


def _put_off(ids: Sequence[int], reason: NotNow) -> None:
    """Let them wait without holding it against them, and have the first bring the rest."""
    db.session.execute(
        update(OutboxRow)
        .where(OutboxRow.id.in_(ids))
        .values(attempts=OutboxRow.attempts - 1, due_at=clock.now() + reason.wait, error=str(reason)[:500])
    )
    db.session.commit()
    log.warning("outbox rows put off", extra={"row": ids[0], "rows": len(ids), "reason": str(reason)})
    _hand_over(ids[0], delay=reason.wait.total_seconds() + 1)


def _put_back(row_id: int, error: Exception) -> None:
    row = db.session.get_one(OutboxRow, row_id)
    now = clock.now()
    row.error = f"{type(error).__name__}: {error}"[:500]
    if row.attempts >= AT_MOST:
        row.failed_at = now
    row.due_at = now + timedelta(minutes=2 ** (row.attempts - 1))
    log.warning("outbox row failed", extra={"row": row_id, "job": row.name, "error": type(error).__name__})
    db.session.commit()
