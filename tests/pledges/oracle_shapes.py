"""What the oracle remembers of notices, promises and gifts, and what can be said of each alone."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

DAY = timedelta(days=1)
FORTNIGHT = timedelta(days=14)
GONE = ("confirmed", "verified")
UNDER_WAY = ("accepted", "scheduled", "partly_delivered")


def midnight(on: date) -> datetime:
    return datetime.combine(on, time(), UTC)


@dataclass
class Notice:
    """A need or an offer with one line."""

    owner: str
    wanted: int
    kind: str = "goods"
    is_need: bool = True
    is_open: bool = True
    until: date | None = None
    host_a_week: int | None = None


@dataclass
class Gift:
    """One time that something is given."""

    planned: int
    on: date | None = None
    status: str = "planned"
    said: int = 0  # by the giver
    came: int = 0
    checked: int = 0
    said_at: datetime | None = None
    answered_at: datetime | None = None  # came, or did not
    missed_by: str = ""
    disputed_by: str = ""
    is_settled: bool = False
    stood: int = 0  # before the dispute

    @property
    def stands(self) -> int:
        if self.status in ("called_off", "not_delivered"):
            return 0
        return {"planned": self.planned, "delivered": self.said, "disputed": self.stood}.get(
            self.status, self.came
        )

    @property
    def given(self) -> int:
        return 0 if self.status == "planned" else self.stands


@dataclass
class Promise:
    """Somebody promised something, or asked for it."""

    notice: Notice
    giver: str
    receiver: str
    begun_by: str
    each: int
    times: int
    step: int  # days from one time to the next; 0: once
    on: date | None
    drafted_by: str
    status: str = ""
    accepted: int = 0
    gifts: list[Gift] = field(default_factory=list)
    proposed: tuple[date | None, str] | None = None  # the day, and which end
    is_agreed: bool = False
    is_called_off: bool = False
    called_off_by: str = ""
    queued_at: datetime | None = None
    offered: bool = False
    approved: bool = False
    began: datetime | None = None
    due: datetime | None = None
    nudged: bool = False
    escalated: bool = False
    reserved: int = 0

    @property
    def amount(self) -> int:
        return self.each * self.times

    @property
    def answers(self) -> str:
        return "receiver" if self.begun_by == "giver" else "giver"

    @property
    def held(self) -> int:
        return sum(gift.stands for gift in self.gifts)

    @property
    def planned(self) -> list[Gift]:
        return [gift for gift in self.gifts if gift.status == "planned"]

    @property
    def ledger(self) -> Counter[str]:
        """What stands at each stage."""
        is_open = self.status == "offered" and self.begun_by == "giver"
        found = Counter(promised=self.amount if is_open else self.accepted, accepted=self.held)
        for gift in self.gifts:
            found.update(delivered=gift.given, confirmed=gift.came, verified=gift.checked)
        return +found

    def waited_long(self, now: datetime) -> bool:
        """Something was given, and nobody has said for too long whether it came."""
        waits = [gift for gift in self.gifts if gift.status == "delivered"]
        return any(gift.said_at and gift.said_at + FORTNIGHT <= now for gift in waits)

    def who(self, end: str) -> str:
        return self.giver if end == "giver" else self.receiver

    def days(self, first: date, count: int) -> list[date]:
        return [first + number * self.step * DAY for number in range(count)]


def status_of(promise: Promise) -> str:
    """Where an accepted promise stands, by the gifts."""
    found = [gift.status for gift in promise.gifts]
    given = [each for each in found if each in ("delivered", *GONE)]
    if "disputed" in found:
        return "disputed"
    if "planned" in found:
        return "partly_delivered" if given else "scheduled" if promise.is_agreed else "accepted"
    if "delivered" in found:
        return "delivered"
    if given:
        return "confirmed" if "confirmed" in given else "verified"
    if "called_off" in found:
        return "withdrawn" if promise.called_off_by else "lapsed"
    return "not_delivered"


def week(on: date) -> date:
    return on - on.weekday() * DAY
