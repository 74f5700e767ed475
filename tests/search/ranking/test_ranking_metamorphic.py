"""What must not change a ranking does not, and what may move it moves it one way only: 2,000 cases each."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from search.geo import Point
from search.ranking import SHIPPED, Give, Lexicon, Party, Want, fits
from search.ranking.model import tables
from tests.search.ranking import made_up
from tests.search.ranking.made_up import PARTIES, WANTS
from tests.search.ranking.simply import DURHAM, PLAIN, TODAY, ranked

SIDES = [("opportunity", "capability"), ("need", "offer")]
LITTLE = 1e-5  # of 100 points: single precision adds up differently in tables of different shape

Fits = Mapping[tuple[str, str], float]
Batch = tuple[list[Want], list[Party], Lexicon]


@pytest.fixture(scope="module", params=SIDES, ids=["spend", "support"])
def batch(request) -> Batch:
    """Half the cases are of one side, half of the other."""
    asked, given = request.param
    random = Random(f"{asked} 2026")
    wants, parties = made_up.wants(random, asked, WANTS // 2), made_up.parties(random, given)
    return wants, parties, Lexicon.fit([*wants, *(give for party in parties for give in party.gives)])


def fit_all(wants: list[Want], parties: list[Party], lexicon: Lexicon) -> Fits:
    return fits(wants, parties, lexicon, today=TODAY)


def with_gives(party: Party, change: Callable[[Give], dict]) -> Party:
    return replace(party, gives=tuple(replace(give, **change(give)) for give in party.gives))


def lowered(before: Fits, after: Fits) -> list[tuple[str, str]]:
    return [pair for pair, fit in before.items() if after.get(pair, 0.0) < fit - LITTLE]


def assert_same(before: Fits, after: Fits) -> None:
    assert before.keys() == after.keys()
    assert [pair for pair, fit in before.items() if abs(after[pair] - fit) > LITTLE] == []


def test_the_cases_are_neither_all_alike_nor_mostly_strangers(batch):
    found = fit_all(*batch)

    assert len(found) > WANTS // 2 * PARTIES / 3
    assert max(found.values()) > 60
    assert min(found.values()) < 10


def test_being_nearer_never_lowers_a_fit(batch):
    wants, parties, lexicon = batch
    random = Random(1)

    def nearer(give: Give) -> dict:
        share = random.random()
        there = give.point
        return {"point": there and Point(DURHAM.lat + share * (there.lat - DURHAM.lat), DURHAM.lon)}

    moved = [with_gives(party, nearer) for party in parties]

    assert lowered(fit_all(*batch), fit_all(wants, moved, lexicon)) == []


def test_being_known_by_another_name_never_changes_a_fit(batch):
    wants, parties, lexicon = batch
    names = {party.key: f"{number * 37 % PARTIES} Ltd" for number, party in enumerate(parties)}
    renamed = [
        replace(with_gives(party, lambda give: {"party": names[give.party]}), key=names[party.key])
        for party in parties
    ]
    askers = [replace(want, party=f"{want.key} Holdings") for want in wants]

    after = fit_all(askers, renamed, lexicon)

    assert_same({(want, names[party]): fit for (want, party), fit in fit_all(*batch).items()}, after)


ACCENTS = {"a": "á", "c": "ç", "e": "ê", "i": "ï", "l": "ł", "n": "ñ", "o": "ö", "u": "ů"}


def accented(random: Random, text: str) -> str:
    return "".join(ACCENTS.get(letter, letter) if random.random() < 0.3 else letter for letter in text)


def cased(random: Random, text: str) -> str:
    how = (str.upper, str.title, str.lower, str.swapcase)
    return " ".join(random.choice(how)(word) for word in text.split(" "))


@pytest.mark.parametrize("rewritten", [accented, cased])
def test_accents_and_letter_case_never_change_a_fit(batch, rewritten):
    wants, parties, lexicon = batch
    random = Random(2)

    def change(listing: Want | Give) -> dict:
        return {"title": rewritten(random, listing.title), "text": rewritten(random, listing.text)}

    written = [replace(want, **change(want)) for want in wants]

    assert_same(fit_all(*batch), fit_all(written, [with_gives(party, change) for party in parties], lexicon))


YESTERDAY = TODAY - timedelta(days=1)
GATES: Mapping[str, Callable[[Want, Party], tuple[Want, Party]]] = {
    "expired": lambda want, party: (replace(want, closes_on=YESTERDAY), party),
    "full": lambda want, party: (want, replace(party, room={"spend": 0, "support": 0})),
    "refused": lambda want, party: (replace(want, not_for=frozenset({party.key, "other"})), party),
    "gated": lambda want, party: (
        replace(want, must_have=frozenset({"gas-safe", "dbs"})),
        replace(party, holds=frozenset({"dbs"})),
    ),
    "own": lambda want, party: (replace(want, party=party.key), party),
    "nothing lacking": lambda want, party: (replace(want, lacking=0.0), party),
}


@pytest.mark.parametrize("gate", list(GATES))
def test_whom_a_fact_rules_out_never_appears_however_well_it_fits(batch, gate):
    wants, parties, lexicon = batch
    whole = fit_all(*batch)
    best = max(whole, key=lambda pair: whole[pair])
    by_key = {party.key: party for party in parties}

    for number, want in enumerate(wants):
        party = by_key[best[1]] if want.key == best[0] else parties[number % PARTIES]
        asked, shut_out = GATES[gate](want, party)
        others = [other for other in parties if other.key != party.key]
        after = fit_all([asked], [*others, shut_out], lexicon)
        assert (want.key, party.key) not in after
        if gate in ("full", "refused", "own"):
            assert after.keys() == {pair for pair in whole if pair[0] == want.key and pair[1] != party.key}


def test_more_turnover_never_lowers_the_size_part(batch):
    wants, parties, lexicon = batch
    known = [replace(party, turnover=party.turnover or 5_000.0) for party in parties]
    random = Random(3)
    grown = [replace(party, turnover=(party.turnover or 0) * random.uniform(1, 50)) for party in known]

    before, after = sizes(wants, known, lexicon), sizes(wants, grown, lexicon)

    assert lowered(before, after) == []
    assert lowered(after, before) != [] or wants[0].family == "need"  # where size is no part of the score


def sizes(wants: list[Want], parties: list[Party], lexicon: Lexicon) -> Fits:
    return {
        (want.key, party.key): float(scored.earned["size"][row, column])
        for _, scored in tables(wants, parties, lexicon, SHIPPED, today=TODAY)
        for row, want in enumerate(scored.table.wants)
        for column, party in enumerate(scored.table.parties)
        if "size" in scored.earned
    }


def test_one_thing_more_to_offer_never_lowers_a_fit(batch):
    wants, parties, lexicon = batch
    others = [
        give for party in made_up.parties(Random(4), parties[0].gives[0].family) for give in party.gives
    ]
    richer = [
        replace(party, gives=(*party.gives, replace(others[number], key="more", party=party.key)))
        for number, party in enumerate(parties)
    ]

    assert lowered(fit_all(*batch), fit_all(wants, richer, lexicon)) == []


def test_something_unrelated_to_offer_changes_no_fit(batch):
    wants, parties, lexicon = batch
    unrelated = {
        "title": "Qwzx",
        "text": "Vyjk fyzzq.",
        "categories": frozenset({"other/else"}),
        "point": None,
    }
    richer = [
        replace(party, gives=(replace(party.gives[0], key="0", **unrelated), *party.gives))
        for party in parties
    ]

    assert_same(fit_all(*batch), fit_all(wants, richer, lexicon))


def test_the_order_of_what_comes_in_changes_nothing(batch):
    wants, parties, lexicon = batch
    random = Random(5)
    shuffled = [
        replace(party, gives=tuple(random.sample(party.gives, len(party.gives)))) for party in parties
    ]

    first = ranked(wants, parties, lexicon, per_want=5)
    again = ranked(
        random.sample(wants, len(wants)), random.sample(shuffled, len(shuffled)), lexicon, per_want=5
    )

    assert [(fit.want, fit.party, fit.give, fit.score) for fit in again] == [
        (fit.want, fit.party, fit.give, fit.score) for fit in first
    ]


def test_the_same_seed_makes_the_same_list(batch):
    wants, parties, lexicon = batch
    texts = [*wants, *(give for party in parties for give in party.gives)]

    again = Lexicon.fit(texts, seed=0)

    assert again.version == lexicon.version
    assert again.to_bytes() == lexicon.to_bytes()
    assert ranked(wants, parties, again, per_want=5) == ranked(wants, parties, lexicon, per_want=5)


def test_a_want_of_no_word_that_anybody_uses_finds_nobody(batch):
    wants, parties, _ = batch
    strange = [replace(want, title="Qwzx", text="", categories=frozenset()) for want in wants]

    assert fit_all(strange, parties, PLAIN) == {}
