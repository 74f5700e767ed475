"""The figures by which a ranking is judged, on orders worked out by hand."""

from math import log2

import pytest

from search.ranking.evaluation import hit, mean, ndcg, reciprocal_rank


@pytest.mark.parametrize(("right", "value"), [({"a"}, 1), ({"c", "d"}, 1 / 3), ({"x"}, 0), (set(), 0)])
def test_reciprocal_rank_is_one_over_the_first_right_place(right, value):
    assert reciprocal_rank(["a", "b", "c", "d"], right) == value


@pytest.mark.parametrize(("k", "value"), [(1, 0), (2, 1), (10, 1)])
def test_a_hit_is_a_right_answer_among_the_first_k(k, value):
    assert hit(["a", "b"], {"b"}, k) == value


def test_ndcg_is_whole_for_the_best_order_and_less_for_others():
    grades = {"a": 3, "b": 1}

    assert ndcg(["a", "b", "c"], grades, 10) == 1
    assert ndcg(["b", "a"], grades, 10) == pytest.approx((1 + 7 / log2(3)) / (7 + 1 / log2(3)))
    assert ndcg(["c", "b"], grades, 1) == 0
    assert ndcg(["a"], {}, 10) == 0


def test_a_mean_counts_unanswered_queries_as_nothing():
    assert mean(reciprocal_rank, {"q": ["a"]}, {"q": {"a"}, "unanswered": {"b"}}) == 0.5
    assert mean(reciprocal_rank, {}, {}) == 0
