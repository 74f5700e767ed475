"""Outbox rows for a scene, and as the database has them."""

from typing import Any

from marketplace.extensions import db
from marketplace.outbox import services
from marketplace.outbox.models import OutboxRow


def the_row() -> OutboxRow:
    """The only row there is, as the database has it."""
    db.session.expire_all()
    return db.session.scalars(db.select(OutboxRow)).one()


def saved(name: str = "note", **payload: Any) -> int:
    """The id of a new row whose transaction is safe."""
    services.add(name, **payload)
    db.session.commit()
    return db.session.scalars(db.select(OutboxRow.id).order_by(OutboxRow.id.desc())).first() or 0
