"""Matches found, stored, retired and brought back, with what people answered kept."""

from datetime import timedelta

import pytest
from click.testing import Result

from marketplace import outbox
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Listing, ListingStatus
from marketplace.matching import queries, running, services
from marketplace.matching.cli import match as commands
from marketplace.matching.models import DeclineReason, Match, MatchStatus
from marketplace.organisations.models import OrganisationKind, OrganisationStatus
from tests.factories import NOON, MatchFactory, NeedFactory, OfferFactory, OrganisationFactory, UserFactory
from tests.matching.conftest import CHAIRS, about, match_of, matches, run_all, standing

LATER = NOON + timedelta(days=1)


def test_a_run_finds_who_fits_on_both_sides_of_the_marketplace(board):
    counts = run_all()

    found = {(match.organisation.name, match.listing.title, match.via.title) for match in matches()}
    assert found == {
        ("The College", "Stacking chairs", "Forty stacking chairs"),
        ("The Larder", "Conference lunch", "Buffets and hot lunch"),
    }
    assert (counts.new, counts.changed, counts.unchanged, counts.retired) == (2, 0, 0, 0)


def test_a_second_run_changes_nothing(board):
    run_all()
    before = standing()
    counts = run_all()

    assert (counts.new, counts.changed, counts.unchanged, counts.retired) == (0, 0, 2, 0)
    assert standing() == before


def test_every_score_is_the_sum_of_its_parts_and_every_part_says_why(board):
    run_all()

    for match in matches():
        assert match.score == sum(part["points"] for part in match.parts)
        assert abs(match.score - match.fit) < 1
        assert all(part["words"] for part in match.parts)


def test_nobody_is_matched_with_a_notice_of_their_own(board):
    own = about(
        OfferFactory(organisation=board.need.organisation, title="Chairs", body=CHAIRS),
        "furniture-goods/furniture",
    )
    db.session.commit()
    run_all()

    assert own.organisation_id not in {match.organisation_id for match in matches()}


@pytest.mark.parametrize("end", ["close", "withdraw"])
def test_matches_of_a_notice_that_is_gone_step_back(board, end):
    run_all()
    getattr(listings, end)(board.need, actor=UserFactory(), now=NOON)
    db.session.commit()
    counts = run_all()

    assert (counts.new, counts.retired) == (0, 1)
    assert match_of(board.need).retired_at == NOON
    assert match_of(board.opportunity).retired_at is None


def test_a_match_comes_back_with_its_history_when_the_notice_does(board):
    run_all()
    match, number = match_of(board.need), match_of(board.need).id
    services.opened(match, now=NOON)
    listings.close(board.need, actor=UserFactory(), now=NOON)
    db.session.commit()
    run_all()
    listings.publish(board.need, actor=UserFactory(), now=NOON)
    db.session.commit()
    run_all()

    match = match_of(board.need)
    assert (match.id, match.retired_at, match.status) == (number, None, MatchStatus.OPENED)


def test_what_no_longer_fits_steps_back_when_the_giver_changes(board):
    run_all()
    board.offer.title = board.offer.body = "A minibus with a driver"
    board.offer.summary = ""
    board.offer.categories = ["transport"]
    db.session.commit()
    run_all()

    assert match_of(board.need).retired_at == NOON


@pytest.mark.parametrize("status", [OrganisationStatus.SUSPENDED, OrganisationStatus.CLOSED])
def test_an_organisation_that_is_not_active_is_suggested_to_nobody(board, status):
    run_all()
    board.offer.organisation.status = status
    db.session.commit()
    run_all()

    assert match_of(board.need).retired_at == NOON


@pytest.mark.parametrize("answer", ["interested", "declined", "converted"])
def test_what_was_answered_outlives_the_notice(board, answer):
    run_all()
    match = match_of(board.need)
    if answer == "interested":
        services.interested(match, actor=UserFactory(), now=NOON)
    elif answer == "declined":
        services.decline(match, DeclineReason.TIMING, "", actor=UserFactory(), now=NOON)
    else:
        services.converted(match.organisation_id, match.listing_id, now=NOON)
    listings.close(board.need, actor=UserFactory(), now=NOON)
    db.session.commit()
    run_all()

    assert (match.status.value, match.retired_at) == (answer, None)


