"""Writing less often to who does not answer: a function that only thinks; the letter says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from marketplace.accounts.models import DigestFrequency
from marketplace.digests.due import Last, local_day

IGNORED = 3  # digests in a row
SLOWER = {
    DigestFrequency.DAILY: DigestFrequency.WEEKLY,
    DigestFrequency.WEEKLY: DigestFrequency.MONTHLY,
}


@dataclass(frozen=True, slots=True)
class Past:
    """A digest that was sent: when, how often its reader wanted one, and when they next came by."""

    at: datetime
    frequency: DigestFrequency
    met_at: datetime | None

    @property
    def last(self) -> Last:
        return Last(local_day(self.at), self.frequency)


def slower(frequency: DigestFrequency, past: Sequence[Past]) -> DigestFrequency | None:
    """How often to write from now on, or None: as before. `past` has the newest first.

    Counted are those since they last asked for another frequency. Answering one, or coming to the desk,
    begins the count anew. Whether a letter was opened is never asked.
    """
    if frequency not in SLOWER or len(past) < IGNORED:
        return None
    is_ignored = all(each.met_at is None and each.frequency is frequency for each in past[:IGNORED])
    return SLOWER[frequency] if is_ignored else None
