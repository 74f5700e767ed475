"""What many tests begin with, or look at in the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.extensions import db
from marketplace.mail.models import MailMessage
from marketplace.organisations.models import Organisation
from marketplace.outbox.models import OutboxRow
from marketplace.pledges import jobs as pledge_jobs
from tests.factories import PASSWORD, MembershipFactory
from tests.visitor import Visitor


def member_of(organisation: Organisation) -> User:
    """Somebody new who belongs to it."""
    user: User = MembershipFactory(organisation=organisation).user
    return user


def signed_in(visitor: Visitor, user: User) -> Visitor:
    db.session.commit()
    return visitor.sign_in(user.email, PASSWORD)


def letters() -> list[tuple[str, str]]:
    """Every letter written so far, or that its job would write now: which, and to whom."""
    for payload in jobs("pledges.tell"):
        pledge_jobs.tell(**payload)
    rows = db.session.scalars(db.select(MailMessage).order_by(MailMessage.id))
    return [((row.key or "").partition(":")[0], row.address) for row in rows]


def events() -> list[str]:
    """The names of what was recorded, in order."""
    return list(db.session.scalars(db.select(AuditEvent.name).order_by(AuditEvent.id)))


def jobs(name: str = "") -> list[dict]:
    """The payloads waiting in the outbox under a name, in order."""
    query = db.select(OutboxRow).where(OutboxRow.done_at.is_(None)).order_by(OutboxRow.id)
    return [row.payload for row in db.session.scalars(query) if not name or row.name == name]


@contextmanager
def counted_queries(*, writes: bool = False) -> Iterator[list[str]]:
    """The SELECTs that run inside the block; with `writes`, every statement."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if writes or statement.lstrip().upper().startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