def test_a_no_is_never_suggested_again(board):
    run_all()
    match = match_of(board.need)
    services.decline(match, DeclineReason.NOT_WHAT_WE_DO, "", actor=UserFactory(), now=NOON)
    db.session.commit()
    run_all()
    college, far_off = match.organisation, NOON.date() + timedelta(days=400)

    assert match.status is MatchStatus.DECLINED
    for today in (NOON.date(), far_off):
        assert list(queries.waiting_for(college, today=today)) == []
        assert queries.number_waiting(college, today=today) == 0
    assert list(queries.fits_for(board.need)) == []


@pytest.mark.parametrize(("family", "other"), [("need", "offer"), ("opportunity", "capability")])
@pytest.mark.parametrize("last", ["ask", "answer"])
def test_whichever_side_comes_last_finds_the_other(board, family, other, last):
    ask, answer = getattr(board, family), getattr(board, other)
    late = ask if last == "ask" else answer
    late.status, late.published_at = ListingStatus.DRAFT, None
    db.session.commit()
    listings.publish(late, actor=UserFactory(), now=NOON)
    db.session.commit()
    outbox.drain()

    assert [(match.listing_id, match.via_id) for match in matches()] == [(ask.id, answer.id)]


def test_an_organisation_that_says_what_it_cares_for_is_matched_by_its_job(board):
    firm = OrganisationFactory(kind=OrganisationKind.BUSINESS, about=CHAIRS)
    firm.interests = ["furniture-goods/furniture"]
    outbox.add("matching.organisation", organisation_id=firm.id)
    db.session.commit()
    outbox.drain()

    match = match_of(board.need)
    assert (match.organisation_id, match.via_id) == (firm.id, None)


def test_a_job_for_a_notice_that_is_gone_does_nothing(app):
    outbox.add("matching.listing", listing_id=999)
    outbox.add("matching.organisation", organisation_id=999)
    db.session.commit()

    assert outbox.drain() == 2
    assert matches() == []


def test_looking_again_at_one_notice_leaves_the_matches_of_others_alone(board):
    run_all()
    before = match_of(board.opportunity).scored_at
    listings.close(board.need, actor=UserFactory(), now=NOON)
    running.match_listing(board.need.id, now=LATER)
    db.session.commit()

    assert match_of(board.need).retired_at == LATER
    assert (match_of(board.opportunity).retired_at, match_of(board.opportunity).scored_at) == (None, before)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_run_stopped_between_steps_and_run_again_ends_as_an_unbroken_one(board, monkeypatch, steps):
    monkeypatch.setattr(running, "ASKS_AT_ONCE", 1)
    about(NeedFactory(title="More stacking chairs", body=CHAIRS), "furniture-goods/furniture")
    gone = MatchFactory(
        listing=NeedFactory(status=ListingStatus.CLOSED), organisation=board.offer.organisation
    )
    db.session.commit()
    broken = running.run(NOON, counts=running.Counts())
    for _ in range(steps):
        next(broken)
        db.session.commit()
    broken.close()
    db.session.rollback()
    assert len(standing()) == 1 + steps

    run_all()
    after_a_break = standing()
    db.session.execute(db.delete(Match).where(Match.id != gone.id))
    db.session.commit()
    run_all()

    assert standing() == after_a_break
    assert len(after_a_break) == 3


def test_the_command_prints_what_changed_and_may_be_run_again(app, board):
    def run(day: str) -> Result:
        with app.app_context():
            return app.test_cli_runner().invoke(commands, ["run", "--on", day])

    first, second = run("2026-11-23"), run("2026-11-23")

    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert first.stdout.splitlines()[-1] == "new 2, changed 0, unchanged 0, retired 0, introduced 2"
    assert second.stdout.splitlines()[-1] == "new 0, changed 0, unchanged 2, retired 0, introduced 0"


def test_an_ask_past_its_last_day_is_not_ranked(board):
    board.need.closes_on = NOON.date() - timedelta(days=1)
    board.opportunity.closes_on = NOON.date()
    db.session.commit()
    run_all()

    titles = {db.session.get_one(Listing, match.listing_id).title for match in matches()}
    assert titles == {"Conference lunch"}
