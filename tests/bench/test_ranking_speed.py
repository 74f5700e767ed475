"""The ranking part of the speed benchmark, in a county small enough for a test."""

import json
from pathlib import Path

import pytest

from marketplace import clock
from marketplace.bench import apart, ranking_speed, speed
from marketplace.bench.filling_ranking import fill
from marketplace.bench.generated import County
from marketplace.cli import main
from marketplace.errors import NotSetUp
from marketplace.extensions import db
from marketplace.listings.models import Listing, ListingStatus
from marketplace.matching import searching
from marketplace.matching.models import Match
from marketplace.organisations.models import Organisation, PastWork
from marketplace.setup import bring_up_to_date
from tests.apps import another_app, as_it_was

ORGANISATIONS, ASKS, DRAFTS = 60, 20, 12


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking_speed, "WARM_UP", 2)
    monkeypatch.setattr(ranking_speed, "TIMED", 10)
    monkeypatch.setattr(ranking_speed, "SMALLEST", 30)
    monkeypatch.setattr(ranking_speed, "apart", lambda work, *given: apart.weighed(work, given))


def test_a_county_to_rank_has_what_was_asked_for(tmp_path):
    with another_app(tmp_path) as app, app.app_context():
        bring_up_to_date()
        filled = fill(County(7), ORGANISATIONS, ASKS, DRAFTS, today=clock.today())
        by_status = {
            status: set(db.session.scalars(db.select(Listing.id).where(Listing.status == status)))
            for status in (ListingStatus.PUBLISHED, ListingStatus.DRAFT)
        }

        assert db.session.scalar(db.select(db.func.count(Organisation.id))) == ORGANISATIONS
        assert (len(filled.open), len(filled.drafts)) == (ASKS, DRAFTS)
        assert set(filled.open) < by_status[ListingStatus.PUBLISHED]
        assert set(filled.drafts) == by_status[ListingStatus.DRAFT]
        assert db.session.scalar(db.select(db.func.count(PastWork.id))) > 0


@pytest.mark.parametrize("everybody", [1_000, 5])
def test_every_figure_is_taken_whether_or_not_candidates_are_sought(monkeypatch, everybody):
    monkeypatch.setattr(searching, "EVERYBODY", everybody)
    with as_it_was():
        figures = ranking_speed.measure(ORGANISATIONS, ASKS, 7, workers=1, curve=True)

    assert figures["new_listing"]["listings"] == 10
    assert figures["new_listing"]["matches_each"] > 0
    for took in (
        figures["new_listing"],
        figures["one_organisation"]["ranked"],
        figures["one_organisation"]["stored"],
    ):
        assert 0 < took["p50"] <= took["p95"] <= took["p99"]
    assert figures["refresh"]["asks"] >= ASKS
    assert figures["refresh"]["matches"] > 0
    assert [point["organisations"] for point in figures["curve"]] == [30, ORGANISATIONS]
    assert len(figures["growth"]) == 1


def test_a_county_that_is_kept_is_built_once_and_ranked_as_it_was(tmp_path, monkeypatch):
    kept = tmp_path / "county"
    with as_it_was():
        first = ranking_speed.measure(ORGANISATIONS, ASKS, 7, workers=1, curve=False, folder=kept)
        monkeypatch.setattr(ranking_speed, "build", None)
        again = ranking_speed.measure(ORGANISATIONS, ASKS, 7, workers=1, curve=False, folder=kept)

        assert _standing(kept) == []
        with pytest.raises(NotSetUp, match="another county"):
            ranking_speed.measure(ORGANISATIONS, ASKS, 8, workers=1, curve=False, folder=kept)

    assert first["build"] == again["build"]
    for part, figure in (("new_listing", "matches_each"), ("refresh", "matches")):
        assert first[part][figure] == again[part][figure]


def test_time_that_stays_the_same_grows_with_the_power_of_nothing():
    def point(organisations: int, p50: float) -> dict:
        return {"organisations": organisations, "processor": {"p50": p50}}

    assert ranking_speed.growth([point(1_000, 5.0), point(10_000, 5.0), point(100_000, 50.0)]) == [0.0, 1.0]
    assert ranking_speed.growth([point(1_000, 5.0)]) == []


def test_two_workers_find_what_one_finds(tmp_path, monkeypatch):
    found = {}
    for workers in (1, 2):
        folder = tmp_path / str(workers)
        with as_it_was():
            filled = ranking_speed.build(str(folder), ORGANISATIONS, ASKS, 0, 7)
            ranking_speed.refresh(str(folder), filled["open"], workers)
        found[workers] = _standing(folder)

    assert found[1] == found[2]
    assert found[1]


def _standing(folder: Path) -> list[tuple[int, int, float]]:
    with another_app(folder) as app, app.app_context():
        rows = db.session.execute(db.select(Match.organisation_id, Match.listing_id, Match.fit))
        return sorted((row.organisation_id, row.listing_id, row.fit) for row in rows)


def test_the_command_says_how_fast_ranking_is(capsys, monkeypatch):
    monkeypatch.setattr(speed, "apart", lambda work, *given: apart.weighed(work, given))
    monkeypatch.setattr(speed, "WARM_UP", 3)
    monkeypatch.setattr(speed, "UPSERTS", 3)

    arguments = ["--listings", "100", "--queries", "5", "--organisations", "40", "--asks", "10"]
    with as_it_was(), pytest.raises(SystemExit) as exit_:
        main(["bench", "speed", "--ranking", "--workers", "1", *arguments])

    said = capsys.readouterr().out
    figures = json.loads(said.splitlines()[-1])
    assert not exit_.value.code
    assert figures["ranking"]["organisations"] == 40
    assert "one new listing" in said
