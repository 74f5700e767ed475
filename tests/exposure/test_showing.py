"""What pages and letters show is counted where it stands, once, when a person looks at it."""

import pytest
from flask import Response

from marketplace import clock
from marketplace.digests import running as digests
from marketplace.digests.choosing import AT_MOST
from marketplace.discovery import services as discovery
from marketplace.discovery.asking import PER_PAGE
from marketplace.exposure import services, showing
from marketplace.exposure.models import Channel, Exposure
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from search.engine import SearchUnavailable
from search.ranking.fairness import exposure
from tests.exposure.conftest import table
from tests.factories import (
    NOON,
    MatchFactory,
    NeedFactory,
    OpportunityFactory,
    OrganisationFactory,
    PlaceFactory,
)
from tests.scenes import member_of, signed_in

TODAY = NOON.date()
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


def needs(number: int, **facts) -> list[str]:
    """So many needs on an indexed board, by key."""
    made = [NeedFactory(title=f"Chairs {each}", **facts) for each in range(number)]
    db.session.commit()
    discovery.rebuild()
    return [f"need:{need.id}" for need in made]


def test_a_search_counts_what_it_lists_by_place_and_goes_on_counting_on_the_next_page(app, visitor, counted):
    keys = needs(PER_PAGE + 2)
    visitor.open("/search?q=chairs&sort=newest")
    top = counted()
    assert len(top) == PER_PAGE
    assert sorted(top.values(), reverse=True) == pytest.approx(
        [exposure(place) for place in range(1, PER_PAGE + 1)]
    )

    visitor.open("/search?q=chairs&sort=newest&page=2")
    rest = {key: weight for key, weight in counted().items() if key not in top}
    assert sorted(rest.values()) == pytest.approx([exposure(PER_PAGE + 2), exposure(PER_PAGE + 1)])
    assert {*top, *rest} == set(keys)


def test_an_organisation_that_is_listed_counts_as_one(app, visitor, counted):
    hall = OrganisationFactory(name="Chair Makers")
    db.session.commit()
    discovery.rebuild()
    visitor.open("/search?q=chair+makers")

    assert counted() == {f"organisation:{hall.id}": 1.0}


def test_the_part_of_the_page_that_a_script_asks_for_counts_like_the_page(app, visitor, counted):
    (key,) = needs(1)
    visitor.client.get("/search?q=chairs", headers={"X-Part": "results"})

    assert counted() == {key: 1.0}


def test_while_the_engine_is_away_what_is_browsed_counts(app, visitor, counted, monkeypatch):
    keys = needs(PER_PAGE + 1)

    def away(*_):
        raise SearchUnavailable("away")

    monkeypatch.setattr(app.extensions["search"], "search", away)
    visitor.open("/search?kind=need").click("Older")

    found = counted()
    assert set(found) == set(keys)
    assert found[keys[0]] == pytest.approx(exposure(PER_PAGE + 1))


def test_the_front_page_counts_both_of_its_lists_from_the_first_place(app, visitor, counted):
    old, new, work = NeedFactory(), NeedFactory(), OpportunityFactory()
    db.session.commit()
    visitor.open("/")

    assert counted() == pytest.approx(
        {f"need:{new.id}": 1.0, f"need:{old.id}": exposure(2), f"opportunity:{work.id}": 1.0}
    )


def test_nobody_is_seen_by_looking_at_their_own_notices(app, visitor, counted):
    theirs, own = NeedFactory(), NeedFactory()
    signed_in(visitor, member_of(own.organisation)).open("/")

    assert counted() == pytest.approx({f"need:{theirs.id}": exposure(2)})


