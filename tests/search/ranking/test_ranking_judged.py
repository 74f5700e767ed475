"""The ranking against pairs that people judged: the obvious answer must come first."""

from dataclasses import replace
from random import Random

from search.ranking import FLOOR, Fit
from search.ranking.evaluation import hit, mean, ndcg, reciprocal_rank
from tests.search.ranking.simply import ranked

STRONG = 70  # what a page may call a strong match
APART = 20  # points between the least of the obvious answers and the best of the wrong ones


def answers(fits: list[Fit]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fit in fits:
        found.setdefault(fit.want, []).append(fit.party)
    return found


def test_the_right_party_comes_first_nearly_always(judged):
    found = answers(ranked(judged.wants, judged.parties, judged.lexicon))

    assert mean(reciprocal_rank, found, judged.right) >= 0.95
    assert mean(lambda ranked, right: hit(ranked, right, 1), found, judged.right) >= 0.9
    assert mean(lambda ranked, grades: ndcg(ranked, grades, 5), found, judged.right) >= 0.9


def test_the_right_party_is_well_ahead_of_chance(judged):
    found = answers(ranked(judged.wants, judged.parties, judged.lexicon))
    parties = [party.key for party in judged.parties]
    shuffled = {want.key: Random(n).sample(parties, len(parties)) for n, want in enumerate(judged.wants)}

    by_chance = mean(reciprocal_rank, shuffled, judged.right)

    assert mean(reciprocal_rank, found, judged.right) > 3 * by_chance


def test_obvious_answers_pass_the_usual_floor_and_wrong_ones_do_not(judged):
    fits = ranked(judged.wants, judged.parties, judged.lexicon, floor=FLOOR)

    shown = {(fit.want, fit.party) for fit in fits}
    right = {(want, party): grade for want, graded in judged.right.items() for party, grade in graded.items()}
    obvious = {pair for pair, grade in right.items() if grade == 3}

    assert obvious - shown == set()
    assert shown - set(right) == set()
    assert min(fit.score for fit in fits) >= FLOOR


def test_obvious_answers_are_well_ahead_of_wrong_ones(judged):
    fits = ranked(judged.wants, judged.parties, judged.lexicon)

    obvious = [fit.score for fit in fits if judged.right[fit.want].get(fit.party) == 3]
    wrong = [fit.score for fit in fits if fit.party not in judged.right[fit.want]]

    assert min(obvious) - max(wrong) >= APART


def test_right_answers_are_still_found_when_nobody_chose_a_category(judged):
    wants = [replace(want, categories=frozenset()) for want in judged.wants]
    parties = [
        replace(party, gives=tuple(replace(give, categories=frozenset()) for give in party.gives))
        for party in judged.parties
    ]

    fits = ranked(wants, parties, judged.lexicon)

    assert mean(reciprocal_rank, answers(fits), judged.right) >= 0.8
    assert max(fit.score for fit in fits if fit.want.startswith("opportunity")) < STRONG
