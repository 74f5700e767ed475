"""A run in steps: what no fact rules out, what was done stays, and a run stopped anywhere can go on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask

from marketplace.capacity.models import Capacity
from marketplace.extensions import db
from marketplace.listings import services as listings
from marketplace.listings.models import Listing, ListingStatus
from marketplace.matching import introducing, running, services
from marketplace.matching.cli import match as commands
from marketplace.matching.models import DeclineReason, Match, MatchStatus
from marketplace.organisations.models import OrganisationStatus
from marketplace.readings.models import Reading
from search.engine import SearchUnavailable
from tests.factories import NOON, MatchFactory, NeedFactory, OfferFactory, OrganisationFactory, UserFactory
from tests.matching.conftest import CHAIRS, Board, about, match_of, matches, run_all, standing
from tests.scenes import counted_queries

LATER = NOON + timedelta(days=1)
FURNITURE = "furniture-goods/furniture"
TEN, FIVE = "public-liability-10m", "public-liability-5m"


@pytest.fixture
def chairs(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Listing]:
    """Five needs and two givers, ranked two at a time."""
    monkeypatch.setattr(running, "ASKS_AT_ONCE", 2)
    for _ in range(2):
        about(OfferFactory(title="Forty stacking chairs", body=CHAIRS), FURNITURE)
    made = [
        about(NeedFactory(title=f"Stacking chairs for hall {at}", body=CHAIRS), FURNITURE) for at in range(5)
    ]
    db.session.commit()
    return made


def needs_and_holds(board: Board, needs: list[str], holds: list[str]) -> None:
    board.opportunity.must_have = needs
    board.capability.organisation.credentials = holds
    db.session.commit()


def lunch_is_matched() -> bool:
    return "Conference lunch" in {each.listing.title for each in matches() if each.retired_at is None}


@pytest.mark.parametrize(
    ("needs", "holds", "matched"),
    [
        ([], [], True),
        ([FIVE], [], False),
        ([FIVE], [FIVE], True),
        ([FIVE], [TEN], True),
        ([TEN], [FIVE], False),
        ([FIVE, "dbs-enhanced"], [TEN], False),
        ([FIVE, "dbs-enhanced"], [TEN, "dbs-enhanced"], True),
    ],
)
def test_who_does_not_hold_what_is_asked_for_is_never_matched(board, needs, holds, matched):
    needs_and_holds(board, needs, holds)
    run_all()

    assert lunch_is_matched() is matched


def test_asking_for_more_later_has_those_without_it_step_back(board):
    run_all()
    needs_and_holds(board, [TEN], [FIVE])
    running.match_listing(board.opportunity.id, now=NOON)
    assert not lunch_is_matched()
    needs_and_holds(board, [TEN], [TEN])
    running.match_organisation(board.capability.organisation_id, now=NOON)

    assert lunch_is_matched()


@pytest.mark.parametrize(("room", "matched"), [(None, True), (0, False), (1, True)])
def test_who_has_no_room_is_never_matched(board, room, matched):
    larder = board.capability.organisation_id
    db.session.add(Capacity(organisation_id=larder, jobs_a_quarter=room, updated_at=NOON))
    db.session.commit()
    run_all()

    assert lunch_is_matched() is matched
    assert match_of(board.need).retired_at is None  # others are as they were


def test_who_said_no_is_not_matched_by_any_way_again(board):
    run_all()
    match = match_of(board.need)
    services.decline(match, DeclineReason.TIMING, "", actor=UserFactory(), now=NOON)
    match.introduced_at = None
    db.session.commit()
    scored = match.scored_at
    run_all(LATER)
    running.match_listing(board.need.id, now=LATER)
    running.match_organisation(match.organisation_id, now=LATER)

    match = match_of(board.need)
    assert (match.status, match.scored_at, match.introduced_at) == (MatchStatus.DECLINED, scored, None)
    assert running.score_pair(match.organisation_id, board.need.id, now=LATER) is None


@pytest.mark.parametrize("by_hand", ["invited_at", "put_forward_at"])
def test_who_was_asked_by_hand_stays_however_badly_they_fit(board, by_hand):
    van = MatchFactory(listing=board.opportunity, **{by_hand: NOON})
    other = MatchFactory(listing=board.opportunity)
    db.session.commit()
    run_all()

    assert (van.retired_at, other.retired_at) == (None, NOON)


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[list]:
    """What is put in here happens after everything was scored and before any of it is stored."""
    happens: list = []
    store = running.store

    def stored(*args, **kwargs):
        while happens:
            happens.pop()()
        return store(*args, **kwargs)

    monkeypatch.setattr(running, "store", stored)
    yield happens
    assert not happens, "nothing was stored"


def gone(listing: Listing) -> None:
    """Deleted, as if by hand: the product itself only withdraws."""
    db.session.execute(db.delete(Reading).where(Reading.organisation_id == listing.organisation_id))
    db.session.delete(listing)
    db.session.flush()


WAYS = {
    "run": lambda board: run_all(),
    "ask": lambda board: running.match_listing(board.need.id, now=NOON),
    "giver": lambda board: running.match_organisation(board.offer.organisation_id, now=NOON),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("which", ["need", "offer"])
def test_a_notice_deleted_while_it_is_scored_does_no_harm(board, meanwhile, way, which):
    kept, number = board.opportunity.id, getattr(board, which).id
    meanwhile.append(lambda: gone(getattr(board, which)))
    WAYS[way](board)
    db.session.commit()

    assert db.session.get(Listing, number) is None
    assert {match.listing_id for match in matches()} <= {kept}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("which", ["need", "offer"])
def test_a_notice_withdrawn_while_it_is_scored_is_not_matched(board, meanwhile, way, which):
    listing = getattr(board, which)
    meanwhile.append(lambda: listings.withdraw(listing, actor=UserFactory(), now=NOON))
    WAYS[way](board)
    db.session.commit()

    assert board.need.id not in {match.listing_id for match in matches()}


@pytest.mark.parametrize("way", WAYS)
def test_a_pair_that_somebody_else_matched_while_it_was_scored_stands_once(board, meanwhile, way):
    given = {"organisation": board.offer.organisation, "listing": board.need}
    meanwhile.append(lambda: MatchFactory(**given, score=50, fit=50.0, introduced_at=NOON))
    WAYS[way](board)
    db.session.commit()

    assert (match_of(board.need).fit, match_of(board.need).introduced_at) == (50.0, NOON)


def test_an_organisation_suspended_while_it_is_scored_is_not_matched(board, meanwhile):
    college = board.offer.organisation
    meanwhile.append(lambda: setattr(college, "status", OrganisationStatus.SUSPENDED))
    run_all()

    assert college.id not in {match.organisation_id for match in matches()}


def test_a_match_whose_notice_is_withdrawn_while_it_is_scored_again_steps_back(board, meanwhile):
    run_all()
    meanwhile.append(lambda: listings.withdraw(board.need, actor=UserFactory(), now=LATER))
    run_all(LATER)

    assert match_of(board.need).retired_at == LATER


def test_a_step_takes_as_many_statements_however_many_asks_it_has(chairs, monkeypatch):
    run_all()

    def statements(at_once: int) -> int:
        monkeypatch.setattr(running, "ASKS_AT_ONCE", at_once)
        steps = running.run(LATER, counts=running.Counts())
        with counted_queries() as seen:
            next(steps)
        steps.close()
        return len(seen)

    assert statements(1) == statements(5)


def stopped_after(steps: int) -> int:
    """A run stopped between two steps; returns the last ask it did."""
    broken, last = running.run(NOON, counts=running.Counts()), 0
    for _ in range(steps):
        _, last = next(broken)
        db.session.commit()
    broken.close()
    db.session.rollback()
    return last


def introduced() -> list[tuple[int, int]]:
    return sorted((row.organisation_id, row.listing_id) for row in matches() if row.introduced_at)


def unbroken() -> tuple[list, list]:
    """What a run from the start ends as."""
    db.session.execute(db.delete(Match))
    db.session.commit()
    run_all()
    return standing(), introduced()


@pytest.mark.parametrize("steps", [0, 1, 2, 3])
def test_going_on_after_the_last_ask_ends_as_an_unbroken_run(app, chairs, monkeypatch, steps):
    monkeypatch.setattr(introducing, "AN_ORGANISATION_READS", 3)
    last = stopped_after(steps)
    assert last == ([0] + [each.id for each in chairs])[min(2 * steps, 5)]
    with app.app_context():
        result = app.test_cli_runner().invoke(
            commands, ["run", "--on", NOON.date().isoformat(), "--after", str(last)]
        )
    assert result.exit_code == 0, result.output
    left = 5 - min(2 * steps, 5)
    assert f"{left} open asks ranked" in result.output
    assert f"new {2 * left}, changed 0, unchanged 0, retired 0, introduced 6" in result.stdout

    ended = standing(), introduced()
    assert len(ended[0]) == 10
    assert ended == unbroken()


@pytest.mark.parametrize("why", [KeyboardInterrupt(), SearchUnavailable("The engine is resting")])
@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_a_run_that_is_stopped_says_where_to_go_on(app, chairs, monkeypatch, why, done):
    store, calls = running.store, []

    def stopping(*args, **kwargs):
        calls.append(1)
        if len(calls) > done:
            raise why
        return store(*args, **kwargs)

    monkeypatch.setattr(running, "store", stopping)
    if done == 3:  # every ask is ranked: it stops at what comes after
        NeedFactory(status=ListingStatus.CLOSED)
        MatchFactory(listing=NeedFactory(status=ListingStatus.CLOSED), organisation=OrganisationFactory())
        db.session.commit()
    with app.app_context():
        result = app.test_cli_runner().invoke(commands, ["run", "--on", NOON.date().isoformat()])
    last = ([0] + [each.id for each in chairs])[min(2 * done, 5)]

    assert result.exit_code != 0
    assert f"Go on with: marketplace match run --after {last}" in str(result.exception or result.output)
    assert len(standing()) == 2 * min(2 * done, 5) + (done == 3)
    db.session.rollback()


def test_running_again_after_it_was_all_done_only_finishes(app, chairs):
    run_all()
    before = standing()
    with app.app_context():
        result = app.test_cli_runner().invoke(
            commands, ["run", "--on", NOON.date().isoformat(), "--after", str(chairs[-1].id)]
        )

    assert "0 open asks ranked" in result.output
    assert result.stdout.splitlines()[-1] == "new 0, changed 0, unchanged 0, retired 0, introduced 0"
    assert standing() == before
