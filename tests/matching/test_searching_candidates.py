"""In a big place the search engine finds whom to rank: to the same end, and with a way on when it is away."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from marketplace import clock, outbox
from marketplace.capabilities.models import Capability
from marketplace.discovery import services as discovery
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.matching import jobs, running, searching, sources
from marketplace.matching.cli import match as commands
from marketplace.matching.models import Match
from marketplace.organisations.models import Organisation, OrganisationKind, PastWork
from marketplace.outbox.models import OutboxRow
from search.embedded import EmbeddedEngine
from search.engine import SearchUnavailable
from tests.factories import (
    NOON,
    CapabilityFactory,
    NeedFactory,
    OfferFactory,
    OpportunityFactory,
    OrganisationFactory,
)
from tests.matching.conftest import about, matches, run_all, standing

TRADES = {  # category: what is asked for, and what those say who do it
    "food-drink/event-catering": (
        "Conference lunch for sixty, hot, with vegetarian food",
        "Buffets and hot lunches, vegetarian food our pride",
    ),
    "furniture-goods/furniture": (
        "Stacking chairs and folding tables for a village hall",
        "Chairs and folding tables, made and mended for halls",
    ),
    "cleaning": ("Window cleaning of a school, twice a year", "We clean windows of schools and offices"),
    "voluntary-transport": (
        "A minibus with a driver to take pensioners shopping",
        "Minibus with driver, used to pensioners and their shopping",
    ),
    "garden-outdoors": ("Hedges cut and grass mown in a churchyard", "Hedge cutting, mowing, churchyards"),
}
TOWNS = ((54.663, -1.676), (54.714, -1.745), (54.777, -1.575))


@pytest.fixture
def county(app: Flask) -> list[Listing]:
    """Of each trade in three towns: who lists it, who was paid for it, who says it, and what is asked."""
    asks: list[Listing] = []
    for number, (category, (asked, said)) in enumerate(TRADES.items()):
        for place, (lat, lon) in enumerate(TOWNS):
            here = {"lat": lat, "lon": lon}
            kind = {"kind": OrganisationKind.BUSINESS, **here}
            lists = OrganisationFactory(about="", **kind)
            maker = (OfferFactory, CapabilityFactory)[number % 2]
            about(maker(organisation=lists, title=said, body=f"{said}, in town {place}.", **here), category)
            did = OrganisationFactory(about="", claimed_at=None, **kind)
            did.past_work = [
                PastWork(
                    source="contracts-finder", source_key=f"{number}-{place}", title=asked,
                    description=said, categories=[category], value=5_000, awarded_on=NOON.date(),
                )
            ]  # fmt: skip
            says = OrganisationFactory(about=f"{said}. That is all we do.", **kind)
            says.interests = [category]
            asker = (NeedFactory, OpportunityFactory)[(number + place) % 2]
            asks.append(about(asker(title=asked, body=f"{asked}. Soon.", **here), category))
    db.session.commit()
    return asks


@pytest.fixture
def big(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any place is too big for everybody to be ranked."""
    monkeypatch.setattr(searching, "EVERYBODY", 0)
    monkeypatch.setattr(searching, "WITHOUT_INDEX", 0)