def test_what_takes_no_more_answers_is_not_counted(app, visitor, counted):
    (key,) = needs(1)
    needs(1, status=ListingStatus.CLOSED, closed_at=NOON)
    visitor.open("/search?q=chairs&closed=1")

    assert visitor.page.select("article")[1:]
    assert set(counted()) == {key}


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {"User-Agent": "curl/8.14"},
        {"User-Agent": f"{FIREFOX} HeadlessChrome/141"},
        {"User-Agent": ""},
        {"User-Agent": FIREFOX, "Sec-Purpose": "prefetch;prerender"},
    ],
    ids=lambda headers: headers["User-Agent"][-12:] or "nobody",
)
def test_programs_and_pages_fetched_ahead_do_not_count(app, visitor, counted, headers):
    NeedFactory()
    db.session.commit()
    visitor.client.get("/", headers=headers)

    assert counted() == {}


@pytest.mark.parametrize("name", [FIREFOX, "Mozilla/5.0 (Linux; Android 13; CUBOT KINGKONG 9) Chrome/141"])
def test_people_do(app, visitor, counted, name):
    NeedFactory()
    db.session.commit()
    visitor.client.get("/", headers={"User-Agent": name})

    assert len(counted()) == 1


def test_asking_for_the_head_of_a_page_shows_nothing(app, visitor, counted):
    NeedFactory()
    db.session.commit()
    visitor.client.head("/")

    assert counted() == {}


def test_feeds_maps_suggestions_and_exports_are_not_lists_on_a_screen(app, visitor, counted):
    needs(2)
    signed_in(visitor, member_of(OrganisationFactory()))
    counted_so_far = counted()
    for path in ("feed.atom", "map.json", "export.csv", "suggest"):
        visitor.open(f"/search/{path}?q=chairs")

    assert counted() == counted_so_far


def test_a_page_that_failed_showed_nothing(app, counted):
    with app.app_context(), app.test_request_context("/", headers={"User-Agent": FIREFOX}):
        services.seen(["need:1"], day=TODAY, channel=Channel.SCREEN)
        app.process_response(Response(status=500))

    assert counted() == {}


def test_a_page_is_written_down_once_it_is_sent(app, visitor):
    NeedFactory()
    db.session.commit()
    answer = visitor.client.get("/")
    assert table() == {}

    answer.close()
    assert len(table()) == 1


def test_a_page_of_matches_gives_everybody_who_fits_a_share_and_tells_a_place_to_learn_by_apart(app, counted):
    PlaceFactory()
    first, second, further_down = (NeedFactory() for _ in range(3))
    closed = NeedFactory(status=ListingStatus.CLOSED)
    db.session.commit()
    with app.app_context(), app.test_request_context("/", headers={"User-Agent": FIREFOX}):
        showing.in_matches(
            [first, closed, second], eligible=[first, second, further_down], first=2, explored=[second]
        )
        app.process_response(Response())

    assert counted() == {
        f"need:{first.id}": exposure(2),
        f"need:{second.id}": exposure(4),
        f"need:{further_down.id}": 0.0,
    }
    assert {key[1:] for key in table()} == {(clock.today(), Channel.SCREEN, each) for each in (True, False)}
    share = (exposure(2) + exposure(4)) / 3
    assert db.session.scalars(db.select(Exposure.due)).all() == pytest.approx([share] * 3)


def test_a_digest_counts_what_stands_in_it_by_place_and_all_that_is_new_is_due_a_share(app):
    best = MatchFactory(fit=80)
    firm = best.organisation
    second = MatchFactory(fit=70, organisation=firm, explored=True)
    others = [MatchFactory(fit=fit, organisation=firm) for fit in range(60, 60 - AT_MOST, -1)]
    member_of(firm)
    digests.everybody(NOON)
    db.session.commit()

    found = table()
    assert len(found) == 2 + len(others)
    assert found[f"need:{best.listing_id}", TODAY, Channel.EMAIL, False] == (1, 1.0)
    assert found[f"need:{second.listing_id}", TODAY, Channel.EMAIL, True] == (1, pytest.approx(exposure(2)))
    assert found[f"need:{others[-1].listing_id}", TODAY, Channel.EMAIL, False] == (0, 0.0), "it was left out"
    handed_out = sum(exposure(place) for place in range(1, AT_MOST + 1))
    due = db.session.scalars(db.select(Exposure.due)).all()
    assert due == pytest.approx([handed_out / len(found)] * len(found))
