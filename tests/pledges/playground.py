"""The place that the machine plays in, how each move is made twice, and how the two sides are compared."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import event
from sqlalchemy.orm import selectinload

from marketplace.accounts.models import User
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.ledger.models import LedgerEntry
from marketplace.listings.models import Quantity, QuantityKind
from marketplace.organisations.models import MembershipRole, Organisation
from marketplace.pledges.models import Delivery, Pledge
from marketplace.teams.models import Budget, TeamLimit
from tests.factories import (
    NOON,
    MembershipFactory,
    NeedFactory,
    OfferFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.pledges.conftest import uneven
from tests.pledges.oracle import No, World
from tests.pledges.oracle_shapes import Gift, Notice, Promise

LIMIT, BUDGET = 6, 30
UNTIL = NOON.date() + timedelta(days=60)


class Playground(RuleBasedStateMachine):
    """A hall and a club with a need each, and a firm with an offer, a budget, and somebody with a limit."""

    empty: Callable[[], None]
    meant: int | None  # the promise that the next move is about, whatever is drawn

    def begin(self) -> None:
        """An empty place, with everybody in it."""
        db.session.remove()
        type(self).empty()
        self.now, self.sent, self.meant = NOON, 0, None
        hall = OrganisationFactory(name="Hall")
        club, firm = OrganisationFactory(name="Club"), OrganisationFactory(name="Firm")
        self.organisations = {"hall": hall.id, "club": club.id, "firm": firm.id}
        self.users = {
            "hall": _owner(hall), "club": _owner(club), "firm": _owner(firm), "convener": _convener(),
            "worker": MembershipFactory(organisation=firm).user.id,
        }  # fmt: skip
        db.session.add(TeamLimit(organisation_id=firm.id, goods=LIMIT, hours=LIMIT, updated_at=NOON))
        db.session.add(
            Budget(organisation_id=firm.id, name="Goods", starts_on=NOON.date(), ends_on=date(2030, 1, 1),
                   goods=BUDGET, created_at=NOON)
        )  # fmt: skip
        hours = Quantity(kind=QuantityKind.VOLUNTEERS, wanted=10, promised=0)
        rows = [
            NeedFactory(organisation=hall),
            NeedFactory(organisation=club, quantities=[hours], host_a_week=2, ends_on=UNTIL),
            OfferFactory(organisation=firm, quantities=[_items(10)]),
        ]
        self.notices = [row.id for row in rows]
        self.lines = [row.quantities[0].id for row in rows]
        db.session.commit()
        self.world = World(
            NOON,
            [
                Notice("hall", 12),
                Notice("club", 10, "volunteers", host_a_week=2, until=UNTIL),
                Notice("firm", 10, is_need=False),
            ],
            {**{name: name for name in self.organisations}, "worker": "firm", "convener": ""},
            {"worker": LIMIT},
            {"firm": BUDGET},
        )
        self.ids: list[int] = []

    @property
    def today(self) -> date:
        return self.now.date()

    @invariant()
    def they_agree(self) -> None:
        if not hasattr(self, "world"):
            return
        db.session.expire_all()
        assert _promises(self.ids) == [_thought(each) for each in self.world.promises]
        assert _lines(self.lines) == [self.world.promised(each) for each in self.world.notices]
        assert _ledger(self.ids) == [dict(each.ledger) for each in self.world.promises]
        used = db.session.scalar(db.select(Budget.goods_used))
        assert used == self.world.used("firm")

    def teardown(self) -> None:
        assert uneven() == []
        db.session.rollback()

    # What the rules stand on

    def _both(self, act: Callable[[], None], think: Callable[[], None], twice: bool) -> None:
        """Do it for real and in thought: both let it happen, or both say no."""
        for _ in range(2 if twice else 1):
            try:
                act()
                db.session.commit()
                refused = ""
            except Refused as refusal:
                db.session.rollback()
                refused = refusal.message
            try:
                think()
                allowed = True
            except No:
                allowed = False
            assert (refused == "") == allowed, refused or "it was done, and ought not to be"

    def _day(self, ahead: int | None) -> Any:
        return None if ahead is None else self.today + timedelta(days=ahead)

    def _pick(self, which: int, *wanted: str) -> tuple[int, Promise]:
        """One in a wanted state, three times of four, where there is any."""
        every = list(enumerate(self.world.promises))
        if self.meant is not None:
            return every[self.meant]
        fits = [(number, each) for number, each in every if each.status in wanted]
        pool = fits if fits and which % 4 else every
        return pool[which % len(pool)]

    def _gift(self, which: int, gift: int, *wanted: str) -> tuple[int, Promise, int, Gift]:
        every = [
            (number, promise, place, each)
            for number, promise in enumerate(self.world.promises)
            for place, each in enumerate(promise.gifts)
            if self.meant in (None, number)
        ]
        fits = [row for row in every if row[3].status in wanted]
        pool = fits if fits and (which % 4 or self.meant is not None) else every
        return pool[(which + 3 * gift) % len(pool)]

    def _has_gifts(self) -> bool:
        return any(promise.gifts for promise in self.world.promises)

    def _person(self, promise: Promise, end: str, who: int) -> str:
        right = promise.who(end)
        if who == 0:
            return next(name for name in self.organisations if name != right)
        return "worker" if right == "firm" and who == 1 else right

    def _user(self, name: str) -> User:
        return db.session.get_one(User, self.users[name])

    def _row(self, number: int) -> Pledge:
        return db.session.get_one(Pledge, self.ids[number])

    def _delivery(self, number: int, place: int) -> Delivery:
        return self._row(number).deliveries[place]


def _owner(organisation: Organisation) -> int:
    return int(MembershipFactory(organisation=organisation, role=MembershipRole.OWNER).user.id)


def _convener() -> int:
    return int(UserFactory(is_convener=True).id)


def _items(wanted: int) -> Quantity:
    return Quantity(kind=QuantityKind.GOODS, wanted=wanted, promised=0)


def _promises(ids: list[int]) -> list[dict[str, Any]]:
    """What the database holds of each pledge and its deliveries."""
    query = (
        db.select(Pledge)
        .order_by(Pledge.id)
        .options(selectinload(Pledge.deliveries).lazyload(Delivery.file_rows))
    )
    rows = db.session.scalars(query).all()
    assert [row.id for row in rows] == ids
    return [
        {
            "status": row.status.value, "accepted": row.accepted, "held": row.held, "on": row.starts_on,
            "proposed": (row.proposed_on, row.proposed_by.value) if row.proposed_by else None,
            "due": row.due_at, "nudged": row.nudged_at is not None, "reserved": row.reserved,
            "escalated": row.escalated_at is not None,
            "gifts": [
                (each.status.value, each.due_on, each.quantity, each.delivered, each.confirmed, each.verified)
                for each in row.deliveries
            ],
        }
        for row in rows
    ]  # fmt: skip


def _thought(promise: Promise) -> dict[str, Any]:
    return {
        "status": promise.status, "accepted": promise.accepted, "held": promise.held, "on": promise.on,
        "proposed": promise.proposed, "due": promise.due, "nudged": promise.nudged,
        "reserved": promise.reserved, "escalated": promise.escalated,
        "gifts": [
            (each.status, each.on, each.planned, each.said, each.came, each.checked)
            for each in promise.gifts
        ],
    }  # fmt: skip


def _lines(ids: list[int]) -> list[int]:
    rows = db.session.execute(db.select(Quantity.promised).where(Quantity.id.in_(ids)).order_by(Quantity.id))
    return [promised for (promised,) in rows]


def _ledger(ids: list[int]) -> list[dict[str, int]]:
    """What the ledger says of each pledge at each stage; what comes to nought is left out."""
    query = db.select(LedgerEntry.pledge_id, LedgerEntry.stage, db.func.sum(LedgerEntry.quantity))
    found: dict[int, dict[str, int]] = {each: {} for each in ids}
    for pledge_id, stage, total in db.session.execute(
        query.group_by(LedgerEntry.pledge_id, LedgerEntry.stage)
    ):
        if total:
            found[pledge_id][stage.value] = int(total)
    return [found[each] for each in ids]


@contextmanager
def carelessly() -> Iterator[None]:
    """Let SQLite commit without waiting for the disk: no run outlives this process anyway."""
    engine = db.engine

    def prepare(connection: Any, _record: object) -> None:
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA synchronous=OFF")

    event.listen(engine, "connect", prepare)
    try:
        yield
    finally:
        event.remove(engine, "connect", prepare)
