"""The buttons of a digest: for whoever holds the link, by POST, as often as it is pressed."""

from datetime import date, timedelta

import pytest

from marketplace.accounts.models import User
from marketplace.digests import links, running, services
from marketplace.digests.due import local_day
from marketplace.digests.links import BadLink, Link, Links, OldLink, Purpose
from marketplace.digests.models import Answer, Digest, DigestItem
from marketplace.extensions import db
from marketplace.listings.models import ListingStatus
from marketplace.matching.models import DeclineReason, Match, MatchStatus
from tests.factories import NOON, MatchFactory, NeedFactory, UserFactory
from tests.scenes import events, letters, member_of

TODAY = local_day(NOON)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.clock.now", lambda: NOON + timedelta(hours=1))


@pytest.fixture
def match(app) -> Match:
    """The first of two in somebody's digest."""
    first: Match = MatchFactory(fit=80, listing__title="Twelve chairs", listing__organisation__name="Howden")
    MatchFactory(fit=60, organisation=first.organisation, listing__title="A kettle")
    member_of(first.listing.organisation)
    member_of(first.organisation)
    run = running.begin(TODAY, NOON)
    running.page(run, running.means(TODAY, NOON), after=0)
    db.session.commit()
    return first


@pytest.fixture
def person(match: Match) -> User:
    return match.organisation.memberships[0].user


@pytest.fixture
def item(match: Match) -> DigestItem:
    return db.session.scalars(db.select(DigestItem).where(DigestItem.match_id == match.id)).one()


@pytest.fixture
def path(item: DigestItem):
    """The path of the link for a purpose."""
    user_id, period, position = item.digest.user_id, item.digest.period, item.position
    return lambda purpose, **given: Links(TODAY).path(
        purpose, given.get("user_id", user_id), period, given.get("position", position)
    )


def fresh(row):
    db.session.expire_all()
    return row


def test_reading_a_link_changes_nothing_however_often_and_shows_what_it_is_about(match, path, visitor):
    for purpose in Purpose:
        for _ in range(3):
            visitor.open(path(purpose))

    assert fresh(match).status is MatchStatus.NOTIFIED
    assert db.session.query(DigestItem).filter(DigestItem.answer.is_not(None)).count() == 0
    assert db.session.scalars(db.select(Digest.met_at)).all() == [None, None]
    visitor.open(path(Purpose.INTERESTED))
    for words in ("Twelve chairs", "Howden", "Both mention chairs."):
        assert words in visitor.text
    assert visitor.response.headers["X-Robots-Tag"] == "noindex"


def test_yes_tells_the_other_side_once_and_can_be_taken_back(match, item, path, visitor):
    visitor.open(path(Purpose.INTERESTED)).press("Yes, I am interested")
    assert visitor.heading == "We have told Howden"
    assert (fresh(match).status, item.answer) == (MatchStatus.INTERESTED, Answer.INTERESTED)
    assert item.answered_at is not None
    asker = match.listing.organisation.memberships[0].user
    assert letters()[1:] == [("interest", asker.email)]

    visitor.press("Take it back")
    assert visitor.heading == "No answer is noted"
    assert (fresh(match).status, item.answer) == (MatchStatus.OPENED, None)

    visitor.open(path(Purpose.INTERESTED)).press("Yes, I am interested")
    assert len(letters()) == 2


def test_saying_the_same_twice_is_saying_it_once(match, item):
    for _ in range(3):
        services.answer(item, Answer.INTERESTED, now=NOON)

    assert events().count("match.interested") == 1


@pytest.mark.parametrize(("typed", "reason"), [("too_far", DeclineReason.TOO_FAR), ("not_said", None)])
def test_no_asks_why_and_takes_no_for_an_answer(item, path, visitor, typed, reason):
    match = item.match
    visitor.open(path(Purpose.DECLINED)).press("Not for me", status=422)
    assert "Choose the main reason" in visitor.text
    visitor.press("Not for me", reason="other", words="", status=422)
    assert "Say in a few words" in visitor.text

    visitor.press("Not for me", reason=typed)
    assert visitor.heading == "Thank you, that helps"
    assert (fresh(match).status, match.declined_reason) == (MatchStatus.DECLINED, reason)
    assert item.answer is Answer.DECLINED


