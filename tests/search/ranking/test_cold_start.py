"""Being new is no fault: a newcomer, and a listing of few words, find their place."""

from dataclasses import replace

import pytest

from search.ranking import SHIPPED, Give, Lexicon, Party, Want
from tests.search.ranking.simply import DURHAM, TODAY, north, only, ranked

ROOF = Want(
    "opportunity:1", "council", "opportunity", "New roof for a village hall",
    "Strip and renew slates and gutters.", frozenset({"building/roofing"}), DURHAM, value=40_000,
)  # fmt: skip
ROOFER = Give(
    "capability:1", "newcomer", "capability", "Roofers", "Slates, gutters and leadwork on village halls.",
    frozenset({"building/roofing"}), north(5),
)  # fmt: skip
LEXICON = Lexicon.fit([ROOF, ROOFER])

NEWCOMER = Party("newcomer", (ROOFER,))
ROOFS_BEFORE = tuple(
    replace(ROOFER, key=f"history:{n}", party="roofers", family="history", value=38_000.0) for n in range(30)
)
ESTABLISHED = {"room": {"spend": 9}, "asked": 50, "answered": 50, "seen_on": TODAY, "turnover": 2_000_000.0}
ROOFERS = Party(
    "roofers", (replace(ROOFER, key="capability:2", party="roofers"), *ROOFS_BEFORE), **ESTABLISHED
)
CLEANING = {
    "title": "Cleaners",
    "text": "Offices and windows.",
    "categories": frozenset({"cleaning/offices"}),
}
CLEANERS = Party(
    "cleaners", tuple(replace(give, party="cleaners", **CLEANING) for give in ROOFS_BEFORE), **ESTABLISHED
)


def test_a_newcomer_who_does_it_beats_the_long_established_who_do_something_else():
    found = ranked([ROOF], [CLEANERS, NEWCOMER], LEXICON)

    assert [fit.party for fit in found][:1] == ["newcomer"]
    assert all(fit.fit < found[0].fit / 2 for fit in found[1:])


def test_a_newcomer_is_behind_an_established_twin_by_the_record_and_little_else():
    new, old = (only(ROOF, party, LEXICON) for party in (NEWCOMER, ROOFERS))
    assert new
    assert old

    weights = SHIPPED.weights["spend"]
    known = weights["room"] + weights["answers"] + weights["fresh"] + weights["size"]
    assert 0 < old.fit - new.fit <= weights["record"] + known / 2


def test_a_newcomer_with_one_capability_passes_the_usual_floor_and_every_rival_who_is_hardly_like_it():
    hardly = Party(
        "builders", (replace(ROOFS_BEFORE[0], title="Builders", text="Extensions."),), **ESTABLISHED
    )

    found = ranked([ROOF], [hardly, NEWCOMER], LEXICON)

    assert found[0].party == "newcomer"
    assert found[0].score >= 50


@pytest.mark.parametrize(
    "unsaid",
    [
        {"categories": frozenset()},
        {"point": None},
        {"value": None},
        {"text": ""},
        {"categories": frozenset(), "point": None, "value": None},
        {"categories": frozenset(), "point": None, "value": None, "text": ""},
        {"title": "", "text": ""},
    ],
)
def test_a_new_listing_that_says_little_still_finds_who_does_it_first(unsaid):
    found = ranked([replace(ROOF, **unsaid)], [CLEANERS, ROOFERS, NEWCOMER], LEXICON)

    assert [fit.party for fit in found][:2] == ["roofers", "newcomer"]
    assert all(fit.score == sum(part.points for part in fit.parts) for fit in found)


def test_a_newcomer_gives_a_need_what_an_established_giver_gives():
    need = replace(ROOF, key="need:1", family="need", value=None, quantity_kinds=frozenset({"skills"}))
    offer = replace(ROOFER, key="offer:1", family="offer", quantity_kinds=frozenset({"skills"}))
    new = Party("newcomer", (offer,))
    given = tuple(replace(offer, key=f"given:{n}", family="given", party="old") for n in range(10))

    found = ranked([need], [new, Party("old", given, **ESTABLISHED)], LEXICON)

    weights = SHIPPED.weights["support"]
    known = weights["room"] + weights["answers"] + weights["fresh"]
    assert [fit.party for fit in found] == ["old", "newcomer"]
    assert found[0].fit - found[1].fit <= weights["record"] + known / 2
