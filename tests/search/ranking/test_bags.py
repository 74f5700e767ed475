"""Weighted bags of hashed terms: rows that can be taken, measured and compared."""

from random import Random

import numpy as np
import pytest

from search.ranking.bags import Bags, alike, unit


def bags(*rows: dict[int, float]) -> Bags:
    return Bags.of(
        (np.array(sorted(row), np.int32), np.array([row[each] for each in sorted(row)], np.float32))
        for row in rows
    )


def dense(some: Bags, width: int) -> np.ndarray:
    found = np.zeros((len(some), width))
    for row in range(len(some)):
        ids, weights = some.row(row)
        found[row, ids] = weights
    return found


def test_rows_are_taken_in_the_order_asked_for():
    found = bags({1: 1.0}, {}, {2: 3.0, 5: 1.0}).take([2, 0, 2])

    assert dense(found, 6).tolist() == [[0, 0, 3, 0, 0, 1], [0, 1, 0, 0, 0, 0], [0, 0, 3, 0, 0, 1]]


def test_a_row_is_brought_to_length_one_and_an_empty_row_stays_empty():
    found = unit(bags({}, {1: 3.0, 4: 4.0}, {}, {2: 0.1}, {}))

    assert np.linalg.norm(dense(found, 5), axis=1) == pytest.approx([0, 1, 0, 1, 0])


def test_likeness_is_the_product_of_the_rows():
    random = Random(1)
    asked, given = (
        bags(*({number: random.random() for number in random.sample(range(30), k=n % 7)} for n in range(20)))
        for _ in range(2)
    )

    assert alike(asked, given) == pytest.approx(dense(asked, 30) @ dense(given, 30).T, abs=1e-6)


def test_terms_nobody_asked_for_are_passed_over():
    assert bags({1: 1.0, 9: 5.0}, {9: 2.0}).against(np.array([1, 3], np.int32)).toarray().tolist() == [
        [1, 0],
        [0, 0],
    ]


@pytest.mark.parametrize(("asked", "given"), [((), ()), (({},), ({1: 1.0},)), (({1: 1.0},), ()), ((), ({},))])
def test_nothing_is_like_nothing(asked, given):
    found = alike(bags(*asked), bags(*given))

    assert found.shape == (len(asked), len(given))
    assert not found.any()
