"""Reasons are the ranking: on real awards, a score loses what its reasons lose."""

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from random import Random

import pytest

from search.geo import Point
from search.ranking import Fit, Give, Lexicon, Party, Want, fits
from search.ranking.weights import PARTS
from tests.search.ranking.simply import TODAY, ranked
from tests.search.ranking.taking_away import TAKEN, named_words, without

ASKED = 300  # the last awards of the file, asked of who won the others
EACH = 5  # parties of each
WORKS = 40  # of one party at most


@dataclass(frozen=True)
class Real:
    """Real awards as wants and parties, and how they fit."""

    wants: dict[str, Want]
    parties: dict[str, Party]
    lexicon: Lexicon
    fits: list[Fit]

    def fit_without(self, fit: Fit, name: str) -> float:
        """The fit of the pair once what the part of this name says is no longer so."""
        part = next(part for part in fit.parts if part.name == name)
        want, party = without(self.wants[fit.want], self.parties[fit.party], fit, part)
        found = fits([want], [party], self.lexicon, today=TODAY)
        return found.get((want.key, party.key), 0.0)


@pytest.fixture(scope="module")
def real(shared_data: Path) -> Real:
    """Texts, CPV codes and values are those of the awards. Their places, which few give, are made up."""
    path = shared_data / "benchmarks" / "awards-contracts-finder-2020.jsonl"
    if not path.exists():
        pytest.skip("the awards of 2020 are not beside this checkout: ../shared/data/benchmarks")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    random, number = Random(1), count()
    listings = defaultdict(list)
    for row in rows[:-ASKED]:
        for name in {supplier["name"].casefold(): None for supplier in row["suppliers"]}:
            listings[name].append(_give(f"work:{next(number)}", name, row, random))
    parties = [Party(name, tuple(listings[name][:WORKS])) for name in sorted(listings)]
    wants = [_want(f"award:{number:03}", row, random) for number, row in enumerate(rows[-ASKED:])]
    lexicon = Lexicon.fit([give for party in parties for give in party.gives])
    return Real(
        {want.key: want for want in wants},
        {party.key: party for party in parties},
        lexicon,
        ranked(wants, [_read(party, lexicon) for party in parties], lexicon, per_want=EACH),
    )


def _want(key: str, row: dict, random: Random) -> Want:
    return Want(
        key, "asker", "opportunity", row["title"], row["description"], _tree(row), _place(random),
        value=row["value"],
    )  # fmt: skip


def _give(key: str, name: str, row: dict, random: Random) -> Give:
    point = _place(random) if random.random() < 0.7 else None
    return Give(key, name, "history", row["title"], row["description"], _tree(row), point, value=row["value"])


def _read(party: Party, lexicon: Lexicon) -> Party:
    read = zip(party.gives, lexicon.read(party.gives), strict=True)
    return replace(party, gives=tuple(replace(give, reading=reading) for give, reading in read))


def _tree(row: dict) -> frozenset[str]:
    """CPV codes as paths: 45261900 → 45/452/4526."""
    return frozenset("/".join(code[:length] for length in range(2, 5)) for code in row["cpv"] or ())


def _place(random: Random) -> Point:
    return Point(54.7 + random.uniform(-0.3, 0.3), -1.6 + random.uniform(-0.4, 0.4))


@pytest.mark.real_data
def test_parts_sum_to_the_score_on_real_pairs(real):
    assert len(real.fits) >= 1_000
    for fit in real.fits:
        assert abs(sum(part.exact for part in fit.parts) - fit.fit) <= 1e-9
        assert sum(part.points for part in fit.parts) == fit.score
        assert all(fit.fit - part.exact < fit.fit for part in fit.parts if part.points > 0)


@pytest.mark.real_data
def test_taking_away_what_the_first_reason_names_lowers_the_score_every_time(real):
    kept = [fit for fit in real.fits if real.fit_without(fit, fit.parts[0].name) >= fit.fit]

    assert len(real.fits) >= 1_000
    assert [(fit.want, fit.party, fit.parts[0].words) for fit in kept] == []


@pytest.mark.real_data
@pytest.mark.parametrize("name", [name for name in PARTS if name not in ("text", "meaning")])
def test_taking_away_any_other_reason_that_counted_lowers_the_score_too(real, name):
    counted = [fit for fit in real.fits if name in {part.name for part in fit.parts if part.points > 0}]

    assert [fit for fit in counted[::5] if real.fit_without(fit, name) >= fit.fit] == []


def test_every_part_can_be_taken_away():
    assert set(TAKEN) == set(PARTS)


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Both mention hot food, tea and cakes", ["hot", "food", "tea", "cakes"]),
        ("Past work mentions roofs", ["roofs"]),
        ("The two read alike, though no main word is the same", []),
    ],
)
def test_the_words_a_reason_names_are_found_in_it(sentence, words):
    assert named_words(sentence) == words
