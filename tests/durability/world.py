"""The little place that is killed again and again: who is there, and what must be true of it."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import flask_migrate

from marketplace import clock
from marketplace.audit.models import AuditEvent
from marketplace.discovery import services as discovery
from marketplace.extensions import db
from marketplace.ledger import verifying
from marketplace.listings.models import Quantity
from marketplace.mail.files import file_name
from marketplace.mail.models import MailMessage
from marketplace.matching.models import Match, MatchStatus
from marketplace.outbox.models import OutboxRow
from marketplace.paths import MIGRATIONS
from marketplace.pledges.models import HOLDS, Delivery, Pledge
from tests.factories import MembershipFactory, NeedFactory, OrganisationFactory, UserFactory

PEOPLE = ("charity@kill.example", *(f"giver{number}@kill.example" for number in range(1, 5)))
NEEDS, PLENTY = 3, 1_000_000
INSTANTS = {  # acknowledged: the table and the column that say so
    "accept": (Pledge, "accepted_at"),
    "withdraw": (Pledge, "withdrawn_at"),
    "give": (Delivery, "delivered_at"),
    "confirm": (Delivery, "confirmed_at"),
}
_WAITS = (OutboxRow.done_at.is_(None), OutboxRow.failed_at.is_(None))
ONCE = {"accept": "pledge.accepted", "withdraw": "pledge.withdrawn"}  # of each pledge, recorded once


@dataclass
class Journal:
    """What the server said was done: the kind, the row, and for a promise the key of its form."""

    needs: list[int]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _told: list[tuple[str, int, str]] = field(default_factory=list)

    def note(self, kind: str, number: int, key: str = "") -> None:
        with self._lock:
            self._told.append((kind, number, key))

    def of(self, kind: str) -> list[tuple[int, str]]:
        with self._lock:
            return [(number, key) for told, number, key in self._told if told == kind]

    def counts(self) -> Counter[str]:
        with self._lock:
            return Counter(kind for kind, _, _ in self._told)


def begin() -> list[int]:
    """Make the tables and everybody in them; returns the ids of the needs, which are those of their lines."""
    flask_migrate.upgrade(directory=str(MIGRATIONS))
    organisations = [OrganisationFactory(created_at=clock.now(), claimed_at=clock.now()) for _ in PEOPLE]
    for email, organisation in zip(PEOPLE, organisations, strict=True):
        MembershipFactory(user=UserFactory(email=email), organisation=organisation)
    needs = [NeedFactory(organisation=organisations[0], published_at=clock.now()) for _ in range(NEEDS)]
    db.session.flush()
    lines = [need.quantities[0] for need in needs]
    for line in lines:
        line.wanted = PLENTY
    db.session.commit()
    discovery.rebuild()
    assert [line.id for line in lines] == [need.id for need in needs]
    return [need.id for need in needs]


def wrong(journal: Journal) -> list[str]:
    """What was acknowledged and is not there, and what does not add up; sentences."""
    keys = {row.id: row.form_key for row in db.session.execute(db.select(Pledge.id, Pledge.form_key))}
    found = [f"pledge {number} is lost" for number, key in journal.of("promise") if keys.get(number) != key]
    for kind, (model, instant) in INSTANTS.items():
        rows = dict(db.session.execute(db.select(model.id, getattr(model, instant))).all())
        found += [f"{kind} {number} is lost" for number, _ in journal.of(kind) if rows.get(number) is None]
    recorded = Counter(db.session.execute(db.select(AuditEvent.name, AuditEvent.subject_id)).all())
    for kind, name in ONCE.items():
        found += [
            f"{name} of {number}: {times} times"
            for number, _ in journal.of(kind)
            if (times := recorded[name, number]) != 1
        ]
    held: Counter[int] = Counter()
    for row in db.session.execute(
        db.select(Pledge.quantity_id, Pledge.held).where(Pledge.status.in_(list(HOLDS)))
    ):
        held[row.quantity_id] += row.held
    for line in db.session.scalars(db.select(Quantity)):
        if line.promised != held[line.id]:
            found.append(f"line {line.id} says {line.promised}, its pledges {held[line.id]}")
    return found + [str(fault) for fault in verifying.verify().faults]


def free_what_is_held() -> None:
    """Whoever held a row of the outbox is dead, so nobody waits until their time is up."""
    long_ago = clock.now() - timedelta(minutes=5)  # the sweep leaves the latest to the queue
    db.session.execute(db.update(OutboxRow).where(*_WAITS).values(due_at=long_ago))
    db.session.commit()


def unfinished() -> int:
    """How much waits to be carried out."""
    return db.session.scalar(db.select(db.func.count(OutboxRow.id)).where(*_WAITS)) or 0


def wrong_when_finished(folder: Path) -> list[str]:
    """What a handler left undone, or did twice; sentences."""
    found = [
        f"outbox row {row.id} ({row.name}) failed: {row.error}"
        for row in db.session.scalars(db.select(OutboxRow).where(OutboxRow.failed_at.is_not(None)))
    ]
    letters = list(db.session.scalars(db.select(MailMessage)))
    found += [f"letter {row.id} has not left" for row in letters if not row.is_settled]
    keys = Counter(row.key for row in letters if row.key)
    found += [f"letter {key} was written {times} times" for key, times in keys.items() if times > 1]
    files = Counter(path.name.partition("@")[0] for path in (folder / "mail").glob("*.eml"))
    wanted = Counter(file_name(f"<mail-{row.id}@x>").partition("@")[0] for row in letters)
    if files != wanted:
        found.append(f"{sum(files.values())} letters in the folder, {sum(wanted.values())} written")
    drift = discovery.compare()
    found += [f"the index is out of step at {key}" for key in drift.keys]
    taken_up = db.select(Pledge.giver_id, Pledge.listing_id).distinct()
    converted = db.select(Match.organisation_id, Match.listing_id).where(
        Match.status == MatchStatus.CONVERTED
    )
    known = set(db.session.execute(db.select(Match.organisation_id, Match.listing_id)).all())
    lacking = (set(db.session.execute(taken_up).all()) & known) - set(db.session.execute(converted))
    return found + [f"the match of {pair} is not taken up" for pair in sorted(lacking)]
