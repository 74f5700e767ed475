"""Recording an event."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from marketplace import clock
from marketplace.audit.models import AuditEvent
from marketplace.extensions import db
from marketplace.noting import meanwhile

_AS_OF = "audit.as_of"
_RECORD = AuditEvent.__table__.insert()  # made once, and past the session, which has no use for the row


def record(name: str, subject: Any, *, actor: Any = None, **details: Any) -> None:
    """Write `name` about `subject` into this transaction; without an actor, the system did it."""
    session = db.session()
    session.flush()  # a new subject has no id until it is flushed
    event = {
        "at": session.info.get(_AS_OF) or clock.now(),
        "name": name,
        "subject_type": subject.__tablename__,  # through `current_user` as well, which is a proxy
        "subject_id": subject.id,
        "actor_id": actor.id if actor else None,
        "details": details,
    }
    session.connection().execute(_RECORD, event)


def as_of(instant: datetime) -> AbstractContextManager[None]:
    """What is recorded meanwhile in this session bears that instant: for a past that is made up."""
    return meanwhile(db.session(), _AS_OF, instant)
