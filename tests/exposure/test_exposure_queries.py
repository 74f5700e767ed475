"""How much was seen, how much an equal share would have been, and who is owed what."""

from datetime import timedelta

import pytest

from marketplace.exposure import queries
from marketplace.exposure.models import Channel
from marketplace.exposure.queries import Total, Window
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.organisations.models import OrganisationStatus
from search.ranking.fairness import AIM
from tests.exposure.conftest import put
from tests.factories import NOON, CapabilityFactory, NeedFactory, OrganisationFactory
from tests.scenes import counted_queries

TODAY = NOON.date()
WINDOW = Window.until(TODAY)


def ago(days: int):
    return TODAY - timedelta(days=days)


def need(opened: int = 40, closed: int | None = None, **facts):
    """A need that was put up so many days ago, and maybe closed."""
    at = NOON - timedelta(days=opened)
    if closed is not None:
        facts |= {"status": ListingStatus.CLOSED, "closed_at": NOON - timedelta(days=closed)}
    return NeedFactory(created_at=at, published_at=at, **facts)


def key(row) -> str:
    return f"{row.family}:{row.id}"


def shown(window: Window = WINDOW) -> dict[str, tuple]:
    """What was on the board in a window: from when to when."""
    db.session.commit()
    return {each.key: (each.opened_on, each.closed_on) for each in queries.on_board(window)}


def test_a_window_is_four_weeks_with_both_its_ends():
    assert (WINDOW.first, WINDOW.last) == (ago(27), TODAY)


def test_an_account_is_the_sum_over_days_and_channels_inside_the_window(app):
    for days in (0, 27, 28):
        put("need:1", 1.0, ago(days), due=0.5)
    put("need:1", 0.5, TODAY, channel=Channel.EMAIL, explored=True)
    put("need:2", 0.0, TODAY, due=0.25)

    account = queries.account(WINDOW)
    assert account.received == {"need:1": 2.5, "need:2": 0.0}
    assert account.due == {"need:1": 1.0, "need:2": 0.25}
    assert queries.account(WINDOW, ["need:2", "need:3"]).due == {"need:2": 0.25}


def test_what_was_found_by_searching_is_received_but_is_on_nobodys_account(app):
    put("need:1", 1.0, TODAY, due=1.0)
    put("need:1", 2.0, TODAY, channel=Channel.BOARD)
    put("need:2", 4.0, ago(27), channel=Channel.BOARD)
    put("need:2", 8.0, ago(28), channel=Channel.BOARD)

    assert queries.received(WINDOW) == {"need:1": 3.0, "need:2": 4.0}
    assert queries.account(WINDOW).received == {"need:1": 1.0}


def test_many_are_asked_for_a_part_at_a_time(app, monkeypatch):
    monkeypatch.setattr(queries, "AT_ONCE", 2)
    keys = [f"need:{number}" for number in range(5)]
    for key_ in keys:
        put(key_, 1.0, TODAY)

    assert set(queries.account(WINDOW, keys).received) == set(keys)


def test_totals_keep_channels_and_places_given_to_learn_by_apart(app):
    put("need:1", 1.0, TODAY)
    put("need:2", 0.5, TODAY)
    put("need:1", 1.0, TODAY, channel=Channel.EMAIL, explored=True)
    put("need:1", 1.0, ago(28))

    assert set(queries.totals(WINDOW)) == {
        Total(Channel.SCREEN, False, 2, 1.5),
        Total(Channel.EMAIL, True, 1, 1.0),
    }


def test_what_was_open_on_any_day_of_the_window_was_on_the_board(app):
    always, late, gone, first = need(), need(opened=1), need(closed=2), need(closed=27)
    need(closed=28)

    assert shown() == {
        key(always): (ago(40), None),
        key(late): (ago(1), None),
        key(gone): (ago(40), ago(2)),
        key(first): (ago(40), ago(27)),
    }
    assert set(shown(Window.until(ago(2), 2))) == {key(always), key(gone)}


def test_a_notice_published_elsewhere_long_ago_is_here_from_the_day_it_came(app):
    came = NeedFactory(created_at=NOON - timedelta(days=1), published_at=NOON - timedelta(days=300))

    assert shown() == {key(came): (ago(1), None)}


@pytest.mark.parametrize(
    "facts",
    [
        {"status": ListingStatus.DRAFT, "published_at": None},
        {"organisation__status": OrganisationStatus.SUSPENDED},
        {"status": ListingStatus.WITHDRAWN, "withdrawn_at": NOON - timedelta(days=28)},
        {"published_at": NOON + timedelta(days=1)},
    ],
    ids=("a draft", "of a suspended organisation", "withdrawn before", "not up yet"),
)
def test_what_nobody_could_have_seen_was_not_on_the_board(app, facts):
    NeedFactory(**facts)

    assert shown() == {}


def test_who_got_less_than_orders_aim_at_is_owed_the_missing_part(app):
    put("need:1", 9.0, ago(1), due=3.0)
    put("need:2", 0.0, ago(27), due=3.0)
    put("need:3", 1.5, TODAY, due=3.0)
    db.session.commit()
    owed = queries.owed(["need:1", "need:2", "need:3"], length=1, today=TODAY)

    assert owed == pytest.approx({"need:2": 1.0, "need:3": 1 - 1.5 / (AIM * (3.0 + 1 / 3))})


def test_what_was_put_up_today_is_owed_a_place_on_the_list_that_comes(app):
    put("need:1", 9.0, ago(1), due=3.0)
    db.session.commit()

    assert queries.owed(["need:1", "need:2"], length=5, today=TODAY) == {"need:2": 1.0}
    assert queries.owed([], length=5, today=TODAY) == {}


def test_what_is_owed_takes_one_statement(app):
    with counted_queries() as statements:
        queries.owed([f"need:{number}" for number in range(100)], length=5, today=TODAY)

    assert len(statements) == 1


def test_organisations_are_those_that_speak_for_themselves_or_have_something_up(app):
    claimed, owner = OrganisationFactory(), OrganisationFactory(claimed_at=None)
    OrganisationFactory(claimed_at=None)
    OrganisationFactory(status=OrganisationStatus.CLOSED)
    OrganisationFactory(created_at=NOON + timedelta(days=1))
    CapabilityFactory(organisation=owner)
    db.session.commit()

    found = {who.id: who.is_claimed for who in queries.organisations(WINDOW)}
    assert found == {claimed.id: True, owner.id: False}
