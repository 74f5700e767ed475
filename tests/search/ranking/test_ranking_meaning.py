"""Meaning, read from vectors: it makes up for words that are not shared, and changes nothing without them."""

from dataclasses import replace

import pytest

from search.ranking import MODEL_VERSION, READ_FOR_MEANING, WEIGHTS, Fit, Give, Want, features, rank
from search.ranking.columns import lay_out
from search.ranking.vocabulary import Vocabulary
from search.ranking.weights import MEANING
from tests.search.themes import ThemeEncoder

WANT = Want("want", "club", "need", "Driver for Fridays", "Take our members home.")
GIVE = Give("minibus", "school", "offer", "Minibus", "Free after lessons.")
STRANGER = Give("paint", "shop", "offer", "Paint", "White emulsion.")


def ranked(wants, gives) -> list[Fit]:
    return rank(wants, gives, per_want=20, per_party=20, floor=0)


def read(listing):
    """The listing with the vector an encoder makes of it."""
    return replace(listing, vector=ThemeEncoder().of(f"{listing.title}. {listing.text}"))


def reading(asked, given) -> float:
    wants, gives = [replace(WANT, vector=asked)], [replace(GIVE, vector=given)]
    return float(features.meaning(*lay_out(wants, gives, Vocabulary([*wants, *gives])))[0, 0])


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
    assert ranked([WANT], [GIVE, STRANGER]) == []

    fit = next(iter(ranked([read(WANT)], [read(STRANGER), read(GIVE)])))

    assert fit.give == GIVE.key
    words = {part.name: part.words for part in fit.parts}
    assert words["meaning"] == "In different words, the two read as being about similar things"


def test_pairs_without_two_vectors_keep_their_scores_to_the_last_bit(judged):
    plain = {(fit.want, fit.give): fit for fit in ranked(judged.wants, judged.gives)}
    half = [*judged.gives[::2], *map(read, judged.gives[1::2])]
    unread = {give.key for give in judged.gives[::2]}
    alone = [replace(give, key=f"{give.party} {give.key}", party=give.key) for give in half]
    expected = {(fit.want, fit.party): fit for fit in ranked(judged.wants, _apart(judged.gives))}

    mixed = ranked(list(map(read, judged.wants)), alone)
    one_sided = ranked(list(map(read, judged.wants)), judged.gives)

    same = [(fit, expected[fit.want, fit.party]) for fit in mixed if fit.party in unread]
    assert len(same) > 10
    assert all(fit == before and fit.version == MODEL_VERSION for fit, before in same)
    assert {(fit.want, fit.give): fit for fit in one_sided} == plain


def test_a_score_is_still_the_sum_of_its_parts_and_meaning_only_ever_adds(judged):
    before = {(fit.want, fit.party): fit for fit in ranked(judged.wants, _apart(judged.gives))}

    found = ranked(list(map(read, judged.wants)), list(map(read, _apart(judged.gives))))

    assert len([fit for fit in found if any(part.name == "meaning" for part in fit.parts)]) >= 5
    for fit in found:
        earlier = before.get((fit.want, fit.party))
        assert fit.score == sum(part.points for part in fit.parts) <= 100
        assert abs(fit.score - fit.fit) <= 0.5 + 1e-6
        assert earlier is None or fit.fit >= earlier.fit
        assert fit.version == READ_FOR_MEANING
        assert all(part.points > 0 for part in fit.parts if part.name == "meaning")


def test_the_same_words_leave_meaning_nothing_to_add():
    twin = replace(GIVE, title=WANT.title, text=WANT.text)

    whole, plain = ranked([read(WANT)], [read(twin)]), ranked([WANT], [twin])

    assert whole[0].score == plain[0].score
    assert "meaning" not in {part.name for part in whole[0].parts}


def test_meaning_weighs_less_than_the_words_it_stands_in_for():
    assert all(0 < MEANING[side] < weights["text"] for side, weights in WEIGHTS.items())


def _apart(gives: list[Give]) -> list[Give]:
    """Each a party of its own, so that every pair is seen."""
    return [replace(give, key=f"{give.party} {give.key}", party=give.key) for give in gives]
