"""Learning weights here: what teaches something, and that they change only where they do better."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from marketplace import clock
from marketplace.extensions import db
from marketplace.listings.models import Listing
from marketplace.matching import learned, running, training
from marketplace.matching.cli import match as commands
from marketplace.matching.models import Match, MatchStatus, RankingModel
from marketplace.needs.models import Need
from marketplace.offers.models import Offer
from marketplace.organisations.models import Organisation, PastWork
from search.ranking import SHIPPED
from search.ranking.learning import ChoiceModel
from tests.factories import NOON, MatchFactory, NeedFactory, OfferFactory, OrganisationFactory, PlaceFactory
from tests.matching.conftest import CHAIRS, LUNCH, about, run_all

FURNITURE = "furniture-goods/furniture"
TEXTS = {"Stacking chairs": CHAIRS, "A hot lunch": LUNCH}
TODAY = NOON.date()
DAY = timedelta(days=1)

Choose = Callable[[Need, Sequence[Offer]], list[Offer]]


def nearest(need: Need, offers: Sequence[Offer]) -> list[Offer]:
    return [min(offers, key=lambda offer: abs(offer.lat - need.lat))]


def same_words(need: Need, offers: Sequence[Offer]) -> list[Offer]:
    return [offer for offer in offers if offer.body == need.body]


def nobody(need: Need, offers: Sequence[Offer]) -> list[Offer]:
    return []


def everybody(need: Need, offers: Sequence[Offer]) -> list[Offer]:
    return list(offers)


@dataclass
class Fair:
    """Needs along a road, each shown to every giver along it. All are filed alike; half use other words."""

    needs: list[Need]
    offers: list[Offer]

    def answered(self, choose: Choose) -> None:
        for need in self.needs:
            yes = {offer.organisation_id for offer in choose(need, self.offers)}
            for match in db.session.scalars(db.select(Match).where(Match.listing_id == need.id)):
                said_yes = match.organisation_id in yes
                match.status = MatchStatus.INTERESTED if said_yes else MatchStatus.DECLINED
        db.session.commit()


def somewhere(listing: Listing, random: Random) -> Listing:
    """Furniture within some 55 miles along one road."""
    listing.lat = 54.2 + 0.8 * random.random()
    return about(listing, FURNITURE)


@pytest.fixture
def fair(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Fair:
    """A small one, so few lessons are enough here, and each may change much."""
    monkeypatch.setattr(training, "ENOUGH", 20)
    monkeypatch.setattr(training, "ChoiceModel", partial(ChoiceModel, drawn=1))
    monkeypatch.setattr(clock, "now", lambda: NOON)
    random, titles = Random(4), list(TEXTS)
    listed: dict[type, list] = {}
    for kind, many in ((NeedFactory, 24), (OfferFactory, 6)):
        listed[kind] = [
            somewhere(kind(title=title, body=TEXTS[title]), random)
            for title in (titles[number % 2] for number in range(many))
        ]
    for number, need in enumerate(listed[NeedFactory]):
        places = random.sample(range(1, 7), 6)
        for offer, place in zip(listed[OfferFactory], places, strict=True):
            MatchFactory(
                listing=need,
                organisation=offer.organisation,
                introduced_at=None,
                first_shown_at=NOON - DAY * (50 - number),
                first_position=place,
            )
    db.session.commit()
    return Fair(listed[NeedFactory], listed[OfferFactory])


def train(app: Flask, *options: str) -> Result:
    """The command, in a context of its own as at a terminal, so that what it did not commit is gone."""
    with app.app_context():
        result = app.test_cli_runner().invoke(commands, ["train", *options])
    db.session.expire_all()
    assert result.exit_code == 0, result.output
    return result


def learned_here() -> list[RankingModel]:
    return list(db.session.scalars(db.select(RankingModel).order_by(RankingModel.id)))


def tried(side: str) -> training.Trial:
    return training.try_out(side, running.means(NOON).lexicon, today=TODAY)


def test_without_lessons_it_says_so_and_the_weights_stay(app):
    PlaceFactory()
    db.session.commit()

    assert train(app).stdout.splitlines() == [
        "spend: lessons: none. 60 are needed; the weights in use stay.",
        "support: lessons: none. 60 are needed; the weights in use stay.",
    ]
    assert (learned_here(), learned.model()) == ([], SHIPPED)


def test_what_the_answers_plainly_say_is_learned_and_used(app, fair):
    fair.answered(nearest)
    said = train(app).stdout

    (row,) = learned_here()
    assert f"In use from now as {row.version}." in said
    assert "support: lessons: 24 from answers." in said
    assert "spend: lessons: none." in said
    assert len(row.version) <= 12  # with “+meaning” it still fits the column
    assert (row.side, row.made_at, row.in_use_from, row.retired_at) == ("support", NOON, NOON, None)
    assert row.provenance == {"lessons": {"answers": 24}, "held_back": 0.3, "until": "2026-11-23"}
    assert row.figures["mrr_after"] > row.figures["mrr_before"]
    assert 0 < row.figures["gain_at_least"] < row.figures["mrr_after"] - row.figures["mrr_before"]

    model = learned.model()
    assert model.versions == {"support": row.version, "spend": SHIPPED.versions["spend"]}
    assert model.weights["spend"] == SHIPPED.weights["spend"]
    assert list(model.weights["support"]) == list(SHIPPED.weights["support"])
    assert sum(model.weights["support"].values()) == pytest.approx(100)
    assert min(model.weights["support"].values()) >= 0
    assert model.weights["support"]["distance"] > 2 * SHIPPED.weights["support"]["distance"]


def test_the_next_run_ranks_by_what_was_learned_and_names_it(app, fair):
    fair.answered(nearest)
    train(app)
    new = about(NeedFactory(title="Stacking chairs", body=CHAIRS), FURNITURE)
    db.session.commit()
    run_all()

    (row,) = learned_here()
    found = list(db.session.scalars(db.select(Match).where(Match.listing_id == new.id)))
    assert {match.model_version for match in found} == {row.version}


def test_a_second_that_wins_takes_the_place_of_the_first(app, fair, monkeypatch):
    fair.answered(nearest)
    train(app)
    fair.answered(same_words)
    monkeypatch.setattr(clock, "now", lambda: NOON + DAY)
    train(app)

    first, second = learned_here()
    assert (first.retired_at, second.retired_at) == (NOON + DAY, None)
    assert first.version != second.version
    assert learned.model().versions["support"] == second.version
    assert learned.model().weights["support"]["distance"] < first.weights["distance"]


def test_a_rehearsal_says_that_it_would_win_and_keeps_the_weights(app, fair):
    fair.answered(nearest)
    said = train(app, "--dry-run").stdout

    assert "Better than chance would have it." in said
    assert "In use from now" not in said
    assert (learned_here(), learned.model()) == ([], SHIPPED)


def test_answers_by_chance_change_nothing(app, fair):
    random = Random(7)
    fair.answered(lambda need, offers: [random.choice(offers)])
    said = train(app).stdout

    assert "24 from answers." in said
    assert "Not surely better; the weights in use stay." in said
    assert (learned_here(), learned.model()) == ([], SHIPPED)


@pytest.mark.parametrize("choose", [nobody, everybody])
def test_where_all_answered_alike_nothing_was_chosen(fair, choose):
    fair.answered(choose)

    assert tried("support").lessons == {}


def test_who_was_never_shown_an_ask_did_not_choose(fair):
    fair.answered(nearest)
    for match in db.session.scalars(db.select(Match).where(Match.listing_id != fair.needs[0].id)):
        match.first_position = match.first_shown_at = None
    db.session.commit()

    trial = tried("support")
    assert (trial.lessons, trial.enough, trial.wins) == ({"answers": 1}, False, False)


def test_a_closed_ask_teaches_as_an_open_one_does(fair):
    fair.answered(nearest)
    for need in fair.needs:
        need.closes_on = TODAY - DAY
    db.session.commit()

    assert tried("support").lessons == {"answers": 24}


def kept(weights: dict[str, float], **overrides: Any) -> None:
    db.session.add(
        RankingModel(
            version="sp260101-1", side="spend", weights=weights, provenance={}, figures={}, made_at=NOON,
            in_use_from=NOON, **overrides,
        )
    )  # fmt: skip
    db.session.commit()


def test_a_feature_that_learned_weights_never_knew_weighs_nothing(app):
    known = {name: weight for name, weight in SHIPPED.weights["spend"].items() if name != "fresh"}
    kept(known | {"forgotten": 1.0})

    weights = learned.model().weights["spend"]
    assert weights == known | {"fresh": 0.0}
    assert list(weights) == list(SHIPPED.weights["spend"])


def test_where_what_was_learned_is_retired_the_shipped_weights_hold(app):
    kept(dict.fromkeys(SHIPPED.weights["spend"], 1.0), retired_at=NOON)

    assert learned.model() == SHIPPED


ROOF = ("A slate roof", "Slating and leadwork on the roof of a school.")
GUTTERS = ("New gutters", "Gutters and downpipes on the roof of a school.")
CHIMNEY = ("A chimney", "Leadwork and brickwork on the chimney of a school.")
PARK = ("Mowing a park", "Grass, hedges and flower beds, every other week.")


def won(organisation: Organisation, work: tuple[str, str], on: date | None) -> None:
    title, description = work
    db.session.add(
        PastWork(
            organisation=organisation, title=title, description=description, awarded_on=on,
            source="notices", source_key=f"{title} {on}",
        )
    )  # fmt: skip


@pytest.fixture
def roofer(app: Flask) -> Organisation:
    """Among others who each did one other thing on the same first day, which teaches nothing by itself."""
    roofer, gardener, mason = (OrganisationFactory(name=name) for name in ("Roofer", "Gardener", "Mason"))
    won(roofer, ROOF, date(2025, 1, 1))
    won(gardener, PARK, date(2025, 1, 1))
    won(mason, CHIMNEY, date(2025, 1, 1))
    db.session.commit()
    return roofer


def awards() -> list[training.Dated]:
    """What awards teach. Private, since only the lessons themselves show who was a candidate."""
    db.session.commit()
    return list(training._from_awards(running.means(NOON).lexicon, TODAY, None))


def test_a_first_award_teaches_nothing_and_a_later_one_does(roofer):
    assert awards() == []
    won(roofer, GUTTERS, date(2025, 6, 1))
    (taught,) = awards()

    assert (taught.on, taught.source) == (date(2025, 6, 1), "awards")
    assert taught.lesson.values.shape == (3, len(SHIPPED.weights["spend"]))
    assert (len(taught.lesson.chosen), taught.lesson.tells.tolist()) == (1, [1])
    assert tried("spend").lessons == {"awards": 1}
    assert tried("support").lessons == {}


def test_who_had_done_nothing_by_then_was_no_candidate(roofer):
    newcomer = OrganisationFactory()
    won(newcomer, GUTTERS, date(2025, 6, 1))
    won(newcomer, CHIMNEY, date(2025, 6, 1))  # the same day is too late
    won(OrganisationFactory(), PARK, date(2025, 7, 1))

    assert awards() == []


def test_work_without_a_date_teaches_nothing(roofer):
    won(roofer, GUTTERS, None)

    assert awards() == []


def test_the_same_work_again_does_not_give_the_answer_away(roofer):
    won(roofer, ROOF, date(2025, 6, 1))
    assert awards() == []  # nothing else is known of whoever won it

    won(roofer, GUTTERS, date(2025, 2, 1))
    on = {each.on: each.lesson for each in awards()}
    assert list(on) == [date(2025, 2, 1), date(2025, 6, 1)]
    assert on[date(2025, 6, 1)].values.max() <= 1
    words = list(SHIPPED.weights["spend"]).index("words")
    assert on[date(2025, 6, 1)].values[:, words].max() < 1  # which the same text would read


def test_one_award_shared_by_two_is_one_lesson(roofer):
    mason = db.session.scalars(db.select(Organisation).where(Organisation.name == "Mason")).one()
    for winner in (roofer, mason):
        won(winner, GUTTERS, date(2025, 6, 1))
    (taught,) = awards()

    assert len(set(taught.lesson.chosen.tolist())) == 2
    assert taught.lesson.tells.tolist() == [0.5, 0.5]


def test_an_award_that_everybody_known_won_is_no_choice(roofer):
    for winner in db.session.scalars(db.select(Organisation)):
        won(winner, GUTTERS, date(2025, 6, 1))

    assert awards() == []
