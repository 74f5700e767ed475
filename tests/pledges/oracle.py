"""What pledges ought to do, said once more in plain Python: no database, no ledger, no locks.

It is written from the rules and not from the services: sums are worked out from what happened and never kept,
so what the database keeps by adding and taking away has something to be compared with.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from tests.pledges.oracle_shapes import (
    DAY,
    FORTNIGHT,
    GONE,
    UNDER_WAY,
    Gift,
    Notice,
    Promise,
    midnight,
    status_of,
    week,
)


class No(Exception):
    """The move is not allowed."""


def must(condition: object) -> None:
    if not condition:
        raise No


@dataclass
class World:
    """Everything that was promised, in the order it was; `people` maps each to their organisation."""

    now: datetime
    notices: list[Notice]
    people: dict[str, str]
    limited: dict[str, int]  # the most that somebody promises alone
    budget: dict[str, int]  # goods that an organisation means to give
    promises: list[Promise] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.now.date()

    def promised(self, notice: Notice) -> int:
        return sum(each.held for each in self.promises if each.notice is notice)

    def used(self, organisation: str) -> int:
        mine = (each for each in self.promises if each.giver == organisation)
        return sum(each.reserved for each in mine)

    def free(self, notice: Notice) -> int:
        kept = sum(
            each.amount
            for each in self.promises
            if each.notice is notice and each.status == "offered" and each.queued_at
        )
        return max(notice.wanted - self.promised(notice) - kept, 0)

    # Promising

    def promise(self, new: Promise, person: str, wait: bool) -> None:
        must(self.people[person] == new.who(new.begun_by))
        must(new.notice.is_open)
        must(new.giver != new.receiver)
        if new.on:
            self._suits(new, new.days(new.on, new.times))
        if new.begun_by == "giver" and new.amount > self.limited.get(person, 10**6):
            self._become(new, "draft")
        else:
            has_room = new.amount <= self.free(new.notice)
            must(has_room or wait)
            self._reach(new, has_room)
        self.promises.append(new)

    def _reach(self, promise: Promise, has_room: bool) -> None:
        if promise.begun_by == "giver":
            self._reserve(promise, promise.amount)
        promise.offered = has_room
        promise.queued_at = None if has_room else self.now
        self._become(promise, "offered" if has_room else "waiting")

    def approve(self, promise: Promise, person: str) -> None:
        if promise.approved:
            return
        must(promise.status == "draft" and self._leads(person, promise))
        must(promise.notice.is_open)
        self._reach(promise, promise.amount <= self.free(promise.notice))
        promise.approved = True

    def turn_down(self, promise: Promise, person: str) -> None:
        if promise.status == "declined" and not promise.offered:
            return
        must(promise.status == "draft" and self._leads(person, promise))
        self._become(promise, "declined")

    def _leads(self, person: str, promise: Promise) -> bool:
        return self.people[person] == promise.giver and person not in self.limited

    # Answering

    def accept(self, promise: Promise, person: str, amount: int | None, on: date | None) -> None:
        must(self.people[person] == promise.who(promise.answers))
        taken = promise.amount if amount is None else amount
        if promise.status in ("accepted", "scheduled") and taken == promise.accepted:
            return
        must(promise.status == "offered")
        must(1 <= taken <= promise.amount and (not promise.step or taken % promise.each == 0))
        must(promise.answers == "receiver" or taken <= self.limited.get(person, 10**6))
        theirs = promise.proposed is not None and promise.proposed[1] == promise.begun_by
        offered = promise.proposed[0] if theirs and promise.proposed else promise.on
        first = on or offered
        each, times = (promise.each, taken // promise.each) if promise.step else (taken, 1)
        gifts = [Gift(each) for _ in range(times)]
        if first:
            self._suits(promise, promise.days(first, times))
        must(self.promised(promise.notice) + taken <= promise.notice.wanted)
        if promise.begun_by == "receiver":
            self._reserve(promise, taken)
        else:
            promise.reserved -= min(promise.amount - taken, promise.reserved)
        promise.accepted, promise.gifts = taken, gifts
        if first != offered:
            promise.proposed = (first, promise.answers)
        elif offered:
            self._agree(promise, offered)
        self._become(promise, status_of(promise))
        self._call(promise.notice)

    def decline(self, promise: Promise, person: str) -> None:
        must(self.people[person] == promise.who(promise.answers))
        if promise.status == "declined" and promise.offered:
            return
        must(promise.status == "offered")
        self._never_mind(promise, "declined")

    def propose(self, promise: Promise, person: str, end: str, on: date) -> None:
        must(self.people[person] == promise.who(end))
        if promise.proposed == (on, end):
            return
        must(promise.status in ("offered", *UNDER_WAY))
        if on == promise.on:
            if promise.proposed:
                promise.proposed = None
                self._become(promise, promise.status)
            return
        self._suits(promise, promise.days(on, len(promise.planned) or promise.times))
        promise.proposed = (on, end)
        self._become(promise, promise.status)

    def agree(self, promise: Promise, person: str, end: str) -> None:
        must(self.people[person] == promise.who(end))
        if promise.proposed is None or promise.proposed[0] is None:
            must(promise.on and promise.status in ("offered", *UNDER_WAY))
            return
        must(promise.proposed[1] != end)
        must(promise.status in ("offered", *UNDER_WAY))
        on = promise.proposed[0]
        self._suits(promise, promise.days(on, len(promise.planned) or promise.times))
        if promise.status == "offered":
            promise.on, promise.proposed = on, None
            self._become(promise, "offered")
        else:
            self._agree(promise, on)
            self._become(promise, status_of(promise))

    def _agree(self, promise: Promise, first: date) -> None:
        promise.on, promise.proposed, promise.is_agreed = first, None, True
        for gift, on in zip(promise.planned, promise.days(first, len(promise.planned)), strict=True):
            gift.on = on

    def withdraw(self, promise: Promise, person: str, end: str) -> None:
        must(self.people[person] == promise.who(end))
        if promise.called_off_by:
            return
        if promise.status in ("draft", "waiting", "offered"):
            must(end == promise.begun_by)
            promise.called_off_by = end
            self._never_mind(promise, "withdrawn")
            return
        must(promise.status in UNDER_WAY)
        promise.called_off_by, promise.proposed = end, None
        for gift in promise.planned:
            gift.status = "called_off"
        self._after(promise, answers=False)  # what nobody confirmed for too long is still looked into

    def _never_mind(self, promise: Promise, status: str) -> None:
        promise.reserved = 0
        promise.proposed = None
        self._become(promise, status)
        if promise.offered:
            self._call(promise.notice)

    # Giving

    def deliver(self, promise: Promise, gift: Gift, person: str, amount: int) -> None:
        must(self.people[person] == promise.giver)
        if gift.status == "delivered" and gift.said == amount:
            return
        must(gift.status == "planned" and 1 <= amount <= gift.planned)
        gift.status, gift.said, gift.said_at = "delivered", amount, self.now
        self._after(promise)

    def miss(self, promise: Promise, gift: Gift, person: str, end: str) -> None:
        must(self.people[person] == promise.who(end))
        if gift.status == "not_delivered":
            return
        if not (gift.status == "delivered" and end == "receiver"):
            must(gift.status == "planned")
            must(end == "giver" or (gift.on and gift.on <= self.today))
        self._miss(gift, end)
        self._after(promise)

    def _miss(self, gift: Gift, by: str) -> None:
        gift.status, gift.answered_at, gift.missed_by = "not_delivered", self.now, by

    def confirm(self, promise: Promise, gift: Gift, person: str, amount: int | None) -> None:
        must(self.people[person] == promise.receiver)
        came = gift.said if amount is None else amount
        if gift.status in GONE and came == gift.came:
            return
        must(gift.status == "delivered" and 1 <= came <= gift.said)
        gift.status, gift.came, gift.answered_at = "confirmed", came, self.now
        self._after(promise)

    # Deciding

    def dispute(self, promise: Promise, gift: Gift, person: str, end: str) -> None:
        must(self.people[person] == promise.who(end))
        if gift.status == "disputed" and gift.disputed_by == end:
            return
        must(not gift.is_settled)
        if end == "receiver":
            must(gift.status == "delivered")
        else:
            is_less = gift.status == "confirmed" and gift.came < gift.said
            is_missed = gift.status == "not_delivered" and gift.missed_by != "giver"
            must(is_less or is_missed)
            must(gift.answered_at and self.now <= gift.answered_at + FORTNIGHT)
        gift.stood = gift.stands
        gift.status, gift.disputed_by = "disputed", end
        self._after(promise)

    def settle(self, promise: Promise, gift: Gift, person: str, amount: int) -> None:
        must(person == "convener")
        if gift.is_settled and gift.came == amount:
            return
        must(not gift.is_settled)
        must(gift.status == "disputed" or (gift.status == "delivered" and promise.escalated))
        must(0 <= amount <= (gift.said if gift.said_at else gift.planned))
        must(self.promised(promise.notice) - gift.stands + amount <= promise.notice.wanted)
        gift.is_settled, gift.came = True, amount
        gift.said, gift.said_at = max(gift.said, amount), gift.said_at or (self.now if amount else None)
        gift.status, gift.answered_at = "confirmed" if amount else "not_delivered", self.now
        self._after(promise)

    def verify(self, promise: Promise, gift: Gift, person: str, amount: int | None) -> None:
        must(person == "convener")
        seen = gift.came if amount is None else amount
        if gift.status == "verified" and (amount is None or seen == gift.checked):
            return
        must(gift.status == "confirmed" and 1 <= seen <= gift.came)
        gift.status, gift.checked = "verified", seen
        self._after(promise)

    # Notices

    def ask_for(self, notice: Notice, wanted: int) -> None:
        must(wanted >= self.promised(notice))
        notice.wanted = wanted

    # What time does

    def sweep(self) -> None:
        """What the hourly jobs do, in their order."""
        due = [each for each in self.promises if self._is_due(each)]
        for promise in due:
            if self._is_due(promise):
                self._run_out(promise)
        for promise in self.promises:
            self._nudge(promise)
        for notice in self.notices:
            self._call(notice)

    def _is_due(self, promise: Promise) -> bool:
        gone = promise.status == "waiting" and not promise.notice.is_open
        return gone or (promise.due is not None and promise.due <= self.now)

    def _run_out(self, promise: Promise) -> None:
        if promise.status in ("waiting", "draft", "offered"):
            self._never_mind(promise, "lapsed")
            return
        if (at := self._given_up_at(promise)) and at <= self.now:
            promise.proposed = None
            for gift in promise.planned:
                if gift.on is None:
                    gift.status = "called_off"
                else:
                    self._miss(gift, "")
            self._after(promise)
        if promise.waited_long(self.now) and not promise.escalated:
            promise.escalated = True
            self._become(promise, promise.status)

    def _nudge(self, promise: Promise) -> None:
        if promise.due is None or promise.began is None or promise.due <= self.now or promise.nudged:
            return
        if promise.began + (promise.due - promise.began) / 2 > self.now:
            return
        waits = any(gift.status == "delivered" for gift in promise.gifts)
        promise.nudged = not (promise.escalated and waits and promise.proposed is None)

    # What follows

    def _suits(self, promise: Promise, days: list[date]) -> None:
        notice = promise.notice
        must(days[0] >= self.today)
        must(notice.until is None or days[-1] <= notice.until)
        if notice.host_a_week is None:
            return
        weeks = Counter(week(on) for on in self._helpers(notice, promise))
        weeks.update(week(on) for on in days)
        must(all(weeks[week(on)] <= notice.host_a_week for on in days))

    def _helpers(self, notice: Notice, but: Promise) -> Iterator[date]:
        for promise in self.promises:
            for gift in promise.gifts if promise.notice is notice and promise is not but else ():
                if gift.on and gift.status not in ("called_off", "not_delivered"):
                    yield gift.on

    def _after(self, promise: Promise, *, answers: bool = True) -> None:
        """A gift changed: what it no longer takes is free, and the budget has it back."""
        promise.escalated = promise.escalated and (not answers or promise.waited_long(self.now))
        self._become(promise, status_of(promise))
        if promise.giver in self.budget and promise.notice.kind == "goods":
            more = promise.held - promise.reserved
            if more < 0 or self.used(promise.giver) + more <= self.budget[promise.giver]:
                promise.reserved = promise.held
        self._call(promise.notice)

    def _become(self, promise: Promise, status: str) -> None:
        promise.status = status
        promise.began, promise.nudged = self.now, False
        promise.due = self._due(promise)
        promise.began = self.now if promise.due else None

    def _due(self, promise: Promise) -> datetime | None:
        match promise.status:
            case "draft":
                return self.now + FORTNIGHT
            case "offered" if promise.on:
                return min(self.now + FORTNIGHT, max(midnight(promise.on), self.now + DAY))
            case "offered":
                return self.now + FORTNIGHT
            case "accepted" | "scheduled" | "partly_delivered" | "delivered":
                return self._due_to_give(promise)
        return None

    def _due_to_give(self, promise: Promise) -> datetime | None:
        ends = [self._given_up_at(promise)]
        if not promise.escalated:
            ends += [
                gift.said_at + FORTNIGHT
                for gift in promise.gifts
                if gift.status == "delivered" and gift.said_at
            ]
        return min((each for each in ends if each), default=None)

    def _given_up_at(self, promise: Promise) -> datetime | None:
        if not promise.planned or promise.began is None:
            return None
        days = [gift.on for gift in promise.planned if gift.on]
        return midnight(max(days)) + DAY + FORTNIGHT if days else promise.began + 2 * FORTNIGHT

    def _reserve(self, promise: Promise, amount: int) -> None:
        if promise.giver in self.budget and promise.notice.kind == "goods":
            must(self.used(promise.giver) + amount <= self.budget[promise.giver])
            promise.reserved = amount

    def _call(self, notice: Notice) -> None:
        """First come, first asked, as long as there is room for any of it."""
        if not notice.is_open:
            return
        left = self.free(notice)
        queue = [each for each in self.promises if each.notice is notice and each.status == "waiting"]
        for promise in sorted(queue, key=lambda each: each.queued_at or self.now):  # of two at once the older
            if left <= 0:
                return
            if promise.on and promise.on < self.today:
                promise.on = None
            promise.offered = True
            self._become(promise, "offered")
            left -= promise.amount