def test_later_says_when_it_comes_back(match, item, path, visitor):
    visitor.open(path(Purpose.LATER)).press("Later")

    assert fresh(match).status is MatchStatus.SNOOZED
    assert "It comes back on 7 December 2026." in visitor.text
    assert item.answer is Answer.LATER


def test_an_answer_tells_the_ranking_where_everything_in_the_letter_stood(match, item):
    services.answer(item, Answer.LATER, now=NOON)
    db.session.expire_all()

    rows = db.session.execute(
        db.select(Match.first_position, Match.first_shown_at).order_by(Match.fit.desc())
    )
    assert [tuple(row) for row in rows] == [(1, NOON), (2, NOON)]


def test_a_closed_notice_says_so_and_shows_what_else_fits(match, path, visitor):
    match.listing.status = ListingStatus.CLOSED
    db.session.commit()
    visitor.open(path(Purpose.INTERESTED))

    assert visitor.heading == "This notice takes no more answers"
    assert "A kettle" in visitor.text
    assert not visitor.page.find("button", string="Yes, I am interested")


def test_what_was_answered_with_a_promise_stays_as_it_is(match, path, visitor):
    visitor.open(path(Purpose.LATER))
    match.status = MatchStatus.CONVERTED
    db.session.commit()
    visitor.press("Later", status=409)

    assert visitor.heading == "You have answered this already"
    assert fresh(match).status is MatchStatus.CONVERTED


def test_whoever_left_the_organisation_cannot_answer_for_it(match, item, person, path, visitor):
    visitor.open(path(Purpose.INTERESTED))
    db.session.delete(person.memberships[0])
    db.session.commit()
    visitor.press("Yes, I am interested", status=409)

    assert "You no longer act for that organisation" in visitor.text
    assert fresh(match).status is MatchStatus.NOTIFIED


def test_a_link_holds_for_one_item_and_one_person(match, item, path, visitor):
    other = UserFactory()
    visitor.open(path(Purpose.INTERESTED, user_id=other.id), status=404)
    visitor.open(path(Purpose.INTERESTED, position=item.position + 999), status=404)

    assert "Nothing was changed." in visitor.text


def test_forged_links_are_kindly_refused(path, visitor):
    good = path(Purpose.INTERESTED)
    for bad in (good[:-1], good.replace("/i-", "/n-"), "/d/i-1-1-zz", "/d/x", good + "A"):
        visitor.open(bad, status=404)
        assert visitor.heading == "This link no longer works"


@pytest.mark.parametrize("day", [TODAY, date(2020, 2, 29), date(1, 1, 1), date(9999, 1, 1)])
def test_a_link_of_any_day_is_read_as_it_was_written(app, day):
    token = Links(day).path(Purpose.INTERESTED, 10**9, day, 4).removeprefix("/d/")

    assert links.read(token, day) == Link(Purpose.INTERESTED, 10**9, day, 4)


def test_a_link_is_good_for_forty_five_days(app):
    token = Links(TODAY).path(Purpose.LATER, 7, TODAY, 12).removeprefix("/d/")

    assert links.read(token, TODAY + links.LASTS) == Link(Purpose.LATER, 7, TODAY, 12)
    with pytest.raises(OldLink, match="too old"):
        links.read(token, TODAY + links.LASTS + timedelta(days=1))
    with pytest.raises(BadLink, match="not whole"):
        links.read(token[1:], TODAY)
    assert len(token) < 50


def test_what_a_search_found_is_answered_on_its_own(match, item, path, visitor):
    found = DigestItem(
        digest_id=item.digest_id, position=7, kind="found", listing=NeedFactory(title="A shed"),
        organisation_id=item.organisation_id,
    )  # fmt: skip
    db.session.add(found)
    db.session.commit()
    visitor.open(path(Purpose.INTERESTED, position=found.position)).press("Yes, I am interested")
    assert visitor.page.find("a", string="Go on")["href"] == f"/needs/{found.listing_id}"
    assert fresh(found).answer is Answer.INTERESTED

    visitor.open(path(Purpose.DECLINED, position=found.position)).press("Not for me", reason="timing")
    assert fresh(found).answer is Answer.DECLINED
    visitor.press("Take it back")
    assert fresh(found).answer is None
    assert events()[-3:] == ["digest_item.interested", "digest_item.declined", "digest_item.taken_back"]
