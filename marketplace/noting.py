"""What the open transaction keeps in mind for its end, and forgets with whatever part of it is undone."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.orm import Session as AnySession
from sqlalchemy.orm import SessionTransaction

Noted = TypeVar("Noted", bound=Hashable)

_NOTES = "notes"  # in a session: for each notebook what was noted, in order, and inside which savepoint


class Notebook(Generic[Noted]):
    """Things of one kind, in the order they were noted; the same again changes nothing.

    What was noted inside a savepoint that is undone is forgotten with it.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def note(self, session: AnySession, what: Noted) -> None:
        """Keep it in mind until this transaction ends."""
        notes = session.info.setdefault(_NOTES, {}).setdefault(self._name, {})
        notes.setdefault(what, session.get_nested_transaction())

    def holds(self, session: AnySession, what: Noted) -> bool:
        return what in session.info.get(_NOTES, {}).get(self._name, ())

    def take(self, session: AnySession) -> list[Noted]:
        """All that is noted, the first first; it is forgotten by that."""
        return list(session.info.get(_NOTES, {}).pop(self._name, ()))


@contextmanager
def meanwhile(session: AnySession, name: str, value: Any) -> Iterator[None]:
    """Have the session know this by that name for as long as it lasts, whatever is committed or undone."""
    session.info[name] = value
    try:
        yield
    finally:
        del session.info[name]


@event.listens_for(Session, "after_commit")
def _keep_with_the_outer(session: AnySession) -> None:
    """A savepoint was released: what was noted in it now belongs to what surrounds it."""
    released = session.get_nested_transaction()
    if released is None:
        return
    outer = released.parent if released.parent and released.parent.nested else None
    for notes in session.info.get(_NOTES, {}).values():
        notes.update((what, outer) for what, inside in notes.items() if inside is released)


@event.listens_for(Session, "after_transaction_end")
def _forget(session: AnySession, ended: SessionTransaction) -> None:
    """What is still inside a transaction that ended was undone with it."""
    if ended.parent is None:
        session.info.pop(_NOTES, None)
    elif ended.nested:
        for notes in session.info.get(_NOTES, {}).values():
            for what in [what for what, inside in notes.items() if inside is ended]:
                del notes[what]
