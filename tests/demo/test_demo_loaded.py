"""The demo as people find it."""

from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from marketplace.accounts import services as accounts
from marketplace.accounts.models import User
from marketplace.audit.models import AuditEvent
from marketplace.capacity.models import Capacity
from marketplace.demo import queries, reading
from marketplace.demo.cli import demo as command
from marketplace.demo.people import PASSWORD, demo_people
from marketplace.digests import running as digests
from marketplace.digests.choosing import AT_MOST
from marketplace.digests.models import Digest
from marketplace.digests.running import Counts
from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus
from marketplace.mail.models import MailMessage
from marketplace.matching.models import Match, MatchStatus
from marketplace.organisations.models import Organisation
from marketplace.outbox.models import OutboxRow
from marketplace.places import queries as places
from marketplace.pledges import lapsing
from marketplace.pledges.models import Pledge, PledgeStatus
from search.embedded import EmbeddedEngine
from search.geo import Point
from search.schema import Query
from tests.demo.conftest import MONDAY, everything, mail_folder
from tests.demo.loading import WRITTEN, finished, killed_at
from tests.visitor import Visitor


def all_of(model: type) -> list:
    return list(db.session.scalars(db.select(model).order_by(model.id)))


def test_everything_that_was_written_is_on_the_board(demo: Flask):
    written = [listing for each in reading.organisations() for listing in each.listings]

    assert sorted(row.title for row in all_of(Listing)) == sorted(each.title for each in written)
    assert places.require_place().is_demo
    assert all(row.lat is not None and row.town for row in all_of(Organisation))


def test_notices_are_open_until_their_last_day_and_not_before_their_first(demo: Flask):
    for row in all_of(Listing):
        assert row.published_at < MONDAY
        assert (row.status is ListingStatus.PUBLISHED) == (row.last_day >= MONDAY.date())


def test_no_two_organisations_stand_on_one_spot(demo: Flask):
    spots = [(row.lat, row.lon) for row in all_of(Organisation)]

    assert len(set(spots)) == len(spots)


def test_what_they_hold_ask_for_and_have_room_for_is_as_it_was_written(demo: Flask):
    written = reading.organisations()
    asks = [listing for each in written for listing in (*each.needs, *each.opportunities)]
    rows = {row.name: row for row in all_of(Organisation)}
    room = {row.organisation.name: row for row in db.session.scalars(db.select(Capacity))}

    for each in written:
        assert set(rows[each.name].credentials) == set(each.credentials)
        shares = (rows[each.name].staff_local, rows[each.name].spend_local)
        assert shares == (each.staff_local, each.spend_local)
        assert (each.name in room) == (each.capacity is not None)
    musts = {row.title: set(row.must_have) for row in all_of(Listing) if row.must_have}
    assert musts == {each.title: set(each.must_have) for each in asks if each.must_have}
    assert room["Sound & Dry Surveys"].jobs_a_quarter == 0
    assert all(row.organisation.created_at < row.updated_at < MONDAY for row in room.values())


def test_pledges_are_where_their_story_left_them(demo: Flask):
    written = reading.organisations()
    told = [pledge.state for each in written for need in each.needs for pledge in need.pledges]
    told += [pledge.state for each in written for offer in each.offers for pledge in offer.requests]
    told += [share.state for each in written for bundle in each.bundles for share in bundle.shares]

    assert sorted(row.status for row in all_of(Pledge)) == sorted(told)
    assert set(told) == set(PledgeStatus)
    for row in all_of(Pledge):
        steps = [
            row.listing.published_at,
            row.offered_at,
            row.accepted_at,
            row.delivered_at,
            row.confirmed_at,
        ]
        times = [at for at in steps if at]
        assert all(earlier < later for earlier, later in pairwise(times)), row.listing.title
        assert times[-1] < MONDAY


def test_what_was_recorded_bears_the_instant_it_happened(demo: Flask):
    at = dict(
        db.session.execute(
            db.select(AuditEvent.subject_id, AuditEvent.at).where(
                AuditEvent.name.in_(["pledge.offered", "pledge.requested"])
            )
        ).all()
    )

    assert {row.id: row.offered_at for row in all_of(Pledge) if row.offered_at} == at


def test_nothing_has_run_out_that_the_first_hour_would_change(demo: Flask):
    assert lapsing.due_ids(MONDAY) == []


def test_the_parts_of_every_match_add_up_to_its_score(demo: Flask):
    matches = all_of(Match)

    assert matches
    assert all(sum(part["points"] for part in row.parts) == row.score for row in matches)


