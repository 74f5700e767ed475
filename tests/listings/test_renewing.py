"""Notices that come down soon: who is told, when, and renewing with one press."""

from datetime import date, timedelta

import pytest
from itsdangerous import TimestampSigner

from marketplace import clock
from marketplace.errors import Refused
from marketplace.extensions import db
from marketplace.listings import jobs, renewing, services
from marketplace.listings.models import ListingStatus
from marketplace.mail.models import MailMessage
from tests.factories import NOON, CapabilityFactory, MembershipFactory, NeedFactory, UserFactory
from tests.scenes import counted_queries, events, member_of
from tests.scenes import jobs as queued

TODAY = NOON.date()


def ending(days: int, **changes: object) -> object:
    return CapabilityFactory(expires_on=TODAY + timedelta(days=days), **changes)


@pytest.fixture
def listing(app):
    notice = ending(10)
    member_of(notice.organisation)
    db.session.commit()
    return notice


def letters() -> list[MailMessage]:
    return list(db.session.scalars(db.select(MailMessage).order_by(MailMessage.id)))


@pytest.mark.parametrize(
    ("days", "changes", "is_told"),
    [
        (14, {}, True),
        (0, {}, True),
        (15, {}, False),
        (-1, {}, False),
        (10, {"closes_on": TODAY + timedelta(days=10)}, False),
        (10, {"status": ListingStatus.CLOSED}, False),
        (10, {"status": ListingStatus.DRAFT, "published_at": None}, False),
    ],
)
def test_people_are_told_of_notices_that_come_down_within_two_weeks(app, days, changes, is_told):
    notice = ending(days, **changes)
    member_of(notice.organisation)

    assert renewing.to_warn_of(TODAY) == ([notice.id] if is_told else [])


def test_nobody_is_told_of_a_notice_that_nobody_speaks_for(app):
    ending(10)

    assert renewing.to_warn_of(TODAY) == []


def test_each_person_is_told_once_for_each_last_day(listing):
    member_of(listing.organisation)
    for _ in range(2):
        renewing.warn(listing, now=NOON)
    assert len(letters()) == 2
    assert renewing.to_warn_of(TODAY) == []

    listing.expires_on += timedelta(days=1)
    assert renewing.to_warn_of(TODAY) == [listing.id]


def test_the_daily_job_makes_one_row_for_each_notice_and_missed_days_are_made_up_for(listing, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=9))
    jobs.warn_due()
    assert queued("listings.warn_one") == [{"listing_id": listing.id}]

    jobs.warn_one(listing_id=listing.id)
    db.session.commit()
    assert [letter.subject for letter in letters()] == [
        "Comes down on 3 December: “Buffets and hot lunches for up to a hundred”"
    ]


def test_finding_them_takes_as_many_questions_however_many_there_are(app):
    for _ in range(5):
        member_of(ending(10).organisation)
    with counted_queries() as seen:
        assert len(renewing.to_warn_of(TODAY)) == 5

    assert len(seen) == 2


def link_in(letter: MailMessage) -> str:
    (line,) = [each for each in letter.text.splitlines() if "/notices/renew/" in each]
    assert f'href="{line}"' in letter.html
    return line.removeprefix("http://localhost")


@pytest.fixture
def on_the_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.mark.usefixtures("on_the_day")
def test_one_press_keeps_it_up_without_signing_in_and_opening_the_link_does_nothing(listing, visitor):
    renewing.warn(listing, now=NOON)
    db.session.commit()
    before = listing.expires_on
    visitor.open(link_in(letters()[0]))
    db.session.rollback()
    assert listing.expires_on == before
    assert "3 December 2026" in visitor.text

    visitor.press("Keep it on the board")
    db.session.rollback()
    assert listing.expires_on == (NOON + services.LASTS[False]).date()
    assert visitor.heading == "It stays up until 22 May 2027"
    assert "capability.renewed" in events()
    assert queued("search.index") == [{"keys": [f"capability:{listing.id}"]}]


@pytest.mark.usefixtures("on_the_day")
def test_pressing_it_again_from_an_old_page_changes_nothing(listing, app):
    token = renewing.token_for(listing, listing.organisation.memberships[0].user)
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        with app.app_context():
            client = app.test_client()
            answers = [client.post(f"/notices/renew/{token}").status_code for _ in range(3)]
    finally:
        app.config["WTF_CSRF_ENABLED"] = True

    assert answers == [302] * 3
    assert events().count("capability.renewed") == 1


@pytest.mark.usefixtures("on_the_day")
def test_a_notice_that_came_down_goes_back_up(listing, visitor):
    user = listing.organisation.memberships[0].user
    listing.expires_on, listing.status = TODAY - timedelta(days=2), ListingStatus.EXPIRED
    db.session.commit()

    visitor.open(f"/notices/renew/{renewing.token_for(listing, user)}")
    assert "came down on 21 November 2026" in visitor.text
    visitor.press("Keep it on the board")

    db.session.rollback()
    assert listing.status is ListingStatus.PUBLISHED
    assert listing.expires_on == (NOON + services.LASTS[False]).date()


@pytest.mark.usefixtures("on_the_day")
@pytest.mark.parametrize("status", [ListingStatus.CLOSED, ListingStatus.WITHDRAWN, ListingStatus.COMPLETED])
def test_one_that_its_owner_ended_is_not_renewed(listing, visitor, status):
    user = listing.organisation.memberships[0].user
    listing.status = status
    db.session.commit()
    visitor.open(f"/notices/renew/{renewing.token_for(listing, user)}")

    assert visitor.heading == "This notice can’t be renewed"
    with pytest.raises(Refused, match="so that can’t be done now"):
        services.renew(listing, actor=user, now=NOON)


def test_a_need_lasts_three_months_and_one_with_a_closing_date_keeps_it(app):
    user = UserFactory()
    need = NeedFactory(expires_on=TODAY)
    services.renew(need, actor=user, now=NOON)
    assert need.expires_on == TODAY + timedelta(days=90)

    with pytest.raises(Refused, match="closing date of its own"):
        services.renew(NeedFactory(closes_on=date(2026, 12, 1)), actor=user, now=NOON)


@pytest.mark.parametrize("what", ["altered", "somebody who left", "another purpose", "old"])
def test_a_link_that_is_not_good_says_how_to_go_on(listing, app, visitor, monkeypatch, what):
    user = listing.organisation.memberships[0].user
    token = renewing.token_for(listing, user)
    if what == "altered":
        token = f"X{token[1:]}"
    elif what == "somebody who left":
        token = renewing.token_for(listing, MembershipFactory().user)
        db.session.commit()
    elif what == "another purpose":
        token = "WzEsMV0.abc.def"
    else:
        real = TimestampSigner.get_timestamp
        with monkeypatch.context() as past:
            past.setattr(TimestampSigner, "get_timestamp", lambda self: real(self) - 46 * 86400)
            token = renewing.token_for(listing, user)

    visitor.open(f"/notices/renew/{token}", status=404)

    assert visitor.page.find("main").find("a", href="/desk")
