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
from tests.factories import NOON, CapabilityFactory, NeedFactory, OfferFactory, OrganisationFactory
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


def dues(window: Window = WINDOW) -> dict[str, float]:
    db.session.commit()
    shares = queries.shares(window)
    return {each.key: shares.due(each) for each in queries.on_board(window)}


def test_a_window_is_four_weeks_with_both_its_ends():
    assert (WINDOW.first, WINDOW.last) == (ago(27), TODAY)
    assert len(WINDOW.days) == 28
    assert (WINDOW.days[0], WINDOW.days[-1]) == (ago(27), TODAY)


def test_what_was_received_is_the_sum_over_days_and_channels_inside_the_window(app):
    for days in (0, 27, 28):
        put("need:1", 1.0, ago(days))
    put("need:1", 0.5, TODAY, channel=Channel.EMAIL, explored=True)
    put("need:2", 0.25, TODAY)

    assert queries.received(WINDOW) == {"need:1": 2.5, "need:2": 0.25}
    assert queries.received(WINDOW, ["need:2", "need:3"]) == {"need:2": 0.25}


def test_totals_keep_channels_and_places_given_to_learn_by_apart(app):
    put("need:1", 1.0, TODAY)
    put("need:2", 0.5, TODAY)
    put("need:1", 1.0, TODAY, channel=Channel.EMAIL, explored=True)
    put("need:1", 1.0, ago(28))

    assert queries.totals(WINDOW) == [
        Total(Channel.SCREEN, False, 2, 1.5),
        Total(Channel.EMAIL, True, 1, 1.0),
    ]


def test_those_open_on_a_day_share_alike_what_their_family_was_seen_that_day(app):
    one, other, offer = need(), need(), OfferFactory()
    put(key(one), 3.0, TODAY)
    put(key(other), 1.0, TODAY)
    put(key(offer), 5.0, TODAY)

    assert dues() == {key(one): 2.0, key(other): 2.0, key(offer): 5.0}


def test_who_came_late_or_left_early_is_due_only_for_its_days(app):
    always, late, gone = need(), need(opened=1), need(closed=2)
    for days in (0, 1, 2, 3):
        put(key(always), 6.0, ago(days))

    assert dues() == {key(always): 12.0, key(late): 6.0, key(gone): 6.0}
    assert dues(Window.until(ago(2), 2)) == {key(always): 6.0, key(gone): 6.0}


def test_a_notice_published_elsewhere_long_ago_is_due_from_the_day_it_came_here(app):
    here = need()
    came = NeedFactory(created_at=NOON - timedelta(days=1), published_at=NOON - timedelta(days=300))
    put(key(here), 2.0, ago(2))
    put(key(here), 2.0, ago(1))

    assert dues() == {key(here): 3.0, key(came): 1.0}


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
def test_what_was_not_on_the_board_is_due_nothing_and_takes_nothing_away(app, facts):
    one = need()
    NeedFactory(**facts)
    put(key(one), 2.0, TODAY)

    assert dues() == {key(one): 2.0}


def test_where_nothing_was_seen_nobody_is_due_anything(app):
    one = need()

    assert dues() == {key(one): 0.0}


def test_who_got_less_than_orders_aim_at_is_owed_the_missing_part(app):
    seen, hidden, half = need(), need(), need()
    put(key(seen), 9.0, ago(1))
    put(key(half), 1.5, TODAY)
    db.session.commit()
    ids = [seen.id, hidden.id, half.id]

    account = queries.account(ids, today=TODAY)
    assert account.due == {key(seen): 3.0, key(hidden): 3.0, key(half): 3.0}
    assert account.little_known(account.due) == {key(hidden), key(half)}
    owed = queries.owed(ids, length=1, today=TODAY)
    assert owed[key(hidden)] == 1.0
    assert owed[key(half)] == pytest.approx(1 - 1.5 / (AIM * (3.0 + 1 / 3)))
    assert key(seen) not in owed


def test_what_was_put_up_today_is_owed_a_place_on_the_list_that_comes(app):
    old, new = need(), need(opened=0)
    put(key(old), 9.0, ago(1))
    db.session.commit()

    assert queries.owed([old.id, new.id], length=5, today=TODAY) == {key(new): 1.0}


def test_what_is_no_longer_open_is_owed_nothing(app):
    seen, gone = need(), need(closed=1)
    put(key(seen), 9.0, ago(3))
    db.session.commit()

    assert queries.account([gone.id], today=TODAY).due == {}
    assert queries.owed([gone.id], length=5, today=TODAY) == {}


def test_shares_of_past_days_are_reckoned_once_a_day(app):
    one = need()
    put(key(one), 2.0, ago(1))
    ids = [one.id]
    db.session.commit()
    with counted_queries() as first:
        queries.owed(ids, length=5, today=TODAY)
    with counted_queries() as second:
        queries.owed(ids, length=5, today=TODAY)
    with counted_queries() as tomorrow:
        queries.owed(ids, length=5, today=TODAY + timedelta(days=1))

    assert (len(first), len(second), len(tomorrow)) == (4, 2, 4)


def test_organisations_are_those_that_speak_for_themselves_or_have_something_up(app):
    claimed, owner = OrganisationFactory(), OrganisationFactory(claimed_at=None)
    OrganisationFactory(claimed_at=None)
    OrganisationFactory(status=OrganisationStatus.CLOSED)
    OrganisationFactory(created_at=NOON + timedelta(days=1))
    CapabilityFactory(organisation=owner)
    db.session.commit()

    found = {who.id: who.is_claimed for who in queries.organisations(WINDOW)}
    assert found == {claimed.id: True, owner.id: False}
