"""Keeping the index in step with the database, and keeping searches for people."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from flask import current_app

from marketplace import audit, clock, outbox
from marketplace.accounts.models import User
from marketplace.discovery import documents, meaning
from marketplace.discovery.models import SavedSearch
from marketplace.errors import Refused
from marketplace.extensions import db, find_or_insert
from marketplace.organisations.models import Organisation
from marketplace.places.models import Place
from search.engine import SearchEngine, SearchUnavailable
from search.schema import Document, Query

INDEX = "search.index"  # the outbox rows that carry keys to the index
MEND = "search.mend"
CLOCKS_DIFFER = timedelta(minutes=1)  # at most, between the machines of one installation

LONGEST_ADDRESS = 2000
LONGEST_NAME = 120

Progress = Callable[[int], None]  # told of each so many documents more


@dataclass(frozen=True, slots=True)
class Drift:
    """Keys the index lacks, holds in another version, or should not hold; `waiting` are on their way."""

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    extra: tuple[str, ...]
    waiting: int

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.missing, *self.stale, *self.extra)


def index(keys: Iterable[str]) -> None:
    """Bring these keys up to date: what is public is put in, what is not is taken out.

    What was put in is compared with the database once more: a change made meanwhile may have reached
    the index before us, and must not be undone.
    """
    wanted = documents.touched_by(keys)
    without_vector: set[str] = set()
    for start in range(0, len(wanted), documents.AT_ONCE):
        some = documents.of_keys(wanted[start : start + documents.AT_ONCE])
        while some:
            _write(some)
            without_vector |= {each.key for each in some.values() if each and each.vector is None}
            now = documents.of_keys(some)
            some = {key: document for key, document in now.items() if document != some[key]}
    meaning.want(without_vector)


def rebuild(progress: Progress | None = None) -> int:
    """Build the index anew from the database; returns how many documents were read for it.

    What changed in the meantime went into the old index, or still waits: it is brought up to date here.
    """
    began = clock.now() - CLOCKS_DIFFER
    reading = Counted(documents.everything(), progress)
    _engine().rebuild(reading)
    index(_keys(outbox.payloads(INDEX, since=began)))
    meaning.want(reading.without_vector)
    return reading.number


def make_vectors(keys: Iterable[str]) -> None:
    """Make the vectors that these lack, and have them indexed anew. Raises EncoderUnavailable."""
    found = documents.of_keys(keys).values()
    lacking = [each for each in found if each and each.vector is None]
    db.session.expire_all()
    db.session.rollback()  # hold no transaction open while the encoder works
    meaning.keep(lacking)
    if lacking:
        outbox.add(INDEX, keys=[each.key for each in lacking])


def compare(progress: Progress | None = None) -> Drift:
    """Hold the index against the database. What is on its way, or came meanwhile, is not drift."""
    began = clock.now()
    held = dict(_engine().marks())
    missing, stale = [], []
    for document in Counted(documents.everything(), progress):
        mark = held.pop(document.key, None)
        if mark is None:
            missing.append(document.key)
        elif mark != document.mark:
            stale.append(document.key)
    waiting = documents.touched_by(_keys(outbox.payloads(INDEX)))
    moving = {*waiting, *documents.touched_by(_keys(outbox.payloads(INDEX, since=began)))}
    return Drift(
        missing=tuple(key for key in missing if key not in moving),
        stale=tuple(key for key in stale if key not in moving),
        extra=tuple(sorted(key for key in held if key not in moving)),
        waiting=len(waiting),
    )


def is_in_step() -> bool:
    """Whether the index holds about as much as it should, without looking at any of it."""
    health, wanted = _engine().health(), documents.count()
    if not health.ready:
        return wanted == 0
    return abs(health.documents - wanted) <= len(documents.touched_by(_keys(outbox.payloads(INDEX))))


def heal() -> None:
    """Build the index if there is none to speak of, otherwise mend it; nothing if it is in step."""
    if not has_index():
        rebuild()
    elif not is_in_step():
        drift = compare()
        if len(drift.keys) * 2 > documents.count():
            rebuild()
        else:
            index(drift.keys)


def warm_up() -> None:
    """Ask the engine anything, so that the first visitor does not wait while it reads its words."""
    with suppress(SearchUnavailable):
        _engine().search(Query("welcome", place="anywhere"))


def has_index() -> bool:
    """Whether the engine holds an index it can read. One that is away has none to show either."""
    if _engine().health().ready:
        return True
    try:
        next(iter(_engine().marks()), None)  # health may have been too slow to answer
    except SearchUnavailable:
        return False
    return True


class Counted:
    """Documents, counted as they are read."""

    def __init__(self, found: Iterator[Document], progress: Progress | None) -> None:
        self._found, self._progress = found, progress
        self.number = 0
        self.without_vector: list[str] = []

    def __iter__(self) -> Iterator[Document]:
        while some := list(islice(self._found, documents.AT_ONCE)):
            self.number += len(some)
            self.without_vector += (each.key for each in some if each.vector is None)
            yield from some
            if self._progress:
                self._progress(len(some))


def _write(wanted: dict[str, Document | None]) -> None:
    db.session.expire_all()
    db.session.rollback()  # hold no transaction open while the engine works, and read afresh after it
    found = [document for document in wanted.values() if document]
    gone = [key for key, document in wanted.items() if document is None]
    if found:
        _engine().upsert(found)
    if gone:
        _engine().delete(gone)


def _keys(given: Sequence[dict[str, list[str]]]) -> set[str]:
    return {key for payload in given for key in payload["keys"]}


def _engine() -> SearchEngine:
    engine: SearchEngine = current_app.extensions["search"]
    return engine


def save(
    user: User,
    place: Place,
    address: str,
    name: str,
    *,
    organisation: Organisation | None = None,
    now: datetime,
) -> SavedSearch:
    """Keep a search for this person; one they keep already gets the new name."""
    name = " ".join(name.split())[:LONGEST_NAME]
    if not name:
        raise Refused("Give this search a name.", field="name")
    if len(address) > LONGEST_ADDRESS:
        raise Refused("This search is too long to keep. Use fewer filters.")
    saved, is_new = find_or_insert(
        SavedSearch, {"user_id": user.id, "address": address}, place_id=place.id, name=name, created_at=now,
        organisation_id=organisation.id if organisation else None,
    )  # fmt: skip
    if is_new:
        audit.record("saved_search.saved", saved, actor=user)
    saved.name = name
    return saved


def forget(saved: SavedSearch, *, actor: User) -> None:
    """Keep it no longer."""
    audit.record("saved_search.forgotten", saved, actor=actor)
    db.session.delete(saved)
