"""Any order of moves, by anybody, at any time: the product and the oracle never differ.

By default a hundred runs on SQLite and a few on PostgreSQL. `PLACEFUL_RUNS=5000 pytest -n0
tests/pledges/test_pledge_machine.py` makes it so many on SQLite, and a fiftieth on PostgreSQL.
"""

import os
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Quantity
from marketplace.organisations.models import Organisation
from marketplace.pledges import lapsing, services, waiting
from marketplace.pledges.models import End, Pledge, Rhythm
from tests.pledges.oracle_shapes import Promise
from tests.pledges.playground import Playground, carelessly

RUNS = int(os.environ.get("PLACEFUL_RUNS", "100"))
STEPS = 25
RHYTHMS = {0: Rhythm.ONCE, 7: Rhythm.WEEKLY, 14: Rhythm.FORTNIGHTLY}
GIVER_AND_RECEIVER = st.sampled_from(["giver", "receiver"])

which = st.integers(0, 11)
mostly = st.integers(0, 9)  # 0: somebody who may not
again = st.integers(0, 3).map(lambda number: number == 0)
rarely = st.integers(0, 3).map(lambda number: number > 0)
in_days = st.one_of(st.none(), st.none(), st.integers(-1, 40))
amounts = st.integers(0, 14)
parts = st.one_of(st.none(), st.none(), st.integers(0, 14))  # None: all of it


