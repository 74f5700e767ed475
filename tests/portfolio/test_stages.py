"""Promises by how far each has come: the board, the list, and what came."""

from datetime import timedelta

import pytest

from marketplace.extensions import db
from marketplace.ledger.models import Stage
from marketplace.listings.models import QuantityKind
from marketplace.pledges import services as pledges
from marketplace.pledges.models import End, PledgeStatus
from marketplace.portfolio import stages
from marketplace.portfolio.stages import HOLD, Column, Order
from marketplace.teams.models import Purse
from tests.factories import NOON
from tests.scenes import counted_queries, member_of

LATER = NOON + timedelta(days=1)


def deliver(pledge, quantity):
    delivery = pledge.deliveries[0]
    pledges.deliver(delivery, quantity, actor=member_of(pledge.giver), now=LATER)
    db.session.commit()
    return delivery


def test_every_state_of_a_pledge_lies_in_one_column():
    assert sorted(status for statuses in HOLD.values() for status in statuses) == sorted(PledgeStatus)


def test_the_board_says_how_many_lie_where_and_whose_move_it_is(giving):
    for _ in range(3):
        giving.promise()
    giving.accepted()
    given = giving.accepted()
    deliver(given, 2)

    piles = {pile.column: pile for pile in stages.board(giving.firm, each=2)}

    assert {column: pile.number for column, pile in piles.items()} == {
        Column.OFFERED: 3,
        Column.ACCEPTED: 1,
        Column.SCHEDULED: 0,
        Column.DELIVERED: 1,
        Column.CONFIRMED: 0,
    }
    assert len(piles[Column.OFFERED].rows) == 2
    offered, accepted = piles[Column.OFFERED].rows[0], piles[Column.ACCEPTED].rows[0]
    assert (offered.turn, offered.ours) == ("Theirs: say yes or no", False)
    assert accepted.ours
    assert piles[Column.DELIVERED].rows[0].pledge.id == given.id


def test_what_waits_for_approval_and_what_came_to_nothing_have_their_places(giving):
    giving.promise().status = PledgeStatus.DRAFT
    gone = giving.promise()
    pledges.withdraw(gone, end=End.GIVER, actor=giving.lead, now=NOON)
    db.session.commit()

    columns = [pile.column for pile in stages.board(giving.firm, each=2)]
    ended = stages.listed(giving.firm, Column.ENDED, Order.NEWEST, limit=9)

    assert columns[0] is Column.APPROVAL
    assert Column.ENDED not in columns
    assert [(row.pledge.id, row.stage, row.turn) for row in ended.rows] == [(gone.id, "Called off", "")]


def test_promises_of_others_are_not_there(giving):
    need = giving.need()
    pledge = giving.promise()
    pledge.giver, pledge.receiver = need.organisation, giving.firm
    db.session.commit()

    assert stages.listed(giving.firm, None, Order.NEWEST, limit=9).rows == []
    assert sum(stages.by_status(giving.firm).values()) == 0


@pytest.mark.parametrize("order", list(Order))
def test_the_list_can_be_sorted_and_read_a_page_at_a_time(giving, order):
    quantities = (3, 1, 4, 1, 5)
    for number, quantity in enumerate(quantities):
        day = None if number == 2 else (NOON + timedelta(days=9 - number)).date()
        giving.promise(quantity=quantity, starts_on=day)
    seen, after = [], None
    for _ in range(3):
        page = stages.listed(giving.firm, None, order, after=after, limit=2)
        seen += [row.pledge for row in page.rows]
        after = page.after

    ids = [pledge.id for pledge in seen]
    assert after is None
    assert len(set(ids)) == len(quantities)
    if order is Order.NEWEST:
        assert ids == sorted(ids, reverse=True)
    elif order is Order.QUANTITY:
        assert [pledge.quantity for pledge in seen] == [5, 4, 3, 1, 1]
    elif order is Order.DAY:
        days = [pledge.starts_on for pledge in seen]
        assert days[:4] == sorted(days[:4])
        assert days[4] is None
    else:
        assert [pledge.due_at for pledge in seen] == sorted(pledge.due_at for pledge in seen)


def test_what_came_is_read_from_the_ledger(giving):
    pledge = giving.accepted(quantity=8)
    delivery = deliver(pledge, 6)
    pledges.confirm(delivery, 5, actor=member_of(pledge.receiver), now=LATER)
    money = giving.need(QuantityKind.MONEY, 500)
    giving.accepted(need=money, quantity=100)

    came = stages.came(giving.firm)

    assert came[Purse.GOODS][Stage.PROMISED] == 8
    assert came[Purse.GOODS][Stage.CONFIRMED] == 5
    assert came[Purse.MONEY] == {
        Stage.PROMISED: 100, Stage.ACCEPTED: 100, Stage.DELIVERED: 0, Stage.CONFIRMED: 0, Stage.VERIFIED: 0,
    }  # fmt: skip
    row = stages.listed(giving.firm, Column.CONFIRMED, Order.NEWEST, limit=9).rows[0]
    assert row.sums[Stage.CONFIRMED] == 5


def test_the_list_takes_as_many_statements_for_many_as_for_few(giving):
    def statements():
        db.session.expire_all()
        with counted_queries() as seen:
            stages.listed(giving.firm, None, Order.NEWEST, limit=20)
            stages.board(giving.firm, each=4)
        return len(seen)

    giving.accepted()
    giving.promise()
    few = statements()
    for _ in range(5):
        giving.accepted()
        giving.promise()
    assert statements() == few