@pytest.fixture
def away(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine cannot answer."""
    monkeypatch.setitem(app.extensions, "search", EmbeddedEngine(tmp_path / "nothing"))


def indexed() -> None:
    db.session.commit()
    discovery.rebuild()
    db.session.rollback()


def found() -> dict[tuple, float]:
    """How well the matches that hold fit."""
    return {row[:4]: row[4] for row in standing()}


def but_for_the_last_digits(fits: dict[tuple, float]) -> object:
    """Among others a pair adds up in another order."""
    return pytest.approx(fits, abs=1e-4)


def forget_matches() -> None:
    db.session.execute(db.delete(Match))
    db.session.commit()


def test_candidates_of_the_engine_lead_to_the_matches_of_everybody(app, county, monkeypatch):
    run_all()
    of_everybody = found()
    assert len(of_everybody) > 3 * len(county)
    forget_matches()
    indexed()
    monkeypatch.setattr(searching, "EVERYBODY", 0)
    assert not searching.is_small()
    run_all()

    assert found() == but_for_the_last_digits(of_everybody)


def test_one_notice_and_one_organisation_find_the_same_by_the_engine(app, county, monkeypatch):
    ask = county[0].id
    provider = db.session.scalars(db.select(Capability)).first().organisation_id

    def alone() -> dict[tuple, float]:
        forget_matches()
        running.match_listing(ask, now=NOON)
        running.match_organisation(provider, now=NOON)
        db.session.commit()
        return found()

    of_everybody = alone()
    assert {row[1] for row in of_everybody} > {ask}
    indexed()
    monkeypatch.setattr(searching, "EVERYBODY", 0)

    assert alone() == but_for_the_last_digits(of_everybody)


def test_everybody_who_fits_an_ask_is_a_candidate_and_who_asks_is_no_match(app, county):
    indexed()
    using = running.means(NOON)
    by_id = {each.id: each for each in county}
    for want in sources.wants(using.today, using.lexicon):
        fit = {int(fit.party) for fit in using.rank([want], everybody(using), 50)}
        assert fit <= searching.parties_for(want, using.lexicon)
        assert by_id[int(want.key)].organisation_id not in fit


def everybody(using: running.Means) -> list:
    return sources.parties(using.today, using.lexicon)


def test_what_an_organisation_did_or_says_finds_asks_for_it_too(app, county):
    indexed()
    using = running.means(NOON)
    for party in everybody(using):
        fit = {int(fit.want) for fit in using.rank(sources.wants(using.today, using.lexicon), [party], 1)}
        assert fit <= searching.asks_for(party, using.lexicon)


def test_keys_lead_to_the_organisations_behind_them(app, county):
    indexed()
    assert searching.owners(["organisation:3", "need:999999"]) == {3}
    assert searching.owners([]) == set()
    assert searching.owners([f"need:{each.id}" for each in county]) == {
        each.organisation_id for each in county
    }


def test_a_middling_place_without_an_index_ranks_everybody(app, county, away, monkeypatch):
    monkeypatch.setattr(searching, "EVERYBODY", 0)
    assert searching.is_small()
    run_all()

    assert matches()


@pytest.mark.usefixtures("big", "away")
@pytest.mark.parametrize("whose", ["listing", "organisation"])
def test_while_the_engine_is_away_a_job_waits_and_nothing_is_held_against_it(app, county, whose):
    provider = db.session.scalars(db.select(Capability)).first().organisation_id
    number = county[0].id if whose == "listing" else provider
    outbox.add(f"matching.{whose}", **{f"{whose}_id": number})
    db.session.commit()
    began = clock.now()
    outbox.drain()
    (row,) = db.session.scalars(db.select(OutboxRow))

    assert (row.done_at, row.failed_at, row.attempts) == (None, None, 0)
    assert row.due_at >= began + jobs.AGAIN - timedelta(seconds=1)
    assert matches() == []


@pytest.mark.usefixtures("big")
def test_a_job_that_waited_is_done_when_the_engine_is_back(app, county, tmp_path, monkeypatch):
    indexed()
    back = app.extensions["search"]
    monkeypatch.setitem(app.extensions, "search", EmbeddedEngine(tmp_path / "nothing"))
    outbox.add("matching.listing", listing_id=county[0].id)
    db.session.commit()
    outbox.drain()
    monkeypatch.setitem(app.extensions, "search", back)
    db.session.execute(db.update(OutboxRow).values(due_at=clock.now()))
    db.session.commit()
    outbox.drain()

    assert {match.listing_id for match in matches()} == {county[0].id}


def test_a_run_asks_again_while_the_engine_is_slow_to_begin(monkeypatch):
    monkeypatch.setattr(searching, "ASK_AGAIN", 0)
    answers = [{7}, SearchUnavailable("Search did not answer in time"), SearchUnavailable("resting")]

    def find() -> set[int]:
        if isinstance(answer := answers.pop(), SearchUnavailable):
            raise answer
        return answer

    assert searching.patiently(find) == {7}
    assert answers == []


@pytest.mark.usefixtures("big", "away")
def test_a_run_says_how_to_go_on_when_the_engine_is_away(app, county, monkeypatch):
    monkeypatch.setattr(searching, "PATIENCE", 0)
    with app.app_context():
        result = app.test_cli_runner().invoke(commands, ["run", "--on", "2026-11-23", "--after", "2"])

    assert result.exit_code != 0
    assert "marketplace match run --after 2" in str(result.exception or result.output)
    assert matches() == []


@pytest.mark.usefixtures("big")
def test_whoever_people_speak_for_gets_a_turn_of_their_own_where_asks_took_others(app, county, monkeypatch):
    monkeypatch.setattr(running, "PER_ASK", 1)
    indexed()
    run_all()
    matched = {match.organisation_id for match in matches()}
    using = running.means(NOON)
    asks = sources.wants(using.today, using.lexicon)
    able = [each for each in everybody(using) if using.rank(asks, [each], 1)]
    spoken_for = {int(each.key) for each in able} & set(
        db.session.scalars(db.select(Organisation.id).where(Organisation.claimed_at.is_not(None)))
    )

    assert len(spoken_for) > len(county)
    assert spoken_for <= matched