def test_some_matches_were_answered_and_most_were_not(demo: Flask):
    states = [row.status for row in all_of(Match)]

    for status in (MatchStatus.INTERESTED, MatchStatus.DECLINED, MatchStatus.OPENED, MatchStatus.CONVERTED):
        assert 5 <= states.count(status) < len(states) / 4, status
    assert all(row.declined_reason for row in all_of(Match) if row.status is MatchStatus.DECLINED)


@pytest.mark.parametrize("person", demo_people(), ids=lambda person: person.email.split("@")[0])
def test_a_demo_person_can_sign_in(demo: Flask, person):
    user = accounts.check_password(person.email, PASSWORD)

    assert [each.organisation.name for each in user.memberships] == (
        [person.organisation] * bool(person.organisation)
    )
    assert user.is_convener == person.is_convener


def test_each_demo_person_with_an_organisation_has_a_digest_of_this_week(demo: Flask):
    for person in demo_people():
        if not person.organisation:
            continue
        user = db.session.scalar(db.select(User).where(User.email == person.email))
        written = list(db.session.scalars(db.select(Digest).where(Digest.user_id == user.id)))
        assert [each.period for each in written] == [MONDAY.date()]
        assert written[0].items, person.email
        assert written[0].message.sent_at is not None


def test_the_digest_of_this_week_is_written_once_only(demo: Flask):
    assert digests.everybody(MONDAY) == Counts()
    db.session.rollback()


def test_only_the_letters_of_today_were_delivered(demo: Flask):
    letters = all_of(MailMessage)
    news = [each for each in letters if each.stream == "news"]

    assert news
    assert all(each.sent_at == each.created_at for each in news)
    assert len(list(mail_folder(demo).glob("*.eml"))) == len(letters) - len(news) == queries.counts().digests
    assert all(row.done_at for row in all_of(OutboxRow))


def test_a_digest_says_what_fits_why_and_where_to_answer(demo: Flask):
    user = db.session.scalar(db.select(User).where(User.email == demo_people()[1].email))
    digest = db.session.scalar(db.select(Digest).where(Digest.user_id == user.id))
    path = next(path for path in mail_folder(demo).glob("*.eml") if user.email in path.read_text())
    letter = message_from_bytes(path.read_bytes(), policy=default)
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))

    assert 1 < len(digest.items) <= AT_MOST
    for item in digest.items:
        assert item.match.listing.title in text
        assert item.match.listing.organisation.name in text
        assert next(part["words"] for part in item.match.parts) in text
        for part in (text, html):
            assert "http://localhost/d/i-" in part
    assert "Choose which letters come: http://localhost/letters/" in text


def test_a_search_for_catering_near_bishop_auckland_finds_a_good_page(demo: Flask):
    here = places.locate("Bishop Auckland")
    results = demo.extensions["search"].search(
        Query(
            "catering",
            place=places.require_place().slug,
            near=Point(here.lat, here.lon),
            within_miles=10,
        )
    )

    families = {hit.key.partition(":")[0] for hit in results.hits}
    assert results.total >= 10
    assert {"opportunity", "capability", "organisation"} <= families


def test_the_sign_in_page_introduces_the_demo_people(demo: Flask):
    visitor = Visitor(demo).open("/sign-in")

    for person in demo_people():
        assert person.email in visitor.page.get_text()
    assert PASSWORD in visitor.page.get_text()


def test_loading_it_again_says_so_and_changes_nothing(demo: Flask):
    before = everything()
    db.session.rollback()

    answer = CliRunner().invoke(command, ["load"])

    assert answer.exit_code == 0, answer.output
    assert "there already" in answer.stdout
    assert answer.stdout.splitlines()[-1] == str(queries.counts())
    assert everything() == before


@pytest.mark.usefixtures("only_on_sqlite")
def test_killed_before_its_letters_went_out_and_run_again_it_ends_as_an_unbroken_load(
    demo: Flask, tmp_path: Path, empty: Callable[[], None]
):
    """The unbroken load was in this process: nothing hangs on the order of a set or on a random number."""
    unbroken, folder = everything(), tmp_path / "data"
    empty()
    killed_at(WRITTEN, demo, folder)

    last_line = finished(demo, folder)

    assert everything() == unbroken
    assert last_line == str(queries.counts())
    assert all(each.sent_at for each in all_of(MailMessage))
    assert len(list((folder / "mail").glob("*.eml"))) == queries.counts().digests
    assert EmbeddedEngine(folder / "index").health().documents == queries.public_documents()