class Pledging(Playground):
    """Every verb, by the right person or not, in the right state or not, once or twice; and time passes."""

    @initialize(first=st.integers(1, 8), step=st.sampled_from([0, 7]), day=in_days)
    def start(self, first, step, day):
        self.begin()
        self.promise(0, "firm", first, 1, 0, day, False, False)
        self.promise(1, "firm", 2, 3, step, 2, False, False)

    # Onward

    def _onward(self, which: int, amount: int | None) -> None:
        """The next step of one promise, by whoever’s turn it is; so that some come all the way."""
        self.meant = which % len(self.world.promises)
        match self.world.promises[self.meant].status:
            case "draft":
                self.answer_the_team(which, 9, False, False)
            case "offered":
                self.accept(which, 9, None, None, False)
            case "accepted" | "scheduled":
                self.deliver(which, 1, 9, 14 if amount is None else 1, False)
            case "partly_delivered" | "delivered":
                self.confirm(which, 1, 9, amount, False)
                self.deliver(which, 1, 9, 14, False)
            case "disputed":
                self.settle(which, 1, 9, amount or 1, False)
            case "confirmed" if amount is None:
                self.verify(which, 1, 9, None, False)
            case "confirmed" | "not_delivered":
                self.dispute(which, 1, 9, "giver", False)
        self.meant = None

    @rule(which=which, amount=st.one_of(st.none(), st.integers(1, 3)))
    @precondition(lambda self: self.world.promises)
    def onward(self, which, amount):
        self._onward(which, amount)

    @rule(which=which, amount=st.one_of(st.none(), st.integers(1, 3)))
    @precondition(lambda self: self.world.promises)
    def further(self, which, amount):
        self._onward(which, amount)

    @rule(which=which, amount=st.one_of(st.none(), st.integers(1, 3)))
    @precondition(lambda self: self.world.promises)
    def and_further(self, which, amount):
        self._onward(which, amount)

    # Promising

    @rule(number=st.integers(0, 2), who=st.sampled_from(["firm", "worker", "club", "hall"]),
          each=st.integers(1, 13), times=st.integers(1, 4), step=st.sampled_from([0, 0, 7, 14]),
          day=in_days, wait=st.booleans(), twice=again)  # fmt: skip
    def promise(self, number, who, each, times, step, day, wait, twice):  # noqa: PLR0917  # given by name
        notice = self.world.notices[number]
        times = max(times, 2) if step else 1
        mine = self.world.people[who]
        new = Promise(
            notice, giver=mine if notice.is_need else notice.owner,
            receiver=notice.owner if notice.is_need else mine,
            begun_by="giver" if notice.is_need else "receiver", each=each, times=times, step=step,
            on=self._day(day), drafted_by=who,
        )  # fmt: skip
        self.sent += 1
        details = services.PledgeDetails(
            quantity_id=self.lines[number], each=each, times=times, rhythm=RHYTHMS[step],
            starts_on=new.on, wait=wait, form_key=f"form {self.sent}",
        )  # fmt: skip

        def act() -> None:
            row = db.session.get_one(Quantity, self.lines[number]).listing
            organisation = db.session.get_one(Organisation, self.organisations[mine])
            named = "giver" if notice.is_need else "receiver"
            verb: Any = services.offer if notice.is_need else services.request
            pledge = verb(row, details, actor=self._user(who), now=self.now, **{named: organisation})
            db.session.flush()
            if pledge.id not in self.ids:
                self.ids.append(pledge.id)

        made: list[Promise] = []

        def think() -> None:
            if not made:
                self.world.promise(new, who, wait)
                made.append(new)

        self._both(act, think, twice)

    @rule(which=which, who=mostly, no=st.booleans(), twice=again)
    @precondition(lambda self: any(each.status == "draft" for each in self.world.promises))
    def answer_the_team(self, which, who, no, twice):
        number, promise = self._pick(which, "draft")
        person = "worker" if who == 0 else "hall" if who == 1 else "firm"
        if no:
            self._both(
                lambda: services.turn_down(self._row(number), "No.", actor=self._user(person), now=self.now),
                lambda: self.world.turn_down(promise, person),
                twice,
            )
        else:
            self._both(
                lambda: services.approve(self._row(number), actor=self._user(person), now=self.now),
                lambda: self.world.approve(promise, person),
                twice,
            )

    # Answering

    @rule(which=which, who=mostly, amount=parts, day=in_days, twice=again)
    @precondition(lambda self: self.world.promises)
    def accept(self, which, who, amount, day, twice):
        number, promise = self._pick(which, "offered")
        person, on = self._person(promise, promise.answers, who), self._day(day)
        self._both(
            lambda: services.accept(
                self._row(number), quantity=amount, starts_on=on, actor=self._user(person), now=self.now
            ),
            lambda: self.world.accept(promise, person, amount, on),
            twice,
        )

    @rule(which=which, who=mostly, skip=rarely, twice=again)
    @precondition(lambda self: self.world.promises)
    def decline(self, which, who, skip, twice):
        if skip:
            return
        number, promise = self._pick(which, "offered")
        person = self._person(promise, promise.answers, who)
        self._both(
            lambda: services.decline(self._row(number), "No", actor=self._user(person), now=self.now),
            lambda: self.world.decline(promise, person),
            twice,
        )

    @rule(which=which, who=mostly, end=GIVER_AND_RECEIVER, day=st.integers(-1, 40), twice=again)
    @precondition(lambda self: self.world.promises)
    def propose(self, which, who, end, day, twice):
        number, promise = self._pick(which, "offered", "accepted", "scheduled", "partly_delivered")
        person, on = self._person(promise, end, who), self._day(day)
        self._both(
            lambda: services.propose(
                self._row(number), on, end=End(end), actor=self._user(person), now=self.now
            ),
            lambda: self.world.propose(promise, person, end, on),
            twice,
        )

    @rule(which=which, who=mostly, end=GIVER_AND_RECEIVER, twice=again)
    @precondition(lambda self: self.world.promises)
    def agree(self, which, who, end, twice):
        number, promise = self._pick(which, "offered", "accepted", "scheduled", "partly_delivered")
        person = self._person(promise, end, who)
        self._both(
            lambda: services.agree(self._row(number), end=End(end), actor=self._user(person), now=self.now),
            lambda: self.world.agree(promise, person, end),
            twice,
        )

    @rule(which=which, who=mostly, end=GIVER_AND_RECEIVER, skip=rarely, twice=again)
    @precondition(lambda self: self.world.promises)
    def withdraw(self, which, who, end, skip, twice):
        if skip:
            return
        number, promise = self._pick(which)
        person = self._person(promise, end, who)
        self._both(
            lambda: services.withdraw(
                self._row(number), end=End(end), actor=self._user(person), now=self.now
            ),
            lambda: self.world.withdraw(promise, person, end),
            twice,
        )

    # Giving and deciding

    @rule(which=which, gift=which, who=mostly, amount=amounts, twice=again)
    @precondition(lambda self: self._has_gifts())
    def deliver(self, which, gift, who, amount, twice):
        number, promise, gift_number, gift = self._gift(which, gift, "planned")
        person = self._person(promise, "giver", who)
        amount = amount if amount < 5 else gift.planned  # mostly all of it
        self._both(
            lambda: services.deliver(
                self._delivery(number, gift_number), amount, actor=self._user(person), now=self.now
            ),
            lambda: self.world.deliver(promise, gift, person, amount),
            twice,
        )

    @rule(which=which, gift=which, who=mostly, end=GIVER_AND_RECEIVER, twice=again)
    @precondition(lambda self: self._has_gifts())
    def miss(self, which, gift, who, end, twice):
        number, promise, gift_number, gift = self._gift(which, gift, "planned", "delivered")
        person = self._person(promise, end, who)
        self._both(
            lambda: services.not_delivered(
                self._delivery(number, gift_number), "It rained", end=End(end), actor=self._user(person),
                now=self.now,
            ),
            lambda: self.world.miss(promise, gift, person, end),
            twice,
        )  # fmt: skip

    @rule(which=which, gift=which, who=mostly, amount=parts, twice=again)
    @precondition(lambda self: self._has_gifts())
    def confirm(self, which, gift, who, amount, twice):
        number, promise, gift_number, gift = self._gift(which, gift, "delivered")
        person = self._person(promise, "receiver", who)
        self._both(
            lambda: services.confirm(
                self._delivery(number, gift_number), amount, actor=self._user(person), now=self.now
            ),
            lambda: self.world.confirm(promise, gift, person, amount),
            twice and amount is not None,  # all of it, and then all of it: not the same twice
        )

    @rule(which=which, gift=which, who=mostly, end=GIVER_AND_RECEIVER, twice=again)
    @precondition(lambda self: self._has_gifts())
    def dispute(self, which, gift, who, end, twice):
        number, promise, gift_number, gift = self._gift(
            which, gift, "delivered", "confirmed", "not_delivered"
        )
        person = self._person(promise, end, who)
        self._both(
            lambda: services.dispute(
                self._delivery(number, gift_number), "No.", end=End(end), actor=self._user(person),
                now=self.now,
            ),
            lambda: self.world.dispute(promise, gift, person, end),
            twice,
        )  # fmt: skip

    @rule(which=which, gift=which, who=mostly, amount=st.integers(-1, 14), twice=again)
    @precondition(lambda self: self._has_gifts())
    def settle(self, which, gift, who, amount, twice):
        number, promise, gift_number, gift = self._gift(which, gift, "disputed", "delivered")
        person = "hall" if who == 0 else "convener"
        self._both(
            lambda: services.settle(
                self._delivery(number, gift_number), amount, "So be it.", actor=self._user(person),
                now=self.now,
            ),
            lambda: self.world.settle(promise, gift, person, amount),
            twice,
        )  # fmt: skip

    @rule(which=which, gift=which, who=mostly, amount=parts, twice=again)
    @precondition(lambda self: self._has_gifts())
    def verify(self, which, gift, who, amount, twice):
        number, promise, gift_number, gift = self._gift(which, gift, "confirmed")
        person = "firm" if who == 0 else "convener"
        self._both(
            lambda: services.verify(
                self._delivery(number, gift_number), amount, actor=self._user(person), now=self.now
            ),
            lambda: self.world.verify(promise, gift, person, amount),
            twice,
        )

    # Notices and time

    @rule(number=st.integers(0, 2), wanted=st.integers(1, 20), skip=rarely)
    def ask_for(self, number, wanted, skip):
        if skip:
            return

        def act() -> None:
            row = db.session.get_one(Quantity, self.lines[number])
            details = listings.QuantityDetails(row.kind, wanted, row.what)
            listings.set_quantities(row.listing, [details])

        self._both(act, lambda: self.world.ask_for(self.world.notices[number], wanted), False)

    @rule(number=st.integers(0, 2), skip=st.integers(0, 9))
    def close_or_open(self, number, skip):
        if skip:
            return
        row = db.session.get_one(Quantity, self.lines[number]).listing
        verb = listings.close if row.is_open else listings.publish
        verb(row, actor=None, now=self.now)
        db.session.commit()
        self.world.notices[number].is_open = row.is_open

    @rule(hours=st.sampled_from([1, 12, 24, 72, 168, 336, 360]))
    def wait(self, hours):
        self.now += timedelta(hours=hours)
        self.world.now = self.now
        for pledge_id in list(lapsing.due_ids(self.now)):
            lapsing.lapse(db.session.get_one(Pledge, pledge_id), now=self.now)
            db.session.commit()
        for pledge_id in lapsing.to_nudge(self.now):
            lapsing.nudge(db.session.get_one(Pledge, pledge_id), now=self.now)
            db.session.commit()
        for line in lapsing.full_lines(self.now):
            waiting.call(line, now=self.now)
            db.session.commit()
        self.world.sweep()


@pytest.mark.skipif(RUNS <= 0, reason="PLACEFUL_RUNS says so")
def test_whatever_anybody_does_the_product_does_what_it_ought_to(app, request):
    Pledging.empty = request.getfixturevalue("_application")[1].empty
    on_sqlite = db.engine.dialect.name == "sqlite"
    with carelessly():
        run_state_machine_as_test(
            Pledging,
            settings=settings(
                max_examples=RUNS if on_sqlite else max(RUNS // 50, 5),
                stateful_step_count=STEPS,
                deadline=None,
                derandomize=RUNS <= 100,
                database=None,
                phases=(Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )
