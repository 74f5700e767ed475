"""Recording an event."""

from typing import Any

from marketplace import clock
from marketplace.audit.models import AuditEvent
from marketplace.extensions import db


def record(name: str, subject: Any, *, actor: Any = None, **details: Any) -> None:
    """Write `name` about `subject` into this transaction; without an actor, the system did it."""
    db.session.flush()  # a new subject has no id until it is flushed
    db.session.add(
        AuditEvent(
            at=clock.now(),
            name=name,
            subject_type=subject.__tablename__,  # through `current_user` as well, which is a proxy
            subject_id=subject.id,
            actor_id=actor.id if actor else None,
            details=details,
        )
    )
