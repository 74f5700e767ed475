"""Ranking one notice or one organisation alone keeps as few as a whole run, and what stands already."""

from marketplace.extensions import db
from marketplace.matching import running
from tests.factories import NOON, NeedFactory, OfferFactory, OrganisationFactory
from tests.matching.conftest import CHAIRS, about, matches, run_all

FURNITURE = "furniture-goods/furniture"


def chairs(maker, **more):
    return about(maker(title="Stacking chairs", body=CHAIRS, **more), FURNITURE)


def test_a_new_ask_is_matched_to_the_best_few_and_not_to_everybody(app, monkeypatch):
    monkeypatch.setattr(running, "PER_ASK", 2)
    for _ in range(4):
        chairs(OfferFactory)
    need = chairs(NeedFactory)
    db.session.commit()

    running.match_listing(need.id, now=NOON)

    assert len(matches()) == 2


def test_an_organisation_is_matched_to_its_best_few_and_keeps_what_stands(app, monkeypatch):
    giver = OrganisationFactory()
    chairs(OfferFactory, organisation=giver)
    needs = [chairs(NeedFactory) for _ in range(4)]
    db.session.commit()
    monkeypatch.setattr(running, "PER_ORGANISATION", 2)

    running.match_organisation(giver.id, now=NOON)
    assert len(matches()) == 2

    run_all()  # there the giver is among the best of every need
    running.match_organisation(giver.id, now=NOON)
    assert {match.listing_id for match in matches() if match.retired_at is None} == {
        need.id for need in needs
    }
