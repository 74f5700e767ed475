"""Meaning, read from vectors: it makes up for words that are not shared, and changes nothing without them."""

from dataclasses import replace

import pytest

from search.ranking import READ_FOR_MEANING, SHIPPED, Fit, Give, Party, Want, features
from search.ranking.columns import Table
from search.ranking.pairs import Pairs
from search.ranking.weights import MEANING, PARTS, WEIGHTS
from tests.search.ranking.simply import PLAIN, TODAY, parties_of, ranked
from tests.search.themes import ThemeEncoder

WANT = Want("want", "club", "need", "Driver for Fridays", "Take our members home.")
GIVE = Give("minibus", "school", "offer", "Minibus", "Free after lessons.")
STRANGER = Give("paint", "shop", "offer", "Paint", "White emulsion.")


def read(listing):
    """The listing with the vector an encoder makes of it."""
    return replace(listing, vector=ThemeEncoder().of(f"{listing.title}. {listing.text}"))


def reading(asked, given) -> float:
    want, give = replace(WANT, vector=asked), replace(GIVE, vector=given)
    table = Table.of([want], [Party(give.party, (give,))], PLAIN)
    return float(features.meaning(Pairs(table, "support", TODAY))[0, 0])


def test_the_nearer_the_vectors_the_more_it_reads():
    found = [reading((1.0, 0.0), (step / 20, 1 - step / 20)) for step in range(21)]

    assert found == sorted(found)
    assert (found[0], found[-1]) == (0.0, 1.0)
    assert len(set(found)) > 5
    assert reading((1.0, 0.3), (7.0, 2.1)) == 1.0


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (None, None),
        (None, (1.0, 0.0)),
        ((1.0, 0.0), None),
        ((), (1.0, 0.0)),
        ((1.0, 0.0), (1.0, 0.0, 0.0)),
        ((1.0, 0.0), (0.0, 0.0)),
        ((1.0, 0.0), (-1.0, 0.0)),
        ((1.0, 0.0), (0.3, 1.0)),
    ],
)
def test_it_reads_nothing_without_two_vectors_of_one_size_that_lie_close(asked, given):
    assert reading(asked, given) == 0.0


def test_a_pair_that_shares_only_meaning_comes_before_one_that_shares_nothing():
    assert ranked([WANT], parties_of([GIVE, STRANGER])) == []

    fit = next(iter(ranked([read(WANT)], parties_of([read(STRANGER), read(GIVE)]))))

    assert fit.give == GIVE.key
    words = {part.name: part.words for part in fit.parts}
    assert words["meaning"] == "In different words, the two read as being about similar things"


def test_pairs_without_two_vectors_keep_their_scores_to_the_last_bit(judged):
    gives = apart(judged.parties)
    half = [*gives[::2], *map(read, gives[1::2])]
    unread = {give.key for give in gives[::2]}
    before = by_pair(ranked(judged.wants, parties_of(gives), judged.lexicon))

    mixed = ranked(list(map(read, judged.wants)), parties_of(half), judged.lexicon)
    one_sided = ranked(list(map(read, judged.wants)), parties_of(gives), judged.lexicon)

    same = [(fit, before[fit.want, fit.party]) for fit in mixed if fit.give in unread]
    assert len(same) > 10
    assert all(fit == earlier and fit.version in SHIPPED.versions.values() for fit, earlier in same)
    assert by_pair(one_sided) == before


def test_a_score_is_still_the_sum_of_its_parts_and_meaning_only_ever_adds(judged):
    gives = apart(judged.parties)
    before = by_pair(ranked(judged.wants, parties_of(gives), judged.lexicon))

    found = ranked(list(map(read, judged.wants)), parties_of(map(read, gives)), judged.lexicon)

    assert len([fit for fit in found if any(part.name == "meaning" for part in fit.parts)]) >= 5
    for fit in found:
        earlier = before.get((fit.want, fit.party))
        assert fit.score == sum(part.points for part in fit.parts) <= 100
        assert abs(fit.score - fit.fit) <= 0.5 + 1e-6
        assert earlier is None or fit.fit >= earlier.fit
        assert fit.version.endswith(READ_FOR_MEANING)
        assert all(part.exact > 0 for part in fit.parts if part.name == "meaning")


def test_the_better_the_words_the_less_is_left_for_meaning_to_add():
    twin = replace(GIVE, title=WANT.title, text=WANT.text)

    added = []
    for give in (GIVE, twin):
        (fit,) = ranked([read(WANT)], parties_of([replace(give, vector=read(WANT).vector)]))
        added.append(next(part.exact for part in fit.parts if part.name == "meaning"))

    assert added[1] < 0.3 * added[0]


def test_meaning_weighs_less_than_the_words_it_stands_in_for():
    texts = {side: sum(weights[name] for name in PARTS["text"]) for side, weights in WEIGHTS.items()}

    assert all(0 < MEANING[side] < text / 2 for side, text in texts.items())


def apart(parties: list[Party]) -> list[Give]:
    """Each give a party of its own, so that every pair is seen."""
    gives = [give for party in parties for give in party.gives]
    return [replace(give, key=f"{give.party} {give.key}", party=f"{give.party} {give.key}") for give in gives]


def by_pair(fits: list[Fit]) -> dict[tuple[str, str], Fit]:
    return {(fit.want, fit.party): fit for fit in fits}
