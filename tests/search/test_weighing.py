from math import log

import numpy as np
import pytest

from search.weighing import most_telling, rarity, together


def test_rarity_is_what_bm25_makes_of_it_and_never_below_nought():
    assert rarity(10, 1000) == pytest.approx(log(1 + 990.5 / 10.5))
    assert rarity(1000, 1000) > rarity(1010, 1000) > 0, "deleted documents are counted until they are swept"
    assert rarity(1, 10) > rarity(2, 10)


def test_in_a_small_index_no_word_is_common():
    assert most_telling(1000) == 200
    assert most_telling(100_000) == 5000


def test_words_and_meaning_have_half_of_a_score_each():
    scores = together(np.array([10.0, 10.0, 0.0, 0.0]), np.array([1.0, -0.3, 0.6, 0.0]))

    assert scores.tolist() == pytest.approx([1.0, 0.5, 0.3, 0.0])
    assert together(np.zeros(1), np.array([0.5])).tolist() == pytest.approx([0.25])
